/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is on which CPU of a host, as far as a picture shows it: each CPU has one letter, each guest that has CPUs another. */
#pragma once

#include "core/snapshot.h"

typedef enum
{
  PIN_SEAT_FREE,
  PIN_SEAT_ISOLATED, /* free, and isolated from the host's scheduler */
  PIN_SEAT_OWN,      /* a guest's own */
  PIN_SEAT_SHARED,   /* in a mask of one guest */
  PIN_SEAT_CROWDED,  /* in masks of several guests */
  PIN_SEAT_RESERVED, /* never given to guests: policy, or a process of the host */
  PIN_SEAT_CLOSED,   /* libvirt's guests may not use it */
  PIN_SEAT_OFFLINE,
  PIN_SEAT_N
} PinSeatKind;

const char *pin_seat_kind_name (PinSeatKind kind); /* "reserved" */
/* "reserved for the host", for a legend. */
const char *pin_seat_kind_text (PinSeatKind kind);

typedef struct
{
  PinSeatKind kind;
  gint guest;  /* index in guests; -1: of nobody, or of several */
  char letter; /* a guest's: upper case for its own, lower case for what it shares */
} PinSeat;

typedef struct
{
  const PinTenant *tenant;
  gboolean coming; /* it is on its way here: a claim */
  char letter;     /* 'A' to 'Z'; '#': there are more guests than letters; 0: it is bound to no CPU */
} PinSeatGuest;

typedef struct
{
  const PinSnapshot *host;
  PinSeat *seats;  /* by index in the topology's cpus */
  GArray *guests;  /* PinSeatGuest, those that run or come; with CPUs first, by their lowest CPU, then by name */
} PinSeats;

/* @host must outlive it.  (transfer full) */
PinSeats *pin_seats_new (const PinSnapshot *host);
void pin_seats_free (PinSeats *seats);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinSeats, pin_seats_free)

const PinSeatGuest *pin_seats_guest (const PinSeats *seats, guint i);

/*
 * The cores of the node of index @node, or of none that is known (n_nodes), as of a CPU that is offline: each a GArray of indices in the topology's cpus, by number; CPUs that are offline are cores of
 * their own.  (transfer full)
 */
GPtrArray *pin_seats_cores (const PinSeats *seats, guint node);

/* The most threads that one of the @cores from @first to before @end has. */
guint pin_seats_threads (const GPtrArray *cores, guint first, guint end);
