/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crossing.h"

#include <libvirt/virterror.h>
#include <string.h>

/* With this begins what pinshift's hook says; libvirt puts the command line of the hook before it. */
#define HOOK_SAYS "pinshift: "
#define KIB_IN_MIB 1024

gboolean
pin_crossing_open (const PinMigrationOrder *order, PinCrossing *ret_crossing, GError **error)
{
  g_auto (PinCrossing) crossing = { 0 };

  crossing.connection = pin_connection_open (order->source_uri, error);
  if (crossing.connection == NULL)
    {
      g_prefix_error (error, "%s can't be reached: ", order->source);
      return FALSE;
    }
  crossing.domain = virDomainLookupByUUIDString (crossing.connection, order->uuid);
  if (crossing.domain == NULL)
    {
      pin_virt_take_error (error);
      g_prefix_error (error, "it is not found at %s: ", order->source);
      return FALSE;
    }
  crossing.active = virDomainIsActive (crossing.domain) == 1;
  crossing.persistent = virDomainIsPersistent (crossing.domain) == 1;
  *ret_crossing = crossing;
  crossing = (PinCrossing) { 0 };
  return TRUE;
}

void
pin_crossing_clear (PinCrossing *crossing)
{
  g_clear_pointer (&crossing->domain, virDomainFree);
  g_clear_pointer (&crossing->connection, pin_connection_close);
}

static unsigned int
flags_of (const PinCrossing *crossing, const PinMigrateRule *manner)
{
  unsigned int flags = VIR_MIGRATE_PEER2PEER;

  if (crossing->persistent)
    flags |= VIR_MIGRATE_PERSIST_DEST | VIR_MIGRATE_UNDEFINE_SOURCE;
  if (!crossing->active)
    return flags | VIR_MIGRATE_OFFLINE;
  flags |= VIR_MIGRATE_LIVE | VIR_MIGRATE_ABORT_ON_ERROR;
  flags |= manner->auto_converge ? VIR_MIGRATE_AUTO_CONVERGE : 0;
  flags |= manner->compressed ? VIR_MIGRATE_COMPRESSED : 0;
  flags |= manner->post_copy ? VIR_MIGRATE_POSTCOPY : 0;
  return flags;
}

char *
pin_crossing_refusal (const char *message)
{
  const char *said = strstr (message, HOOK_SAYS);
  char *text = g_utf8_make_valid (said != NULL ? said + strlen (HOOK_SAYS) : message, -1);

  return g_strstrip (g_strdelimit (text, "\r\n\t", ' '));
}

/* libvirt translates what it says; that it could not reach a URI it says with that URI. */
static PinMigrationOutcome
outcome_of (int code, const char *message, const char *uri)
{
  switch (code)
    {
    case VIR_ERR_HOOK_SCRIPT_FAILED:
      return PIN_MIGRATION_REFUSED;
    case VIR_ERR_OPERATION_ABORTED:
      return PIN_MIGRATION_CANCELLED;
    default:
      return strstr (message, uri) != NULL ? PIN_MIGRATION_UNREACHABLE : PIN_MIGRATION_FAILED;
    }
}

gboolean
pin_crossing_run (const PinCrossing *crossing, const PinMigrationOrder *order, PinMigrationOutcome *ret_outcome, char **ret_text)
{
  guint64 bandwidth = (order->manner.bandwidth_kib_s + KIB_IN_MIB - 1) / KIB_IN_MIB;
  virTypedParameterPtr parameters = NULL;
  g_autoptr (GError) error = NULL;
  int n = 0, most = 0, code, result = 0;

  if (bandwidth > 0 && crossing->active)
    result = virTypedParamsAddULLong (&parameters, &n, &most, VIR_MIGRATE_PARAM_BANDWIDTH, bandwidth);
  if (result == 0)
    result = virDomainMigrateToURI3 (crossing->domain, order->destination_uri, parameters, (unsigned int) n,
                                     flags_of (crossing, &order->manner));
  virTypedParamsFree (parameters, n);
  if (result == 0)
    return TRUE;
  code = pin_virt_error_code ();
  pin_virt_take_error (&error);
  *ret_outcome = outcome_of (code, error->message, order->destination_uri);
  *ret_text = pin_crossing_refusal (error->message);
  return FALSE;
}

static guint64
number (virTypedParameterPtr parameters, int n, const char *name)
{
  unsigned long long value = 0;

  return virTypedParamsGetULLong (parameters, n, name, &value) == 1 ? value : 0;
}

static guint
percent (virTypedParameterPtr parameters, int n, const char *name)
{
  int value = 0;

  return virTypedParamsGetInt (parameters, n, name, &value) == 1 ? (guint) CLAMP (value, 0, 100) : 0;
}

static PinMigrationProgress
progress_of (virTypedParameterPtr parameters, int n)
{
  guint64 total = number (parameters, n, VIR_DOMAIN_JOB_DATA_TOTAL);
  guint64 left = number (parameters, n, VIR_DOMAIN_JOB_DATA_REMAINING);

  return (PinMigrationProgress){
    /* Pages that the guest has written again are to be sent again: what is done can become less. */
    .done_bytes = total - MIN (left, total),
    .total_bytes = total,
    .rate = number (parameters, n, VIR_DOMAIN_JOB_MEMORY_BPS),
    .dirty_rate = number (parameters, n, VIR_DOMAIN_JOB_MEMORY_DIRTY_RATE) * number (parameters, n, VIR_DOMAIN_JOB_MEMORY_PAGE_SIZE),
    .time_left_ms = number (parameters, n, VIR_DOMAIN_JOB_TIME_REMAINING),
    .downtime_ms = number (parameters, n, VIR_DOMAIN_JOB_DOWNTIME),
    .pass = (guint) MIN (number (parameters, n, VIR_DOMAIN_JOB_MEMORY_ITERATION), G_MAXUINT),
    .throttle_percent = percent (parameters, n, VIR_DOMAIN_JOB_AUTO_CONVERGE_THROTTLE),
  };
}

gboolean
pin_crossing_look (const PinCrossing *crossing, PinMigrationProgress *ret_progress)
{
  virTypedParameterPtr parameters = NULL;
  int n = 0, type = VIR_DOMAIN_JOB_NONE;

  if (virDomainGetJobStats (crossing->domain, &type, &parameters, &n, 0) < 0)
    {
      virResetLastError ();
      return FALSE;
    }
  *ret_progress = progress_of (parameters, n);
  virTypedParamsFree (parameters, n);
  return type == VIR_DOMAIN_JOB_BOUNDED || type == VIR_DOMAIN_JOB_UNBOUNDED;
}

gboolean
pin_crossing_hurry (const PinCrossing *crossing)
{
  if (virDomainMigrateStartPostCopy (crossing->domain, 0) == 0)
    return TRUE;
  virResetLastError ();
  return FALSE;
}

void
pin_crossing_abort (const PinCrossing *crossing)
{
  if (virDomainAbortJob (crossing->domain) < 0)
    virResetLastError ();
}
