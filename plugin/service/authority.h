/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who may change a guest or a host: root may, of all others polkit decides.
 *
 * It asks org.freedesktop.PolicyKit1 over the bus, about the sender of a call, and waits for nobody: the main loop goes on.  A question
 * that a person has to answer with a password may take minutes.  It ends when the sender leaves the bus.
 */
#pragma once

#include <gio/gio.h>

typedef struct _PinAuthority PinAuthority;

PinAuthority *pin_authority_new (void);
/* Questions that are open are answered with an error at once, and polkit is told that nobody waits for them any longer. */
void pin_authority_free (PinAuthority *authority);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinAuthority, pin_authority_free)

typedef struct
{
  const char *action;    /* of polkit, "org.pinshift.host1.adopt" say; a static string */
  const char *domain;    /* what to call the guest: detail "domain", for rules and for the dialog; NULL: it is about none */
  const char *host;      /* the same of a host: detail "host" */
  gboolean is_for_group; /* it only reads: members of the group libvirt may do it as root may */
} PinAuthorityQuestion;

/*
 * @refusal NULL: the sender may.  Else one line for people: G_DBUS_ERROR_ACCESS_DENIED, that says why and what to do;
 * G_DBUS_ERROR_LIMITS_EXCEEDED where the same user has too many questions open.
 */
typedef void (*PinAuthorityAnswered) (const GError *refusal, gpointer data);

/*
 * Asks whether the sender of @invocation may do what @question says.  A person is asked for a password only where the call allows that
 * (ALLOW_INTERACTIVE_AUTHORIZATION).  @answered is called once, later, from the main context or by pin_authority_free().  @invocation
 * is the caller's all the time, and not touched any more once this has returned.
 */
void pin_authority_ask (PinAuthority *authority, GDBusMethodInvocation *invocation, const PinAuthorityQuestion *question,
                        PinAuthorityAnswered answered, gpointer data);
