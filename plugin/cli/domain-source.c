/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Domains from files and from libvirt. */
#include "domain-source.h"

#include "core/number.h"
#include "guests.h"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_URI "qemu:///system"

typedef virConnect PinConnect;
typedef virDomain PinDomainHandle;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinConnect, virConnectClose)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinDomainHandle, virDomainFree)

static gboolean
is_file (const char *domain)
{
  return strcmp (domain, "-") == 0 || strchr (domain, '/') != NULL || g_str_has_suffix (domain, ".xml");
}

/* libvirt prints its errors unless somebody takes them. */
static void
swallow (void *data, virErrorPtr error)
{
}

static void
take_error (PinError code, const char *what, const char *remedy, GError **error)
{
  const virError *last = virGetLastError ();

  g_set_error (error, PIN_ERROR, code, "%s: %s; %s", what, last != NULL ? last->message : "libvirt gives no reason", remedy);
}

/* By name, UUID or id, in the order of virsh: id, UUID, name. */
static virDomainPtr
look_up (virConnectPtr connection, const char *domain)
{
  guint64 id;
  virDomainPtr found = NULL;

  if (pin_number_parse (domain, 10, 0, G_MAXINT, &id))
    found = virDomainLookupByID (connection, (int) id);
  if (found == NULL && g_uuid_string_is_valid (domain))
    found = virDomainLookupByUUIDString (connection, domain);
  return found != NULL ? found : virDomainLookupByName (connection, domain);
}

static char *
ask_libvirt (const char *uri, const char *domain, PinDomainSide side, gsize *ret_length, GError **error)
{
  static const unsigned flags[] = { 0, VIR_DOMAIN_XML_INACTIVE, VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE };
  g_autoptr (PinConnect) connection = NULL;
  g_autoptr (PinDomainHandle) handle = NULL;
  char *text, *xml;

  virSetErrorFunc (NULL, swallow);
  connection = side == PIN_DOMAIN_SECRET ? virConnectOpen (uri) : virConnectOpenReadOnly (uri);
  if (connection == NULL)
    {
      g_autofree char *remedy = g_strdup_printf ("see whether virsh -c %s list can", uri);

      take_error (PIN_ERROR_FAILED, uri, remedy, error);
      return NULL;
    }
  handle = look_up (connection, domain);
  text = handle != NULL ? virDomainGetXMLDesc (handle, flags[side]) : NULL;
  if (text == NULL)
    {
      take_error (handle == NULL ? PIN_ERROR_NOT_FOUND : PIN_ERROR_FAILED, domain, "see virsh list --all", error);
      return NULL;
    }
  xml = g_strdup (text);
  free (text);
  *ret_length = strlen (xml);
  return xml;
}

/* The host of -H has a guest of that name, UUID or ID. */
static char *
ask_host (const PinCli *cli, const char *domain, gsize *ret_length, GError **error)
{
  g_autofree char *uuid = pin_guests_uuid_of_id (cli, domain);
  g_autoptr (PinHost1) host = pin_cli_host1_new (cli, FALSE, error);
  char *xml = NULL;

  if (host == NULL)
    return NULL;
  if (!pin_host1_call_guest_sync (host, uuid != NULL ? uuid : domain, g_variant_new ("a{sv}", NULL), &xml, NULL, error))
    {
      pin_cli_host1_explain (host, error);
      return NULL;
    }
  *ret_length = strlen (xml);
  return xml;
}

static char *
read_source (const PinCli *cli, const char *domain, PinDomainSide side, gsize *ret_length, GError **error)
{
  if (is_file (domain))
    return pin_cli_read (domain, PIN_DOMAIN_MAX_BYTES, ret_length, error);
  if (cli->way != NULL && cli->uri == NULL)
    return ask_host (cli, domain, ret_length, error);
  return ask_libvirt (cli->uri != NULL ? cli->uri : DEFAULT_URI, domain, side, ret_length, error);
}

PinDomain *
pin_domain_source_parse (const PinCli *cli, const char *domain, PinDomainSide side, char **ret_xml, gsize *ret_length,
                         GError **error)
{
  g_autofree char *xml = read_source (cli, domain, side, ret_length, error);
  g_autoptr (GError) local = NULL;
  PinDomain *parsed;

  if (xml == NULL)
    return NULL;
  parsed = pin_domain_parse (xml, *ret_length, &local);
  if (parsed == NULL)
    g_set_error (error, PIN_ERROR, local->code, "%s: %s; virsh dumpxml prints one that is right",
                 strcmp (domain, "-") == 0 ? "standard input" : domain, local->message);
  else
    *ret_xml = g_steal_pointer (&xml);
  return parsed;
}
