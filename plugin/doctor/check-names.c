/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What hosts are called: libvirt puts the destination's name into the address that the source's QEMU connects to. */
#include "checks.h"

#include <string.h>

static gboolean
is_localhost (const char *name)
{
  return g_str_has_prefix (name, "localhost");
}

/* The name that migrations to @patient use, and the key of it; FALSE: not known. */
static gboolean
migration_name (const PinPatient *patient, const char **ret_name, gboolean *ret_chosen)
{
  const char *name = "";

  *ret_chosen = pin_facts_text (patient->facts, "migration-host", &name) && *name != '\0';
  if (!*ret_chosen && !pin_facts_text (patient->facts, "libvirt-hostname", &name))
    return FALSE;
  *ret_name = name;
  return TRUE;
}

/* What @patient resolves @name to, NULL: not known.  (transfer container) */
static const char **
addresses_of (const PinPatient *patient, const char *name)
{
  g_autoptr (GVariant) names = pin_facts_value (patient->facts, "names", "a{sas}");
  g_autoptr (GVariant) addresses = names != NULL ? g_variant_lookup_value (names, name, G_VARIANT_TYPE ("as")) : NULL;

  return addresses != NULL ? g_variant_get_strv (addresses, NULL) : NULL;
}

gboolean
pin_check_is_unknown (const PinPatient *from, const PinPatient *host)
{
  const char *name;
  gboolean chosen;
  g_autofree const char **addresses = migration_name (host, &name, &chosen) ? addresses_of (from, name) : NULL;

  return addresses != NULL && addresses[0] == NULL;
}

static gboolean
are_all_loopback (const char *const *addresses)
{
  for (guint i = 0; addresses[i] != NULL; i++)
    if (!pin_check_is_loopback (addresses[i]))
      return FALSE;
  return addresses[0] != NULL;
}

/* libvirt refuses to migrate to a host that is called localhost; a name that leads to loopback misleads those who resolve it likewise. */
void
pin_check_host_name (PinCheck *check)
{
  const PinPatient *host = check->host;
  const char *name;
  gboolean chosen;
  g_autofree const char **addresses = NULL;

  if (!migration_name (host, &name, &chosen))
    {
      pin_check_unheard (check, host, "the name by which libvirt calls it");
      return;
    }
  if (is_localhost (name))
    {
      pin_check_find (check, PIN_FINDING_FAIL,
                      g_strdup_printf ("libvirt calls this host %s: no guest can be migrated to that name", name),
                      chosen ? g_strdup_printf ("set migration_host in /etc/libvirt/qemu.conf to its name on the network, then systemctl restart %s",
                                                pin_check_daemon (host))
                             : g_strdup_printf ("hostnamectl set-hostname NAME, NAME with its address in /etc/hosts, then systemctl restart %s",
                                                pin_check_daemon (host)));
      return;
    }
  addresses = addresses_of (host, name);
  if (addresses == NULL)
    pin_check_unseen (check, host, "where its own name leads");
  else if (are_all_loopback ((const char *const *)addresses))
    pin_check_find (check, PIN_FINDING_WARN,
                    g_strdup_printf ("%s leads to %s here: who resolves it the same way does not reach this host", name, addresses[0]),
                    g_strdup_printf ("give %s its address on the network in /etc/hosts, or set migration_host in /etc/libvirt/qemu.conf", name));
}

/* Looks whether @key is the same of both hosts of a pair, as libvirt does to tell two hosts from one. */
static const char *
find_same (PinCheck *check, const char *key, const char *what)
{
  const char *one, *other;

  if (!pin_facts_text (check->from->facts, key, &one))
    pin_check_unheard (check, check->from, what);
  else if (!pin_facts_text (check->host->facts, key, &other))
    pin_check_unheard (check, check->host, what);
  else if (g_ascii_strcasecmp (one, other) == 0)
    return one;
  return NULL;
}

void
pin_check_host_uuids (PinCheck *check)
{
  const char *uuid = find_same (check, "host-uuid", "libvirt's UUID");

  if (uuid != NULL)
    pin_check_find (check, PIN_FINDING_FAIL,
                    g_strdup_printf ("both have the UUID %s: libvirt takes them for one host and migrates nothing between them", uuid),
                    g_strdup_printf ("on one of them: host_uuid in /etc/libvirt/%s.conf, as uuidgen prints one, then systemctl restart %s",
                                     pin_check_daemon (check->host), pin_check_daemon (check->host)));
}

void
pin_check_host_names (PinCheck *check)
{
  const char *name = find_same (check, "libvirt-hostname", "the name by which libvirt calls it");

  if (name != NULL && is_localhost (name))
    pin_check_moot (check, "the hosts' own names are localhost");
  else if (name != NULL)
    pin_check_find (check, PIN_FINDING_FAIL,
                    g_strdup_printf ("both are called %s: libvirt takes them for one host and migrates nothing between them", name),
                    g_strdup_printf ("on one of them: hostnamectl set-hostname NAME, then systemctl restart %s", pin_check_daemon (check->host)));
}

static void
judge_addresses (PinCheck *check, const char *name, const char *const *addresses)
{
  g_autofree char *remedy = g_strdup_printf ("put %s with %s's address into /etc/hosts of %s, or into DNS", name, check->host->name,
                                             check->from->name);

  if (addresses[0] == NULL)
    pin_check_find (check, PIN_FINDING_FAIL,
                    g_strdup_printf ("%s does not know the name %s, to which libvirt would migrate", check->from->name, name),
                    g_steal_pointer (&remedy));
  else if (are_all_loopback (addresses))
    pin_check_find (check, PIN_FINDING_FAIL,
                    g_strdup_printf ("on %s the name %s leads to %s: guests would be migrated to %s itself", check->from->name, name, addresses[0],
                                     check->from->name),
                    g_steal_pointer (&remedy));
}

void
pin_check_name_resolves (PinCheck *check)
{
  const char *name, *problem = NULL;
  gboolean chosen;
  g_autofree const char **addresses = NULL;

  if (!migration_name (check->host, &name, &chosen))
    {
      pin_check_unheard (check, check->host, "the name by which libvirt calls it");
      return;
    }
  if (is_localhost (name))
    {
      pin_check_moot (check, "the destination calls itself localhost");
      return;
    }
  addresses = addresses_of (check->from, name);
  if (addresses != NULL)
    judge_addresses (check, name, (const char *const *)addresses);
  else if (g_hostname_is_ip_address (name))
    return;
  else if (pin_facts_text (check->from->facts, "names-problem", &problem) && *problem != '\0')
    pin_check_find (check, PIN_FINDING_UNSEEN, g_strdup_printf ("%s could not look up %s: %s", check->from->name, name, problem),
                    g_strdup_printf ("on %s: getent ahosts %s", check->from->name, name));
  else
    pin_check_unseen (check, check->from, "where the other's name leads");
}
