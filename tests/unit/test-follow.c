/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Edits of a placement: what an administrator did becomes original, what pinshift did never does. */
#include "format/record.h"
#include "random-placement.h"

#define UUID "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
#define ROUNDS 2000

/* Elements as a record has them. */
typedef struct
{
  const char *name;
  const char *setting;
  const char *original;
  const char *given;   /* NULL: nothing was given instead */
  const char *next;    /* NULL: nothing is being written */
  const char *present;
  const char *then;    /* what is original then; NULL: as before, and nothing is taken */
} Case;

#define PINS(text) "<vcpupins>" text "</vcpupins>"
#define IOPINS(text) "<iothreadpins>" text "</iothreadpins>"
#define VCPU(cpus) "<vcpu cpuset='" cpus "'/>"
#define EMULATOR(cpus) "<emulatorpin cpuset='" cpus "'/>"
#define MEMORY(mode, nodes) "<memory mode='" mode "' nodeset='" nodes "'/>"
#define CELL(cell, nodes) "<memnode cellid='" cell "' mode='strict' nodeset='" nodes "'/>"
#define PAGES(pages) "<hugepages>" pages "</hugepages>"
#define PAGE(size, cells) "<page size='" size "' unit='KiB' nodeset='" cells "'/>"
#define DIMM_PAGE(index, size) "<dimm index='" index "' pagesize='" size "'/>"
#define DIMM_NODES(index, nodes) "<dimm index='" index "' nodemask='" nodes "'/>"
#define VSCHED(vcpus, policy) "<vcpusched vcpus='" vcpus "' scheduler='" policy "'/>"
#define IOSCHED(policy) "<iothreadsched iothreads='1' scheduler='" policy "'/>"
#define ESCHED(policy) "<emulatorsched scheduler='" policy "'/>"
#define CACHE(size) \
  "<cachetune vcpus='0'><cache id='0' level='3' type='both' size='" size "' unit='KiB'/></cachetune>"
#define BANDWIDTH(percent) "<memorytune vcpus='0'><node id='0' bandwidth='" percent "'/></memorytune>"

static const Case cases[] = {
  { "as-written", "vcpu-pins", PINS ("4 5"), PINS ("0 1"), NULL, PINS ("4 5"), NULL },
  { "as-given", "vcpu-pins", PINS ("4 5"), PINS ("0 1"), NULL, PINS ("0 1"), NULL },
  { "as-it-is-about-to-be", "vcpu-pins", PINS ("4 5"), PINS ("0 1"), PINS ("2 3"), PINS ("2 3"), NULL },
  { "a-mix-of-written-and-given", "vcpu-pins", PINS ("4 5"), PINS ("0 1"), NULL, PINS ("0 5"), NULL },
  { "a-mix-of-all-three", "vcpu-pins", PINS ("4 5 6"), PINS ("0 1 2"), PINS ("7 8 9"), PINS ("7 1 6"), NULL },
  { "in-other-words", "vcpu-pins", PINS ("4-7 5"), NULL, NULL, PINS ("4,5,6-7 5"), NULL },

  { "one-pin-edited", "vcpu-pins", PINS ("4 5"), PINS ("0 1"), NULL, PINS ("0 3"), PINS ("4 3") },
  { "one-pin-edited-amid-a-change", "vcpu-pins", PINS ("4 5 6"), PINS ("0 1 2"), PINS ("7 8 9"), PINS ("7 3 2"),
    PINS ("4 3 6") },
  { "anothers-pin", "vcpu-pins", PINS ("4 5"), PINS ("0 1"), NULL, PINS ("1 0"), PINS ("1 0") },
  { "every-pin-edited", "vcpu-pins", PINS ("4 5"), PINS ("0 1"), NULL, PINS ("2 3"), PINS ("2 3") },
  { "edited-where-nothing-was-given", "vcpu-pins", PINS ("4 5"), NULL, NULL, PINS ("4 3"), PINS ("4 3") },
  { "a-pin-removed", "vcpu-pins", PINS ("4 5"), PINS ("0 1"), NULL, PINS ("0"), PINS ("4") },
  { "the-first-pin-removed", "vcpu-pins", PINS ("4 5"), PINS ("0 1"), NULL, PINS ("1=1"), PINS ("1=5") },
  { "all-pins-removed", "vcpu-pins", PINS ("4 5"), PINS ("0 1"), NULL, "", "" },
  { "a-pin-that-was-stripped", "vcpu-pins", PINS ("4 5"), PINS ("0"), NULL, PINS ("0"), NULL },
  { "all-pins-stripped", "vcpu-pins", PINS ("4 5"), "", NULL, "", NULL },
  { "a-pin-added", "vcpu-pins", PINS ("4 2=5"), PINS ("0 2=1"), NULL, PINS ("0 3 1"), PINS ("4 3 5") },
  { "a-pin-added-at-the-end", "vcpu-pins", PINS ("4"), PINS ("0"), NULL, PINS ("0 3"), PINS ("4 3") },
  { "a-pin-added-where-none-was", "vcpu-pins", "", NULL, NULL, PINS ("1=3"), PINS ("1=3") },
  { "a-pin-put-back-after-it-was-stripped", "vcpu-pins", PINS ("4"), "", NULL, PINS ("7"), PINS ("7") },
  { "the-floating-vcpus-edited", "vcpu-pins", VCPU ("0-7") PINS ("4"), VCPU ("0-3") PINS ("0"), NULL,
    VCPU ("2-3") PINS ("0"), VCPU ("2-3") PINS ("4") },
  { "the-floating-vcpus-freed", "vcpu-pins", VCPU ("0-7") PINS ("4"), VCPU ("0-3") PINS ("0"), NULL, PINS ("0"),
    PINS ("4") },
  { "the-floating-vcpus-bound", "vcpu-pins", PINS ("4"), PINS ("0"), NULL, VCPU ("2") PINS ("0"), VCPU ("2") PINS ("4") },
  { "the-floating-vcpus-left-to-numad", "vcpu-pins", VCPU ("0-7") PINS ("4"), PINS ("0"), NULL,
    "<vcpu placement='auto'/>" PINS ("0"), "<vcpu placement='auto'/>" PINS ("4") },
  { "a-pin-edited-beside-floating-vcpus", "vcpu-pins", VCPU ("0-7") PINS ("4"), VCPU ("0-3") PINS ("0"), NULL,
    VCPU ("0-3") PINS ("2"), VCPU ("0-7") PINS ("2") },

  { "the-emulator-edited", "emulator-pins", EMULATOR ("4"), EMULATOR ("0"), NULL, EMULATOR ("1"), EMULATOR ("1") },
  { "the-emulator-as-given", "emulator-pins", EMULATOR ("4"), EMULATOR ("0"), NULL, EMULATOR ("0"), NULL },
  { "the-emulator-freed", "emulator-pins", EMULATOR ("4"), EMULATOR ("0"), NULL, "", "" },
  { "the-emulator-bound", "emulator-pins", "", NULL, NULL, EMULATOR ("1"), EMULATOR ("1") },
  { "one-that-the-policy-isolated", "emulator-pins", "", EMULATOR ("3"), NULL, EMULATOR ("3"), NULL },
  { "iothreads-by-their-ids", "iothread-pins", IOPINS ("1=4 3=5"), IOPINS ("1=0 3=1"), NULL, IOPINS ("1=0 2=7"),
    IOPINS ("1=4 2=7") },

  { "a-memnode", "numa-memory", CELL ("0", "4") CELL ("1", "5"), CELL ("0", "0") CELL ("1", "1"), NULL,
    CELL ("0", "0") CELL ("1", "2"), CELL ("0", "4") CELL ("1", "2") },
  { "a-memnode-removed", "numa-memory", CELL ("0", "4") CELL ("1", "5"), CELL ("0", "0") CELL ("1", "1"), NULL,
    CELL ("1", "1"), CELL ("1", "5") },
  { "a-memnode-added", "numa-memory", CELL ("1", "5"), CELL ("1", "1"), NULL, CELL ("0", "2") CELL ("1", "1"),
    CELL ("0", "2") CELL ("1", "5") },
  { "the-mode-of-a-memnode", "numa-memory", CELL ("0", "4"), CELL ("0", "0"), NULL,
    "<memnode cellid='0' mode='preferred' nodeset='0'/>", "<memnode cellid='0' mode='preferred' nodeset='0'/>" },
  { "memory-beside-its-memnodes", "numa-memory", MEMORY ("strict", "4-5") CELL ("0", "4"),
    MEMORY ("strict", "0-1") CELL ("0", "0"), NULL, MEMORY ("preferred", "1") CELL ("0", "0"),
    MEMORY ("preferred", "1") CELL ("0", "4") },
  { "memory-unbound", "numa-memory", MEMORY ("strict", "4-5") CELL ("0", "4"), MEMORY ("strict", "0-1") CELL ("0", "0"),
    NULL, CELL ("0", "0"), CELL ("0", "4") },
  { "the-mode-of-memory", "numa-memory", MEMORY ("strict", "4"), MEMORY ("preferred", "0"), NULL, MEMORY ("strict", "0"),
    MEMORY ("strict", "0") },
  { "memory-left-to-numad", "numa-memory", MEMORY ("strict", "4"), NULL, NULL, "<memory mode='strict' placement='auto'/>",
    "<memory mode='strict' placement='auto'/>" },
  { "the-nodes-of-a-device", "numa-memory", DIMM_NODES ("0", "4") DIMM_NODES ("2", "5"),
    DIMM_NODES ("0", "0") DIMM_NODES ("2", "1"), NULL, DIMM_NODES ("0", "0") DIMM_NODES ("2", "3"),
    DIMM_NODES ("0", "4") DIMM_NODES ("2", "3") },
  { "the-nodes-of-a-device-removed", "numa-memory", DIMM_NODES ("0", "4") DIMM_NODES ("2", "5"),
    DIMM_NODES ("0", "0") DIMM_NODES ("2", "1"), NULL, DIMM_NODES ("2", "1"), DIMM_NODES ("2", "5") },
  { "the-nodes-of-a-device-added", "numa-memory", DIMM_NODES ("2", "5"), DIMM_NODES ("2", "1"), NULL,
    DIMM_NODES ("1", "3") DIMM_NODES ("2", "1"), DIMM_NODES ("1", "3") DIMM_NODES ("2", "5") },

  { "pages-as-given", "hugepages", PAGES (PAGE ("1048576", "0")), PAGES (PAGE ("2048", "0")), NULL,
    PAGES (PAGE ("2048", "0")), NULL },
  { "pages-are-one", "hugepages", PAGES (PAGE ("1048576", "0") PAGE ("2048", "1")),
    PAGES (PAGE ("2048", "0") PAGE ("4", "1")), NULL, PAGES (PAGE ("2048", "0") PAGE ("2048", "1")),
    PAGES (PAGE ("2048", "0") PAGE ("2048", "1")) },
  { "pages-removed", "hugepages", PAGES (PAGE ("1048576", "0")), PAGES (PAGE ("2048", "0")), NULL, "", "" },
  { "pages-of-any-size", "hugepages", "", NULL, NULL, PAGES (""), PAGES ("") },
  { "the-pages-of-a-device", "hugepages", PAGES (PAGE ("1048576", "0")) DIMM_PAGE ("0", "1048576"),
    PAGES (PAGE ("2048", "0")) DIMM_PAGE ("0", "2048"), NULL, PAGES (PAGE ("2048", "0")) DIMM_PAGE ("0", "4"),
    PAGES (PAGE ("1048576", "0")) DIMM_PAGE ("0", "4") },
  { "pages-beside-those-of-a-device", "hugepages", PAGES (PAGE ("1048576", "0")) DIMM_PAGE ("0", "1048576"),
    PAGES (PAGE ("2048", "0")) DIMM_PAGE ("0", "2048"), NULL, PAGES (PAGE ("4", "0")) DIMM_PAGE ("0", "2048"),
    PAGES (PAGE ("4", "0")) DIMM_PAGE ("0", "1048576") },

  { "bandwidth-beside-the-cache", "cache", CACHE ("1024") BANDWIDTH ("60"), CACHE ("512") BANDWIDTH ("30"), NULL,
    CACHE ("512") BANDWIDTH ("90"), CACHE ("1024") BANDWIDTH ("90") },
  { "the-cache-beside-bandwidth", "cache", CACHE ("1024") BANDWIDTH ("60"), "", NULL, CACHE ("2048"),
    CACHE ("2048") BANDWIDTH ("60") },
  { "schedulers-of-vcpus-are-one", "scheduler", VSCHED ("0", "batch") VSCHED ("1", "idle"), "", NULL,
    VSCHED ("1", "batch"), VSCHED ("1", "batch") },
  { "schedulers-of-each-kind-alone", "scheduler", VSCHED ("0", "batch") IOSCHED ("batch") ESCHED ("batch"), "", NULL,
    IOSCHED ("idle"), VSCHED ("0", "batch") IOSCHED ("idle") ESCHED ("batch") },
  { "the-scheduler-of-the-emulator", "scheduler", VSCHED ("0", "batch") IOSCHED ("batch") ESCHED ("batch"), "", NULL,
    ESCHED ("idle"), VSCHED ("0", "batch") IOSCHED ("batch") ESCHED ("idle") },
  { "a-scheduler-removed", "scheduler", VSCHED ("0", "batch") ESCHED ("batch"), NULL, NULL, VSCHED ("0", "batch"),
    VSCHED ("0", "batch") },
  { "schedulers-in-other-words", "scheduler", VSCHED ("0-1", "batch"), NULL, NULL,
    VSCHED ("1", "batch") VSCHED ("0", "batch"), NULL },
};

static void
add_part (GString *text, const char *name, const char *elements)
{
  if (elements != NULL)
    g_string_append_printf (text, "<%s>%s</%s>", name, elements, name);
}

static PinRecord *
record_of (const char *setting, const char *original, const char *given, const char *next)
{
  g_autoptr (GString) text = g_string_new ("<record version='1' guest='" UUID "'><setting name='");
  g_autoptr (GError) error = NULL;
  PinRecord *record;

  g_string_append_printf (text, "%s'>", setting);
  add_part (text, "original", original);
  add_part (text, "given", given);
  add_part (text, "next", next);
  g_string_append (text, "</setting></record>");
  record = pin_record_parse (text->str, UUID, &error);
  g_assert_no_error (error);
  return record;
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (PinRecord) record = record_of (c->setting, c->original, c->given, c->next);
  g_autoptr (PinRecord) present = record_of (c->setting, c->present, NULL, NULL);
  g_autoptr (PinRecord) then = record_of (c->setting, c->then != NULL ? c->then : c->original, NULL, NULL);
  const PinPlacement *known[2];
  guint n_known = 0;
  PinSetting setting;

  g_assert_true (pin_setting_from_name (c->setting, &setting));
  if (c->given != NULL)
    known[n_known++] = record->given;
  if (c->next != NULL)
    known[n_known++] = record->next;
  g_assert_cmpint (pin_placement_follow (record->original->placement, present->original->placement, setting, known, n_known),
                   ==, c->then != NULL);
  g_assert_true (pin_placement_equal (record->original->placement, then->original->placement));
}

/* A memory device is of two settings: an edit of one leaves what is the other's. */
static void
test_other_half_of_a_device (void)
{
  g_autoptr (PinRecord) pages = record_of ("hugepages", DIMM_PAGE ("0", "2048"), NULL, NULL);
  g_autoptr (PinRecord) nodes = record_of ("numa-memory", DIMM_NODES ("0", "4"), NULL, NULL);
  g_autoptr (PinPlacement) nothing = pin_placement_new ();
  g_autoptr (PinPlacement) both = pin_placement_copy (pages->original->placement);

  g_assert_true (pin_placement_follow (both, nodes->original->placement, PIN_SETTING_NUMA_MEMORY, NULL, 0));
  g_assert_true (pin_placement_equal_in (both, pages->original->placement, PIN_SETTING_HUGEPAGES));
  g_assert_true (pin_placement_follow (both, nothing, PIN_SETTING_HUGEPAGES, NULL, 0));
  g_assert_true (pin_placement_equal (both, nodes->original->placement));
  g_assert_true (pin_placement_follow (both, nothing, PIN_SETTING_NUMA_MEMORY, NULL, 0));
  g_assert_cmpuint (both->dimm->len, ==, 0);
}

static PinPlacement *
draw (GRand *rand)
{
  PinPlacement *placement = random_placement (rand);

  for (guint index = 2; index < 5; index++)
    {
      PinDimm dimm = { index, g_rand_boolean (rand) ? 2048 : 0, g_rand_boolean (rand) ? random_set (rand, 4) : NULL };

      if (dimm.page_kib != 0 || dimm.nodeset != NULL)
        g_array_append_val (placement->dimm, dimm);
    }
  return placement;
}

static gboolean
follow_all (PinPlacement *original, const PinPlacement *present, const PinPlacement *const *known, guint n_known)
{
  gboolean any = FALSE;

  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    any |= pin_placement_follow (original, present, (PinSetting) setting, known, n_known);
  return any;
}

/* One of @placements, by lot. */
static const PinPlacement *
lot (GRand *rand, const PinPlacement *const *placements, guint n)
{
  return placements[g_rand_int_range (rand, 0, (gint32) n)];
}

static void
mix_pin (GArray *mix, const GArray *pins, guint id)
{
  const PinPin *pin = pin_placement_find (pins, id);
  PinPin copy = { id, pin != NULL ? pin_cpuset_copy (pin->cpuset) : NULL };

  if (pin != NULL)
    g_array_append_val (mix, copy);
}

static void
mix_memnode (GArray *mix, const GArray *memnodes, PinCellId cell)
{
  for (guint i = 0; i < memnodes->len; i++)
    {
      PinMemnode memnode = g_array_index (memnodes, PinMemnode, i);

      memnode.nodeset = pin_cpuset_copy (memnode.nodeset);
      if (memnode.cell == cell)
        g_array_append_val (mix, memnode);
      else
        pin_cpuset_free (memnode.nodeset);
    }
}

static PinDimm
find_dimm (const GArray *dimms, guint index)
{
  PinDimm none = { .index = index };

  for (guint i = 0; i < dimms->len; i++)
    {
      if (g_array_index (dimms, PinDimm, i).index == index)
        return g_array_index (dimms, PinDimm, i);
    }
  return none;
}

static void
mix_dimm (GArray *mix, const PinPlacement *pages, const PinPlacement *nodes, guint index)
{
  PinDimm dimm = { index, find_dimm (pages->dimm, index).page_kib, pin_cpuset_copy (find_dimm (nodes->dimm, index).nodeset) };

  if (dimm.page_kib != 0 || dimm.nodeset != NULL)
    g_array_append_val (mix, dimm);
}

#define SWAP(a, b) \
  do \
    { \
      gpointer kept = (a); \
      (a) = (b); \
      (b) = kept; \
    } \
  while (0)

/* What is an element as a whole. */
static void
mix_wholes (GRand *rand, PinPlacement *mix, const PinPlacement *const *placements, guint n)
{
  g_autoptr (PinPlacement) vcpu = pin_placement_copy (lot (rand, placements, n));
  g_autoptr (PinPlacement) emulator = pin_placement_copy (lot (rand, placements, n));
  g_autoptr (PinPlacement) memory = pin_placement_copy (lot (rand, placements, n));
  g_autoptr (PinPlacement) pages = pin_placement_copy (lot (rand, placements, n));
  g_autoptr (PinPlacement) cache = pin_placement_copy (lot (rand, placements, n));
  g_autoptr (PinPlacement) bandwidth = pin_placement_copy (lot (rand, placements, n));
  g_autoptr (PinPlacement) vcpusched = pin_placement_copy (lot (rand, placements, n));
  g_autoptr (PinPlacement) iothreadsched = pin_placement_copy (lot (rand, placements, n));
  g_autoptr (PinPlacement) emulatorsched = pin_placement_copy (lot (rand, placements, n));

  SWAP (mix->vcpu_cpuset, vcpu->vcpu_cpuset);
  SWAP (mix->emulatorpin, emulator->emulatorpin);
  mix->has_memory = memory->has_memory;
  mix->memory_mode = memory->memory_mode;
  SWAP (mix->memory_nodeset, memory->memory_nodeset);
  mix->has_hugepages = pages->has_hugepages;
  SWAP (mix->hugepages, pages->hugepages);
  SWAP (mix->cachetune, cache->cachetune);
  SWAP (mix->memorytune, bandwidth->memorytune);
  SWAP (mix->vcpusched, vcpusched->vcpusched);
  SWAP (mix->iothreadsched, iothreadsched->iothreadsched);
  SWAP (mix->emulatorsched, emulatorsched->emulatorsched);
}

/* Each element as one of @placements has it. */
static PinPlacement *
mix (GRand *rand, const PinPlacement *const *placements, guint n)
{
  PinPlacement *mixed = pin_placement_new ();

  mix_wholes (rand, mixed, placements, n);
  for (guint id = 0; id < 8; id++)
    {
      mix_pin (mixed->vcpupin, lot (rand, placements, n)->vcpupin, id);
      mix_pin (mixed->iothreadpin, lot (rand, placements, n)->iothreadpin, id);
      mix_memnode (mixed->memnode, lot (rand, placements, n)->memnode, id);
      mix_dimm (mixed->dimm, lot (rand, placements, n), lot (rand, placements, n), id);
    }
  return mixed;
}

/* Whatever a service that was killed has left behind: not one element is taken for an edit. */
static void
test_own_doing (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20240121);

  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (PinPlacement) original = draw (rand);
      g_autoptr (PinPlacement) given = draw (rand);
      g_autoptr (PinPlacement) next = draw (rand);
      g_autoptr (PinPlacement) before = pin_placement_copy (original);
      const PinPlacement *all[] = { original, given, next };
      guint n_known = i % 3;
      g_autoptr (PinPlacement) present = mix (rand, all, 1 + n_known);

      g_assert_false (follow_all (original, present, all + 1, n_known));
      g_assert_true (pin_placement_equal (original, before));
    }
}

static void
test_nothing_known (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20240122);

  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (PinPlacement) original = draw (rand);
      g_autoptr (PinPlacement) present = draw (rand);
      gboolean same = pin_placement_equal (original, present);

      g_assert_cmpint (follow_all (original, present, NULL, 0), ==, !same);
      g_assert_true (pin_placement_equal (original, present));
    }
}

/* Each element is as it was, or as it is present: nothing is taken twice, nothing from what was given. */
static void
test_any_edit (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20240123);

  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (PinPlacement) original = draw (rand);
      g_autoptr (PinPlacement) given = draw (rand);
      g_autoptr (PinPlacement) edit = draw (rand);
      g_autoptr (PinPlacement) before = pin_placement_copy (original);
      g_autoptr (PinPlacement) after = NULL;
      const PinPlacement *all[] = { original, given, edit };
      g_autoptr (PinPlacement) present = mix (rand, all, 3);
      const PinPlacement *known[] = { given };
      const PinPlacement *there[] = { present };

      follow_all (original, present, known, 1);
      after = pin_placement_copy (original);
      g_assert_false (follow_all (original, present, known, 1));
      g_assert_true (pin_placement_equal (original, after));
      g_assert_false (follow_all (before, after, there, 1));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/follow/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/follow/the-other-half-of-a-memory-device", test_other_half_of_a_device);
  g_test_add_func ("/follow/own-doing-is-no-edit", test_own_doing);
  g_test_add_func ("/follow/all-is-edited-where-nothing-is-known", test_nothing_known);
  g_test_add_func ("/follow/each-element-as-before-or-as-present", test_any_edit);
  return g_test_run ();
}
