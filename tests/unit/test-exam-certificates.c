/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certificates of a host, made by GnuTLS as an administrator would make them. */
#include "exam/exam-parts.h"

#include <glib/gstdio.h>
#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <string.h>
#include <unistd.h>

#define FROM_S G_GINT64_CONSTANT (1700000000)
#define UNTIL_S G_GINT64_CONSTANT (1800000000)
#define ENDED_S G_GINT64_CONSTANT (1700086400)

#define CA "/etc/pki/CA/cacert.pem"
#define SERVER "/etc/pki/libvirt/servercert.pem"
#define CLIENT "/etc/pki/libvirt/clientcert.pem"
#define QEMU_CA "/etc/pki/qemu/ca-cert.pem"
#define QEMU_SERVER "/etc/pki/qemu/server-cert.pem"
#define MIGRATE_CLIENT "/etc/pki/libvirt-migrate/client-cert.pem"

/* A certificate with its key. */
typedef struct
{
  gnutls_x509_crt_t crt;
  gnutls_x509_privkey_t key;
  char *pem;
} Holder;

static void
holder_free (Holder *holder)
{
  gnutls_x509_crt_deinit (holder->crt);
  gnutls_x509_privkey_deinit (holder->key);
  g_free (holder->pem);
  g_free (holder);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Holder, holder_free)

static char *
format (gnutls_x509_crt_t crt)
{
  gnutls_datum_t out = { 0 };
  char *pem;

  g_assert_cmpint (gnutls_x509_crt_export2 (crt, GNUTLS_X509_FMT_PEM, &out), ==, 0);
  pem = g_strndup ((const char *)out.data, out.size);
  gnutls_free (out.data);
  return pem;
}

/* @signer NULL: by itself.  Without pem where the system's rules forbid to sign with @digest. */
static Holder *
holder_new (const char *name, gboolean is_ca, gint64 until_s, gnutls_digest_algorithm_t digest, const Holder *signer)
{
  static const guint8 address[] = { 192, 0, 2, 7 };
  Holder *holder = g_new0 (Holder, 1);
  guint8 serial = (guint8)strlen (name);
  int code;

  gnutls_x509_crt_init (&holder->crt);
  gnutls_x509_privkey_init (&holder->key);
  g_assert_cmpint (gnutls_x509_privkey_generate (holder->key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0), ==, 0);
  gnutls_x509_crt_set_version (holder->crt, 3);
  gnutls_x509_crt_set_serial (holder->crt, &serial, sizeof serial);
  gnutls_x509_crt_set_activation_time (holder->crt, FROM_S);
  gnutls_x509_crt_set_expiration_time (holder->crt, until_s);
  gnutls_x509_crt_set_dn_by_oid (holder->crt, GNUTLS_OID_X520_COMMON_NAME, 0, name, (guint)strlen (name));
  gnutls_x509_crt_set_key (holder->crt, holder->key);
  gnutls_x509_crt_set_basic_constraints (holder->crt, is_ca, -1);
  if (!is_ca)
    {
      gnutls_x509_crt_set_subject_alt_name (holder->crt, GNUTLS_SAN_DNSNAME, name, (guint)strlen (name), GNUTLS_FSAN_SET);
      gnutls_x509_crt_set_subject_alt_name (holder->crt, GNUTLS_SAN_DNSNAME, "hosta", 5, GNUTLS_FSAN_APPEND);
      gnutls_x509_crt_set_subject_alt_name (holder->crt, GNUTLS_SAN_RFC822NAME, "root@hosta", 10, GNUTLS_FSAN_APPEND);
      gnutls_x509_crt_set_subject_alt_name (holder->crt, GNUTLS_SAN_IPADDRESS, address, sizeof address, GNUTLS_FSAN_APPEND);
    }
  signer = signer != NULL ? signer : holder;
  code = gnutls_x509_crt_sign2 (holder->crt, signer->crt, signer->key, digest, 0);
  g_assert_true (code == 0 || digest == GNUTLS_DIG_SHA1);
  holder->pem = code == 0 ? format (holder->crt) : NULL;
  return holder;
}

typedef struct
{
  Holder *ca;
  Holder *other_ca; /* of the same name */
  Holder *host;
  Holder *ended;
  Holder *weak;
  char *root;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->ca = holder_new ("CA", TRUE, UNTIL_S, GNUTLS_DIG_SHA256, NULL);
  fixture->other_ca = holder_new ("CA", TRUE, UNTIL_S, GNUTLS_DIG_SHA256, NULL);
  fixture->host = holder_new ("hosta.example.net", FALSE, UNTIL_S, GNUTLS_DIG_SHA256, fixture->ca);
  fixture->ended = holder_new ("hosta.example.net", FALSE, ENDED_S, GNUTLS_DIG_SHA256, fixture->ca);
  fixture->weak = holder_new ("hosta.example.net", FALSE, UNTIL_S, GNUTLS_DIG_SHA1, fixture->ca);
  fixture->root = g_dir_make_tmp (NULL, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSubprocess) rm = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, NULL, "rm", "-r", fixture->root, NULL);

  g_assert_true (g_subprocess_wait_check (rm, NULL, NULL));
  holder_free (fixture->ca);
  holder_free (fixture->other_ca);
  holder_free (fixture->host);
  holder_free (fixture->ended);
  holder_free (fixture->weak);
  g_free (fixture->root);
}

static void
put (const Fixture *fixture, const char *path, const char *text)
{
  g_autofree char *whole = g_build_filename (fixture->root, path, NULL), *directory = g_path_get_dirname (whole);

  g_assert_cmpint (g_mkdir_with_parents (directory, 0755), ==, 0);
  g_assert_true (g_file_set_contents (whole, text, -1, NULL));
}

/* NULL: the key is absent.  (transfer full) */
static GVariant *
examine (const Fixture *fixture)
{
  g_auto (GVariantDict) facts = G_VARIANT_DICT_INIT (NULL);
  const PinExamOrder order = { .root = fixture->root };

  pin_exam_certificates (&order, &facts);
  return g_variant_dict_lookup_value (&facts, "certificates", G_VARIANT_TYPE ("aa{sv}"));
}

/* The only entry.  (transfer full) */
static GVariant *
entry_of (GVariant *certificates, const char *wanted)
{
  for (gsize i = 0; i < g_variant_n_children (certificates); i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (certificates, i);
      const char *path = NULL;

      g_assert_true (g_variant_lookup (entry, "path", "&s", &path));
      if (strcmp (path, wanted) == 0)
        return g_steal_pointer (&entry);
    }
  g_assert_not_reached ();
}

static void
assert_text (GVariant *entry, const char *key, const char *wanted)
{
  const char *text = NULL;

  g_variant_lookup (entry, key, "&s", &text);
  g_assert_cmpstr (text, ==, wanted);
}

static void
assert_signed (GVariant *entry, gboolean wanted)
{
  gboolean is_signed = !wanted;

  g_assert_true (g_variant_lookup (entry, "signed", "b", &is_signed));
  g_assert_cmpint (is_signed, ==, wanted);
}

static void
test_none (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GVariant) certificates = examine (fixture), without_directories = NULL;

  g_assert_cmpuint (g_variant_n_children (certificates), ==, 0);
  put (fixture, "/etc/pki/libvirt", "no directory");
  put (fixture, "/etc/pki/qemu/README", "");
  without_directories = examine (fixture);
  g_assert_cmpuint (g_variant_n_children (without_directories), ==, 0);
}

static char *
fingerprint_of (const Holder *holder)
{
  gnutls_datum_t der = { 0 };
  char *text;

  g_assert_cmpint (gnutls_x509_crt_export2 (holder->crt, GNUTLS_X509_FMT_DER, &der), ==, 0);
  text = g_compute_checksum_for_data (G_CHECKSUM_SHA256, der.data, der.size);
  gnutls_free (der.data);
  return text;
}

static void
test_good (Fixture *fixture, gconstpointer data)
{
  static const char *const paths[] = { CA, SERVER, CLIENT };
  static const char *const roles[] = { "ca", "server", "client" };
  g_autoptr (GVariant) certificates = NULL;
  g_autofree char *authority = fingerprint_of (fixture->ca);

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    put (fixture, paths[i], i == 0 ? fixture->ca->pem : fixture->host->pem);
  certificates = examine (fixture);
  g_assert_cmpuint (g_variant_n_children (certificates), ==, G_N_ELEMENTS (paths));
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GVariant) entry = entry_of (certificates, paths[i]);
      g_autofree char **names = NULL, *joined = NULL;
      gint64 from = 0, until = 0;

      assert_text (entry, "role", roles[i]);
      assert_text (entry, "problem", "");
      assert_text (entry, "authority", authority);
      assert_signed (entry, TRUE);
      g_assert_true (g_variant_lookup (entry, "from", "x", &from) && g_variant_lookup (entry, "until", "x", &until));
      g_assert_cmpint (from, ==, FROM_S * G_USEC_PER_SEC);
      g_assert_cmpint (until, ==, UNTIL_S * G_USEC_PER_SEC);
      g_assert_true (g_variant_lookup (entry, "names", "^a&s", &names));
      joined = g_strjoinv (" ", names);
      g_assert_cmpstr (joined, ==, i == 0 ? "CA" : "hosta.example.net hosta 192.0.2.7");
    }
}

typedef struct
{
  const char *name;
  const char *path;
  const char *authority;  /* path of the CA's file */
  gsize certificate;      /* offset of a Holder in Fixture; NONE: @text */
  gsize signer;           /* what is in the CA's file; NONE: there is none */
  const char *text;
  const char *problem;    /* how it begins */
  gint64 until_s;         /* 0: not known */
  gboolean is_signed;
} Case;

#define OF(holder) G_STRUCT_OFFSET (Fixture, holder)
#define NONE G_MAXSIZE

static const Case cases[] = {
  { "ended", SERVER, CA, OF (ended), OF (ca), NULL, "", ENDED_S, TRUE },
  { "of-another-ca", SERVER, CA, OF (host), OF (other_ca), NULL, "", UNTIL_S, FALSE },
  { "of-no-ca", CLIENT, CA, OF (host), NONE, NULL, "", UNTIL_S, FALSE },
  { "of-qemu", QEMU_SERVER, QEMU_CA, OF (host), OF (ca), NULL, "", UNTIL_S, TRUE },
  { "of-qemu-with-libvirts-ca", QEMU_SERVER, CA, OF (host), OF (ca), NULL, "", UNTIL_S, FALSE },
  { "for-migrations", MIGRATE_CLIENT, "/etc/pki/libvirt-migrate/ca-cert.pem", OF (host), OF (ca), NULL, "", UNTIL_S, TRUE },
  { "weak", SERVER, CA, OF (weak), OF (ca), NULL, "it is signed with an algorithm", UNTIL_S, FALSE },
  { "a-ca-as-a-server", SERVER, CA, OF (ca), OF (ca), NULL, "it is for a CA", UNTIL_S, TRUE },
  { "a-server-as-a-ca", QEMU_CA, CA, OF (host), OF (ca), NULL, "it is not for a CA", UNTIL_S, TRUE },
  { "a-text", SERVER, CA, NONE, OF (ca), "hosta\n", "it is no certificate: ", 0, FALSE },
  { "empty", SERVER, CA, NONE, OF (ca), "", "it is no certificate: ", 0, FALSE },
  { "half-of-one", SERVER, CA, NONE, OF (ca), "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "it is no certificate: ", 0, FALSE },
};

static const char *
pem_at (const Fixture *fixture, gsize offset)
{
  return G_STRUCT_MEMBER (Holder *, fixture, offset)->pem;
}

static void
test_case (Fixture *fixture, gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GVariant) certificates = NULL, entry = NULL;
  const char *text, *problem = NULL;
  gint64 until = 0;

  text = c->certificate == NONE ? c->text : pem_at (fixture, c->certificate);
  if (text == NULL)
    {
      g_test_skip ("this system signs with no weak algorithm");
      return;
    }
  put (fixture, c->path, text);
  if (c->signer != NONE)
    put (fixture, c->authority, pem_at (fixture, c->signer));
  certificates = examine (fixture);
  entry = entry_of (certificates, c->path);
  g_assert_true (g_variant_lookup (entry, "problem", "&s", &problem));
  g_assert_true (*c->problem == '\0' ? *problem == '\0' : g_str_has_prefix (problem, c->problem));
  g_assert_cmpint (g_variant_lookup (entry, "until", "x", &until), ==, c->until_s != 0);
  g_assert_cmpint (until, ==, c->until_s * G_USEC_PER_SEC);
  if (c->until_s != 0)
    assert_signed (entry, c->is_signed);
}

/* Of several that are trusted any may have signed; and one that is signed by another than the CA comes with it. */
static void
test_chains (Fixture *fixture, gconstpointer data)
{
  g_autofree char *trusted = g_strconcat (fixture->other_ca->pem, fixture->ca->pem, NULL), *chain = NULL;
  g_autoptr (Holder) between = holder_new ("between", TRUE, UNTIL_S, GNUTLS_DIG_SHA256, fixture->ca);
  g_autoptr (Holder) leaf = holder_new ("leaf", FALSE, UNTIL_S, GNUTLS_DIG_SHA256, between);
  g_autoptr (GVariant) certificates = NULL, server = NULL, client = NULL;

  chain = g_strconcat (leaf->pem, between->pem, NULL);
  put (fixture, CA, trusted);
  put (fixture, SERVER, chain);
  put (fixture, CLIENT, leaf->pem);
  certificates = examine (fixture);
  server = entry_of (certificates, SERVER);
  client = entry_of (certificates, CLIENT);
  assert_signed (server, TRUE);
  assert_signed (client, FALSE);
  assert_text (server, "problem", "");
}

static void
test_no_file (Fixture *fixture, gconstpointer data)
{
  g_autofree char *huge = g_strnfill (1024 * 1024 + 1, 'x');
  g_autoptr (GVariant) certificates = NULL, server = NULL, client = NULL;

  put (fixture, SERVER "/in-it", "");
  put (fixture, CLIENT, huge);
  certificates = examine (fixture);
  server = entry_of (certificates, SERVER);
  client = entry_of (certificates, CLIENT);
  assert_text (server, "problem", "it is no file");
  assert_text (client, "problem", "it is no certificate: longer than 1024 KiB");
}

static void
restrict_to (const Fixture *fixture, const char *path, int mode)
{
  g_autofree char *whole = g_build_filename (fixture->root, path, NULL);

  g_assert_cmpint (g_chmod (whole, mode), ==, 0);
}

/* As one who may not read everything: nobody, where this is root.  (transfer full) what examine() says; NULL with @*ret_skipped too. */
static GVariant *
examine_as_nobody (const Fixture *fixture, gboolean *ret_skipped)
{
  uid_t self = geteuid ();
  GVariant *certificates = NULL;
  GStatBuf status;

  restrict_to (fixture, "/", 0755);
  if (self == 0)
    g_assert_cmpint (seteuid (65534), ==, 0);
  *ret_skipped = g_stat (fixture->root, &status) < 0;
  if (*ret_skipped)
    g_test_skip ("temporary files are not for everybody here");
  else
    certificates = examine (fixture);
  g_assert_cmpint (seteuid (self), ==, 0);
  return certificates;
}

static void
test_locked (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GVariant) certificates = NULL, server = NULL;
  gboolean skipped = FALSE;

  put (fixture, CA, fixture->ca->pem);
  put (fixture, SERVER, fixture->host->pem);
  put (fixture, QEMU_CA, fixture->ca->pem);
  put (fixture, QEMU_SERVER, fixture->host->pem);
  restrict_to (fixture, SERVER, 0);
  restrict_to (fixture, QEMU_CA, 0);
  certificates = examine_as_nobody (fixture, &skipped);
  if (skipped)
    return;
  /* The CA of libvirt, and a server of QEMU that nobody can judge. */
  g_assert_cmpuint (g_variant_n_children (certificates), ==, 2);
  server = entry_of (certificates, QEMU_SERVER);
  assert_text (server, "problem", "");
  assert_text (server, "authority", NULL);
  g_assert_false (g_variant_lookup (server, "signed", "b", NULL));
}

static void
test_shut (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GVariant) certificates = NULL;
  gboolean skipped = FALSE;

  put (fixture, CA, fixture->ca->pem);
  put (fixture, SERVER, fixture->host->pem);
  restrict_to (fixture, "/etc/pki/libvirt", 0);
  certificates = examine_as_nobody (fixture, &skipped);
  restrict_to (fixture, "/etc/pki/libvirt", 0700);
  g_assert_null (certificates);
}

/* A path that leads in a circle can't be searched by anybody, root among them. */
static void
test_hidden (Fixture *fixture, gconstpointer data)
{
  g_autofree char *etc = g_build_filename (fixture->root, "etc", NULL), *link_path = NULL;
  g_autoptr (GVariant) certificates = NULL;

  put (fixture, CA, fixture->ca->pem);
  link_path = g_build_filename (etc, "pki", "qemu", NULL);
  g_assert_cmpint (symlink ("qemu", link_path), ==, 0);
  certificates = examine (fixture);
  g_assert_null (certificates);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  umask (022);
  g_test_add ("/exam/certificates/none", Fixture, NULL, set_up, test_none, tear_down);
  g_test_add ("/exam/certificates/good", Fixture, NULL, set_up, test_good, tear_down);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/exam/certificates/%s", cases[i].name);

      g_test_add (path, Fixture, &cases[i], set_up, test_case, tear_down);
    }
  g_test_add ("/exam/certificates/chains", Fixture, NULL, set_up, test_chains, tear_down);
  g_test_add ("/exam/certificates/no-file", Fixture, NULL, set_up, test_no_file, tear_down);
  g_test_add ("/exam/certificates/locked", Fixture, NULL, set_up, test_locked, tear_down);
  g_test_add ("/exam/certificates/shut", Fixture, NULL, set_up, test_shut, tear_down);
  g_test_add ("/exam/certificates/hidden", Fixture, NULL, set_up, test_hidden, tear_down);
  return g_test_run ();
}
