/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fake-machine.h"

#include <gio/gio.h>
#include <string.h>

FakeMachine *
fake_machine_new (void)
{
  FakeMachine *machine = g_new0 (FakeMachine, 1);
  g_autoptr (GError) error = NULL;

  machine->root = g_dir_make_tmp ("pinshift-machine-XXXXXX", &error);
  g_assert_no_error (error);
  return machine;
}

static void
run (const char *const *argv)
{
  g_autoptr (GError) error = NULL;
  int status = -1;

  g_spawn_sync (NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_true (g_spawn_check_wait_status (status, NULL));
}

void
fake_machine_free (FakeMachine *machine)
{
  const char *argv[] = { "rm", "-rf", "--", machine->root, NULL };

  run (argv);
  g_free (machine->root);
  g_free (machine);
}

void
fake_machine_write (FakeMachine *machine, const char *text, const char *path_format, ...)
{
  g_autofree char *path = NULL;
  g_autofree char *full = NULL;
  g_autofree char *directory = NULL;
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  g_autoptr (GError) error = NULL;
  va_list arguments;

  va_start (arguments, path_format);
  path = g_strdup_vprintf (path_format, arguments);
  va_end (arguments);
  full = g_build_filename (machine->root, path, NULL);
  directory = g_path_get_dirname (full);
  g_assert_cmpint (g_mkdir_with_parents (directory, 0755), ==, 0);
  g_file_set_contents (full, line, -1, &error);
  g_assert_no_error (error);
}

void
fake_machine_mkdir (FakeMachine *machine, const char *path)
{
  g_autofree char *full = g_build_filename (machine->root, path, NULL);

  g_assert_cmpint (g_mkdir_with_parents (full, 0755), ==, 0);
}

static void
write_number (FakeMachine *machine, guint64 number, const char *path)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, number);

  fake_machine_write (machine, text, "%s", path);
}

void
fake_machine_cpu (FakeMachine *machine, guint cpu, guint socket, guint core, const char *siblings)
{
  g_autofree char *core_path = g_strdup_printf ("sys/devices/system/cpu/cpu%u/topology/core_id", cpu);
  g_autofree char *socket_path = g_strdup_printf ("sys/devices/system/cpu/cpu%u/topology/physical_package_id", cpu);

  write_number (machine, core, core_path);
  write_number (machine, socket, socket_path);
  if (siblings != NULL)
    fake_machine_write (machine, siblings, "sys/devices/system/cpu/cpu%u/topology/thread_siblings_list", cpu);
}

void
fake_machine_node (FakeMachine *machine, guint node, const char *cpus, guint64 memory_kib, const char *distances)
{
  g_autofree char *meminfo =
      g_strdup_printf ("Node %u MemTotal:       %" G_GUINT64_FORMAT " kB\n"
                       "Node %u MemFree:        %" G_GUINT64_FORMAT " kB\n"
                       "Node %u FilePages:      %" G_GUINT64_FORMAT " kB\n"
                       "Node %u Shmem:          0 kB\n"
                       "Node %u SReclaimable:   %" G_GUINT64_FORMAT " kB",
                       node, memory_kib, node, memory_kib / 4, node, memory_kib / 8, node, node, memory_kib / 8);

  fake_machine_write (machine, cpus, "sys/devices/system/node/node%u/cpulist", node);
  fake_machine_write (machine, meminfo, "sys/devices/system/node/node%u/meminfo", node);
  fake_machine_write (machine, distances, "sys/devices/system/node/node%u/distance", node);
}

void
fake_machine_pool (FakeMachine *machine, guint node, guint64 size_kib, guint nr, guint free, guint surplus,
                   guint host_reserved)
{
  g_autofree char *pool =
      g_strdup_printf ("sys/devices/system/node/node%u/hugepages/hugepages-%" G_GUINT64_FORMAT "kB", node, size_kib);
  g_autofree char *reserved =
      g_strdup_printf ("sys/kernel/mm/hugepages/hugepages-%" G_GUINT64_FORMAT "kB/resv_hugepages", size_kib);
  g_autofree char *nr_path = g_strconcat (pool, "/nr_hugepages", NULL);
  g_autofree char *free_path = g_strconcat (pool, "/free_hugepages", NULL);
  g_autofree char *surplus_path = g_strconcat (pool, "/surplus_hugepages", NULL);

  write_number (machine, nr, nr_path);
  write_number (machine, free, free_path);
  write_number (machine, surplus, surplus_path);
  write_number (machine, host_reserved, reserved);
}

void
fake_machine_online (FakeMachine *machine, const char *cpus, const char *nodes)
{
  fake_machine_write (machine, cpus, "sys/devices/system/cpu/online");
  if (nodes != NULL)
    fake_machine_write (machine, nodes, "sys/devices/system/node/online");
}

const char *
fake_machine_captured (void)
{
  const char *folder = g_getenv ("PINSHIFT_TEST_HOSTS");

  if (folder == NULL)
    g_test_skip ("PINSHIFT_TEST_HOSTS names no folder of captured machines");
  return folder;
}

gboolean
fake_machine_unpack (FakeMachine *machine, const char *folder, const char *name)
{
  g_autofree char *file = g_strdup_printf ("%s/%s.tar.bz2", folder, name);
  const char *argv[] = { "tar", "-xjf", file, "--strip-components=1", "-C", machine->root, NULL };

  if (!g_file_test (file, G_FILE_TEST_EXISTS))
    {
      g_autofree char *why = g_strdup_printf ("%s is not there", file);

      g_test_skip (why);
      return FALSE;
    }
  run (argv);
  return TRUE;
}
