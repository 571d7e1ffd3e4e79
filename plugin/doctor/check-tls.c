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
  const char *authority; /* "": there is none; NULL: not known */
  const char **names;    /* NULL: not known */
  gint64 from;
  gint64 until;
  gboolean signed_here;
} Certificate;

static void
clear_certificate (Certificate *cert)
{
  g_free (cert->names);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Certificate, clear_certificate)

static void
read_certificate (GVariant *facts, Certificate *ret)
{
  *ret = (Certificate){ .role = "", .path = "", .problem = "", .until = G_MAXINT64, .signed_here = TRUE };
  g_variant_lookup (facts, "role", "&s", &ret->role);
  g_variant_lookup (facts, "path", "&s", &ret->path);
  g_variant_lookup (facts, "problem", "&s", &ret->problem);
  g_variant_lookup (facts, "authority", "&s", &ret->authority);
  g_variant_lookup (facts, "names", "^a&s", &ret->names);
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

/* libvirt's daemon keeps its certificates; QEMU reads its own for each migration. */
static gboolean
is_kept (const char *path)
{
  return g_str_has_prefix (path, "/etc/pki/libvirt/") || g_str_has_prefix (path, "/etc/pki/CA/");
}

static char *
renew (const PinCheck *check, const char *path)
{
  if (!is_kept (path))
    return g_strdup_printf ("make %s anew", path);
  return g_strdup_printf ("make %s anew, then systemctl restart %s", path, pin_check_daemon (check->host));
}

/* Where libvirt, and QEMU, look for the certificate of the CA beside that at @path.  (transfer full) */
static char *
authority_path (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  return is_kept (path) ? g_strdup ("/etc/pki/CA/cacert.pem") : g_build_filename (folder, "ca-cert.pem", NULL);
}

/* The worst that is wrong with it; what it is that is wrong is said once. */
static void
judge_certificate (PinCheck *check, const Certificate *cert)
{
  g_autofree char *from = day_text (cert->from);
  g_autofree char *until = day_text (cert->until);
  g_autofree char *authority = authority_path (cert->path);
  gboolean is_authority = strcmp (cert->role, "ca") == 0;

  if (*cert->problem != '\0')
    pin_check_find (check, PIN_FINDING_FAIL, g_strdup_printf ("%s can't be used: %s", cert->path, cert->problem), renew (check, cert->path));
  else if (check->now_us < cert->from)
    pin_check_find (check, PIN_FINDING_FAIL, g_strdup_printf ("%s is good from %s on, not today", cert->path, from),
                    g_strdup ("look at the clock with timedatectl, or wait for that day"));
  else if (check->now_us >= cert->until)
    pin_check_find (check, PIN_FINDING_FAIL, g_strdup_printf ("%s was good until %s", cert->path, until), renew (check, cert->path));
  else if (!is_authority && g_strcmp0 (cert->authority, "") == 0)
    pin_check_find (check, PIN_FINDING_FAIL, g_strdup_printf ("%s has no CA's certificate beside it, and libvirt goes without TLS then", cert->path),
                    g_strdup_printf ("put the CA's certificate into %s", authority));
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
      g_auto (Certificate) cert = { NULL };

      read_certificate (facts, &cert);
      judge_certificate (check, &cert);
    }
}

/* The certificate of @certificates that lies at @path, or NULL if there is none.  (transfer full) */
static GVariant *
find_certificate (GVariant *certificates, const char *path)
{
  for (gsize i = 0; i < g_variant_n_children (certificates); i++)
    {
      g_autoptr (GVariant) facts = g_variant_get_child_value (certificates, i);
      const char *at = "";

      if (g_variant_lookup (facts, "path", "&s", &at) && strcmp (at, path) == 0)
        return g_steal_pointer (&facts);
    }
  return NULL;
}

/* Whether @authority is known, and has signed all that is beside it: else what differs is said of its host. */
static gboolean
is_sound (GVariant *certificates, const char *authority)
{
  for (gsize i = 0; authority != NULL && i < g_variant_n_children (certificates); i++)
    {
      g_autoptr (GVariant) facts = g_variant_get_child_value (certificates, i);
      g_auto (Certificate) cert = { NULL };

      read_certificate (facts, &cert);
      if (!cert.signed_here && g_strcmp0 (cert.authority, authority) == 0)
        return FALSE;
    }
  return authority != NULL && *authority != '\0';
}

/* The first certificate that is at the same place on both, and whose authorities differ.  (transfer full) */
static char *
find_stranger (GVariant *ones, GVariant *others)
{
  for (gsize i = 0; i < g_variant_n_children (ones); i++)
    {
      g_autoptr (GVariant) facts = g_variant_get_child_value (ones, i);
      g_auto (Certificate) one = { NULL };
      g_auto (Certificate) other = { NULL };
      g_autoptr (GVariant) counterpart = NULL;

      read_certificate (facts, &one);
      counterpart = find_certificate (others, one.path);
      if (counterpart == NULL)
        continue;
      read_certificate (counterpart, &other);
      if (is_sound (ones, one.authority) && is_sound (others, other.authority) && strcmp (one.authority, other.authority) != 0)
        return g_strdup (one.path);
    }
  return NULL;
}

/* Each end asks whether the other's certificate is signed by the CA that it has itself. */
void
pin_check_tls_authority (PinCheck *check)
{
  const PinPatient *one = check->from, *other = check->host;
  g_autoptr (GVariant) ones = pin_facts_value (one->facts, "certificates", "aa{sv}");
  g_autoptr (GVariant) others = pin_facts_value (other->facts, "certificates", "aa{sv}");
  g_autofree char *path = NULL;

  if (ones == NULL || others == NULL)
    {
      pin_check_unseen (check, ones == NULL ? one : other, "libvirt's certificates");
      return;
    }
  if ((g_variant_n_children (ones) == 0) != (g_variant_n_children (others) == 0))
    {
      const PinPatient *without = g_variant_n_children (ones) == 0 ? one : other;

      pin_check_find (check, PIN_FINDING_WARN, g_strdup_printf ("%s has certificates for TLS, %s has none: they can't talk by TLS",
                                                                without == one ? other->name : one->name, without->name),
                      g_strdup_printf ("make certificates for %s too, signed by the same CA", without->name));
      return;
    }
  path = find_stranger (ones, others);
  if (path != NULL)
    pin_check_find (check, PIN_FINDING_FAIL, g_strdup_printf ("the CAs behind %s differ: neither host believes the other", path),
                    g_strdup ("give both hosts the certificate of one CA, and certificates that it has signed"));
}

/* As in TLS: a star stands for one label, the first. */
static gboolean
is_for (const char *pattern, const char *name)
{
  const char *rest = strchr (name, '.');

  if (g_str_has_prefix (pattern, "*."))
    return rest != NULL && g_ascii_strcasecmp (pattern + 1, rest) == 0;
  return g_ascii_strcasecmp (pattern, name) == 0;
}

static gboolean
is_for_any (const char **patterns, const PinPatient *host)
{
  const char *names[] = { host->name, NULL, NULL };

  pin_facts_text (host->facts, "libvirt-hostname", &names[1]);
  pin_facts_text (host->facts, "migration-host", &names[2]);
  for (guint i = 0; patterns[i] != NULL; i++)
    for (guint j = 0; j < G_N_ELEMENTS (names); j++)
      if (names[j] != NULL && is_for (patterns[i], names[j]))
        return TRUE;
  return FALSE;
}

void
pin_check_tls_name (PinCheck *check)
{
  g_autoptr (GVariant) certificates = pin_facts_value (check->host->facts, "certificates", "aa{sv}");

  if (certificates == NULL)
    pin_check_unseen (check, check->host, "libvirt's certificates");
  for (gsize i = 0; certificates != NULL && i < g_variant_n_children (certificates); i++)
    {
      g_autoptr (GVariant) facts = g_variant_get_child_value (certificates, i);
      g_auto (Certificate) cert = { NULL };
      g_autofree char *whom = NULL;

      read_certificate (facts, &cert);
      if (strcmp (cert.role, "server") != 0 || *cert.problem != '\0' || cert.names == NULL || is_for_any (cert.names, check->host))
        continue;
      whom = g_strjoinv (", ", (char **)cert.names);
      pin_check_find (check, PIN_FINDING_FAIL,
                      g_strdup_printf ("%s of %s is for %s, not for that host", cert.path, check->host->name,
                                       *whom != '\0' ? whom : "nobody"),
                      g_strdup_printf ("make %s anew, with subjectAltName DNS:%s", cert.path, check->host->name));
    }
}
