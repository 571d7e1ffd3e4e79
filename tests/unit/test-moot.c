/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory on nodes without any: at home that stays if it works there, elsewhere it goes where there is some. */
#include "core/moot.h"
#include "core/plan.h"
#include "format/domain-read.h"
#include "format/synthetic.h"

#include <string.h>

#define HOME "6f1c2d3e-0000-4000-8000-00000000000a"
#define ELSEWHERE "6f1c2d3e-0000-4000-8000-00000000000b"

typedef struct
{
  const char *name;
  const char *mode;
  const char *nodeset;
  const char *host;        /* UUID of the host, whose node 1 has no memory; HOME is where all was written */
  const char *cells;       /* memnodes beside that */
  PinAction action;        /* what becomes of it; REFUSE: any but keep */
  gboolean full;           /* node 0 has no memory left */
} Case;

static const Case cases[] = {
  { "at-home", "restrictive", "1", HOME, "", PIN_ACTION_KEEP },
  { "elsewhere", "restrictive", "1", ELSEWHERE, "", PIN_ACTION_REMAP },
  { "on-a-node-with-memory", "restrictive", "0", HOME, "", PIN_ACTION_KEEP },
  { "strict", "strict", "1", HOME, "", PIN_ACTION_REFUSE },
  { "preferred", "preferred", "1", HOME, "", PIN_ACTION_REFUSE },
  { "interleaved-over-both", "interleave", "0-1", HOME, "", PIN_ACTION_KEEP },
  { "strictly-on-both", "strict", "0-1", HOME, "", PIN_ACTION_KEEP },
  { "strictly-on-both-where-the-other-is-full", "strict", "0-1", HOME, "", PIN_ACTION_REFUSE, TRUE },
  { "restricted-to-both", "restrictive", "0-1", HOME, "", PIN_ACTION_KEEP },
  { "a-cell-on-both", "strict", "0", HOME, "<memnode cellid='0' mode='strict' nodeset='0-1'/>", PIN_ACTION_KEEP },
  { "interleaved-elsewhere", "interleave", "0-1", ELSEWHERE, "", PIN_ACTION_WEAKEN },
  { "with-a-cell-elsewhere", "restrictive", "1", HOME, "<memnode cellid='0' mode='restrictive' nodeset='0'/>", PIN_ACTION_REFUSE },
};

static PinDomain *
parse_guest (const Case *c)
{
  const char *numa = *c->cells != '\0' ? "<cpu><numa><cell id='0' cpus='0' memory='256' unit='MiB'/>"
                                         "<cell id='1' cpus='1' memory='256' unit='MiB'/></numa></cpu>" : "";
  g_autofree char *xml = g_strdup_printf ("<domain type='kvm'><name>g</name><uuid>6f1c2d3e-0000-4000-8000-000000000001</uuid>"
                                          "<memory unit='MiB'>512</memory><vcpu>2</vcpu><numatune><memory mode='%s' nodeset='%s'/>%s</numatune>"
                                          "<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>%s</domain>",
                                          c->mode, c->nodeset, c->cells, numa);
  g_autoptr (GError) error = NULL;
  PinDomain *domain = pin_domain_parse (xml, strlen (xml), &error);

  g_assert_no_error (error);
  return domain;
}

static PinSnapshot *
make_host (const char *uuid, gboolean full)
{
  PinSnapshot *host = pin_synthetic_parse ("node:2 core:4 mem:4G", NULL);

  g_free (host->uuid);
  host->uuid = g_strdup (uuid);
  host->memory[1].total_kib = host->memory[1].free_kib = 0;
  host->memory[0].free_kib = full ? 0 : host->memory[0].free_kib;
  return host;
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (PinDomain) domain = parse_guest (c);
  g_autoptr (PinSnapshot) host = make_host (c->host, c->full);
  g_autoptr (PinTopology) shape = pin_original_shape (host->topology, domain->placement);
  g_autoptr (PinOriginal) original = pin_original_from (domain->placement, pin_home_new (HOME, "home", shape));
  g_autoptr (PinTerms) terms = pin_terms_new ();
  g_autoptr (PinPlan) plan = pin_plan (domain->guest, original, terms, host);
  PinAction action = plan->actions[PIN_SETTING_NUMA_MEMORY];

  if (c->action == PIN_ACTION_REFUSE)
    g_assert_cmpint (action, >, PIN_ACTION_KEEP);
  else
    g_assert_cmpint (action, ==, c->action);
  g_assert_cmpint (plan->verdict, ==, action == PIN_ACTION_KEEP ? PIN_VERDICT_KEEP : PIN_VERDICT_ADAPT);
  g_assert_true (pin_placement_equal (plan->placement, domain->placement) == (action == PIN_ACTION_KEEP));
  g_assert_cmpuint (pin_tenant_memory (plan->claim, 1), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/moot/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  return g_test_run ();
}
