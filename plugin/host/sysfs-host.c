/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What of a host changes seldom: CPUs that guests may use, isolated ones, mounts, cache ways, the CPU itself. */
#include "host/sysfs-root.h"

#include "core/error.h"

#define CPU_DIR "devices/system/cpu"

/*
 * Where the CPUs of libvirt's guest partition stand, the nearest first: cgroup v2 and v1, with and without systemd. The
 * partition is there only once a guest has run; until then what holds for all is the best that is known.
 */
static const char *const partition_cpus[] = {
  "fs/cgroup/machine.slice/cpuset.cpus.effective",
  "fs/cgroup/machine/cpuset.cpus.effective",
  "fs/cgroup/cpuset/machine.slice/cpuset.effective_cpus",
  "fs/cgroup/cpuset/machine/cpuset.effective_cpus",
  "fs/cgroup/cpuset/machine.slice/cpuset.cpus",
  "fs/cgroup/cpuset/machine/cpuset.cpus",
  "fs/cgroup/cpuset.cpus.effective",
  "fs/cgroup/cpuset/cpuset.cpus",
};

static PinCpuset *
read_allowed (PinSysfs *sysfs, const PinTopology *topology)
{
  PinCpuset *allowed = pin_topology_online (topology);

  for (guint i = 0; i < G_N_ELEMENTS (partition_cpus); i++)
    {
      g_autoptr (PinCpuset) partition = pin_sysfs_read_set (sysfs->sys, partition_cpus[i], NULL);

      /* cgroup v1 makes a group's cpuset empty, and unusable, until somebody fills it. */
      if (pin_cpuset_is_empty (partition))
        continue;
      pin_cpuset_intersect (allowed, partition);
      break;
    }
  return allowed;
}

static PinCpuset *
read_isolated (PinSysfs *sysfs, const PinTopology *topology)
{
  g_autoptr (PinCpuset) isolated = pin_sysfs_read_set (sysfs->sys, CPU_DIR "/isolated", NULL);
  g_autoptr (PinCpuset) nohz_full = pin_sysfs_read_set (sysfs->sys, CPU_DIR "/nohz_full", NULL);
  PinCpuset *both = pin_cpuset_new ();
  g_autoptr (PinCpuset) online = pin_topology_online (topology);

  pin_cpuset_unite (both, isolated);
  pin_cpuset_unite (both, nohz_full);
  pin_cpuset_intersect (both, online);
  return both;
}

gint
pin_sysfs_read_load (PinSysfs *sysfs, guint n_cpus)
{
  g_autofree char *text = pin_sysfs_read_head (sysfs->proc, "loadavg", PIN_SYSFS_ATTRIBUTE_MAX);
  g_auto (GStrv) words = text != NULL ? g_strsplit (text, " ", 3) : NULL;
  char *end = NULL;
  gdouble load;

  if (n_cpus == 0 || words == NULL || words[0] == NULL || words[1] == NULL)
    return -1;
  load = g_ascii_strtod (words[1], &end);
  /* No text that is no number, no NaN, and nothing that an int can't have. */
  if (end == words[1] || *end != '\0' || !(load >= 0 && load * 1000 / n_cpus < G_MAXINT))
    return -1;
  return (gint)(load * 1000 / n_cpus);
}

gboolean
pin_sysfs_read_host (PinSysfs *sysfs, PinSnapshot *snapshot, const char *memory_backing_dir, GError **error)
{
  g_autoptr (PinMounts) mounts = pin_mounts_read (sysfs, memory_backing_dir);

  pin_cpuset_free (snapshot->allowed);
  snapshot->allowed = read_allowed (sysfs, snapshot->topology);
  pin_cpuset_free (snapshot->isolated);
  snapshot->isolated = read_isolated (sysfs, snapshot->topology);
  pin_cpu_model_free (snapshot->cpu);
  snapshot->cpu = pin_cpuinfo_read (sysfs);
  snapshot->memory_backing_tmpfs = g_strcmp0 (mounts->filesystem, "tmpfs") == 0;
  snapshot->default_page_kib = mounts->default_kib;
  pin_resctrl_read (sysfs, snapshot);
  /* Mounts and watermarks are kept with the open files, which a hook should not have to wait for. */
  pin_memory_files_free (sysfs->memory);
  sysfs->memory = pin_memory_files_open (sysfs, snapshot->topology, mounts);
  if (!pin_cpuset_is_empty (snapshot->allowed))
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED,
               "no CPU is both online and in the cpuset of the guest partition (machine.slice)");
  return FALSE;
}
