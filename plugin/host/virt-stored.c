/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Persistent definitions: read whole, and replaced.  Neither takes a job, so a migration does not hold them up. */
#include "host/virt-link.h"

#include "core/error.h"

#include <string.h>

/* Without SECURE the passwords would be missing, and lost when it is defined again. */
#define WHOLE (VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE)

/* Returns: (transfer full), NULL with @error. */
static char *
read_stored (virDomainPtr domain, GError **error)
{
  int persistent = domain != NULL ? virDomainIsPersistent (domain) : -1;
  char *xml = NULL;

  if (persistent == 0)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_NOT_FOUND, "it has no persistent definition");
      return NULL;
    }
  if (persistent == 1)
    xml = pin_virt_take_text (virDomainGetXMLDesc (domain, WHOLE));
  if (xml == NULL)
    pin_virt_take_error (error);
  return xml;
}

static void
return_text (GTask *task, char *text, GError *error)
{
  if (text == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, text, g_free);
}

static void
run_read_stored (GTask *task, virConnectPtr connection, const PinVirtCall *call)
{
  g_autoptr (PinVirDomain) domain = virDomainLookupByUUIDString (connection, call->uuid);
  GError *error = NULL;
  char *xml = read_stored (domain, &error);

  return_text (task, xml, error);
}

static gboolean
is_as_expected (virDomainPtr domain, const char *expected, GError **error)
{
  g_autofree char *xml = read_stored (domain, error);

  if (xml == NULL)
    return FALSE;
  if (strcmp (xml, expected) == 0)
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_STALE, "its persistent definition has changed meanwhile");
  return FALSE;
}

static char *
define (virConnectPtr connection, const PinVirtCall *call, GError **error)
{
  g_autoptr (PinVirDomain) before = virDomainLookupByUUIDString (connection, call->uuid);
  g_autoptr (PinVirDomain) after = NULL;

  if (!is_as_expected (before, call->expected, error))
    return NULL;
  after = virDomainDefineXML (connection, call->wanted);
  return read_stored (after, error);
}

static void
run_define (GTask *task, virConnectPtr connection, const PinVirtCall *call)
{
  GError *error = NULL;
  char *xml = define (connection, call, &error);

  return_text (task, xml, error);
}

void
pin_virt_read_stored_async (PinVirt *virt, const char *uuid, GAsyncReadyCallback callback, gpointer data)
{
  pin_virt_call_start (pin_virt_call_new (virt, run_read_stored, uuid, callback, data));
}

char *
pin_virt_read_stored_finish (PinVirt *virt, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
pin_virt_define_async (PinVirt *virt, const char *uuid, const char *expected, const char *wanted,
                       GAsyncReadyCallback callback, gpointer data)
{
  PinVirtCall *call = pin_virt_call_new (virt, run_define, uuid, callback, data);

  call->expected = g_strdup (expected);
  call->wanted = g_strdup (wanted);
  pin_virt_call_start (call);
}

char *
pin_virt_define_finish (PinVirt *virt, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
