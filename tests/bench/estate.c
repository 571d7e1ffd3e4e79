/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "estate.h"

#include "format/synthetic.h"
#include "rules/rules-file.h"

#include <glib/gstdio.h>

#define HOST_UUID "40570000-0000-4000-8000-%012x"
#define GUEST_UUID "6f1c2d3e-0000-4000-8000-%012x"
#define CELLS 2
#define NODE_CPUS 16

Estate *
estate_new (void)
{
  Estate *estate = g_new0 (Estate, 1);

  estate->makes = pin_makes_new ();
  estate->snapshots = g_ptr_array_new_with_free_func ((GDestroyNotify) pin_snapshot_free);
  estate->rows = g_array_new (FALSE, FALSE, sizeof (PinHostRow));
  return estate;
}

void
estate_free (Estate *estate)
{
  for (guint row = 0; row < estate->rows->len; row++)
    pin_site_free ((PinSite *) estate_row (estate, row)->site);
  g_array_unref (estate->rows);
  g_ptr_array_unref (estate->snapshots);
  pin_makes_free (estate->makes);
  g_free (estate);
}

void
estate_add_host (Estate *estate, const char *shape)
{
  g_autoptr (GError) error = NULL;
  PinSnapshot *snapshot = pin_synthetic_parse (shape, &error);
  PinHostRow row = { .load_permille = -1 };

  g_assert_no_error (error);
  g_free (snapshot->name);
  snapshot->name = g_strdup_printf ("h%04u", estate->rows->len);
  g_free (snapshot->uuid);
  snapshot->uuid = g_strdup_printf (HOST_UUID, estate->rows->len + 1);
  row.name = snapshot->name;
  row.site = pin_site_new (snapshot, estate->makes);
  g_ptr_array_add (estate->snapshots, snapshot);
  g_array_append_val (estate->rows, row);
}

PinHostRow *
estate_row (const Estate *estate, guint row)
{
  return &g_array_index (estate->rows, PinHostRow, row);
}

const PinSnapshot *
estate_snapshot (const Estate *estate, guint row)
{
  return g_ptr_array_index (estate->snapshots, row);
}

/* Takes from @free what is @used, or gives it back. */
static void
charge_one (guint64 *free, guint64 used, gboolean back)
{
  g_assert_true (back || *free >= used);
  *free = back ? *free + used : *free - used;
}

static void
charge (PinSnapshot *host, const PinTenant *tenant, gboolean back)
{
  for (guint node = 0; node < host->topology->n_nodes; node++)
    charge_one (&host->memory[node].free_kib, pin_tenant_memory (tenant, node), back);
  for (guint i = 0; i < tenant->pages->len; i++)
    {
      const PinPageUse *use = &g_array_index (tenant->pages, PinPageUse, i);
      PinNodeMemory *memory = &host->memory[use->node];

      for (guint pool = 0; pool < memory->n_pools; pool++)
        {
          if (memory->pools[pool].size_kib == use->size_kib)
            charge_one (&memory->pools[pool].free, use->count, back);
        }
    }
}

static void
look_again (Estate *estate, guint row)
{
  PinHostRow *host = estate_row (estate, row);

  pin_site_free ((PinSite *) host->site);
  host->site = pin_site_new (estate_snapshot (estate, row), estate->makes);
}

PinTenant *
estate_come (Estate *estate, guint row, const PinTenant *claim)
{
  PinSnapshot *host = g_ptr_array_index (estate->snapshots, row);
  PinTenant *tenant = pin_tenant_copy (claim);

  tenant->running = TRUE;
  charge (host, tenant, FALSE);
  g_ptr_array_add (host->domains, tenant);
  look_again (estate, row);
  return tenant;
}

void
estate_leave (Estate *estate, guint row, PinTenant *tenant)
{
  PinSnapshot *host = g_ptr_array_index (estate->snapshots, row);

  charge (host, tenant, TRUE);
  g_ptr_array_remove (host->domains, tenant);
  look_again (estate, row);
}

static void
add_tuning (GString *xml, const EstateGuest *guest)
{
  guint n_cell = guest->tuning == ESTATE_CELLS ? guest->n_vcpus / CELLS : guest->n_vcpus;

  if (guest->tuning == ESTATE_PAGES)
    g_string_append (xml, "<memoryBacking><hugepages><page size='2' unit='MiB'/></hugepages></memoryBacking>");
  g_string_append (xml, "<cputune>");
  for (guint i = 0; i < guest->n_vcpus; i++)
    g_string_append_printf (xml, "<vcpupin vcpu='%u' cpuset='%u'/>", i, guest->first_cpu + i / n_cell * NODE_CPUS + i % n_cell);
  g_string_append (xml, "</cputune>");
  if (guest->tuning == ESTATE_CELLS)
    g_string_append (xml, "<numatune><memnode cellid='0' mode='strict' nodeset='0'/><memnode cellid='1' mode='strict' nodeset='1'/></numatune>");
}

static void
add_cells (GString *xml, const EstateGuest *guest)
{
  guint n_cell = guest->n_vcpus / CELLS;

  g_string_append (xml, "<cpu><numa>");
  for (guint i = 0; i < CELLS; i++)
    g_string_append_printf (xml, "<cell id='%u' cpus='%u-%u' memory='%u' unit='GiB'/>", i, i * n_cell, (i + 1) * n_cell - 1, guest->memory_gib / CELLS);
  g_string_append (xml, "</numa></cpu>");
}

PinDomain *
estate_domain (const EstateGuest *guest)
{
  g_autoptr (GString) xml = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  PinDomain *domain;

  g_string_append_printf (xml, "<domain type='kvm'><name>%s</name><uuid>" GUEST_UUID "</uuid><memory unit='GiB'>%u</memory><vcpu>%u</vcpu>", guest->name,
                          guest->number, guest->memory_gib, guest->n_vcpus);
  if (guest->tuning != ESTATE_UNTUNED)
    add_tuning (xml, guest);
  g_string_append (xml, "<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>");
  if (guest->tuning == ESTATE_CELLS)
    add_cells (xml, guest);
  g_string_append (xml, "</domain>");
  domain = pin_domain_parse (xml->str, xml->len, &error);
  g_assert_no_error (error);
  pin_domain_drop_document (domain);
  return domain;
}

PinOriginal *
estate_original (const PinDomain *domain, const PinSnapshot *home)
{
  g_autoptr (PinTopology) shape = NULL;

  if (home == NULL)
    return pin_original_from (domain->placement, NULL);
  shape = pin_original_shape (home->topology, domain->placement);
  return pin_original_from (domain->placement, pin_home_new (home->uuid, home->name, shape));
}

PinRules *
estate_rules (const char *text)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  int file = g_file_open_tmp ("pinshift-estate-XXXXXX", &path, &error);
  PinRules *rules;

  g_assert_no_error (error);
  g_close (file, NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  rules = pin_rules_file_load_one (path, &error);
  g_unlink (path);
  g_assert_no_error (error);
  return rules;
}
