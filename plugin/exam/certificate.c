/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "certificate.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

/* Some hundred certificates. */
#define BYTES_MAX (1024 * 1024)
/* A name in a certificate; longer ones are no names of hosts. */
#define NAME_MAX_BYTES 256
#define NAMES_MAX 1024

void
pin_certificate_free (PinCertificate *certificate)
{
  for (guint i = 0; i < certificate->n; i++)
    gnutls_x509_crt_deinit (certificate->list[i]);
  gnutls_free (certificate->list);
  g_free (certificate->problem);
  g_free (certificate);
}

static PinCertificateState
state_of (int code)
{
  return code == ENOENT || code == ENOTDIR ? PIN_CERTIFICATE_ABSENT : PIN_CERTIFICATE_HIDDEN;
}

static void
import (PinCertificate *certificate, const char *text, gsize length)
{
  const gnutls_datum_t datum = { (unsigned char *)text, (unsigned int)length };
  int code = gnutls_x509_crt_list_import2 (&certificate->list, &certificate->n, &datum, GNUTLS_X509_FMT_PEM, 0);

  if (code >= 0 && certificate->n > 0)
    return;
  certificate->n = 0;
  certificate->problem = g_strdup_printf ("it is no certificate: %s", gnutls_strerror (code));
}

PinCertificate *
pin_certificate_read (const char *path)
{
  PinCertificate *certificate = g_new0 (PinCertificate, 1);
  g_autofree char *text = NULL;
  gsize length = 0;
  GStatBuf status;

  certificate->state = PIN_CERTIFICATE_READ;
  if (g_stat (path, &status) < 0)
    certificate->state = state_of (errno);
  else if (!S_ISREG (status.st_mode))
    certificate->problem = g_strdup ("it is no file");
  else if (status.st_size > BYTES_MAX)
    certificate->problem = g_strdup_printf ("it is no certificate: longer than %d KiB", BYTES_MAX / 1024);
  else if (!g_file_get_contents (path, &text, &length, NULL))
    certificate->state = PIN_CERTIFICATE_LOCKED;
  else
    import (certificate, text, length);
  return certificate;
}

/* Takes @name. */
static void
add_name (GPtrArray *names, char *name)
{
  if (*name != '\0' && !g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
    g_ptr_array_add (names, name);
  else
    g_free (name);
}

static void
add_alternative (GPtrArray *names, int type, const char *value, gsize length)
{
  g_autoptr (GInetAddress) address = NULL;

  if (type == GNUTLS_SAN_DNSNAME)
    add_name (names, g_utf8_make_valid (value, (gssize)strnlen (value, length)));
  if (type != GNUTLS_SAN_IPADDRESS || (length != 4 && length != 16))
    return;
  address = g_inet_address_new_from_bytes ((const guint8 *)value, length == 4 ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6);
  add_name (names, g_inet_address_to_string (address));
}

GPtrArray *
pin_certificate_names (const PinCertificate *certificate)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  char value[NAME_MAX_BYTES];
  size_t length = sizeof value;
  int type = 0;

  if (gnutls_x509_crt_get_dn_by_oid (certificate->list[0], GNUTLS_OID_X520_COMMON_NAME, 0, 0, value, &length) == 0)
    add_name (names, g_utf8_make_valid (value, (gssize)strnlen (value, length)));
  for (guint i = 0; i < NAMES_MAX && type != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE; i++)
    {
      length = sizeof value;
      type = gnutls_x509_crt_get_subject_alt_name (certificate->list[0], i, value, &length, NULL);
      add_alternative (names, type, value, length);
    }
  return names;
}

char *
pin_certificate_fingerprint (const PinCertificate *certificate)
{
  guint8 digest[32] = { 0 };
  size_t length = sizeof digest;
  GString *text = g_string_new (NULL);

  gnutls_x509_crt_get_fingerprint (certificate->list[0], GNUTLS_DIG_SHA256, digest, &length);
  for (guint i = 0; i < sizeof digest; i++)
    g_string_append_printf (text, "%02x", digest[i]);
  return g_string_free (text, FALSE);
}

gboolean
pin_certificate_is_authority (const PinCertificate *certificate)
{
  for (guint i = 0; i < certificate->n; i++)
    if (gnutls_x509_crt_get_ca_status (certificate->list[i], NULL) <= 0)
      return FALSE;
  return TRUE;
}

gboolean
pin_certificate_is_signed (const PinCertificate *certificate, const PinCertificate *authority, gboolean *ret_weak)
{
  unsigned int flags = GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS;
  unsigned int status = GNUTLS_CERT_INVALID;

  if (gnutls_x509_crt_list_verify (certificate->list, (int)certificate->n, authority->list, (int)authority->n, NULL, 0, flags, &status) < 0)
    status = GNUTLS_CERT_INVALID;
  *ret_weak = (status & GNUTLS_CERT_INSECURE_ALGORITHM) != 0;
  return status == 0;
}
