/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host at the other end of a connection, without a bus between: it answers, hangs, or is something else. */
#pragma once

#include "host1.h"

#define PEER_HOST_SNAPSHOT \
  "{\"version\":1,\"host\":{\"name\":\"peer\"},\"nodes\":[{\"id\":0,\"cpus\":\"0-3\",\"total_kib\":8388608,\"free_kib\":8000000}]}"

typedef struct
{
  GDBusConnection *near; /* what a link is given */
  GDBusConnection *far;
  PinHost1 *host;        /* what the host says */
  gint hangs;            /* atomic: calls that arrive are lost */
  gint asked;            /* atomic: how many calls have arrived, but for its snapshot */
  gint read;             /* atomic: how many for that */
  const char *snapshot;  /* its answer to them */
} PeerHost;

/* A host that says version, UUID and digest of @name. */
PeerHost *peer_host_new (const char *name);
void peer_host_free (PeerHost *peer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerHost, peer_host_free)

/* Whether there is a pinshiftd behind the connection; there is from the beginning. */
void peer_host_set_present (PeerHost *peer, gboolean present);

/* Serves the main context until @condition holds for @data; fails the test if that takes too long. */
void peer_host_wait (gboolean (*condition) (gpointer data), gpointer data);
