/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether QEMU here can reach QEMU there, and whether both have one time. */
#include "checks.h"

#include <string.h>

#define CLOCK_LIMIT_US 1000000

/* "refused" is well: somebody is there to refuse, and nobody listens before a guest comes. */
static gboolean
is_way_free (const char *outcome)
{
  return strcmp (outcome, "open") == 0 || strcmp (outcome, "refused") == 0;
}

static gint
compare_ports (gconstpointer a, gconstpointer b)
{
  return (gint)*(const guint16 *)a - (gint)*(const guint16 *)b;
}

/* Ports that could not be reached, upwards, with the outcome of one of them (borrowed from @reach).  (transfer full) */
static GArray *
closed_ports (GVariant *reach, const char **ret_outcome)
{
  GArray *ports = g_array_new (FALSE, FALSE, sizeof (guint16));
  const char *outcome;
  guint16 port;
  GVariantIter iter;

  g_variant_iter_init (&iter, reach);
  while (g_variant_iter_next (&iter, "{q&s}", &port, &outcome))
    if (!is_way_free (outcome))
      {
        *ret_outcome = outcome;
        g_array_append_val (ports, port);
      }
  g_array_sort (ports, compare_ports);
  return ports;
}

static char *
ports_text (const GArray *ports)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < ports->len; i++)
    g_string_append_printf (text, "%s%u", i > 0 ? ", " : "", g_array_index (ports, guint16, i));
  return g_string_free (text, FALSE);
}

/* The ports that libvirt takes for migrations, as a firewall wants them; else those that were tried. */
static char *
range_text (const PinPatient *host, const GArray *tried)
{
  g_autoptr (GVariant) range = pin_facts_value (host->facts, "migration-ports", "(qq)");
  guint16 first = g_array_index (tried, guint16, 0), last = g_array_index (tried, guint16, tried->len - 1);

  if (range != NULL)
    g_variant_get (range, "(qq)", &first, &last);
  return g_strdup_printf ("%u-%u", first, last);
}

void
pin_check_migration_ports (PinCheck *check)
{
  const char *host = check->host->name;
  const char *outcome = NULL;
  g_autoptr (GVariant) reach = pin_facts_value (check->from->facts, "reach", "a{qs}");
  g_autoptr (GArray) ports = reach != NULL ? closed_ports (reach, &outcome) : NULL;
  g_autofree char *tried = NULL, *range = NULL;

  if (pin_check_is_unknown (check->from, check->host))
    {
      pin_check_moot (check, "the name of the destination is not known");
      return;
    }
  if (reach == NULL || g_variant_n_children (reach) == 0)
    {
      pin_check_find (check, PIN_FINDING_UNSEEN, g_strdup_printf ("nobody has tried to reach ports of %s from %s", host, check->from->name),
                      g_strdup_printf ("on %s: pinshift doctor %s", check->from->name, host));
      return;
    }
  if (ports->len == 0)
    return;
  tried = ports_text (ports);
  range = range_text (check->host, ports);
  pin_check_find (check, PIN_FINDING_FAIL,
                  g_strdup_printf ("TCP ports %s of %s can't be reached: %s", tried, host, g_strcmp0 (outcome, "silent") == 0 ? "no answer" : outcome),
                  g_strdup_printf ("on %s, let them in: firewall-cmd --add-port=%s/tcp, and once more with --permanent", host, range));
}

void
pin_check_migration_address (PinCheck *check)
{
  const char *address;

  if (!pin_facts_text (check->host->facts, "migration-address", &address))
    pin_check_unseen (check, check->host, "migration_address of qemu.conf");
  else if (pin_check_is_loopback (address) || strcmp (address, "localhost") == 0)
    pin_check_find (check, PIN_FINDING_FAIL,
                    g_strdup_printf ("QEMU of %s waits for guests on %s, where no other host reaches it", check->host->name, address),
                    g_strdup_printf ("migration_address = \"0.0.0.0\" or \"::\" in /etc/libvirt/qemu.conf of %s, then systemctl restart %s",
                                     check->host->name, pin_check_daemon (check->host)));
}

/* The offset that was measured, by whichever of the two. */
static gboolean
clock_offset (const PinCheck *check, gint64 *ret_offset, gint64 *ret_doubt)
{
  const PinPatient *patient = check->host;

  if (!pin_facts_time (patient->facts, "clock-offset", ret_offset))
    patient = check->from;
  *ret_doubt = 0;
  pin_facts_time (patient->facts, "clock-doubt", ret_doubt);
  return pin_facts_time (patient->facts, "clock-offset", ret_offset);
}

void
pin_check_clocks (PinCheck *check)
{
  gint64 offset, doubt;

  if (!clock_offset (check, &offset, &doubt))
    pin_check_find (check, PIN_FINDING_UNSEEN, g_strdup_printf ("nobody has compared the clocks of %s and %s", check->from->name, check->host->name),
                    g_strdup_printf ("on %s: pinshift doctor %s", check->from->name, check->host->name));
  else if (ABS (offset) - doubt > CLOCK_LIMIT_US)
    pin_check_find (check, PIN_FINDING_WARN,
                    g_strdup_printf ("the clocks are %.1f s apart: guests' time jumps, certificates and logs mislead", (double)ABS (offset) / 1e6),
                    g_strdup ("on both: timedatectl set-ntp true, then chronyc makestep where chrony runs"));
}
