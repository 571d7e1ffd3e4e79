/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the benchmark feeds to the hook and the service: two guests and a host. */

#include "bench-files.h"

#define N_NODES 2u
#define N_CORES 16u /* of each node */
#define N_CPUS (N_NODES * N_CORES * 2)
#define NODE_KIB (64u << 20)

/* Disks and the end, so that the whole is as heavy as every other guest. */
static char *
finish_xml (GString *xml)
{
  g_string_append (xml, "  <devices>\n    <emulator>/usr/bin/qemu-system-x86_64</emulator>\n");
  for (guint i = 0; xml->len < PIN_BENCH_XML_BYTES - 400; i++)
    g_string_append_printf (xml,
                            "    <disk type='network' device='disk'>\n"
                            "      <driver name='qemu' type='raw' cache='none' io='native'/>\n"
                            "      <source protocol='rbd' name='vms/volume-%08u'>\n"
                            "        <host name='ceph-mon-1.example.org' port='6789'/>\n"
                            "      </source>\n"
                            "      <target dev='sd%c%c' bus='scsi'/>\n"
                            "    </disk>\n",
                            i, (char) ('a' + i / 26), (char) ('a' + i % 26));
  g_string_append (xml, "  </devices>\n");
  while (xml->len < PIN_BENCH_XML_BYTES - 10)
    g_string_append_c (xml, '\n');
  g_string_append (xml, "</domain>\n");
  return g_string_free (xml, FALSE);
}

static GString *
begin_xml (const char *name, const char *uuid, guint vcpus, guint64 kib)
{
  GString *xml = g_string_new (NULL);

  g_string_append_printf (xml,
                          "<domain type='kvm'>\n  <name>%s</name>\n  <uuid>%s</uuid>\n"
                          "  <memory unit='KiB'>%" G_GUINT64_FORMAT "</memory>\n"
                          "  <currentMemory unit='KiB'>%" G_GUINT64_FORMAT "</currentMemory>\n"
                          "  <vcpu placement='static'>%u</vcpu>\n",
                          name, uuid, kib, kib, vcpus);
  return xml;
}

static void
append_machine (GString *xml)
{
  g_string_append (xml,
                   "  <os>\n    <type arch='x86_64' machine='pc-q35-7.2'>hvm</type>\n    <boot dev='hd'/>\n  </os>\n"
                   "  <features>\n    <acpi/>\n    <apic/>\n  </features>\n");
}

char *
pin_bench_untuned_xml (void)
{
  GString *xml = begin_xml ("plain1", "0b5f3e0a-8f4e-4c35-9d77-5b1c4c1f6a01", 4, 4 << 20);

  append_machine (xml);
  return finish_xml (xml);
}

static void
append_placement (GString *xml, guint n_vcpus, guint n_cells)
{
  g_string_append (xml, "  <cputune>\n");
  for (guint i = 0; i < n_vcpus; i++)
    g_string_append_printf (xml, "    <vcpupin vcpu='%u' cpuset='%u'/>\n", i, i);
  g_string_append_printf (xml,
                          "    <emulatorpin cpuset='0-%u'/>\n  </cputune>\n  <numatune>\n"
                          "    <memory mode='strict' nodeset='0-%u'/>\n",
                          n_vcpus - 1, n_cells - 1);
  for (guint i = 0; i < n_cells; i++)
    g_string_append_printf (xml, "    <memnode cellid='%u' mode='strict' nodeset='%u'/>\n", i, i);
  g_string_append (xml, "  </numatune>\n");
}

char *
pin_bench_tuned_xml (void)
{
  const guint n_vcpus = 256, n_cells = 8, cell_vcpus = n_vcpus / n_cells, cell_kib = 1 << 20;
  GString *xml = begin_xml ("tuned1", "0b5f3e0a-8f4e-4c35-9d77-5b1c4c1f6a02", n_vcpus, n_cells * cell_kib);

  append_placement (xml, n_vcpus, n_cells);
  append_machine (xml);
  g_string_append (xml,
                   "  <cpu mode='custom' match='exact' check='partial'>\n    <model fallback='allow'>qemu64</model>\n"
                   "    <numa>\n");
  for (guint i = 0; i < n_cells; i++)
    g_string_append_printf (xml, "      <cell id='%u' cpus='%u-%u' memory='%u' unit='KiB'/>\n", i, i * cell_vcpus,
                            (i + 1) * cell_vcpus - 1, cell_kib);
  g_string_append (xml, "    </numa>\n  </cpu>\n");
  return finish_xml (xml);
}

G_GNUC_PRINTF (3, 4) static void put (const char *root, const char *path, const char *format, ...)
{
  g_autofree char *full = g_build_filename (root, path, NULL);
  g_autofree char *dir = g_path_get_dirname (full);
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_assert_cmpint (g_mkdir_with_parents (dir, 0755), ==, 0);
  g_assert_true (g_file_set_contents_full (full, text, -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
}

/* All first threads are numbered before the second ones. */
static void
write_cpu (const char *root, guint cpu)
{
  guint core = cpu % (N_NODES * N_CORES);
  g_autofree char *dir = g_strdup_printf ("%s/sys/devices/system/cpu/cpu%u", root, cpu);

  put (dir, "online", "1\n");
  put (dir, "topology/physical_package_id", "%u\n", core / N_CORES);
  put (dir, "topology/die_id", "0\n");
  put (dir, "topology/core_id", "%u\n", core % N_CORES);
  put (dir, "topology/thread_siblings_list", "%u,%u\n", core, core + N_NODES * N_CORES);
  put (dir, "topology/core_cpus_list", "%u,%u\n", core, core + N_NODES * N_CORES);
}

static void
write_pools (const char *root, const char *dir)
{
  g_autofree char *full = g_build_filename (root, dir, "hugepages-2048kB", NULL);

  put (full, "nr_hugepages", "0\n");
  put (full, "free_hugepages", "0\n");
  put (full, "surplus_hugepages", "0\n");
}

/* The file has as many lines as the kernel's, so that reading it costs as much. */
static void
write_meminfo (const char *root, const char *dir, guint node)
{
  static const char *const zeros[] = {
    "Active",        "Inactive",      "Active(anon)", "Inactive(anon)", "Active(file)",   "Inactive(file)",
    "Unevictable",   "Mlocked",       "Dirty",        "Writeback",      "Mapped",         "AnonPages",
    "Shmem",         "KernelStack",   "PageTables",   "NFS_Unstable",   "Bounce",         "WritebackTmp",
    "KReclaimable",  "Slab",          "SUnreclaim",   "AnonHugePages",  "ShmemHugePages", "ShmemPmdMapped",
    "FileHugePages", "FilePmdMapped",
  };
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "Node %u MemTotal:       %u kB\nNode %u MemFree:        %u kB\n", node, NODE_KIB, node,
                          NODE_KIB - (2u << 20));
  g_string_append_printf (text, "Node %u FilePages:      %u kB\nNode %u SReclaimable:   %u kB\n", node, 1u << 20, node,
                          1u << 16);
  for (guint i = 0; i < G_N_ELEMENTS (zeros); i++)
    g_string_append_printf (text, "Node %u %s: %14u kB\n", node, zeros[i], 0u);
  g_string_append_printf (text, "Node %u HugePages_Total: 0\nNode %u HugePages_Free: 0\nNode %u HugePages_Surp: 0\n",
                          node, node, node);
  put (root, dir, "%s", text->str);
}

static void
write_node (const char *root, guint node)
{
  g_autofree char *dir = g_strdup_printf ("%s/sys/devices/system/node/node%u", root, node);
  guint first = node * N_CORES, second = first + N_NODES * N_CORES;

  put (dir, "cpulist", "%u-%u,%u-%u\n", first, first + N_CORES - 1, second, second + N_CORES - 1);
  put (dir, "distance", node == 0 ? "10 21\n" : "21 10\n");
  write_meminfo (dir, "meminfo", node);
  write_pools (dir, "hugepages");
}

static void
write_proc (const char *root)
{
  static const char mounts[] = "sysfs /sys sysfs rw 0 0\nhugetlbfs /dev/hugepages hugetlbfs rw,pagesize=2M 0 0\n";

  put (root, "proc/mounts", "%s", mounts);
  put (root, "proc/self/mounts", "%s", mounts);
  put (root, "proc/meminfo", "MemTotal: %u kB\nMemFree: %u kB\nHugepagesize: 2048 kB\n", N_NODES * NODE_KIB,
       N_NODES * (NODE_KIB - (2u << 20)));
  put (root, "proc/zoneinfo",
       "Node 0, zone   Normal\n  pages free 1\n        high     20000\n"
       "Node 1, zone   Normal\n  pages free 1\n        high     20000\n");
  put (root, "proc/cpuinfo",
       "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Bench\nmicrocode\t: 0x1\n"
       "flags\t\t: fpu vme de pse tsc msr\n\n");
}

void
pin_bench_write_host (const char *root)
{
  g_autofree char *cpus = g_strdup_printf ("0-%u\n", N_CPUS - 1);

  for (guint i = 0; i < N_CPUS; i++)
    write_cpu (root, i);
  for (guint i = 0; i < N_NODES; i++)
    write_node (root, i);
  write_pools (root, "sys/kernel/mm/hugepages");
  put (root, "sys/kernel/mm/hugepages/hugepages-2048kB/resv_hugepages", "0\n");
  write_proc (root);

  put (root, "sys/devices/system/cpu/online", "%s", cpus);
  put (root, "sys/devices/system/cpu/possible", "%s", cpus);
  put (root, "sys/devices/system/cpu/present", "%s", cpus);
  put (root, "sys/devices/system/cpu/isolated", "\n");
  put (root, "sys/devices/system/cpu/nohz_full", "\n");
  put (root, "sys/devices/system/node/online", "0-%u\n", N_NODES - 1);
  put (root, "sys/devices/system/node/possible", "0-%u\n", N_NODES - 1);
}
