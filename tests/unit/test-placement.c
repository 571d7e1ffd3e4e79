/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placements: equal in meaning, taken over setting by setting, and which vCPUs have a CPU of their own. */
#include "core/original.h"
#include "core/placement.h"

#include <string.h>

static void
add_pin (GArray *pins, guint id, const char *cpus)
{
  PinPin pin = { .id = id, .cpuset = pin_cpuset_parse (cpus, NULL) };

  g_array_append_val (pins, pin);
}

static void
add_sched (GArray *scheds, const char *ids, PinSchedPolicy policy, gint priority)
{
  PinSched sched = { .ids = pin_cpuset_parse (ids, NULL), .policy = policy, .priority = priority };

  g_array_append_val (scheds, sched);
}

static void
add_memnode (GArray *memnodes, guint cell, const char *nodes)
{
  PinMemnode memnode = { .cell = cell, .mode = PIN_MEMORY_MODE_STRICT, .nodeset = pin_cpuset_parse (nodes, NULL) };

  g_array_append_val (memnodes, memnode);
}

static void
add_page (GArray *pages, guint64 size_kib, const char *cells)
{
  PinPage page = { .size_kib = size_kib, .cells = cells != NULL ? pin_cpuset_parse (cells, NULL) : NULL };

  g_array_append_val (pages, page);
}

static void
add_dimm (GArray *dimms, guint index, guint64 page_kib, const char *nodes)
{
  PinDimm dimm = { .index = index,
                   .page_kib = page_kib,
                   .nodeset = nodes != NULL ? pin_cpuset_parse (nodes, NULL) : NULL };

  g_array_append_val (dimms, dimm);
}

static void
add_cachetune (GArray *resctrls, const char *vcpus, guint id, guint64 size_kib)
{
  PinResctrlPart part = { .kind = PIN_RESCTRL_CACHE, .id = id, .level = 3, .type = "both", .size_bytes = size_kib * 1024 };
  PinResctrl resctrl = { .vcpus = pin_cpuset_parse (vcpus, NULL), .parts = pin_placement_parts_new () };

  g_array_append_val (resctrl.parts, part);
  g_array_append_val (resctrls, resctrl);
}

/* Something of everything. */
static PinPlacement *
full (void)
{
  PinPlacement *placement = pin_placement_new ();

  placement->vcpu_cpuset = pin_cpuset_parse ("0-7", NULL);
  add_pin (placement->vcpupin, 0, "2");
  add_pin (placement->vcpupin, 1, "3");
  placement->emulatorpin = pin_cpuset_parse ("0-1", NULL);
  add_pin (placement->iothreadpin, 1, "9");
  add_sched (placement->vcpusched, "0-1", PIN_SCHED_FIFO, 1);
  add_sched (placement->iothreadsched, "1", PIN_SCHED_BATCH, 0);
  placement->emulatorsched = g_new0 (PinSched, 1);
  placement->emulatorsched->policy = PIN_SCHED_RR;
  placement->emulatorsched->priority = 5;
  placement->has_memory = TRUE;
  placement->memory_nodeset = pin_cpuset_parse ("0", NULL);
  add_memnode (placement->memnode, 0, "0");
  add_memnode (placement->memnode, 1, "1");
  placement->has_hugepages = TRUE;
  add_page (placement->hugepages, 2048, "0-1");
  add_dimm (placement->dimm, 0, 2048, "1");
  add_dimm (placement->dimm, 2, 0, "5");
  add_cachetune (placement->cachetune, "0", 0, 3072);
  return placement;
}

typedef void (*Change) (PinPlacement *placement);

static void
change_nothing (PinPlacement *p)
{
}
static void
change_vcpupin (PinPlacement *p)
{
  pin_cpuset_add (g_array_index (p->vcpupin, PinPin, 1).cpuset, 4);
}
static void
drop_vcpupin (PinPlacement *p)
{
  g_array_set_size (p->vcpupin, 1);
}
static void
drop_cpuset (PinPlacement *p)
{
  g_clear_pointer (&p->vcpu_cpuset, pin_cpuset_free);
}
static void
make_auto (PinPlacement *p)
{
  p->vcpu_auto = TRUE;
}
static void
empty_emulatorpin (PinPlacement *p)
{
  pin_cpuset_subtract (p->emulatorpin, p->emulatorpin);
}
static void
drop_emulatorpin (PinPlacement *p)
{
  g_clear_pointer (&p->emulatorpin, pin_cpuset_free);
}
static void
rename_iothread (PinPlacement *p)
{
  g_array_index (p->iothreadpin, PinPin, 0).id = 2;
}
static void
raise_priority (PinPlacement *p)
{
  g_array_index (p->vcpusched, PinSched, 0).priority = 2;
}
static void
drop_emulatorsched (PinPlacement *p)
{
  g_clear_pointer (&p->emulatorsched, pin_sched_free);
}
static void
drop_iothreadsched (PinPlacement *p)
{
  g_array_set_size (p->iothreadsched, 0);
}
static void
change_mode (PinPlacement *p)
{
  p->memory_mode = PIN_MEMORY_MODE_PREFERRED;
}
static void
drop_memory (PinPlacement *p)
{
  p->has_memory = FALSE;
}
static void
change_memnode (PinPlacement *p)
{
  pin_cpuset_add (g_array_index (p->memnode, PinMemnode, 0).nodeset, 9);
}
static void
drop_memnode (PinPlacement *p)
{
  g_array_set_size (p->memnode, 1);
}
static void
change_page (PinPlacement *p)
{
  g_array_index (p->hugepages, PinPage, 0).size_kib = 1048576;
}
static void
narrow_page (PinPlacement *p)
{
  pin_cpuset_remove (g_array_index (p->hugepages, PinPage, 0).cells, 1);
}
static void
change_dimm_page (PinPlacement *p)
{
  g_array_index (p->dimm, PinDimm, 0).page_kib = 4;
}
static void
change_dimm_node (PinPlacement *p)
{
  pin_cpuset_add (g_array_index (p->dimm, PinDimm, 1).nodeset, 6);
}
static void
drop_dimms (PinPlacement *p)
{
  g_array_set_size (p->dimm, 0);
}
static void
drop_cachetune (PinPlacement *p)
{
  g_array_set_size (p->cachetune, 0);
}
static void
add_monitor (PinPlacement *p)
{
  PinResctrlPart part = { .kind = PIN_RESCTRL_CACHE_MONITOR, .level = 3, .vcpus = pin_cpuset_new_one (0) };

  g_array_append_val (g_array_index (p->cachetune, PinResctrl, 0).parts, part);
}
static void
swap_order (PinPlacement *p)
{
  PinPin first = g_array_index (p->vcpupin, PinPin, 0);
  PinMemnode memnode = g_array_index (p->memnode, PinMemnode, 0);

  g_array_index (p->vcpupin, PinPin, 0) = g_array_index (p->vcpupin, PinPin, 1);
  g_array_index (p->vcpupin, PinPin, 1) = first;
  g_array_index (p->memnode, PinMemnode, 0) = g_array_index (p->memnode, PinMemnode, 1);
  g_array_index (p->memnode, PinMemnode, 1) = memnode;
}
static void
split_elements (PinPlacement *p)
{
  g_array_set_size (p->vcpusched, 0);
  add_sched (p->vcpusched, "1", PIN_SCHED_FIFO, 1);
  add_sched (p->vcpusched, "0", PIN_SCHED_FIFO, 1);
  g_array_set_size (p->hugepages, 0);
  add_page (p->hugepages, 2048, "1");
  add_page (p->hugepages, 2048, "0");
}

typedef struct
{
  const char *name;
  Change change;
  const char *differs; /* settings that are not equal afterwards */
} Case;

static const Case cases[] = {
  { "nothing", change_nothing, "" },
  { "order", swap_order, "" },
  { "one element or two", split_elements, "" },
  { "vcpupin", change_vcpupin, "vcpu-pins" },
  { "no vcpupin", drop_vcpupin, "vcpu-pins" },
  { "no cpuset", drop_cpuset, "vcpu-pins" },
  { "auto", make_auto, "vcpu-pins" },
  { "empty emulatorpin", empty_emulatorpin, "emulator-pins" },
  { "no emulatorpin", drop_emulatorpin, "emulator-pins" },
  { "iothread id", rename_iothread, "iothread-pins" },
  { "priority", raise_priority, "scheduler" },
  { "no emulatorsched", drop_emulatorsched, "scheduler" },
  { "no iothreadsched", drop_iothreadsched, "scheduler" },
  { "mode", change_mode, "numa-memory" },
  { "no memory", drop_memory, "numa-memory" },
  { "memnode", change_memnode, "numa-memory" },
  { "no memnode", drop_memnode, "numa-memory" },
  { "page", change_page, "hugepages" },
  { "cells of a page", narrow_page, "hugepages" },
  { "page of a DIMM", change_dimm_page, "hugepages" },
  { "node of a DIMM", change_dimm_node, "numa-memory" },
  { "no DIMMs", drop_dimms, "hugepages numa-memory" },
  { "no cachetune", drop_cachetune, "cache" },
  { "monitor", add_monitor, "cache" },
};

static char *
differences (const PinPlacement *a, const PinPlacement *b)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < PIN_SETTING_N; i++)
    if (!pin_placement_equal_in (a, b, (PinSetting)i))
      g_ptr_array_add (names, (char *)pin_setting_name ((PinSetting)i));
  g_ptr_array_add (names, NULL);
  return g_strjoinv (" ", (char **)names->pdata);
}

static void
test_equal (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (PinPlacement) placement = full ();
      g_autoptr (PinPlacement) other = full ();
      g_autofree char *there = NULL;
      g_autofree char *back = NULL;

      g_test_message ("%s", cases[i].name);
      cases[i].change (other);
      there = differences (placement, other);
      back = differences (other, placement);
      g_assert_cmpstr (there, ==, cases[i].differs);
      g_assert_cmpstr (back, ==, cases[i].differs);
      g_assert_cmpint (pin_placement_equal (placement, other), ==, cases[i].differs[0] == '\0');
    }
}

static void
test_copy (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (PinPlacement) placement = full ();
      g_autoptr (PinPlacement) untouched = full ();
      g_autoptr (PinPlacement) copy = pin_placement_copy (placement);

      g_assert_true (pin_placement_equal (placement, copy));
      cases[i].change (copy);
      g_assert_true (pin_placement_equal (placement, untouched));
    }
}

static void
test_take (void)
{
  g_autoptr (PinPlacement) source = full ();
  g_autoptr (PinPlacement) target = pin_placement_new ();

  g_assert_true (pin_placement_is_empty (target));
  add_dimm (target->dimm, 7, 1048576, "3");
  for (guint i = 0; i < PIN_SETTING_N; i++)
    {
      PinSetting setting = (PinSetting)i;

      pin_placement_take (target, source, setting);
      g_assert_true (pin_placement_equal_in (target, source, setting));
      g_assert_cmpint (pin_placement_has (target, setting), ==, pin_placement_has (source, setting));
    }
  g_assert_true (pin_placement_equal (target, source));
  g_assert_cmpuint (target->dimm->len, ==, 2);
  g_assert_cmpuint (g_array_index (target->dimm, PinDimm, 1).index, ==, 2);
}

static void
test_take_of_itself (void)
{
  g_autoptr (PinPlacement) placement = full ();
  g_autoptr (PinPlacement) same = full ();

  for (guint i = 0; i < PIN_SETTING_N; i++)
    pin_placement_take (placement, placement, (PinSetting)i);
  g_assert_true (pin_placement_equal (placement, same));
}

static void
test_take_of_nothing_removes (void)
{
  g_autoptr (PinPlacement) nothing = pin_placement_new ();
  g_autoptr (PinPlacement) target = full ();

  pin_placement_take (target, nothing, PIN_SETTING_HUGEPAGES);
  g_assert_false (pin_placement_has (target, PIN_SETTING_HUGEPAGES));
  g_assert_true (pin_placement_has (target, PIN_SETTING_NUMA_MEMORY));
  g_assert_cmpuint (target->dimm->len, ==, 2);
  for (guint i = 0; i < PIN_SETTING_N; i++)
    pin_placement_take (target, nothing, (PinSetting)i);
  g_assert_true (pin_placement_is_empty (target));
}

static void
test_names_of_the_host (void)
{
  g_autoptr (PinPlacement) placement = full ();
  g_autoptr (PinCpuset) cpus = pin_placement_cpus (placement);
  g_autoptr (PinNodeset) nodes = pin_placement_nodes (placement);
  g_autofree char *cpu_text = pin_cpuset_format (cpus);
  g_autofree char *node_text = pin_cpuset_format (nodes);

  g_assert_cmpstr (cpu_text, ==, "0-7,9");
  g_assert_cmpstr (node_text, ==, "0-1,5");
}

typedef struct
{
  const char *pins; /* "VCPU=CPUS" parted by spaces */
  const char *dedicated;
} Dedicated;

static const Dedicated dedicated[] = {
  { "", "" },           { "0=2 1=3", "0-1" },     { "0=2 1=2", "" }, { "0=2 1=2-3", "" },
  { "0=2 1=3-4", "0" }, { "0=2 1=3-4 2=4", "0" }, { "5=900", "5" },  { "0=0-3 1=0-3", "" },
};

static void
test_dedicated (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (dedicated); i++)
    {
      g_autoptr (PinPlacement) placement = pin_placement_new ();
      g_auto (GStrv) words = g_strsplit (dedicated[i].pins, " ", -1);
      g_autoptr (PinCpuset) vcpus = NULL;
      g_autofree char *text = NULL;

      /* A mask for the vCPUs that float takes nothing from those that are pinned. */
      placement->vcpu_cpuset = pin_cpuset_new_range (0, 9);
      for (guint j = 0; words[j] != NULL; j++)
        add_pin (placement->vcpupin, (guint)(words[j][0] - '0'), words[j] + 2);
      vcpus = pin_placement_dedicated_vcpus (placement);
      text = pin_cpuset_format (vcpus);
      g_assert_cmpstr (text, ==, dedicated[i].dedicated);
    }
}

static void
test_mode_names (void)
{
  const char *modes[] = { "strict", "preferred", "interleave", "restrictive" };
  const char *policies[] = { "batch", "idle", "fifo", "rr" };

  for (guint i = 0; i < 4; i++)
    {
      PinMemoryMode mode = PIN_MEMORY_MODE_N;
      PinSchedPolicy policy = PIN_SCHED_N;

      g_assert_true (pin_memory_mode_from_name (modes[i], &mode));
      g_assert_cmpstr (pin_memory_mode_name (mode), ==, modes[i]);
      g_assert_true (pin_sched_policy_from_name (policies[i], &policy));
      g_assert_cmpstr (pin_sched_policy_name (policy), ==, policies[i]);
      g_assert_false (pin_memory_mode_from_name (policies[i], &mode));
      g_assert_false (pin_sched_policy_from_name (modes[i], &policy));
    }
}

static void
test_original_has_homes (void)
{
  g_autoptr (PinPlacement) placement = full ();
  g_autoptr (PinOriginal) original = pin_original_from (placement, pin_home_new ("u0", "hosta", NULL));
  g_autoptr (PinOriginal) copy = NULL;
  g_autoptr (PinOriginal) empty = pin_original_new ();

  original->home_of[PIN_SETTING_CACHE] = -1;
  copy = pin_original_copy (original);
  g_assert_cmpstr (pin_original_home (copy, PIN_SETTING_VCPU_PINS)->host_name, ==, "hosta");
  g_assert_true (pin_original_home (copy, PIN_SETTING_VCPU_PINS)
                 != pin_original_home (original, PIN_SETTING_VCPU_PINS));
  g_assert_null (pin_original_home (copy, PIN_SETTING_CACHE));
  g_assert_true (pin_placement_equal (copy->placement, placement));
  g_assert_null (pin_original_home (empty, PIN_SETTING_VCPU_PINS));
  g_assert_true (pin_placement_is_empty (empty->placement));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/placement/equal-in-meaning", test_equal);
  g_test_add_func ("/placement/copy-is-its-own", test_copy);
  g_test_add_func ("/placement/takes-setting-by-setting", test_take);
  g_test_add_func ("/placement/takes-from-itself", test_take_of_itself);
  g_test_add_func ("/placement/taking-nothing-removes", test_take_of_nothing_removes);
  g_test_add_func ("/placement/names-cpus-and-nodes", test_names_of_the_host);
  g_test_add_func ("/placement/own-cpus-of-vcpus", test_dedicated);
  g_test_add_func ("/placement/names-of-modes", test_mode_names);
  g_test_add_func ("/placement/original-has-a-home-a-setting", test_original_has_homes);
  return g_test_run ();
}
