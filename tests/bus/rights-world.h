/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Both services on a bus with their policies, and callers of each kind.
 *
 * The services follow libvirt's test driver, and are asked for what is not there: whoever may is told that. */
#pragma once

#include "cluster-world.h"
#include "fake-polkit.h"
#include "rights.h"

typedef struct
{
  ClusterWorld cluster;
  FakePolkit polkit;
  GDBusConnection *callers[USER_N];
} RightsWorld;

typedef struct
{
  const char *destination, *path, *interface, *member; /* @interface NULL: the message names none */
  GVariant *parameters;                                /* floating */
} Message;

/* There is a job, which moves nobody. */
void rights_world_init (RightsWorld *world);
void rights_world_clear (RightsWorld *world);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RightsWorld, rights_world_clear)

/* Where @service has @interface; one of the bus itself it has everywhere.  (transfer full) */
char *rights_world_path (const char *interface, const char *service);
/* The unique name of @service.  (transfer full) */
char *rights_world_owner (RightsWorld *world, const char *service);
/* How @message of @caller ends.  *ret_reply, if given, is what it was answered, or NULL.  Polkit is served meanwhile. */
End rights_world_send (GDBusConnection *caller, const Message *message, GVariant **ret_reply);
