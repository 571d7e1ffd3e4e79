/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much of their memory domains write, as QEMU finds out from samples. */
#include "host/virt-link.h"
#include "virt/loop.h"

#include <libvirt/virterror.h>

/* The least that QEMU takes. */
#define SAMPLED_S 1
/* A little more, for samples have to be compared; who has so much memory that it takes longer is given as much again. */
#define PATIENCE_MS 1250
#define LOOKS_MAX 3
#define KIB_OF_MIB 1024
#define STATS VIR_DOMAIN_STATS_DIRTYRATE
#define NOT_WAITING VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT

/* The thread's own. */
typedef struct
{
  GTask *task;
  PinVirt *virt;
  virConnectPtr connection; /* NULL: none yet */
  GHashTable *measured; /* UUIDs of those that QEMU takes samples of */
  GHashTable *dirt;     /* UUID -> guint64 */
} Errand;

static void
errand_free (Errand *errand)
{
  g_object_unref (errand->task);
  if (errand->connection != NULL)
    virConnectClose (errand->connection);
  g_hash_table_unref (errand->measured);
  g_hash_table_unref (errand->dirt);
  pin_virt_loop_release ();
  g_free (errand);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Errand, errand_free)

static void
begin (const Errand *errand, virDomainPtr domain)
{
  char uuid[VIR_UUID_STRING_BUFLEN] = "";
  gboolean held = TRUE;

  if (virDomainGetUUIDString (domain, uuid) == 0 && pin_virt_read_held (errand->virt, domain, uuid, &held, NULL) && !held
      && virDomainStartDirtyRateCalc (domain, SAMPLED_S, VIR_DOMAIN_DIRTYRATE_MODE_PAGE_SAMPLING) == 0)
    g_hash_table_add (errand->measured, g_strdup (uuid));
}

/* FALSE: nobody wants to know any more. */
static gboolean
wait (const Errand *errand)
{
  PinVirt *virt = errand->virt;
  gint64 until_us = g_get_monotonic_time () + PATIENCE_MS * G_TIME_SPAN_MILLISECOND;
  gboolean is_wanted;

  g_mutex_lock (&virt->lock);
  while (!virt->ended && g_cond_wait_until (&virt->ended_cond, &virt->lock, until_us))
    continue;
  is_wanted = !virt->ended;
  g_mutex_unlock (&virt->lock);
  return is_wanted;
}

/* A domain whose statistics are left out, for it is busy with something else, may have them the next time. */
static void
take (const Errand *errand, const virDomainStatsRecord *record)
{
  char uuid[VIR_UUID_STRING_BUFLEN] = "";
  int status = VIR_DOMAIN_DIRTYRATE_MEASURING;
  long long mib_s = 0;
  guint64 kib_s;

  virTypedParamsGetInt (record->params, record->nparams, "dirtyrate.calc_status", &status);
  if (status == VIR_DOMAIN_DIRTYRATE_MEASURING || virDomainGetUUIDString (record->dom, uuid) < 0
      || !g_hash_table_remove (errand->measured, uuid))
    return;
  virTypedParamsGetLLong (record->params, record->nparams, "dirtyrate.megabytes_per_second", &mib_s);
  kib_s = (guint64)MAX (mib_s, 0) * KIB_OF_MIB;
  if (status == VIR_DOMAIN_DIRTYRATE_MEASURED)
    g_hash_table_insert (errand->dirt, g_strdup (uuid), g_memdup2 (&kib_s, sizeof kib_s));
}

static void
look (const Errand *errand, const PinVirDomains *domains)
{
  virDomainStatsRecordPtr *records = NULL;
  int n = virDomainListGetStats (domains->domains, STATS, &records, NOT_WAITING);

  for (int i = 0; i < n; i++)
    take (errand, records[i]);
  if (n >= 0)
    virDomainStatsRecordListFree (records);
}

static gboolean
open_connection (Errand *errand, GError **error)
{
  errand->connection = virConnectOpen (errand->virt->uri);
  if (errand->connection == NULL)
    pin_virt_take_error (error);
  return errand->connection != NULL;
}

static gpointer
work (gpointer data)
{
  g_autoptr (Errand) errand = data;
  g_auto (PinVirDomains) domains = { NULL, 0 };
  GError *error = NULL;

  if (!open_connection (errand, &error) || !pin_virt_list_active (errand->connection, &domains, &error))
    {
      g_task_return_error (errand->task, error);
      return NULL;
    }
  for (int i = 0; i < domains.n; i++)
    begin (errand, domains.domains[i]);
  for (guint i = 0; i < LOOKS_MAX && g_hash_table_size (errand->measured) > 0 && wait (errand); i++)
    look (errand, &domains);
  virResetLastError ();
  g_task_return_pointer (errand->task, g_hash_table_ref (errand->dirt), (GDestroyNotify)g_hash_table_unref);
  return NULL;
}

/*
 * Two threads may use a connection; but while one of them waits for long, libvirt 9.0 gives the other its answers no sooner than with the next keepalive.
 * So the thread has its own.
 */
static void
run_dirt (GTask *task, virConnectPtr connection, const PinVirtCall *call)
{
  Errand *errand = g_new0 (Errand, 1);

  pin_virt_loop_hold ();
  errand->task = g_object_ref (task);
  errand->virt = call->virt;
  errand->measured = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  errand->dirt = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_thread_unref (g_thread_new ("libvirt-dirt", work, errand));
}

void
pin_virt_dirt_async (PinVirt *virt, GAsyncReadyCallback callback, gpointer data)
{
  pin_virt_call_start (pin_virt_call_new (virt, run_dirt, NULL, callback, data));
}

GHashTable *
pin_virt_dirt_finish (PinVirt *virt, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
