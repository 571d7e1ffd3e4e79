/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A town whose service follows a libvirt to which guests come and from which they go, as the test says; see traffic.c. */
#pragma once

#include "town.h"
#include "traffic-names.h"

typedef struct
{
  Town *town;
  GDBusConnection *bus;
  char *path;   /* where traffic.c connects to */
  int listener; /* there */
  int fd;       /* to it */
} Traffic;

/* Returns when the service is connected to its libvirt. */
void traffic_init (Traffic *traffic);
void traffic_clear (Traffic *traffic);
/* Ends the service and starts it again; its libvirt has nobody then. */
void traffic_restart (Traffic *traffic);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Traffic, traffic_clear)

/* Has libvirt do @word about @about; what it said.  (transfer full) */
char *traffic_ask (Traffic *traffic, const char *word, const char *about);
/* The same for what is to be done, and is. */
void traffic_do (Traffic *traffic, const char *word, const char *about);

/* Calls @method of the service.  NULL: it answered with an error of its own, in @error; it must answer.  (transfer full) */
GVariant *traffic_call (Traffic *traffic, const char *method, GVariant *arguments, GError **error);

/* The XML of guest @uuid, once the service knows it as one that is here, with nothing of it under way.  (transfer full) */
char *traffic_wait_for (Traffic *traffic, const char *uuid);
/* Waits until the service knows of no such guest, and of no claim of it. */
void traffic_wait_for_end (Traffic *traffic, const char *uuid);

/* What the service has answered to a hook. */
typedef struct
{
  char *verdict; /* NULL: an error, in @text */
  char *xml;     /* NULL: unchanged */
  char *text;
} Answer;

void answer_clear (Answer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

/* Fit as the hook calls it: by a connection of its own, the XML in a sealed file. */
Answer traffic_fit (Traffic *traffic, const char *name, const char *operation, gboolean observe, const char *xml);
/* Release as the hook calls it. */
void traffic_release (Traffic *traffic, const char *name, const char *uuid);
