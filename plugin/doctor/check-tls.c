/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certificates of libvirt's TLS: whether each is good, and whether two hosts believe one another. */
#include "checks.h"

#include <string.h>

#define DAYS_AHEAD 14
#define US_PER_DAY (G_GINT64_CONSTANT (24) * 3600 * 1000000)

/* A certificate of facts.h; strings are borrowed from where it came. */
typedef struct
{
  const char *role;
  const char *path;
  const char *problem;
  const char *authority;
  gint64 from;
  gint64 until;
  gboolean signed_here;
} Certificate;

static void
read_certificate (GVariant *facts, Certificate *ret)
{
  *ret = (Certificate){ "", "", "", "", 0, G_MAXINT64, TRUE };
  g_variant_lookup (facts, "role", "&s", &ret->role);
  g_variant_lookup (facts, "path", "&s", &ret->path);
  g_variant_lookup (facts, "problem", "&s", &ret->problem);
  g_variant_lookup (facts, "authority", "&s", &ret->authority);
  g_variant_lookup (facts, "from", "x", &ret->from);
  g_variant_lookup (facts, "until", "x", &ret->until);
  g_variant_lookup (facts, "signed", "b", &ret->signed_here);
}

/* "2026-11-22", in UTC.  (transfer full) */
static char *
day_text (gint64 us)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (us / 1000000);

  return time != NULL ? g_date_time_format (time, "%Y-%m-%d") : g_strdup ("a day that no calendar has");
}

static char *
renew (const PinCheck *check, const char *path)
{
  return g_strdup_printf ("make %s anew, then virt-admin server-update-tls %s or systemctl restart %s", path, pin_check_daemon (check->host),
                          pin_check_daemon (check->host));
}

/* The worst that is wrong with it; what it is that is wrong is said once. */
static void
judge_certificate (PinCheck *check, const Certificate *cert)
{
  g_autofree char *from = day_text (cert->from);
  g_autofree char *until = day_text (cert->until);
  gboolean is_authority = strcmp (cert->role, "ca") == 0;

  if (*cert->problem != '\0')
    pin_check_find (check, PIN_FINDING_FAIL, g_strdup_printf ("%s can't be used: %s", cert->path, cert->problem), renew (check, cert->path));
  else if (check->now_us < cert->from)
    pin_check_find (check, PIN_FINDING_FAIL, g_strdup_printf ("%s is good from %s on, not today", cert->path, from),
                    g_strdup ("look at the clock with timedatectl, or wait for that day"));
  else if (check->now_us >= cert->until)
    pin_check_find (check, PIN_FINDING_FAIL, g_strdup_printf ("%s was good until %s", cert->path, until), renew (check, cert->path));
  else if (!is_authority && *cert->authority == '\0')
    pin_check_find (check, PIN_FINDING_FAIL, g_strdup_printf ("%s has no CA's certificate beside it, and libvirt goes without TLS then", cert->path),
                    g_strdup ("put the CA's certificate into /etc/pki/CA/cacert.pem"));
  else if (!is_authority && !cert->signed_here)
    pin_check_find (check, PIN_FINDING_FAIL, g_strdup_printf ("%s is not signed by the CA whose certificate is there", cert->path),
                    renew (check, cert->path));
  else if (check->now_us >= cert->until - DAYS_AHEAD * US_PER_DAY)
    pin_check_find (check, PIN_FINDING_WARN, g_strdup_printf ("%s is good until %s only", cert->path, until), renew (check, cert->path));
}

void
pin_check_certificates (PinCheck *check)
{
  g_autoptr (GVariant) certificates = pin_facts_value (check->host->facts, "certificates", "aa{sv}");

  if (certificates == NULL)
    {
      pin_check_unseen (check, check->host, "libvirt's certificates");
      return;
    }
  for (gsize i = 0; i < g_variant_n_children (certificates); i++)
    {
      g_autoptr (GVariant) facts = g_variant_get_child_value (certificates, i);
      Certificate cert;

      read_certificate (facts, &cert);
      judge_certificate (check, &cert);
    }
}
