/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How busy domains are: CPU time of the process, which virDomainGetInfo() has also where there are no cgroups, unlike the statistics. */
#include "host/virt-link.h"

#include <libvirt/virterror.h>

void
pin_vir_domains_clear (PinVirDomains *domains)
{
  for (int i = 0; i < domains->n; i++)
    virDomainFree (domains->domains[i]);
  free (domains->domains);
}

gboolean
pin_virt_list_active (virConnectPtr connection, PinVirDomains *ret_domains, GError **error)
{
  ret_domains->n = virConnectListAllDomains (connection, &ret_domains->domains, VIR_CONNECT_LIST_DOMAINS_ACTIVE);
  if (ret_domains->n < 0)
    pin_virt_take_error (error);
  return ret_domains->n >= 0;
}

/* FALSE: it has gone. */
static gboolean
read_usage (virDomainPtr domain, char *ret_uuid, PinVirtUsage *ret_usage)
{
  virDomainInfo info;
  gint64 asked_us = g_get_monotonic_time ();

  if (virDomainGetUUIDString (domain, ret_uuid) < 0 || virDomainGetInfo (domain, &info) < 0)
    return FALSE;
  *ret_usage = (PinVirtUsage){
    .id = (int)virDomainGetID (domain),
    .begun = { info.cpuTime, asked_us + (g_get_monotonic_time () - asked_us) / 2 },
    .cpu_permille = -1,
  };
  return TRUE;
}

/* (transfer full) UUID -> PinVirtUsage of now. */
static GHashTable *
read_usages (virConnectPtr connection, GError **error)
{
  g_autoptr (GHashTable) usages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto (PinVirDomains) domains = { NULL, 0 };

  if (!pin_virt_list_active (connection, &domains, error))
    return NULL;
  for (int i = 0; i < domains.n; i++)
    {
      char uuid[VIR_UUID_STRING_BUFLEN] = "";
      PinVirtUsage usage;

      if (read_usage (domains.domains[i], uuid, &usage))
        g_hash_table_insert (usages, g_strdup (uuid), g_memdup2 (&usage, sizeof usage));
    }
  virResetLastError ();
  return g_steal_pointer (&usages);
}

/* @value is as it was at the beginning; whether it has gone since. */
static gboolean
compare (gpointer uuid, gpointer value, gpointer now)
{
  PinVirtUsage *usage = value;
  const PinVirtUsage *later = g_hash_table_lookup (now, uuid);

  if (later != NULL && later->id == usage->id)
    usage->cpu_permille = pin_cpu_time_permille (&usage->begun, &later->begun);
  return later == NULL;
}

static void
return_usages (GTask *task, GHashTable *usages, GError *error)
{
  if (usages != NULL)
    g_task_return_pointer (task, usages, (GDestroyNotify)g_hash_table_unref);
  else
    g_task_return_error (task, error);
}

static void
run_begin (GTask *task, virConnectPtr connection, const PinVirtCall *call)
{
  GError *error = NULL;
  GHashTable *usages = read_usages (connection, &error);

  return_usages (task, usages, error);
}

static void
run_look (GTask *task, virConnectPtr connection, const PinVirtCall *call)
{
  GError *error = NULL;
  g_autoptr (GHashTable) now = read_usages (connection, &error);

  if (now != NULL)
    g_hash_table_foreach_remove (call->usages, compare, now);
  return_usages (task, now != NULL ? g_hash_table_ref (call->usages) : NULL, error);
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
