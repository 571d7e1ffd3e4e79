/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls to libvirt: asked for on the owner's main context, run by the worker in order, answered where asked. */
#include "host/virt-link.h"

#include "core/error.h"
#include "format/record.h"

#include <libvirt/virterror.h>

const char pin_virt_as_is[] = "as it is";

void
pin_virt_guest_free (PinVirtGuest *guest)
{
  if (guest == NULL)
    return;
  g_free (guest->uuid);
  g_free (guest->name);
  g_free (guest->live_xml);
  g_free (guest->inactive_xml);
  g_free (guest);
}

static void
call_free (PinVirtCall *call)
{
  pin_virt_unref (call->virt);
  g_free (call->uuid);
  g_free (call->owned_live);
  g_free (call->owned_persistent);
  g_free (call->expected);
  g_free (call->wanted);
  pin_placement_free (call->pins);
  g_clear_pointer (&call->usages, g_hash_table_unref);
  g_free (call);
}

/* The client may have been freed while the call was under way: its owner hears no more of it then. */
static void
call_done (GObject *source, GAsyncResult *result, gpointer data)
{
  const PinVirtCall *call = g_task_get_task_data (G_TASK (result));

  if (!call->virt->closed && call->callback != NULL)
    call->callback (NULL, result, call->data);
}

PinVirtCall *
pin_virt_call_new (PinVirt *virt, PinVirtRun run, const char *uuid, GAsyncReadyCallback callback, gpointer data)
{
  PinVirtCall *call = g_new0 (PinVirtCall, 1);

  call->virt = pin_virt_ref (virt);
  call->run = run;
  call->callback = callback;
  call->data = data;
  call->uuid = g_strdup (uuid);
  return call;
}

void
pin_virt_call_start (PinVirtCall *call)
{
  GTask *task = g_task_new (NULL, NULL, call_done, NULL);

  g_task_set_task_data (task, call, (GDestroyNotify)call_free);
  pin_virt_order (call->virt, PIN_ORDER_CALL, 0, task);
}

void
pin_virt_call_run (GTask *task, virConnectPtr connection, const char *why)
{
  g_autoptr (GTask) held = task;
  const PinVirtCall *call = g_task_get_task_data (task);

  if (connection == NULL)
    g_task_return_new_error (task, PIN_ERROR, PIN_ERROR_FAILED, "not connected to %s: %s", call->virt->uri, why);
  else
    call->run (task, connection, call);
}

char *
pin_virt_take_text (char *text)
{
  char *copy = g_strdup (text);

  free (text);
  return copy;
}

static gboolean
is_gone (void)
{
  return virGetLastErrorCode () == VIR_ERR_NO_DOMAIN;
}

/*
 * Neither dump asks for passwords.  A live one that fails though the domain is there waits for a job (libvirt 11.0
 * to 11.4, receiving): such a domain counts as incoming, so that a lone failure does not make the whole host unknown.
 */
static gboolean
read_xml (virDomainPtr domain, PinVirtGuest *guest)
{
  if (guest->running && !guest->incoming)
    {
      guest->live_xml = pin_virt_take_text (virDomainGetXMLDesc (domain, 0));
      if (guest->live_xml == NULL && is_gone ())
        return FALSE;
      guest->incoming = guest->live_xml == NULL;
    }
  /* While a guest is received, libvirt 11.0 to 11.4 has those wait who want any of its XML. */
  if (!guest->persistent || guest->incoming)
    return TRUE;
  guest->inactive_xml = pin_virt_take_text (virDomainGetXMLDesc (domain, VIR_DOMAIN_XML_INACTIVE));
  if (guest->inactive_xml == NULL && is_gone ())
    return FALSE;
  guest->persistent = guest->inactive_xml != NULL;
  return TRUE;
}

/* What libvirt can't tell of a domain is left alone. */
static gboolean
is_busy (PinVirt *virt, virDomainPtr domain, const char *uuid)
{
  gboolean held = TRUE;

  return !pin_virt_read_held (virt, domain, uuid, &held, NULL) || held;
}

/* Returns: (transfer full) NULL, libvirt's last error set, for a domain that is gone. */
static PinVirtGuest *
read_guest (PinVirt *virt, virDomainPtr domain)
{
  g_autoptr (PinVirtGuest) guest = g_new0 (PinVirtGuest, 1);
  char uuid[VIR_UUID_STRING_BUFLEN] = "";
  PinVirtLook look;

  if (virDomainGetUUIDString (domain, uuid) < 0 || !pin_virt_look (virt, domain, &look))
    return NULL;
  guest->uuid = g_strdup (uuid);
  guest->name = g_strdup (virDomainGetName (domain));
  guest->running = virDomainIsActive (domain) == 1;
  guest->id = guest->running ? (int) virDomainGetID (domain) : -1;
  guest->persistent = virDomainIsPersistent (domain) == 1;
  guest->incoming = guest->running && pin_virt_is_incoming (virt, domain, uuid, &look);
  guest->came = guest->running && pin_virt_has_come (look.state, look.reason);
  guest->busy = guest->running && is_busy (virt, domain, uuid);
  return read_xml (domain, guest) ? g_steal_pointer (&guest) : NULL;
}

static void
run_list (GTask *task, virConnectPtr connection, const PinVirtCall *call)
{
  g_autoptr (GPtrArray) guests = g_ptr_array_new_with_free_func ((GDestroyNotify)pin_virt_guest_free);
  guint64 moment = pin_virt_passages_moment (call->virt);
  virDomainPtr *domains = NULL;
  int n_domains = virConnectListAllDomains (connection, &domains, 0);
  GError *error = NULL;

  for (int i = 0; i < n_domains; i++)
    {
      g_autoptr (PinVirDomain) domain = domains[i];
      PinVirtGuest *guest = error == NULL ? read_guest (call->virt, domain) : NULL;

      if (guest != NULL)
        g_ptr_array_add (guests, guest);
      else if (error == NULL && !is_gone ())
        pin_virt_take_error (&error);
    }
  free (domains);
  if (n_domains < 0)
    pin_virt_take_error (&error);
  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  pin_virt_passages_keep_only (call->virt, guests, moment);
  g_task_return_pointer (task, g_steal_pointer (&guests), (GDestroyNotify)g_ptr_array_unref);
}

void
pin_virt_return_last_error (GTask *task)
{
  GError *error = NULL;

  pin_virt_take_error (&error);
  g_task_return_error (task, error);
}

static void
run_read (GTask *task, virConnectPtr connection, const PinVirtCall *call)
{
  g_autoptr (PinVirDomain) domain = virDomainLookupByUUIDString (connection, call->uuid);
  PinVirtGuest *guest = domain == NULL ? NULL : read_guest (call->virt, domain);

  if (guest == NULL)
    pin_virt_return_last_error (task);
  else
    g_task_return_pointer (task, guest, (GDestroyNotify)pin_virt_guest_free);
}

static gboolean
has_record (virDomainPtr domain, unsigned int side)
{
  char *text = virDomainGetMetadata (domain, VIR_DOMAIN_METADATA_ELEMENT, PIN_RECORD_NS, side);

  free (text);
  return text != NULL;
}

/* Removing what is not there would still wait for a job, and tell everybody of a change. */
static gboolean
write_side (virDomainPtr domain, const char *record, unsigned int side)
{
  if (record == pin_virt_as_is || (record == NULL && !has_record (domain, side)))
    return TRUE;
  return virDomainSetMetadata (domain, VIR_DOMAIN_METADATA_ELEMENT, record, PIN_RECORD_PREFIX, PIN_RECORD_NS, side)
         == 0;
}

static void
run_set_record (GTask *task, virConnectPtr connection, const PinVirtCall *call)
{
  g_autoptr (PinVirDomain) domain = virDomainLookupByUUIDString (connection, call->uuid);

  if (domain == NULL || (virDomainIsActive (domain) == 1 && !write_side (domain, call->live, VIR_DOMAIN_AFFECT_LIVE))
      || (virDomainIsPersistent (domain) == 1 && !write_side (domain, call->persistent, VIR_DOMAIN_AFFECT_CONFIG)))
    pin_virt_return_last_error (task);
  else
    g_task_return_boolean (task, TRUE);
}

static void
run_capabilities (GTask *task, virConnectPtr connection, const PinVirtCall *call)
{
  char *xml = pin_virt_take_text (virConnectGetCapabilities (connection));

  if (xml == NULL)
    pin_virt_return_last_error (task);
  else
    g_task_return_pointer (task, xml, g_free);
}

void
pin_virt_list_async (PinVirt *virt, GAsyncReadyCallback callback, gpointer data)
{
  pin_virt_call_start (pin_virt_call_new (virt, run_list, NULL, callback, data));
}

GPtrArray *
pin_virt_list_finish (PinVirt *virt, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
pin_virt_read_async (PinVirt *virt, const char *uuid, GAsyncReadyCallback callback, gpointer data)
{
  pin_virt_call_start (pin_virt_call_new (virt, run_read, uuid, callback, data));
}

PinVirtGuest *
pin_virt_read_finish (PinVirt *virt, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
pin_virt_set_record_async (PinVirt *virt, const char *uuid, const char *live, const char *persistent,
                           GAsyncReadyCallback callback, gpointer data)
{
  PinVirtCall *call = pin_virt_call_new (virt, run_set_record, uuid, callback, data);

  call->owned_live = g_strdup (live);
  call->owned_persistent = g_strdup (persistent);
  call->live = live == pin_virt_as_is ? live : call->owned_live;
  call->persistent = persistent == pin_virt_as_is ? persistent : call->owned_persistent;
  pin_virt_call_start (call);
}

gboolean
pin_virt_set_record_finish (PinVirt *virt, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
pin_virt_capabilities_async (PinVirt *virt, GAsyncReadyCallback callback, gpointer data)
{
  pin_virt_call_start (pin_virt_call_new (virt, run_capabilities, NULL, callback, data));
}

char *
pin_virt_capabilities_finish (PinVirt *virt, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
