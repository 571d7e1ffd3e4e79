/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A polkit that answers as a test wants, with a person beside it who types the password, or does not. */
#pragma once

#include <gio/gio.h>

typedef enum
{
  FAKE_POLKIT_YES,
  FAKE_POLKIT_NO,
  FAKE_POLKIT_PASSWORD,  /* yes where a person may be asked, else a challenge */
  FAKE_POLKIT_NO_AGENT,  /* a challenge, always */
  FAKE_POLKIT_DISMISSED, /* the person closes the dialog */
  FAKE_POLKIT_ERROR,
  FAKE_POLKIT_SILENCE    /* the question stays open */
} FakePolkitManner;

typedef struct
{
  GDBusConnection *connection;
  guint object;
  FakePolkitManner manner;
  GString *asked;   /* a line for each question: action, domain, "interactive" or "silent" */
  char *sender;     /* whom the last question was about */
  char *id;         /* its cancellation id */
  char *cancelled;  /* the last id that was cancelled; NULL: none */
  GPtrArray *open;  /* GDBusMethodInvocation, those not answered */
} FakePolkit;

/* Becomes org.freedesktop.PolicyKit1 on the bus at @address; served by the main context. */
void fake_polkit_init (FakePolkit *polkit, const char *address);
/* Leaves the bus: open questions fail.  Can be done twice. */
void fake_polkit_clear (FakePolkit *polkit);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FakePolkit, fake_polkit_clear)

/* Says yes to all open questions. */
void fake_polkit_let (FakePolkit *polkit);
