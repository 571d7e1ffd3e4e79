/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Both services, a guest of libvirt's test driver that has passwords, and root, who listens to the bus.
 *
 * Each password is a canary that is looked for afterwards: in all that has passed the bus, in logs, in files and in answers. */
#pragma once

#include "cluster-world.h"
#include "eavesdropper.h"

#define SECRETS_UUID "11111111-2222-4333-8444-555555555555"
#define SECRETS_PATIENCE_MS (100 * 1000)

typedef struct
{
  ClusterWorld cluster;
  char *libvirt; /* URI */
  Eavesdropper ear;
} SecretsWorld;

void secrets_world_init (SecretsWorld *world);
void secrets_world_clear (SecretsWorld *world);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SecretsWorld, secrets_world_clear)

/* A guest @name with a pin to the CPUs @cpus, and three canaries; @more is behind its disks.  (transfer full) */
char *secrets_make_xml (const char *type, const char *name, const char *cpus, const char *more);
/* What the service of this host has logged until now.  (transfer full) */
char *secrets_read_log (const SecretsWorld *world);

/* @text, which may be NULL, has no canary. */
void secrets_assert_silent (const char *text, const char *where);
/* Nothing that is left behind has one: the bus, the logs, and what the services have written.  pinshift-policyd ends. */
void secrets_assert_nowhere (SecretsWorld *world);
