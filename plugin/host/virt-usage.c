/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How busy domains are.  CPU time is that of the process, which virDomainGetInfo() has also where there are no cgroups, unlike the statistics. */
#include "host/virt-link.h"

#include <libvirt/virterror.h>

/* The least that QEMU takes. */
#define SAMPLED_S 1
#define KIB_OF_MIB 1024

/* NULL ends it, as libvirt has it. */
typedef struct
{
  virDomainPtr *domains;
  int n;
} Domains;

static void
clear_domains (Domains *domains)
{
  for (int i = 0; i < domains->n; i++)
    virDomainFree (domains->domains[i]);
  free (domains->domains);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Domains, clear_domains)

static gboolean
list_active (virConnectPtr connection, Domains *ret_domains, GError **error)
{
  ret_domains->n = virConnectListAllDomains (connection, &ret_domains->domains, VIR_CONNECT_LIST_DOMAINS_ACTIVE);
  if (ret_domains->n < 0)
    pin_virt_take_error (error);
  return ret_domains->n >= 0;
}

/* FALSE: it has gone. */
static gboolean
read_cpu_time (virDomainPtr domain, PinCpuTime *ret_time)
{
  virDomainInfo info;
  gint64 asked_us = g_get_monotonic_time ();

  if (virDomainGetInfo (domain, &info) < 0)
    return FALSE;
  *ret_time = (PinCpuTime){ info.cpuTime, asked_us + (g_get_monotonic_time () - asked_us) / 2 };
  return TRUE;
}

static gboolean
begin_measuring (PinVirt *virt, virDomainPtr domain, const char *uuid)
{
  gboolean held = TRUE;

  return pin_virt_read_held (virt, domain, uuid, &held, NULL) && !held
         && virDomainStartDirtyRateCalc (domain, SAMPLED_S, VIR_DOMAIN_DIRTYRATE_MODE_PAGE_SAMPLING) == 0;
}

static void
begin (PinVirt *virt, virDomainPtr domain, GHashTable *usages)
{
  char uuid[VIR_UUID_STRING_BUFLEN] = "";
  PinVirtUsage usage = { .cpu_permille = -1 };

  if (virDomainGetUUIDString (domain, uuid) < 0 || !read_cpu_time (domain, &usage.begun))
    return;
  usage.id = (int)virDomainGetID (domain);
  usage.measuring = begin_measuring (virt, domain, uuid);
  g_hash_table_insert (usages, g_strdup (uuid), g_memdup2 (&usage, sizeof usage));
}

static void
run_begin (GTask *task, virConnectPtr connection, const PinVirtCall *call)
{
  g_autoptr (GHashTable) usages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto (Domains) domains = { NULL, 0 };
  GError *error = NULL;

  if (!list_active (connection, &domains, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  for (int i = 0; i < domains.n; i++)
    begin (call->virt, domains.domains[i], usages);
  virResetLastError ();
  g_task_return_pointer (task, g_steal_pointer (&usages), (GDestroyNotify)g_hash_table_unref);
}

/* That of the same process, or NULL; borrowed. */
static PinVirtUsage *
usage_of (GHashTable *usages, virDomainPtr domain)
{
  char uuid[VIR_UUID_STRING_BUFLEN] = "";
  PinVirtUsage *usage = virDomainGetUUIDString (domain, uuid) == 0 ? g_hash_table_lookup (usages, uuid) : NULL;

  return usage != NULL && usage->id == (int)virDomainGetID (domain) ? usage : NULL;
}

static void
take_rate (PinVirtUsage *usage, const virDomainStatsRecord *record)
{
  int status = VIR_DOMAIN_DIRTYRATE_MEASURING;
  long long mib_s = 0;

  virTypedParamsGetInt (record->params, record->nparams, "dirtyrate.calc_status", &status);
  virTypedParamsGetLLong (record->params, record->nparams, "dirtyrate.megabytes_per_second", &mib_s);
  usage->measuring = status == VIR_DOMAIN_DIRTYRATE_MEASURING;
  if (status == VIR_DOMAIN_DIRTYRATE_MEASURED && mib_s > 0)
    usage->dirty_kib_s = (guint64)mib_s * KIB_OF_MIB;
}

/* A domain that is busy with something else is not waited for. */
static void
look_at_rates (GHashTable *usages, const Domains *domains)
{
  virDomainStatsRecordPtr *records = NULL;
  int n = virDomainListGetStats (domains->domains, VIR_DOMAIN_STATS_DIRTYRATE, &records, VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT);

  for (int i = 0; i < n; i++)
    {
      PinVirtUsage *usage = usage_of (usages, records[i]->dom);

      if (usage != NULL && usage->measuring)
        take_rate (usage, records[i]);
    }
  if (n >= 0)
    virDomainStatsRecordListFree (records);
}

static void
look_at_cpu (GHashTable *usages, virDomainPtr domain)
{
  PinVirtUsage *usage = usage_of (usages, domain);
  PinCpuTime now;

  if (usage == NULL || !read_cpu_time (domain, &now))
    return;
  usage->seen = TRUE;
  usage->cpu_permille = pin_cpu_time_permille (&usage->begun, &now);
}

static gboolean
is_gone (gpointer uuid, gpointer value, gpointer data)
{
  PinVirtUsage *usage = value;
  gboolean was_seen = usage->seen;

  usage->seen = FALSE;
  return !was_seen;
}

static void
run_look (GTask *task, virConnectPtr connection, const PinVirtCall *call)
{
  g_auto (Domains) domains = { NULL, 0 };
  GError *error = NULL;

  if (!list_active (connection, &domains, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  for (int i = 0; i < domains.n; i++)
    look_at_cpu (call->usages, domains.domains[i]);
  g_hash_table_foreach_remove (call->usages, is_gone, NULL);
  if (g_hash_table_size (call->usages) > 0)
    look_at_rates (call->usages, &domains);
  virResetLastError ();
  g_task_return_pointer (task, g_hash_table_ref (call->usages), (GDestroyNotify)g_hash_table_unref);
}

void
pin_virt_usage_begin_async (PinVirt *virt, GAsyncReadyCallback callback, gpointer data)
{
  pin_virt_call_start (pin_virt_call_new (virt, run_begin, NULL, callback, data));
}

void
pin_virt_usage_look_async (PinVirt *virt, GHashTable *usages, GAsyncReadyCallback callback, gpointer data)
{
  PinVirtCall *call = pin_virt_call_new (virt, run_look, NULL, callback, data);

  call->usages = usages;
  pin_virt_call_start (call);
}

GHashTable *
pin_virt_usage_finish (PinVirt *virt, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
