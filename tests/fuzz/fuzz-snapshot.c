/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a snapshot: refused in one line, or written and read again as the same, also in parts; and a guest that is planned on
 * it gets only what is there, twice the same, and changes nothing. */
#include "fuzz.h"
#include "tuned.h"

#include "core/plan.h"
#include "format/domain-read.h"
#include "format/plan-json.h"
#include "format/snapshot-json.h"

/* A host of more has more to search than one input is worth. */
#define PLANNED_CPUS 64
#define PLANNED_NODES 16

static void
check_same (const PinSnapshot *snapshot, const char *text)
{
  g_autofree char *now = pin_snapshot_to_json (snapshot, FALSE);

  g_assert_cmpstr (now, ==, text);
}

static void
check_written (const PinSnapshot *snapshot, const char *text)
{
  g_autofree char *pretty = pin_snapshot_to_json (snapshot, TRUE);
  g_autoptr (GError) error = NULL;
  g_autoptr (PinSnapshot) again = pin_snapshot_from_json (text, -1, &error);
  g_autoptr (PinSnapshot) from_pretty = NULL;

  g_assert_no_error (error);
  g_assert_null (strpbrk (text, "\r\n"));
  check_same (again, text);
  from_pretty = pin_snapshot_from_json (pretty, -1, &error);
  g_assert_no_error (error);
  check_same (from_pretty, text);
}

/* What changes, read by who knows what the host is made of. */
static void
check_present (const PinSnapshot *snapshot, const char *text)
{
  g_autofree char *present = pin_snapshot_present_to_json (snapshot), *made = pin_snapshot_hardware (snapshot), *made_again = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (PinSnapshot) again = pin_snapshot_present_from_json (present, -1, snapshot, &error);

  g_assert_no_error (error);
  check_same (again, text);
  made_again = pin_snapshot_hardware (again);
  g_assert_cmpstr (made_again, ==, made);
}

static void
check_given (const PinPlan *plan, const PinSnapshot *snapshot)
{
  const PinPlacement *placement = plan->placement;

  for (guint i = 0; i < placement->vcpupin->len; i++)
    g_assert_true (pin_cpuset_is_subset (g_array_index (placement->vcpupin, PinPin, i).cpuset, snapshot->allowed));
  for (guint i = 0; i < placement->memnode->len; i++)
    for (pin_cpuset_each (g_array_index (placement->memnode, PinMemnode, i).nodeset, node))
      g_assert_cmpint (pin_topology_node_index (snapshot->topology, node), >=, 0);
}

static void
check_planned (const PinSnapshot *snapshot)
{
  g_autoptr (PinDomain) domain = pin_domain_parse (GUEST, strlen (GUEST), NULL);
  g_autoptr (PinOriginal) original = pin_original_from (domain->placement, NULL);
  g_autoptr (PinTerms) terms = pin_terms_new ();
  g_autoptr (PinPlan) plan = pin_plan (domain->guest, original, terms, snapshot), again = NULL;
  g_autofree char *said = pin_plan_to_json (plan, domain->guest, domain->placement, snapshot->name, FALSE), *said_again = NULL;

  for (guint i = 0; i < plan->reasons->len; i++)
    fuzz_assert_line (((const PinReason *) g_ptr_array_index (plan->reasons, i))->text);
  g_assert_true ((plan->placement == NULL) == (plan->verdict == PIN_VERDICT_REFUSE));
  if (plan->placement != NULL)
    check_given (plan, snapshot);
  again = pin_plan (domain->guest, original, terms, snapshot);
  said_again = pin_plan_to_json (again, domain->guest, domain->placement, snapshot->name, FALSE);
  g_assert_cmpstr (said_again, ==, said);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PinSnapshot) snapshot = pin_snapshot_from_json ((const char *) data, (gssize) size, &error);
  g_autofree char *text = NULL;

  if (snapshot == NULL)
    {
      fuzz_assert_line (error->message);
      return 0;
    }
  text = pin_snapshot_to_json (snapshot, FALSE);
  check_written (snapshot, text);
  check_present (snapshot, text);
  if (snapshot->topology->n_cpus > PLANNED_CPUS || snapshot->topology->n_nodes > PLANNED_NODES)
    return 0;
  check_planned (snapshot);
  check_same (snapshot, text);
  return 0;
}
