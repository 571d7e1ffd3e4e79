/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Processes: CPUs that one has for itself, as packet pollers do, so that guests had better not share them; and memory. */
#include "host/sysfs-root.h"

#include "core/error.h"
#include "core/number.h"

#include <string.h>

/* Programs that libvirt starts for a guest and binds where the guest's emulator is bound. */
static const char *const guest_programs[] = { "qemu", "virtiofsd", "swtpm", "passt", "slirp" };

/* The value of a line "Key:\tvalue" of a status file; NULL: no such line.  (transfer full) */
static char *
find_value (const char *status, const char *key)
{
  g_autofree char *head = g_strdup_printf ("\n%s:", key);
  gsize length = strlen (head);
  const char *value = NULL;
  const char *line;

  if (g_str_has_prefix (status, head + 1))
    value = status + length - 1;
  else if ((line = strstr (status, head)) != NULL)
    value = line + length;
  return value == NULL ? NULL : g_strstrip (g_strndup (value, strcspn (value, "\n")));
}

static gboolean
is_guest_program (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (guest_programs); i++)
    if (g_str_has_prefix (name, guest_programs[i]))
      return TRUE;
  return FALSE;
}

/* Kernel threads have no memory of their own; many are bound to a CPU, and none has it for itself. */
static gboolean
is_host_process (const char *status)
{
  g_autofree char *name = find_value (status, "Name");
  g_autofree char *size = find_value (status, "VmSize");

  return size != NULL && name != NULL && !is_guest_program (name);
}

/* libvirt puts all that belongs to a guest into one cgroup below the partition "machine". */
static gboolean
is_in_guest_cgroup (PinSysfs *sysfs, const char *pid)
{
  g_autofree char *path = g_strdup_printf ("%s/cgroup", pid);
  g_autofree char *text = pin_sysfs_read (sysfs->proc, path, PIN_SYSFS_ATTRIBUTE_MAX, NULL);

  return text != NULL && (strstr (text, "/machine.slice/") != NULL || strstr (text, ":/machine/") != NULL);
}

/* The one CPU of a thread that may run on just one; PIN_CPUSET_END: it may run on more. */
static PinCpuId
sole_cpu (const char *status)
{
  g_autofree char *list = find_value (status, "Cpus_allowed_list");
  guint64 cpu;

  if (list == NULL || !pin_number_parse (list, 10, 0, PIN_CPUSET_MAX - 1, &cpu))
    return PIN_CPUSET_END;
  return (PinCpuId)cpu;
}

/* Pollers bind threads, not processes: one that is bound counts. */
static void
add_threads (PinSysfs *sysfs, const char *pid, PinCpuset *bound)
{
  g_autofree char *directory = g_strdup_printf ("%s/task", pid);
  g_autoptr (GPtrArray) threads = pin_sysfs_list (sysfs->proc, directory);

  for (guint i = 0; i < threads->len; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%s/status", directory, (char *)g_ptr_array_index (threads, i));
      g_autofree char *status = pin_sysfs_read (sysfs->proc, path, PIN_SYSFS_ATTRIBUTE_MAX, NULL);
      PinCpuId cpu = status == NULL ? PIN_CPUSET_END : sole_cpu (status);

      if (cpu != PIN_CPUSET_END)
        pin_cpuset_add (bound, cpu);
    }
}

static void
add_process (PinSysfs *sysfs, const char *pid, PinCpuset *bound)
{
  g_autofree char *path = g_strdup_printf ("%s/status", pid);
  g_autofree char *status = pin_sysfs_read (sysfs->proc, path, PIN_SYSFS_ATTRIBUTE_MAX, NULL);
  g_autoptr (PinCpuset) own = pin_cpuset_new ();
  g_autofree char *n_threads = NULL;

  /* A process that has ended meanwhile is none. */
  if (status == NULL || !is_host_process (status))
    return;
  n_threads = find_value (status, "Threads");
  if (sole_cpu (status) != PIN_CPUSET_END)
    pin_cpuset_add (own, sole_cpu (status));
  if (n_threads != NULL && strcmp (n_threads, "1") != 0)
    add_threads (sysfs, pid, own);
  if (!pin_cpuset_is_empty (own) && !is_in_guest_cgroup (sysfs, pid))
    pin_cpuset_unite (bound, own);
}

PinCpuset *
pin_sysfs_read_bound (PinSysfs *sysfs)
{
  g_autoptr (GPtrArray) names = pin_sysfs_list (sysfs->proc, ".");
  g_autoptr (PinCpuset) online = pin_sysfs_read_set (sysfs->sys, "devices/system/cpu/online", NULL);
  PinCpuset *bound = pin_cpuset_new ();

  /* With one CPU everybody is bound to it. */
  if (online != NULL && pin_cpuset_count (online) <= 1)
    return bound;
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);

      if (g_ascii_isdigit (*name))
        add_process (sysfs, name, bound);
    }
  return bound;
}

guint
pin_sysfs_find_emulator (PinSysfs *sysfs, const char *name, GError **error)
{
  /* libvirt makes the file's name as it makes XML. */
  g_autofree char *escaped = g_markup_escape_text (name, -1);
  g_autofree char *path = g_strdup_printf ("libvirt/qemu/%s.pid", escaped);
  g_autoptr (GError) why = NULL;
  g_autofree char *text = pin_sysfs_read (sysfs->run, path, PIN_SYSFS_ATTRIBUTE_MAX, &why);
  guint64 pid = 0;

  if (text == NULL && !g_error_matches (why, PIN_ERROR, PIN_ERROR_NOT_FOUND))
    g_propagate_error (error, g_steal_pointer (&why));
  return text != NULL && pin_number_parse (text, 10, 1, G_MAXINT32, &pid) ? (guint)pid : 0;
}

/* "1234 kB"; 0: nothing is said. */
static guint64
read_kib (const char *status, const char *key)
{
  g_autofree char *value = find_value (status, key);

  return value != NULL ? g_ascii_strtoull (value, NULL, 10) : 0;
}

gboolean
pin_sysfs_read_resident (PinSysfs *sysfs, guint pid, guint64 *ret_memory_kib, guint64 *ret_pages_kib)
{
  g_autofree char *path = g_strdup_printf ("%u/status", pid);
  g_autofree char *status = pin_sysfs_read (sysfs->proc, path, PIN_SYSFS_ATTRIBUTE_MAX, NULL);

  if (status == NULL)
    return FALSE;
  *ret_memory_kib = read_kib (status, "VmRSS");
  *ret_pages_kib = read_kib (status, "HugetlbPages");
  return TRUE;
}
