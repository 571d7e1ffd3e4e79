/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A bus with the real pinshift-policyd on it, and a real pinshiftd on a machine of files. */
#pragma once

#include "fake-machine.h"
#include "hook-world.h"

typedef struct
{
  PinWorld *world;        /* its service is pinshiftd, if the test has started that */
  FakeMachine *machine;
  char *policy;           /* file of pinshift-policyd */
  char *host_policy;      /* file of pinshiftd */
  const char *libvirt;    /* URI that pinshiftd follows; NULL: none */
  const char *policies;   /* of the bus, as in PinWorld */
  GDBusConnection *connection;
  GSubprocess *others;    /* hosts beside this one; NULL: there are none */
  GSubprocess *policyd;   /* NULL: not started */
  GDataInputStream *log;  /* its stderr */
  GDBusProxy *cluster;
  GDBusProxy *host;       /* this host, as pinshift-policyd shows it */
} ClusterWorld;

/* A bus, and files.  @activates: the bus can start pinshiftd. */
void cluster_world_init (ClusterWorld *world, gboolean activates);
void cluster_world_clear (ClusterWorld *world);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ClusterWorld, cluster_world_clear)

/* Starts pinshift-policyd, and returns when it owns its name. */
void cluster_world_start (ClusterWorld *world);
/* The same with pinshiftd. */
void cluster_world_start_host (ClusterWorld *world);

/* Hosts beside this one, host0 and so on, each with a manner of fake-fleet, in the policy of pinshift-policyd, behind @policy. */
void cluster_world_start_others (ClusterWorld *world, const char *const *manners, const char *policy);
/* Waits until @host, which is shown already, has @state. */
void cluster_world_wait_for_host (ClusterWorld *world, const char *host, const char *state);

/* A pinshift-policyd with @options that is to end; its status, and *ret_err what it said on stderr.  (transfer full) */
int cluster_world_run (ClusterWorld *world, const char *options, char **ret_out, char **ret_err);
/* Waits until the one that was started ends, and returns its status. */
int cluster_world_end (ClusterWorld *world);
/* Ends it, as systemd would: that is no failure, whatever it was asked. */
void cluster_world_end_well (ClusterWorld *world);

/* The path of the object of the host that this is.  (transfer full) */
char *cluster_world_host_path (void);

/* Waits until it was signalled that @property of @proxy is @value, in GVariant's notation. */
void cluster_world_wait (GDBusProxy *proxy, const char *property, const char *value);
/* Waits until it is something else than @before. */
void cluster_world_wait_for_change (GDBusProxy *proxy, const char *property, const char *before);
/* @property as it was signalled last, in the same notation.  (transfer full) */
char *cluster_world_get (GDBusProxy *proxy, const char *property);

/* Waits for a line of the log with @part in it.  (transfer full) */
char *cluster_world_hear (ClusterWorld *world, const char *part);

/* Calls @method of the bus itself with the name @name; the answer's only value as an unsigned or boolean number, 0 on failure. */
guint cluster_world_ask_bus (ClusterWorld *world, const char *method, const char *name);
