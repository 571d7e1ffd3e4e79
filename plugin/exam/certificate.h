/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file of certificates, as libvirt and QEMU read it. */
#pragma once

#include <gio/gio.h>
#include <gnutls/x509.h>

typedef enum
{
  PIN_CERTIFICATE_ABSENT,
  PIN_CERTIFICATE_HIDDEN, /* its directory can't be searched: nobody can say whether it is there */
  PIN_CERTIFICATE_LOCKED, /* it is there, and is not for us to read */
  PIN_CERTIFICATE_READ
} PinCertificateState;

typedef struct
{
  PinCertificateState state;
  gnutls_x509_crt_t *list; /* the certificate first, then those that lead to its CA; of a CA's file, all that are trusted */
  guint n;                 /* 0: it is none, or was not read */
  char *problem;           /* why it was read and is none; NULL */
} PinCertificate;

/* (transfer full) never NULL */
PinCertificate *pin_certificate_read (const char *path);
void pin_certificate_free (PinCertificate *certificate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinCertificate, pin_certificate_free)

/* Each of these wants a certificate with n > 0. */

/* Whom it is for: the common name, then DNS names and addresses of the subject's alternative names, each once.
 * (transfer full) GPtrArray of strings. */
GPtrArray *pin_certificate_names (const PinCertificate *certificate);
/* SHA-256, as hexadecimal digits.  (transfer full) */
char *pin_certificate_fingerprint (const PinCertificate *certificate);
/* Whether it says that it is a CA's; of a file with several, whether all of them do. */
gboolean pin_certificate_is_authority (const PinCertificate *certificate);
/* Whether one of @authority vouches for it, whatever the clock says.  *ret_weak: it would, had it signed with an algorithm that is still trusted. */
gboolean pin_certificate_is_signed (const PinCertificate *certificate, const PinCertificate *authority, gboolean *ret_weak);
