/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where libvirt looks for certificates, for its own connections (TLS) and for what QEMU sends to QEMU. */
#include "certificate.h"
#include "exam-parts.h"

#include <string.h>

typedef struct
{
  const char *role;
  const char *path;
  const char *authority; /* the file of the CA that it goes with */
} Place;

static const Place places[] = {
  { "ca", "/etc/pki/CA/cacert.pem", "/etc/pki/CA/cacert.pem" },
  { "server", "/etc/pki/libvirt/servercert.pem", "/etc/pki/CA/cacert.pem" },
  { "client", "/etc/pki/libvirt/clientcert.pem", "/etc/pki/CA/cacert.pem" },
  { "ca", "/etc/pki/qemu/ca-cert.pem", "/etc/pki/qemu/ca-cert.pem" },
  { "server", "/etc/pki/qemu/server-cert.pem", "/etc/pki/qemu/ca-cert.pem" },
  { "client", "/etc/pki/qemu/client-cert.pem", "/etc/pki/qemu/ca-cert.pem" },
  /* For migrations in place of those of qemu, where it is there. */
  { "ca", "/etc/pki/libvirt-migrate/ca-cert.pem", "/etc/pki/libvirt-migrate/ca-cert.pem" },
  { "server", "/etc/pki/libvirt-migrate/server-cert.pem", "/etc/pki/libvirt-migrate/ca-cert.pem" },
  { "client", "/etc/pki/libvirt-migrate/client-cert.pem", "/etc/pki/libvirt-migrate/ca-cert.pem" },
};

static PinCertificate *
read_below (const char *root, const char *path)
{
  g_autofree char *whole = g_build_filename (root, path, NULL);

  return pin_certificate_read (whole);
}

static void
add_content (GVariantDict *entry, const PinCertificate *certificate)
{
  g_autoptr (GPtrArray) names = pin_certificate_names (certificate);

  g_variant_dict_insert (entry, "from", "x", (gint64)gnutls_x509_crt_get_activation_time (certificate->list[0]) * G_USEC_PER_SEC);
  g_variant_dict_insert (entry, "until", "x", (gint64)gnutls_x509_crt_get_expiration_time (certificate->list[0]) * G_USEC_PER_SEC);
  g_variant_dict_insert_value (entry, "names", g_variant_new_strv ((const char *const *)names->pdata, names->len));
}

/* Whether a CA is one, and nobody else is: libvirt and QEMU refuse what is the other way round. */
static const char *
role_problem (const Place *place, const PinCertificate *certificate)
{
  gboolean is_ca = strcmp (place->role, "ca") == 0;

  if (is_ca == pin_certificate_is_authority (certificate))
    return "";
  return is_ca ? "it is not for a CA, its basic constraints say" : "it is for a CA, its basic constraints say";
}

static void
add_authority (GVariantDict *entry, const PinCertificate *certificate, const PinCertificate *authority)
{
  g_autofree char *fingerprint = authority->n > 0 ? pin_certificate_fingerprint (authority) : g_strdup ("");
  gboolean weak = FALSE;

  if (authority->state == PIN_CERTIFICATE_LOCKED)
    return;
  g_variant_dict_insert (entry, "authority", "s", fingerprint);
  g_variant_dict_insert (entry, "signed", "b", authority->n > 0 && pin_certificate_is_signed (certificate, authority, &weak));
  if (weak)
    g_variant_dict_insert (entry, "problem", "s", "it is signed with an algorithm that is no longer trusted");
}

static void
add_place (GVariantBuilder *builder, const Place *place, const PinCertificate *certificate, const PinCertificate *authority)
{
  g_auto (GVariantDict) entry = G_VARIANT_DICT_INIT (NULL);
  const char *problem = certificate->n > 0 ? role_problem (place, certificate) : certificate->problem;

  g_variant_dict_insert (&entry, "role", "s", place->role);
  g_variant_dict_insert (&entry, "path", "s", place->path);
  g_variant_dict_insert (&entry, "problem", "s", problem);
  if (certificate->n > 0)
    {
      add_content (&entry, certificate);
      add_authority (&entry, certificate, authority);
    }
  g_variant_builder_add_value (builder, g_variant_dict_end (&entry));
}

void
pin_exam_certificates (const PinExamOrder *order, GVariantDict *facts)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autoptr (PinCertificate) certificate = read_below (order->root, places[i].path);
      g_autoptr (PinCertificate) authority = read_below (order->root, places[i].authority);

      if (certificate->state == PIN_CERTIFICATE_HIDDEN)
        return;
      if (certificate->state == PIN_CERTIFICATE_READ)
        add_place (&builder, &places[i], certificate, authority);
    }
  g_variant_dict_insert_value (facts, "certificates", g_variant_builder_end (&builder));
}
