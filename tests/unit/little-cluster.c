/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "little-cluster.h"

#include "format/domain-read.h"
#include "format/synthetic.h"
#include "rules/rules-file.h"

#include <glib/gstdio.h>
#include <string.h>

#define HOST_UUID "40570000-0000-4000-8000-%012x"
#define GUEST_UUID "6f1c2d3e-0000-4000-8000-%012x"
#define MEMORY_MIB 512

struct _LittleCluster
{
  PinRules *rules;
  PinMakes *makes;
  GPtrArray *snapshots; /* PinSnapshot, by row */
  GArray *rows;         /* PinHostRow */
  GArray *guests;       /* PinSceneGuest */
  GPtrArray *domains;   /* PinDomain, by guest */
  GPtrArray *originals; /* PinOriginal, by guest */
};

static PinRules *
make_rules (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  int file = g_file_open_tmp ("pinshift-little-XXXXXX", &path, &error);
  PinRules *rules;

  g_assert_no_error (error);
  g_close (file, NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  rules = pin_rules_file_load_one (path, &error);
  g_unlink (path);
  g_assert_no_error (error);
  return rules;
}

static void
add_host (LittleCluster *cluster, const LittleHost *host)
{
  g_autoptr (GError) error = NULL;
  PinSnapshot *snapshot = pin_synthetic_parse (host->shape, &error);
  PinHostRow row = { .name = host->name, .failure = host->failure, .maintenance = host->maintenance,
                     .load_permille = host->load_permille > 0 ? host->load_permille : -1,
                     .presence = host->failure != NULL ? PIN_PRESENCE_UNREACHABLE : PIN_PRESENCE_REACHABLE };

  g_assert_no_error (error);
  g_free (snapshot->name);
  snapshot->name = g_strdup (host->name);
  g_free (snapshot->uuid);
  snapshot->uuid = g_strdup_printf (HOST_UUID, cluster->rows->len + 1);
  g_ptr_array_add (cluster->snapshots, snapshot);
  g_array_append_val (cluster->rows, row);
}

static PinDomain *
parse_guest (const LittleGuest *guest, guint number)
{
  g_autofree char *xml = g_strdup_printf ("<domain type='kvm'><name>%s</name><uuid>" GUEST_UUID "</uuid><memory unit='MiB'>%u</memory>"
                                          "<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>%s</domain>",
                                          guest->name, number + 1, guest->memory_mib > 0 ? guest->memory_mib : MEMORY_MIB, guest->inner);
  g_autoptr (GError) error = NULL;
  PinDomain *domain = pin_domain_parse (xml, strlen (xml), &error);

  g_assert_no_error (error);
  return domain;
}

/* Who has no placement has no home. */
static PinOriginal *
make_original (const PinPlacement *placement, const PinSnapshot *home)
{
  g_autoptr (PinTopology) shape = pin_original_shape (home->topology, placement);

  return pin_original_from (placement, pin_home_new (home->uuid, home->name, shape));
}

/* From a claim to a domain: what it has is no longer free. */
static void
settle (PinSnapshot *host, const PinTenant *claim, gboolean unmeasured)
{
  PinTenant *domain = pin_tenant_copy (claim);

  domain->running = TRUE;
  g_ptr_array_add (host->domains, domain);
  for (guint node = 0; node < host->topology->n_nodes; node++)
    host->memory[node].free_kib -= MIN (host->memory[node].free_kib, pin_tenant_memory (domain, node));
  for (guint i = 0; i < domain->pages->len; i++)
    {
      const PinPageUse *use = &g_array_index (domain->pages, PinPageUse, i);

      for (guint pool = 0; pool < host->memory[use->node].n_pools; pool++)
        {
          if (host->memory[use->node].pools[pool].size_kib == use->size_kib)
            host->memory[use->node].pools[pool].free -= use->count;
        }
    }
  if (unmeasured)
    g_array_set_size (domain->memory_kib, 0);
}

static PinPlan *
place (const LittleCluster *cluster, const PinDomain *domain, const PinOriginal *original, guint row)
{
  g_autoptr (PinTerms) terms = pin_rules_terms (cluster->rules, domain->guest->name);
  PinPlan *plan;

  /* Members of a strict group can be together from the time before it was one. */
  g_clear_pointer (&terms->apart, g_ptr_array_unref);
  plan = pin_plan (domain->guest, original, terms, g_ptr_array_index (cluster->snapshots, row));
  if (plan->claim == NULL)
    g_error ("%s can't be on %s: %s", domain->guest->name, g_array_index (cluster->rows, PinHostRow, row).name,
             ((const PinReason *) g_ptr_array_index (plan->reasons, 0))->text);
  return plan;
}

static void
add_guest (LittleCluster *cluster, const LittleGuest *guest)
{
  guint on = little_cluster_row (cluster, guest->on);
  guint home = guest->home != NULL ? little_cluster_row (cluster, guest->home) : on;
  PinDomain *domain = parse_guest (guest, cluster->guests->len);
  PinOriginal *original = make_original (domain->placement, g_ptr_array_index (cluster->snapshots, home));
  g_autoptr (PinPlan) plan = place (cluster, domain, original, on);
  PinSceneGuest facts = { domain->guest, original, on, pin_plan_is_whole (plan), plan->cost,
                          guest->cpu_permille > 0 ? guest->cpu_permille : -1, 0,
                          guest->moved_ms != 0 ? guest->moved_ms : PIN_SCENE_LONG_AGO, guest->bound_for, NULL, guest->held };

  settle (g_ptr_array_index (cluster->snapshots, on), plan->claim, guest->unmeasured);
  if (guest->bound_for != NULL)
    {
      guint row = little_cluster_row (cluster, guest->bound_for);
      g_autoptr (PinPlan) there = place (cluster, domain, original, row);

      g_ptr_array_add (((PinSnapshot *) g_ptr_array_index (cluster->snapshots, row))->claims, pin_tenant_copy (there->claim));
    }
  g_ptr_array_add (cluster->domains, domain);
  g_ptr_array_add (cluster->originals, original);
  g_array_append_val (cluster->guests, facts);
}

LittleCluster *
little_cluster_new (const char *policy, const LittleHost *hosts, const LittleGuest *guests)
{
  LittleCluster *cluster = g_new0 (LittleCluster, 1);

  cluster->rules = make_rules (policy);
  cluster->makes = pin_makes_new ();
  cluster->snapshots = g_ptr_array_new_with_free_func ((GDestroyNotify) pin_snapshot_free);
  cluster->rows = g_array_new (FALSE, FALSE, sizeof (PinHostRow));
  cluster->guests = g_array_new (FALSE, FALSE, sizeof (PinSceneGuest));
  cluster->domains = g_ptr_array_new_with_free_func ((GDestroyNotify) pin_domain_free);
  cluster->originals = g_ptr_array_new_with_free_func ((GDestroyNotify) pin_original_free);
  for (; hosts->name != NULL; hosts++)
    add_host (cluster, hosts);
  for (; guests->name != NULL; guests++)
    add_guest (cluster, guests);
  for (guint row = 0; row < cluster->rows->len; row++)
    g_array_index (cluster->rows, PinHostRow, row).site
        = pin_site_new (g_ptr_array_index (cluster->snapshots, row), cluster->makes);
  return cluster;
}

void
little_cluster_free (LittleCluster *cluster)
{
  for (guint row = 0; row < cluster->rows->len; row++)
    pin_site_free ((PinSite *) g_array_index (cluster->rows, PinHostRow, row).site);
  g_array_unref (cluster->rows);
  g_array_unref (cluster->guests);
  g_ptr_array_unref (cluster->originals);
  g_ptr_array_unref (cluster->domains);
  g_ptr_array_unref (cluster->snapshots);
  pin_makes_free (cluster->makes);
  pin_rules_free (cluster->rules);
  g_free (cluster);
}

PinScene *
little_cluster_scene (const LittleCluster *cluster)
{
  return pin_scene_new (cluster->rules, (const PinHostRow *) cluster->rows->data, cluster->rows->len,
                        (const PinSceneGuest *) cluster->guests->data, cluster->guests->len);
}

guint
little_cluster_row (const LittleCluster *cluster, const char *host)
{
  for (guint row = 0; row < cluster->rows->len; row++)
    {
      if (g_str_equal (g_array_index (cluster->rows, PinHostRow, row).name, host))
        return row;
    }
  g_error ("there is no host %s", host);
}

guint
little_cluster_guest (const LittleCluster *cluster, const char *guest)
{
  for (guint i = 0; i < cluster->guests->len; i++)
    {
      if (g_str_equal (g_array_index (cluster->guests, PinSceneGuest, i).guest->name, guest))
        return i;
    }
  g_error ("there is no guest %s", guest);
}

static void
add_move (GString *text, const PinMove *move, const PinScene *scene)
{
  guint n;
  const PinHostRow *rows = pin_scene_rows (scene, &n);

  g_string_append_printf (text, "%s%s %s>%s%s%s", text->len > 0 ? "; " : "", pin_scene_guest (scene, move->guest)->guest->name,
                          rows[move->from].name, rows[move->to].name, move->whole ? "" : "~", move->passing ? "^" : "");
  for (guint i = 0; i < move->after->len; i++)
    g_string_append_printf (text, "%s%u", i == 0 ? " after " : ",", g_array_index (move->after, guint, i));
}

char *
little_cluster_text (const PinMoves *moves, const PinScene *scene)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < moves->moves->len; i++)
    add_move (text, g_ptr_array_index (moves->moves, i), scene);
  for (guint i = 0; i < moves->stays->len; i++)
    {
      const PinStay *stay = g_ptr_array_index (moves->stays, i);

      g_string_append_printf (text, "%s%s", i > 0 ? ", " : " | ", pin_scene_guest (scene, stay->guest)->guest->name);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* A strict group that keeps guests together lets them go only together: those that take one way one right after the other leave at once. */
static void
lift_with (const PinMoves *moves, guint first, PinScene *scene)
{
  const PinMove *move = g_ptr_array_index (moves->moves, first);

  for (guint i = first; i < moves->moves->len; i++)
    {
      const PinMove *later = g_ptr_array_index (moves->moves, i);

      if (later->from != move->from || later->to != move->to)
        return;
      pin_scene_lift (scene, later->guest);
    }
}

void
little_cluster_check (const PinMoves *moves, PinScene *fresh)
{
  for (guint i = 0; i < moves->moves->len; i++)
    {
      const PinMove *move = g_ptr_array_index (moves->moves, i);
      g_autoptr (PinPlan) plan = pin_scene_plan (fresh, move->guest, move->to);

      g_assert_cmpuint (pin_scene_from (fresh, move->guest), ==, move->from);
      g_assert_cmpint (plan->verdict, ==, move->plan->verdict);
      g_assert_cmpuint (plan->cost, ==, move->plan->cost);
      lift_with (moves, i, fresh);
      g_assert_true (pin_scene_put (fresh, move->guest, move->to));
      for (guint j = 0; j < move->after->len; j++)
        g_assert_cmpuint (g_array_index (move->after, guint, j), <, i);
    }
}
