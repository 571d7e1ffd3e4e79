/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading machines of many shapes: small trees that a test writes, and captured ones. */
#include "core/error.h"
#include "fake-machine.h"
#include "host/sysfs.h"

#include <string.h>

#define MIB 1024
#define GIB (1024 * 1024)

static PinSysfs *
open_machine (const FakeMachine *machine)
{
  g_autoptr (GError) error = NULL;
  PinSysfs *sysfs = pin_sysfs_open (machine->root, &error);

  g_assert_no_error (error);
  return sysfs;
}

static PinTopology *
read_topology (const FakeMachine *machine)
{
  g_autoptr (PinSysfs) sysfs = open_machine (machine);
  g_autoptr (GError) error = NULL;
  PinTopology *topology = pin_sysfs_read_topology (sysfs, &error);

  g_assert_no_error (error);
  return topology;
}

/* The machine with all that can be read of it. */
static PinSnapshot *
read_machine (const FakeMachine *machine, const guint64 *reserve_kib)
{
  g_autoptr (PinSysfs) sysfs = open_machine (machine);
  g_autoptr (GError) error = NULL;
  g_autoptr (PinTopology) topology = pin_sysfs_read_topology (sysfs, &error);
  PinSnapshot *snapshot;

  g_assert_no_error (error);
  snapshot = pin_snapshot_new ("test", topology);
  g_assert_true (pin_sysfs_read_host (sysfs, snapshot, "/var/lib/libvirt/qemu/ram", &error));
  g_assert_no_error (error);
  g_assert_true (pin_sysfs_read_memory (sysfs, snapshot, reserve_kib, &error));
  g_assert_no_error (error);
  return snapshot;
}

static void
assert_set (const PinCpuset *set, const char *expected)
{
  g_autofree char *text = pin_cpuset_format (set);

  g_assert_cmpstr (text, ==, expected);
}

static void
assert_siblings (const PinTopology *topology, PinCpuId cpu, const char *expected)
{
  g_autoptr (PinCpuset) siblings = pin_topology_siblings (topology, cpu);

  assert_set (siblings, expected);
}

/* Two nodes of two cores of two threads each, second threads numbered after all first ones. */
static FakeMachine *
two_nodes (void)
{
  static const char *const siblings[] = { "0,4", "1,5", "2,6", "3,7" };
  FakeMachine *machine = fake_machine_new ();

  for (guint i = 0; i < 8; i++)
    fake_machine_cpu (machine, i, i % 4 / 2, i % 2, siblings[i % 4]);
  fake_machine_node (machine, 0, "0-1,4-5", 8 * GIB, "10 21");
  fake_machine_node (machine, 1, "2-3,6-7", 8 * GIB, "21 10");
  fake_machine_online (machine, "0-7", "0-1");
  return machine;
}

static void
test_two_nodes (void)
{
  g_autoptr (FakeMachine) machine = two_nodes ();
  g_autoptr (PinTopology) topology = read_topology (machine);

  g_assert_cmpuint (topology->n_cpus, ==, 8);
  g_assert_cmpuint (topology->n_cores, ==, 4);
  g_assert_cmpuint (topology->threads, ==, 2);
  g_assert_true (topology->cores_known);
  g_assert_cmpuint (topology->n_nodes, ==, 2);
  assert_set (topology->nodes[1].cpus, "2-3,6-7");
  g_assert_cmpuint (topology->nodes[1].distances[0], ==, 21);
  assert_siblings (topology, 6, "2,6");
  g_assert_cmpuint (pin_topology_cpu (topology, 7)->socket, ==, 1);
  g_assert_cmpuint (pin_topology_cpu (topology, 7)->core_label, ==, 1);
}

static void
test_sparse_nodes (void)
{
  g_autoptr (FakeMachine) machine = fake_machine_new ();
  g_autoptr (PinTopology) topology = NULL;

  for (guint i = 0; i < 6; i++)
    fake_machine_cpu (machine, i, i / 2, i, NULL);
  fake_machine_node (machine, 2, "0-1", GIB, "10 31 32");
  fake_machine_node (machine, 33, "2-3", GIB, "31 10 33");
  fake_machine_node (machine, 72, "4-5", GIB, "32 33 10");
  /* A node that was switched off leaves its directory behind while it is captured. */
  fake_machine_node (machine, 40, "", GIB, "10");
  fake_machine_online (machine, "0-5", "2,33,72");
  topology = read_topology (machine);
  g_assert_cmpuint (topology->n_nodes, ==, 3);
  g_assert_cmpuint (topology->nodes[2].id, ==, 72);
  g_assert_cmpuint (topology->nodes[2].distances[1], ==, 33);
  g_assert_cmpint (pin_topology_node_of (topology, 3), ==, 1);
  g_assert_false (topology->cores_known);
}

static void
test_offline_cpus (void)
{
  g_autoptr (FakeMachine) machine = two_nodes ();
  g_autoptr (PinTopology) topology = NULL;
  g_autoptr (PinSnapshot) snapshot = NULL;

  fake_machine_online (machine, "0-3,6", "0-1");
  fake_machine_write (machine, "0-7", "sys/devices/system/cpu/present");
  fake_machine_mkdir (machine, "sys/devices/system/cpu/cpu8");
  fake_machine_write (machine, "0-1", "sys/devices/system/node/node0/cpulist");
  topology = read_topology (machine);
  g_assert_cmpuint (topology->n_cpus, ==, 8);
  g_assert_false (pin_topology_cpu (topology, 5)->online);
  g_assert_cmpuint (pin_topology_cpu (topology, 5)->node, ==, PIN_CPUSET_END);
  assert_siblings (topology, 0, "0");
  assert_siblings (topology, 2, "2,6");
  assert_set (topology->nodes[1].cpus, "2-3,6");
  snapshot = read_machine (machine, NULL);
  assert_set (snapshot->allowed, "0-3,6");
  assert_set (snapshot->topology->offline, "4-5,7");
}

/* cgroup v1 takes no cpuset that names one. */
static void
test_offline_cpus_of_old (void)
{
  g_autoptr (FakeMachine) machine = two_nodes ();
  g_autoptr (PinTopology) topology = NULL;

  fake_machine_online (machine, "0-3,6", "0-1");
  fake_machine_write (machine, "0-7", "sys/devices/system/cpu/present");
  fake_machine_write (machine, "0-3,6", "sys/fs/cgroup/cpuset/cpuset.cpus");
  topology = read_topology (machine);
  g_assert_cmpuint (topology->n_cpus, ==, 5);
  g_assert_null (pin_topology_cpu (topology, 5));
  g_assert_true (pin_cpuset_is_empty (topology->offline));
}

/* Kernels before 2.6.26 had no lists, and a file "online" in each CPU but the first. */
static void
test_masks_only (void)
{
  g_autoptr (FakeMachine) machine = fake_machine_new ();
  g_autoptr (PinTopology) topology = NULL;

  for (guint i = 0; i < 40; i++)
    {
      fake_machine_cpu (machine, i, 0, i, NULL);
      fake_machine_write (machine, i == 35 ? "0" : "1", "sys/devices/system/cpu/cpu%u/online", i);
    }
  fake_machine_write (machine, "0000,00000003", "sys/devices/system/cpu/cpu0/topology/thread_siblings");
  fake_machine_write (machine, "0000,00000003", "sys/devices/system/cpu/cpu1/topology/thread_siblings");
  fake_machine_write (machine, "ff,ffffffff", "sys/devices/system/node/node0/cpumap");
  fake_machine_write (machine, "10", "sys/devices/system/node/node0/distance");
  topology = read_topology (machine);
  g_assert_cmpuint (topology->n_cpus, ==, 40);
  assert_set (topology->nodes[0].cpus, "0-34,36-39");
  assert_siblings (topology, 0, "0-1");
  assert_siblings (topology, 2, "2");
}

static void
test_no_nodes (void)
{
  g_autoptr (FakeMachine) machine = fake_machine_new ();
  g_autoptr (PinSnapshot) snapshot = NULL;

  for (guint i = 0; i < 2; i++)
    fake_machine_cpu (machine, i, 0, i, NULL);
  fake_machine_online (machine, "0-1", NULL);
  fake_machine_write (machine,
                      "MemTotal: 8192 kB\nMemFree: 1024 kB\nBuffers: 512 kB\nCached: 2048 kB\nSReclaimable: 100 kB\n"
                      "Shmem: 1000 kB\nHugepagesize: 2048 kB",
                      "proc/meminfo");
  snapshot = read_machine (machine, NULL);
  g_assert_cmpuint (snapshot->topology->n_nodes, ==, 1);
  assert_set (snapshot->topology->nodes[0].cpus, "0-1");
  g_assert_cmpuint (snapshot->memory[0].total_kib, ==, 8192);
  g_assert_cmpuint (snapshot->memory[0].free_kib, ==, 1024 + 512 + 2048 - 1000 + 100);
}

static void
test_memoryless_and_cpuless (void)
{
  g_autoptr (FakeMachine) machine = fake_machine_new ();
  g_autoptr (PinSnapshot) snapshot = NULL;

  fake_machine_cpu (machine, 0, 0, 0, "0");
  fake_machine_node (machine, 0, "0", 0, "10 17");
  fake_machine_node (machine, 4, "", GIB, "17 10");
  fake_machine_online (machine, "0", "0,4");
  snapshot = read_machine (machine, NULL);
  g_assert_cmpuint (snapshot->memory[0].total_kib, ==, 0);
  g_assert_cmpuint (snapshot->memory[0].free_kib, ==, 0);
  g_assert_true (pin_cpuset_is_empty (snapshot->topology->nodes[1].cpus));
  g_assert_cmpuint (snapshot->memory[1].total_kib, ==, GIB);
}

static void
test_unlike_distances (void)
{
  static const struct
  {
    const char *row;
    guint expected; /* from node 3 to node 5 */
  } cases[] = {
    { "10 31", 31 },
    { "14 10 15 31 16", 20 },    /* neither the online nor the possible nodes: whose columns they are is unknown */
    { "14 15 16 10 17 31", 31 }, /* a column for each of the possible nodes 0-5 */
    { "10 x", 20 },
    { "", 20 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FakeMachine) machine = fake_machine_new ();
      g_autoptr (PinTopology) topology = NULL;

      fake_machine_cpu (machine, 0, 0, 0, "0");
      fake_machine_node (machine, 3, "0", GIB, cases[i].row);
      fake_machine_node (machine, 5, "", GIB, cases[i].row);
      fake_machine_online (machine, "0", "3,5");
      fake_machine_write (machine, "0-5", "sys/devices/system/node/possible");
      topology = read_topology (machine);
      g_assert_cmpuint (topology->nodes[0].distances[1], ==, cases[i].expected);
    }
}

static void
test_isolated_and_allowed (void)
{
  static const struct
  {
    const char *path;
    const char *text;
    const char *allowed;
  } cases[] = {
    { "sys/fs/cgroup/machine.slice/cpuset.cpus.effective", "2-5", "2-5" },
    { "sys/fs/cgroup/machine/cpuset.cpus.effective", "2-99", "2-7" },
    { "sys/fs/cgroup/cpuset/machine/cpuset.cpus", "1", "1" },
    { "sys/fs/cgroup/cpuset/machine/cpuset.cpus", "", "0-7" },
    { "sys/fs/cgroup/cpuset.cpus.effective", "0-3", "0-3" },
    { "sys/fs/cgroup/elsewhere/cpuset.cpus.effective", "1", "0-7" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FakeMachine) machine = two_nodes ();
      g_autoptr (PinSnapshot) snapshot = NULL;

      fake_machine_write (machine, cases[i].text, "%s", cases[i].path);
      fake_machine_write (machine, i % 2 == 0 ? "1,5" : "", "sys/devices/system/cpu/isolated");
      fake_machine_write (machine, i % 2 == 0 ? " (null)" : "6", "sys/devices/system/cpu/nohz_full");
      snapshot = read_machine (machine, NULL);
      assert_set (snapshot->allowed, cases[i].allowed);
      assert_set (snapshot->isolated, i % 2 == 0 ? "1,5" : "6");
    }
}

static void
test_no_allowed_cpu (void)
{
  g_autoptr (FakeMachine) machine = two_nodes ();
  g_autoptr (PinSysfs) sysfs = open_machine (machine);
  g_autoptr (PinTopology) topology = read_topology (machine);
  g_autoptr (PinSnapshot) snapshot = pin_snapshot_new ("test", topology);
  g_autoptr (GError) error = NULL;

  fake_machine_write (machine, "64-65", "sys/fs/cgroup/machine.slice/cpuset.cpus.effective");
  g_assert_false (pin_sysfs_read_host (sysfs, snapshot, NULL, &error));
  g_assert_error (error, PIN_ERROR, PIN_ERROR_FAILED);
}

static void
test_pools (void)
{
  g_autoptr (FakeMachine) machine = two_nodes ();
  g_autoptr (PinSnapshot) snapshot = NULL;

  /* 100 pages of which 10 are surplus, 60 free; 7 of the host's are reserved, nobody says on which node. */
  fake_machine_pool (machine, 0, 2048, 100, 60, 10, 7);
  fake_machine_pool (machine, 1, 2048, 10, 5, 0, 7);
  fake_machine_pool (machine, 1, GIB, 1, 1, 0, 0);
  fake_machine_write (machine, "hugetlbfs /dev/hugepages hugetlbfs rw,relatime,pagesize=2M 0 0", "proc/mounts");
  fake_machine_write (machine, "Hugepagesize:       2048 kB", "proc/meminfo");
  snapshot = read_machine (machine, NULL);
  g_assert_cmpuint (pin_snapshot_pool (snapshot, 0, 2048)->total, ==, 90);
  g_assert_cmpuint (pin_snapshot_pool (snapshot, 0, 2048)->free, ==, 53);
  g_assert_cmpuint (pin_snapshot_pool (snapshot, 1, 2048)->free, ==, 0);
  g_assert_cmpuint (snapshot->default_page_kib, ==, 2048);
  /* No mount serves 1 GiB pages: they are nobody's, and no guest's memory either. */
  g_assert_null (pin_snapshot_pool (snapshot, 1, GIB));
  g_assert_cmpuint (snapshot->memory[1].reserve_kib, ==, GIB);
  g_assert_cmpuint (snapshot->memory[0].reserve_kib, ==, 10 * 2048);
}

static void
test_mounts (void)
{
  static const struct
  {
    const char *mounts; /* NULL: captured without */
    guint64 default_kib;
    const char *sizes;
    gboolean tmpfs;
  } cases[] = {
    { NULL, 2048, "2048 1048576", FALSE },
    { "/dev/vda / ext4 rw 0 0", 0, "", FALSE },
    { "h /dev/hugepages hugetlbfs rw,relatime 0 0", 2048, "2048", FALSE },
    { "h /a hugetlbfs rw,pagesize=1024M 0 0\nh /b hugetlbfs rw,pagesize=2M 0 0", 2048, "2048 1048576", FALSE },
    { "h /a\\040b hugetlbfs rw,pagesize=1G 0 0", GIB, "1048576", FALSE },
    { "/dev/vda / ext4 rw 0 0\nt /var/lib/libvirt tmpfs rw 0 0", 0, "", TRUE },
    { "t / tmpfs rw 0 0\n/dev/vda /var/lib/libvirt/qemu ext4 rw 0 0", 0, "", FALSE },
    { "t /var/lib/lib tmpfs rw 0 0", 0, "", FALSE },
    { "/dev/a /var ext4 rw 0 0\nt /var tmpfs rw 0 0", 0, "", TRUE },
    { "nonsense\n\nh /b hugetlbfs rw,pagesize=99999999999999999999G 0 0", 2048, "2048", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FakeMachine) machine = two_nodes ();
      g_autoptr (PinSnapshot) snapshot = NULL;
      g_autoptr (GString) sizes = g_string_new (NULL);

      fake_machine_pool (machine, 0, 2048, 1, 1, 0, 0);
      fake_machine_pool (machine, 0, GIB, 1, 1, 0, 0);
      fake_machine_write (machine, "Hugepagesize:       2048 kB", "proc/meminfo");
      if (cases[i].mounts != NULL)
        fake_machine_write (machine, cases[i].mounts, "proc/mounts");
      snapshot = read_machine (machine, NULL);
      for (guint j = 0; j < snapshot->memory[0].n_pools; j++)
        g_string_append_printf (sizes, "%s%" G_GUINT64_FORMAT, j == 0 ? "" : " ",
                                snapshot->memory[0].pools[j].size_kib);
      g_assert_cmpstr (sizes->str, ==, cases[i].sizes);
      g_assert_cmpuint (snapshot->default_page_kib, ==, cases[i].default_kib);
      g_assert_cmpint (snapshot->memory_backing_tmpfs, ==, cases[i].tmpfs);
    }
}

static void
test_available_memory (void)
{
  const guint64 none[] = { 0, 0 };
  const guint64 much[] = { 0, 7 * GIB };
  g_autoptr (FakeMachine) machine = two_nodes ();
  g_autoptr (PinSnapshot) loose = NULL;
  g_autoptr (PinSnapshot) tight = NULL;

  fake_machine_write (machine,
                      "Node 0, zone      DMA\n  pages free     3840\n        high     61\n    pagesets\n"
                      "              high:  500\nNode 0, zone   Normal\n        high     1000\n"
                      "Node 1, zone   Normal\n        high     7",
                      "proc/zoneinfo");
  loose = read_machine (machine, none);
  /* A quarter free, an eighth file pages, an eighth slab, less the watermarks of that node's zones. */
  g_assert_cmpuint (loose->memory[0].free_kib, ==, 4 * GIB - 1061 * 4);
  g_assert_cmpuint (loose->memory[1].free_kib, ==, 4 * GIB - 7 * 4);
  fake_machine_pool (machine, 0, 2048, 3 * 512, 0, 0, 0);
  tight = read_machine (machine, much);
  g_assert_cmpuint (tight->memory[0].free_kib, ==, 4 * GIB - 1061 * 4);
  /* At most what is neither a pool's nor reserved. */
  g_assert_cmpuint (tight->memory[1].free_kib, ==, GIB);
  g_assert_cmpuint (tight->memory[1].reserve_kib, ==, 7 * GIB);
}

static void
test_shared_memory_is_not_cache (void)
{
  g_autoptr (FakeMachine) machine = two_nodes ();
  g_autoptr (PinSnapshot) snapshot = NULL;

  fake_machine_write (machine,
                      "Node 0 MemTotal: 8000 kB\nNode 0 MemFree: 100 kB\nNode 0 FilePages: 5000 kB\n"
                      "Node 0 Shmem: 4500 kB\nNode 0 SReclaimable: 10 kB",
                      "sys/devices/system/node/node0/meminfo");
  snapshot = read_machine (machine, NULL);
  g_assert_cmpuint (snapshot->memory[0].free_kib, ==, 610);
}

/* The same object sees what changes: pages taken, a pool that grows, a node that goes. */
static void
test_reads_again (void)
{
  g_autoptr (FakeMachine) machine = two_nodes ();
  g_autoptr (PinSysfs) sysfs = open_machine (machine);
  g_autoptr (GError) error = NULL;
  g_autoptr (PinTopology) topology = pin_sysfs_read_topology (sysfs, &error);
  g_autoptr (PinSnapshot) snapshot = pin_snapshot_new ("test", topology);

  fake_machine_pool (machine, 0, 2048, 8, 8, 0, 0);
  g_assert_true (pin_sysfs_read_memory (sysfs, snapshot, NULL, &error));
  g_assert_cmpuint (pin_snapshot_pool (snapshot, 0, 2048)->free, ==, 8);
  g_assert_true (pin_sysfs_read_memory (sysfs, snapshot, NULL, &error));
  g_assert_cmpuint (snapshot->memory[0].n_pools, ==, 1);
  /* A file of this tree is replaced by a new one, which an open file does not see; one of sysfs is not. */
  fake_machine_pool (machine, 0, 2048, 8, 3, 0, 0);
  g_assert_true (pin_sysfs_read_host (sysfs, snapshot, NULL, &error));
  g_assert_true (pin_sysfs_read_memory (sysfs, snapshot, NULL, &error));
  g_assert_cmpuint (pin_snapshot_pool (snapshot, 0, 2048)->free, ==, 3);
}

static void
write_process (FakeMachine *machine, guint pid, const char *name, gboolean kernel, const char *cpus)
{
  g_autofree char *status = g_strdup_printf ("Name:\t%s\nPid:\t%u\n%sThreads:\t1\nCpus_allowed_list:\t%s", name, pid,
                                             kernel ? "" : "VmSize:\t    4 kB\n", cpus);

  fake_machine_write (machine, status, "proc/%u/status", pid);
}

static void
test_bound_processes (void)
{
  guint64 memory_kib, pages_kib;
  g_autoptr (FakeMachine) machine = two_nodes ();
  g_autoptr (PinSysfs) sysfs = NULL;
  g_autoptr (PinCpuset) bound = NULL;

  write_process (machine, 10, "poller", FALSE, "3");
  write_process (machine, 11, "migration/1", TRUE, "1");
  write_process (machine, 12, "qemu-system-x86", FALSE, "2");
  write_process (machine, 13, "bash", FALSE, "0-7");
  write_process (machine, 14, "helper", FALSE, "4");
  fake_machine_write (machine, "0::/machine.slice/machine-qemu\\x2d1\\x2ddb1.scope/libvirt/emulator", "proc/14/cgroup");
  write_process (machine, 15, "other", FALSE, "5");
  fake_machine_write (machine, "0::/system.slice/other.service", "proc/15/cgroup");
  fake_machine_write (machine, "Name:\tovs\nVmSize:\t1 kB\nThreads:\t2\nCpus_allowed_list:\t0-7", "proc/16/status");
  fake_machine_write (machine, "Name:\tovs\nCpus_allowed_list:\t0-7", "proc/16/task/16/status");
  fake_machine_write (machine, "Name:\tpmd\nCpus_allowed_list:\t7", "proc/16/task/17/status");
  sysfs = open_machine (machine);
  bound = pin_sysfs_read_bound (sysfs);
  assert_set (bound, "3,5,7");
  g_assert_false (pin_sysfs_read_resident (sysfs, 4242, &memory_kib, &pages_kib));
  fake_machine_write (machine, "Name:\tqemu\nVmRSS:\t  65536 kB\nHugetlbPages:\t 2048 kB\n", "proc/4242/status");
  g_assert_true (pin_sysfs_read_resident (sysfs, 4242, &memory_kib, &pages_kib));
  g_assert_cmpuint (memory_kib, ==, 65536);
  g_assert_cmpuint (pages_kib, ==, 2048);
}

static void
test_emulators (void)
{
  static const struct
  {
    const char *name;
    const char *file; /* NULL: none */
    const char *text;
    guint pid;
  } cases[] = {
    { "db1", "db1.pid", "4242", 4242 },
    { "a'b <&> \"c\"", "a&apos;b &lt;&amp;&gt; &quot;c&quot;.pid", "4243", 4243 },
    { "late", NULL, NULL, 0 },
    { "begun", "begun.pid", "", 0 },
    { "odd", "odd.pid", "12 34", 0 },
    { "negative", "negative.pid", "-1", 0 },
  };
  g_autoptr (FakeMachine) machine = two_nodes ();
  g_autoptr (PinSysfs) bare = open_machine (machine);
  g_autoptr (PinSysfs) sysfs = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (pin_sysfs_find_emulator (bare, "db1", &error), ==, 0);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    if (cases[i].file != NULL)
      fake_machine_write (machine, cases[i].text, "run/libvirt/qemu/%s", cases[i].file);
  fake_machine_mkdir (machine, "run/libvirt/qemu/unreadable.pid");
  sysfs = open_machine (machine);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].name);
      g_assert_cmpuint (pin_sysfs_find_emulator (sysfs, cases[i].name, &error), ==, cases[i].pid);
      g_assert_no_error (error);
    }
  g_assert_cmpuint (pin_sysfs_find_emulator (sysfs, "unreadable", &error), ==, 0);
  g_assert_error (error, PIN_ERROR, PIN_ERROR_FAILED);
}

static void
test_load (void)
{
  static const struct { const char *text; guint n_cpus; gint load; } rows[] = {
    { "0.52 0.58 0.59 3/1021 22345", 4, 145 },
    { "0.00 0.00 0.00 1/1 1", 4, 0 },
    { "900.00 512.00 0.00 1/1 1", 4, 128000 },
    { "0.52 0.58 0.59 3/1021 22345", 0, -1 },
    { "1.00 99999999999999.00 1.00 1/1 1", 1, -1 },
    { "1.00 nan 1.00 1/1 1", 4, -1 },
    { "1.00 -2.00 1.00 1/1 1", 4, -1 },
    { "1.00 2.00x 1.00 1/1 1", 4, -1 },
    { "1.00", 4, -1 },
    { "", 4, -1 },
  };
  g_autoptr (FakeMachine) machine = two_nodes ();
  g_autoptr (PinSysfs) sysfs = open_machine (machine);

  g_assert_cmpint (pin_sysfs_read_load (sysfs, 4), ==, -1);
  fake_machine_mkdir (machine, "proc");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PinSysfs) with = NULL;

      fake_machine_write (machine, rows[i].text, "proc/loadavg");
      with = open_machine (machine);
      g_test_message ("%s", rows[i].text);
      g_assert_cmpint (pin_sysfs_read_load (with, rows[i].n_cpus), ==, rows[i].load);
    }
}

static void
test_cpu (void)
{
  g_autoptr (FakeMachine) machine = two_nodes ();
  g_autoptr (PinSnapshot) snapshot = NULL;

  fake_machine_write (machine,
                      "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel\t\t: 85\nmodel name\t: A CPU @ 2.10GHz\n"
                      "microcode\t: 0x5002f01\nflags\t\t: vmx fpu avx2\nvmx flags\t: ept tsc_scaling\n\n"
                      "processor\t: 1\nmodel name\t: Another",
                      "proc/cpuinfo");
  fake_machine_write (machine, "Y", "sys/module/kvm_intel/parameters/nested");
  fake_machine_write (machine, "2100000", "sys/devices/system/cpu/cpu0/tsc_freq_khz");
  snapshot = read_machine (machine, NULL);
  g_assert_cmpstr (snapshot->cpu->model, ==, "A CPU @ 2.10GHz");
  g_assert_cmpstr (snapshot->cpu->vendor, ==, "GenuineIntel");
  g_assert_cmpuint (snapshot->cpu->microcode, ==, 0x5002f01);
  g_assert_cmpuint (snapshot->cpu->tsc_hz, ==, G_GUINT64_CONSTANT (2100000000));
  g_assert_true (snapshot->cpu->tsc_scaling);
  g_assert_true (snapshot->cpu->nested);
  g_assert_cmpstr (snapshot->cpu->features[0], ==, "avx2");
  g_assert_cmpstr (snapshot->cpu->features[2], ==, "vmx");
}

/* The line of the features is called otherwise on every architecture. */
static void
test_features (void)
{
  static const char *const lines[] = {
    "flags\t\t: fpu avx2", "Features\t: fpu avx2", "features\t: avx2 fpu \nfacilities      : 0 1 2",
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (FakeMachine) machine = two_nodes ();
      g_autoptr (PinSnapshot) snapshot = NULL;

      g_test_message ("%s", lines[i]);
      fake_machine_write (machine, lines[i], "proc/cpuinfo");
      snapshot = read_machine (machine, NULL);
      g_assert_nonnull (snapshot->cpu->features);
      g_assert_cmpuint (g_strv_length (snapshot->cpu->features), ==, 2);
      g_assert_cmpstr (snapshot->cpu->features[0], ==, "avx2");
    }
}

/* Two L3 caches. */
static void
add_caches (FakeMachine *machine)
{
  for (guint i = 0; i < 8; i++)
    {
      fake_machine_write (machine, "16896K", "sys/devices/system/cpu/cpu%u/cache/index3/size", i);
      fake_machine_write (machine, "3", "sys/devices/system/cpu/cpu%u/cache/index3/level", i);
      fake_machine_write (machine, i % 4 < 2 ? "0" : "1", "sys/devices/system/cpu/cpu%u/cache/index3/id", i);
      fake_machine_write (machine, i % 4 < 2 ? "0-1,4-5" : "2-3,6-7",
                          "sys/devices/system/cpu/cpu%u/cache/index3/shared_cpu_list", i);
    }
}

static void
test_cache_ways (void)
{
  g_autoptr (FakeMachine) machine = two_nodes ();
  g_autoptr (PinSnapshot) snapshot = NULL;

  add_caches (machine);
  fake_machine_write (machine, "fff", "sys/fs/resctrl/info/L3/cbm_mask");
  fake_machine_write (machine, "2", "sys/fs/resctrl/info/L3/min_cbm_bits");
  fake_machine_write (machine, "    MB:0=100;1=100\n    L3:0=00f;1=fff", "sys/fs/resctrl/schemata");
  fake_machine_write (machine, "L3:0=0f0;1=001", "sys/fs/resctrl/group/schemata");
  snapshot = read_machine (machine, NULL);
  g_assert_cmpuint (snapshot->l3->len, ==, 2);
  g_assert_cmpuint (g_array_index (snapshot->l3, PinCacheWays, 0).ways, ==, 12);
  g_assert_cmpuint (g_array_index (snapshot->l3, PinCacheWays, 0).used, ==, 8);
  g_assert_cmpuint (g_array_index (snapshot->l3, PinCacheWays, 1).used, ==, 12);
  assert_set (g_array_index (snapshot->l3, PinCacheWays, 1).cpus, "2-3,6-7");
  assert_set (g_array_index (snapshot->l3, PinCacheWays, 0).free, "8-11");
  assert_set (g_array_index (snapshot->l3, PinCacheWays, 1).free, "");
  g_assert_cmpuint (g_array_index (snapshot->l3, PinCacheWays, 1).size_kib, ==, 16896);
  g_assert_cmpuint (g_array_index (snapshot->l3, PinCacheWays, 1).min_ways, ==, 2);
  g_assert_false (g_array_index (snapshot->l3, PinCacheWays, 1).cdp);
  g_assert_cmpuint (snapshot->bandwidth->len, ==, 2);
}

/* Code and data apart: what either has of a way is used. */
static void
test_cache_ways_apart (void)
{
  g_autoptr (FakeMachine) machine = two_nodes ();
  g_autoptr (PinSnapshot) snapshot = NULL;

  add_caches (machine);
  fake_machine_write (machine, "fff", "sys/fs/resctrl/info/L3CODE/cbm_mask");
  fake_machine_write (machine, "fff", "sys/fs/resctrl/info/L3DATA/cbm_mask");
  fake_machine_write (machine, "L3CODE:0=001;1=001\nL3DATA:0=f00;1=001", "sys/fs/resctrl/schemata");
  snapshot = read_machine (machine, NULL);
  g_assert_true (g_array_index (snapshot->l3, PinCacheWays, 0).cdp);
  assert_set (g_array_index (snapshot->l3, PinCacheWays, 0).free, "1-7");
  g_assert_cmpuint (g_array_index (snapshot->l3, PinCacheWays, 0).used, ==, 5);
  g_assert_cmpuint (snapshot->bandwidth->len, ==, 0);
}

/* Without cache allocation, too. */
static void
test_bandwidth (void)
{
  g_autoptr (FakeMachine) machine = two_nodes ();
  g_autoptr (PinSnapshot) snapshot = NULL;

  fake_machine_write (machine, "10", "sys/fs/resctrl/info/MB/min_bandwidth");
  fake_machine_write (machine, "5", "sys/fs/resctrl/info/MB/bandwidth_gran");
  fake_machine_write (machine, "    MB:0=100; 3=100;x=1\n", "sys/fs/resctrl/schemata");
  snapshot = read_machine (machine, NULL);
  g_assert_cmpuint (snapshot->l3->len, ==, 0);
  g_assert_cmpuint (snapshot->bandwidth->len, ==, 2);
  g_assert_cmpuint (g_array_index (snapshot->bandwidth, PinBandwidth, 1).id, ==, 3);
  g_assert_cmpuint (g_array_index (snapshot->bandwidth, PinBandwidth, 1).min, ==, 10);
  g_assert_cmpuint (g_array_index (snapshot->bandwidth, PinBandwidth, 1).step, ==, 5);
}

static void
test_bad_roots (void)
{
  g_autoptr (FakeMachine) machine = fake_machine_new ();
  g_autoptr (PinSysfs) sysfs = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *missing = g_build_filename (machine->root, "missing", NULL);

  g_assert_null (pin_sysfs_open (missing, &error));
  g_assert_error (error, PIN_ERROR, PIN_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (pin_sysfs_open (machine->root, &error));
  g_assert_error (error, PIN_ERROR, PIN_ERROR_NOT_FOUND);
  g_clear_error (&error);
  fake_machine_mkdir (machine, "devices/system/cpu");
  sysfs = open_machine (machine);
  g_assert_null (pin_sysfs_read_topology (sysfs, &error));
  g_assert_error (error, PIN_ERROR, PIN_ERROR_NOT_FOUND);
}

/* A tree of /sys alone reads like the machine that it is part of. */
static void
test_sys_alone (void)
{
  g_autoptr (FakeMachine) machine = two_nodes ();
  g_autofree char *sys = g_build_filename (machine->root, "sys", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (PinSysfs) sysfs = pin_sysfs_open (sys, &error);
  g_autoptr (PinTopology) topology = NULL;
  g_autoptr (PinSnapshot) snapshot = NULL;

  g_assert_no_error (error);
  fake_machine_pool (machine, 0, 2048, 4, 4, 0, 0);
  topology = pin_sysfs_read_topology (sysfs, &error);
  g_assert_no_error (error);
  snapshot = pin_snapshot_new ("test", topology);
  g_assert_true (pin_sysfs_read_host (sysfs, snapshot, NULL, &error));
  g_assert_true (pin_sysfs_read_memory (sysfs, snapshot, NULL, &error));
  g_assert_cmpuint (pin_snapshot_pool (snapshot, 0, 2048)->free, ==, 4);
  g_assert_cmpuint (snapshot->default_page_kib, ==, 2048);
  g_assert_null (snapshot->cpu);
}

/* What a wild machine may say must not hurt: each text in each file that is read as numbers. */
static void
test_nonsense (void)
{
  static const char *const texts[] = { "", "x", "99999999999999999999", "0-99999", "5-3", "-1", ",,,", "zz,00000001" };
  static const char *const paths[] = {
    "sys/devices/system/cpu/cpu0/topology/thread_siblings_list",
    "sys/devices/system/cpu/cpu0/topology/core_id",
    "sys/devices/system/node/node0/distance",
    "sys/devices/system/node/node0/meminfo",
    "sys/devices/system/node/possible",
    "sys/devices/system/cpu/isolated",
    "sys/fs/cgroup/machine.slice/cpuset.cpus.effective",
    "sys/fs/resctrl/info/L3/cbm_mask",
    "sys/fs/resctrl/info/MB/min_bandwidth",
    "sys/fs/resctrl/schemata",
    "sys/devices/system/cpu/cpu0/cache/index3/size",
    "proc/mounts",
    "proc/zoneinfo",
    "proc/meminfo",
    "proc/cpuinfo",
    "proc/17/status",
  };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    for (guint j = 0; j < G_N_ELEMENTS (texts); j++)
      {
        g_autoptr (FakeMachine) machine = fake_machine_new ();
        g_autoptr (PinSnapshot) snapshot = NULL;
        g_autoptr (PinSysfs) sysfs = NULL;
        g_autoptr (PinCpuset) bound = NULL;

        fake_machine_cpu (machine, 0, 0, 0, "0");
        fake_machine_node (machine, 0, "0", GIB, "10");
        fake_machine_online (machine, "0", "0");
        fake_machine_write (machine, texts[j], "%s", paths[i]);
        snapshot = read_machine (machine, NULL);
        g_assert_cmpuint (snapshot->topology->n_nodes, ==, 1);
        sysfs = open_machine (machine);
        bound = pin_sysfs_read_bound (sysfs);
        g_assert_true (pin_cpuset_is_empty (bound));
      }
}

/* One line per online CPU, "cpu,node,core", as util-linux has them; cores are numbered another way. */
static void
compare_with_lscpu (const FakeMachine *machine, const PinTopology *topology)
{
  const char *argv[] = { "lscpu", "-s", machine->root, "-p=CPU,NODE,CORE", NULL };
  g_autoptr (GHashTable) cores = g_hash_table_new (NULL, NULL); /* lscpu's core + 1 -> our core + 1 */
  g_autofree char *output = NULL;
  g_auto (GStrv) lines = NULL;
  guint n_cpus = 0;

  if (!g_spawn_sync (NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, NULL, NULL, NULL))
    {
      g_test_skip ("there is no lscpu");
      return;
    }
  lines = g_strsplit (output, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], ",", -1);
      const PinCpu *cpu;
      guint core;

      if (*lines[i] == '#' || g_strv_length (words) != 3)
        continue;
      n_cpus++;
      cpu = pin_topology_cpu (topology, (PinCpuId)g_ascii_strtoull (words[0], NULL, 10));
      g_assert_nonnull (cpu);
      g_assert_true (cpu->online);
      if (*words[1] != '\0')
        g_assert_cmpuint (cpu->node, ==, g_ascii_strtoull (words[1], NULL, 10));
      /* lscpu does not know the newer name of the siblings' file. */
      if (*words[2] == '\0')
        continue;
      core = (guint)g_ascii_strtoull (words[2], NULL, 10) + 1;
      if (!g_hash_table_contains (cores, GUINT_TO_POINTER (core)))
        g_hash_table_insert (cores, GUINT_TO_POINTER (core), GUINT_TO_POINTER (cpu->core + 1));
      g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (cores, GUINT_TO_POINTER (core))), ==, cpu->core + 1);
    }
  g_assert_cmpuint (n_cpus, >, 0);
}

typedef struct
{
  const char *name;
  guint n_online;
  const char *nodes;
  guint threads;
  gboolean predates_lscpu; /* lscpu wants cpu/possible */
} Captured;

static const Captured captured[] = {
  { "memorysidecaches", 80, "0-3", 2 },
  { "48amd64-4pa2n6c-sparse", 48, "0-2,33-34,45,72-73", 1 },
  { "fakememinitiators-1np2c+1npp+gi", 8, "0-10", 1 },
  { "offline-cpu0-node0", 17, "1", 1 },
  { "64amd64-4s2n4ca2co", 64, "0-7", 2 },
  { "16em64t-4s2c2t-offlines", 12, "0", 2, TRUE },
};

static void
test_captured (gconstpointer data)
{
  const Captured *expected = data;
  const char *folder = fake_machine_captured ();
  g_autoptr (FakeMachine) machine = fake_machine_new ();
  g_autoptr (PinSnapshot) snapshot = NULL;
  g_autoptr (PinCpuset) online = NULL;
  g_autoptr (PinCpuset) nodes = pin_cpuset_new ();

  if (folder == NULL || !fake_machine_unpack (machine, folder, expected->name))
    return;
  snapshot = read_machine (machine, NULL);
  online = pin_topology_online (snapshot->topology);
  for (guint i = 0; i < snapshot->topology->n_nodes; i++)
    pin_cpuset_add (nodes, snapshot->topology->nodes[i].id);
  g_assert_cmpuint (pin_cpuset_count (online), ==, expected->n_online);
  assert_set (nodes, expected->nodes);
  g_assert_cmpuint (snapshot->topology->threads, ==, expected->threads);
  if (!expected->predates_lscpu)
    compare_with_lscpu (machine, snapshot->topology);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sysfs/reads-cores-and-nodes", test_two_nodes);
  g_test_add_func ("/sysfs/keeps-sparse-node-ids", test_sparse_nodes);
  g_test_add_func ("/sysfs/knows-offline-cpus", test_offline_cpus);
  g_test_add_func ("/sysfs/cgroup-v1-has-no-offline-cpus", test_offline_cpus_of_old);
  g_test_add_func ("/sysfs/reads-masks-where-there-are-no-lists", test_masks_only);
  g_test_add_func ("/sysfs/a-machine-without-nodes-is-one-node", test_no_nodes);
  g_test_add_func ("/sysfs/keeps-nodes-without-memory-or-cpus", test_memoryless_and_cpuless);
  g_test_add_func ("/sysfs/trusts-only-distances-that-it-can-place", test_unlike_distances);
  g_test_add_func ("/sysfs/reads-isolated-and-allowed-cpus", test_isolated_and_allowed);
  g_test_add_func ("/sysfs/says-when-no-cpu-is-allowed", test_no_allowed_cpu);
  g_test_add_func ("/sysfs/counts-pages-that-can-be-had", test_pools);
  g_test_add_func ("/sysfs/reads-mounts", test_mounts);
  g_test_add_func ("/sysfs/counts-memory-that-can-be-had", test_available_memory);
  g_test_add_func ("/sysfs/does-not-take-shared-memory-for-cache", test_shared_memory_is_not_cache);
  g_test_add_func ("/sysfs/reads-memory-again", test_reads_again);
  g_test_add_func ("/sysfs/finds-cpus-that-a-process-has-for-itself", test_bound_processes);
  g_test_add_func ("/sysfs/finds-the-process-of-a-guest", test_emulators);
  g_test_add_func ("/sysfs/reads-the-load", test_load);
  g_test_add_func ("/sysfs/reads-the-cpu", test_cpu);
  g_test_add_func ("/sysfs/cpu-features", test_features);
  g_test_add_func ("/sysfs/counts-cache-ways", test_cache_ways);
  g_test_add_func ("/sysfs/counts-cache-ways-of-code-and-data", test_cache_ways_apart);
  g_test_add_func ("/sysfs/knows-memory-bandwidth", test_bandwidth);
  g_test_add_func ("/sysfs/refuses-what-is-no-machine", test_bad_roots);
  g_test_add_func ("/sysfs/reads-a-sys-tree-alone", test_sys_alone);
  g_test_add_func ("/sysfs/survives-nonsense", test_nonsense);
  for (guint i = 0; i < G_N_ELEMENTS (captured); i++)
    {
      g_autofree char *path = g_strdup_printf ("/sysfs/captured/%s", captured[i].name);

      g_test_add_data_func (path, &captured[i], test_captured);
    }
  return g_test_run ();
}
