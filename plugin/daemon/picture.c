/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "claims.h"

#include "core/tenancy.h"
#include "host/numa.h"
#include "maintenance.h"

#define MEMORY_BACKING_DIR "/var/lib/libvirt/qemu/ram"

static void
free_resident (gpointer data)
{
  PinResident *resident = data;

  g_free (resident->uuid);
  g_free (resident->name);
  pin_tenant_free (resident->tenant);
  pin_domain_free (resident->domain);
  g_free (resident);
}

PinPicture *
pin_picture_new (PinSysfs *sysfs, gboolean live, PinRules *rules, const char *ledger_path, const char *state_dir,
                 gint64 now_ms, GError **error)
{
  g_autoptr (PinPicture) picture = g_new0 (PinPicture, 1);

  picture->sysfs = sysfs;
  picture->live = live;
  picture->rules = rules;
  picture->ledger = pin_ledger_new ();
  picture->ledger_path = g_strdup (ledger_path);
  picture->state_dir = g_strdup (state_dir);
  picture->plans = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)pin_plan_free);
  picture->residents = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_resident);
  pin_maintenance_load (picture);
  if (!pin_picture_look (picture, error))
    return NULL;
  pin_claims_load (picture, now_ms);
  return g_steal_pointer (&picture);
}

void
pin_picture_free (PinPicture *picture)
{
  if (picture == NULL)
    return;
  pin_sysfs_free (picture->sysfs);
  pin_snapshot_free (picture->machine);
  pin_cpuset_free (picture->bound);
  pin_cpuset_free (picture->memory_nodes);
  pin_rules_free (picture->rules);
  pin_ledger_free (picture->ledger);
  g_free (picture->ledger_path);
  g_free (picture->state_dir);
  g_free (picture->libvirt_problem);
  g_free (picture->root);
  g_free (picture->policy_file);
  pin_maintenance_clear (&picture->maintenance);
  g_hash_table_unref (picture->plans);
  g_hash_table_unref (picture->residents);
  g_free (picture);
}

static void
apply_rules (PinPicture *picture)
{
  PinSnapshot *machine = picture->machine;

  pin_cpuset_free (machine->reserved);
  machine->reserved = pin_cpuset_copy (pin_rules_reserved_cpus (picture->rules));
  pin_cpuset_unite (machine->reserved, picture->bound);
  g_free (machine->policy_digest);
  machine->policy_digest = g_strdup (pin_rules_digest (picture->rules));
  pin_maintenance_apply (picture);
}

static void
apply_capabilities (PinPicture *picture)
{
  PinCpuModel *cpu = picture->machine->cpu;

  if (cpu != NULL)
    cpu->no_kvm = picture->no_kvm;
  if (cpu == NULL || picture->tsc_hz == 0)
    return;
  cpu->tsc_hz = picture->tsc_hz;
  cpu->tsc_scaling = picture->tsc_scaling;
}

/* [reserve] memory is for the host as a whole: each node with memory gives its share. */
static guint64 *
reserve_by_node (const PinPicture *picture, const PinSnapshot *machine)
{
  guint64 *reserve_kib = g_new0 (guint64, machine->topology->n_nodes + 1);
  guint n_nodes = 0;

  for (guint node = 0; node < machine->topology->n_nodes; node++)
    n_nodes += pin_cpuset_is_empty (machine->topology->nodes[node].cpus) ? 0 : 1;
  for (guint node = 0; n_nodes > 0 && node < machine->topology->n_nodes; node++)
    {
      if (!pin_cpuset_is_empty (machine->topology->nodes[node].cpus))
        reserve_kib[node] = pin_rules_reserved_memory_kib (picture->rules) / n_nodes;
    }
  return reserve_kib;
}

static gboolean
read_memory (const PinPicture *picture, PinSnapshot *snapshot, GError **error)
{
  g_autofree guint64 *reserve_kib = reserve_by_node (picture, snapshot);

  return pin_sysfs_read_memory (picture->sysfs, snapshot, reserve_kib, error);
}

gboolean
pin_picture_look (PinPicture *picture, GError **error)
{
  g_autoptr (PinTopology) topology = pin_sysfs_read_topology (picture->sysfs, error);
  g_autoptr (PinSnapshot) machine = NULL;

  if (topology == NULL)
    return FALSE;
  machine = pin_snapshot_new (g_get_host_name (), topology);
  if (!pin_sysfs_read_host (picture->sysfs, machine, MEMORY_BACKING_DIR, error) || !read_memory (picture, machine, error))
    return FALSE;
  machine->uuid = picture->machine != NULL ? g_strdup (picture->machine->uuid) : NULL;
  pin_cpuset_free (picture->bound);
  picture->bound = pin_sysfs_read_bound (picture->sysfs);
  pin_cpuset_free (picture->memory_nodes);
  picture->memory_nodes = picture->live ? pin_numa_memory_nodes () : NULL;
  pin_snapshot_free (picture->machine);
  picture->machine = g_steal_pointer (&machine);
  apply_capabilities (picture);
  apply_rules (picture);
  return TRUE;
}

void
pin_picture_set_rules (PinPicture *picture, PinRules *rules)
{
  pin_rules_free (picture->rules);
  picture->rules = rules;
  g_hash_table_remove_all (picture->plans);
  apply_rules (picture);
}

void
pin_picture_set_uuid (PinPicture *picture, const char *uuid)
{
  g_free (picture->machine->uuid);
  picture->machine->uuid = g_ascii_strdown (uuid, -1);
}

void
pin_picture_set_capabilities (PinPicture *picture, guint64 tsc_hz, gboolean tsc_scaling, gboolean no_kvm)
{
  picture->no_kvm = no_kvm;
  picture->tsc_hz = tsc_hz;
  picture->tsc_scaling = tsc_scaling;
  apply_capabilities (picture);
}

const PinRecord *
pin_resident_record (const PinResident *resident)
{
  return resident->domain != NULL ? resident->domain->record : NULL;
}

const PinHostPlacement *
pin_picture_assigned (const PinPicture *picture, const char *name)
{
  return pin_rules_placement (picture->rules, name, picture->machine->name);
}

/* By which its own CPUs are told. */
static const PinPlacement *
written_of (const PinPicture *picture, const char *name, const PinDomain *domain)
{
  const PinHostPlacement *assigned = pin_picture_assigned (picture, name);

  if (assigned != NULL && (assigned->settings & (1u << PIN_SETTING_VCPU_PINS)) != 0)
    return assigned->placement;
  return domain->record != NULL ? domain->record->original->placement : domain->placement;
}

static PinTenant *
tenant_of (const PinPicture *picture, const PinVirtGuest *guest, const PinDomain *domain)
{
  g_autoptr (PinTerms) terms = pin_rules_terms (picture->rules, guest->name);
  PinTenant *tenant = pin_tenancy_new (domain->guest, domain->placement, written_of (picture, guest->name, domain), picture->machine);

  pin_tenancy_take_cores (tenant, terms->threads, picture->machine->topology);
  tenant->running = guest->running;
  return tenant;
}

void
pin_picture_put (PinPicture *picture, const PinVirtGuest *guest, PinDomain *domain)
{
  PinResident *resident = g_new0 (PinResident, 1);

  resident->uuid = g_ascii_strdown (guest->uuid, -1);
  resident->name = g_strdup (guest->name);
  resident->id = guest->running ? guest->id : -1;
  resident->running = guest->running;
  resident->incoming = guest->incoming;
  resident->persistent = guest->persistent;
  resident->domain = domain;
  if (domain != NULL)
    {
      pin_domain_drop_document (domain);
      resident->tenant = tenant_of (picture, guest, domain);
    }
  g_hash_table_replace (picture->residents, resident->uuid, resident);
}

const PinResident *
pin_picture_find (const PinPicture *picture, const char *name_or_uuid)
{
  g_autofree char *key = g_ascii_strdown (name_or_uuid, -1);
  GHashTableIter iter;
  gpointer resident;

  g_hash_table_iter_init (&iter, picture->residents);
  while (g_hash_table_iter_next (&iter, NULL, &resident))
    {
      if (g_str_equal (((PinResident *)resident)->name, name_or_uuid))
        return resident;
    }
  return g_hash_table_lookup (picture->residents, key);
}

void
pin_picture_drop (PinPicture *picture, const char *uuid)
{
  g_autofree char *key = g_ascii_strdown (uuid, -1);

  g_hash_table_remove (picture->residents, key);
}

void
pin_picture_keep_only (PinPicture *picture, const GPtrArray *guests)
{
  g_autoptr (GHashTable) present = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer uuid;

  for (guint i = 0; i < guests->len; i++)
    g_hash_table_add (present, g_ascii_strdown (((const PinVirtGuest *)g_ptr_array_index (guests, i))->uuid, -1));
  g_hash_table_iter_init (&iter, picture->residents);
  while (g_hash_table_iter_next (&iter, &uuid, NULL))
    {
      if (!g_hash_table_contains (present, uuid))
        g_hash_table_iter_remove (&iter);
    }
}

static gint
compare_tenants (gconstpointer a, gconstpointer b)
{
  const PinTenant *left = *(PinTenant *const *)a;
  const PinTenant *right = *(PinTenant *const *)b;

  return g_strcmp0 (left->uuid, right->uuid);
}

/* Memory that the cpuset of services keeps from us is kept from guests too. */
static void
close_nodes (PinSnapshot *now, const PinNodeset *open)
{
  for (guint node = 0; open != NULL && node < now->topology->n_nodes; node++)
    {
      PinNodeMemory *memory = &now->memory[node];

      if (pin_cpuset_contains (open, now->topology->nodes[node].id))
        continue;
      memory->total_kib = memory->free_kib = 0;
      memory->n_pools = 0;
    }
}

gint
pin_picture_load (const PinPicture *picture)
{
  g_autoptr (PinCpuset) online = pin_topology_online (picture->machine->topology);

  return pin_sysfs_read_load (picture->sysfs, pin_cpuset_count (online));
}

PinSnapshot *
pin_picture_now (PinPicture *picture, GError **error)
{
  g_autoptr (PinSnapshot) now = pin_snapshot_copy (picture->machine);
  GHashTableIter iter;
  gpointer resident;

  if (!read_memory (picture, now, error))
    return NULL;
  pin_claims_credit (picture, now);
  close_nodes (now, picture->memory_nodes);
  g_hash_table_iter_init (&iter, picture->residents);
  while (g_hash_table_iter_next (&iter, NULL, &resident))
    {
      if (((PinResident *)resident)->tenant != NULL)
        g_ptr_array_add (now->domains, pin_tenant_copy (((PinResident *)resident)->tenant));
    }
  g_ptr_array_sort (now->domains, compare_tenants);
  pin_tenancy_charge (now);
  pin_ledger_apply (picture->ledger, now);
  now->load_permille = pin_picture_load (picture);
  now->provisional = !picture->heard;
  return g_steal_pointer (&now);
}

PinSnapshot *
pin_picture_idle (PinPicture *picture, GError **error)
{
  g_autoptr (PinSnapshot) idle = pin_picture_now (picture, error);

  if (idle == NULL)
    return NULL;
  for (guint node = 0; node < idle->topology->n_nodes; node++)
    {
      PinNodeMemory *memory = &idle->memory[node];
      guint64 spoken_for_kib = memory->reserve_kib;

      for (guint i = 0; i < memory->n_pools; i++)
        {
          memory->pools[i].free = memory->pools[i].total;
          spoken_for_kib += memory->pools[i].size_kib * memory->pools[i].total;
        }
      memory->free_kib = memory->total_kib > spoken_for_kib ? memory->total_kib - spoken_for_kib : 0;
    }
  g_ptr_array_set_size (idle->domains, 0);
  g_ptr_array_set_size (idle->claims, 0);
  return g_steal_pointer (&idle);
}

PinHome *
pin_picture_home (const PinPicture *picture)
{
  return pin_home_new (picture->machine->uuid, picture->machine->name, picture->machine->topology);
}
