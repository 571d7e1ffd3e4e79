/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A machine as a tree of files, made by the test that reads it. */
#pragma once

#include <glib.h>

typedef struct
{
  char *root;
} FakeMachine;

/* An empty machine in a new directory. */
FakeMachine *fake_machine_new (void);
/* Removes the directory too. */
void fake_machine_free (FakeMachine *machine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeMachine, fake_machine_free)

/* Writes @text and a line feed to "sys/..." or "proc/...", the path being the first thing that is formatted. */
void fake_machine_write (FakeMachine *machine, const char *text, const char *path_format, ...) G_GNUC_PRINTF (3, 4);
/* The directory @path, empty if it is new. */
void fake_machine_mkdir (FakeMachine *machine, const char *path);

/* cpuN and its topology.  @siblings: NULL: the machine does not say. */
void fake_machine_cpu (FakeMachine *machine, guint cpu, guint socket, guint core, const char *siblings);
/* nodeN with @cpus, @memory_kib of which a quarter is free, an eighth each is file pages and reclaimable slab. */
void fake_machine_node (FakeMachine *machine, guint node, const char *cpus, guint64 memory_kib, const char *distances);
/* A pool of node @node and the host's pool of that size. */
void fake_machine_pool (FakeMachine *machine, guint node, guint64 size_kib, guint nr, guint free, guint surplus,
                        guint host_reserved);
/* The lists of CPUs and nodes that are online. */
void fake_machine_online (FakeMachine *machine, const char *cpus, const char *nodes);

/* A folder of captured machines, or NULL with the test skipped: PINSHIFT_TEST_HOSTS. */
const char *fake_machine_captured (void);
/* Unpacks @folder/@name.tar.bz2 as this machine.  Returns: FALSE with the test skipped if it is not there. */
gboolean fake_machine_unpack (FakeMachine *machine, const char *folder, const char *name);
