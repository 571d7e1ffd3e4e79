/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "authority.h"

#include <grp.h>

#define BUS "org.freedesktop.DBus"
#define POLKIT "org.freedesktop.PolicyKit1"
/* Its members may ask libvirt, and us. */
#define GROUP "libvirt"
/* So long a person may look for the password. */
#define PERSON_MS (5 * 60 * 1000)
/* Everybody may ask: what is kept of open questions has a bound, and nobody uses up what is for others. */
#define OPEN_MAX 8

struct _PinAuthority
{
  GPtrArray *open; /* Asked, borrowed */
  guint number;    /* of the last question */
};

/* A question on its way: it lives as long as a call to the bus or to polkit is under way, also once nobody waits for it. */
typedef struct
{
  PinAuthority *authority; /* NULL: it has been answered */
  PinAuthorityAnswered answered;
  gpointer data;
  GDBusConnection *connection;
  GCancellable *cancellable;
  char *sender;
  const char *action;
  char *domain; /* NULL: the question is about none */
  char *host;   /* the same */
  char *id; /* by which polkit can be told that nobody waits */
  gboolean interactive;
  gboolean is_for_group;
  gboolean at_polkit;
  gint64 uid; /* of the sender; -1: not known yet */
  guint subscription;
} Asked;

static void
asked_free (Asked *asked)
{
  g_object_unref (asked->connection);
  g_object_unref (asked->cancellable);
  g_free (asked->sender);
  g_free (asked->domain);
  g_free (asked->host);
  g_free (asked->id);
  g_free (asked);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Asked, asked_free)

/* Answers, once: after that @asked only waits for its call to end. */
static void
tell (Asked *asked, const GError *refusal)
{
  g_dbus_connection_signal_unsubscribe (asked->connection, asked->subscription);
  g_ptr_array_remove_fast (asked->authority->open, asked);
  asked->authority = NULL;
  asked->answered (refusal, asked->data);
}

G_GNUC_PRINTF (2, 3)
static void
refuse (Asked *asked, const char *format, ...)
{
  g_autoptr (GError) refusal = NULL;
  va_list arguments;

  va_start (arguments, format);
  refusal = g_error_new_valist (G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED, format, arguments);
  va_end (arguments);
  /* Others wrote part of it. */
  g_strdelimit (refusal->message, "\r\n", ' ');
  tell (asked, refusal);
}

/* Takes the dialog off the screen of somebody whose answer is of no use any more. */
static void
withdraw (Asked *asked)
{
  if (asked->at_polkit)
    g_dbus_connection_call (asked->connection, POLKIT, "/org/freedesktop/PolicyKit1/Authority", POLKIT ".Authority",
                            "CancelCheckAuthorization", g_variant_new ("(s)", asked->id), NULL,
                            G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL, NULL);
}

static void
give_up (Asked *asked, const char *why)
{
  withdraw (asked);
  g_cancellable_cancel (asked->cancellable);
  refuse (asked, "%s", why);
}

static void
on_owner_changed (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *signal,
                  GVariant *parameters, gpointer data)
{
  give_up (data, "who asked has left the bus");
}

/* The reason why polkit, who has answered, does not let the sender. */
static void
refuse_by_polkit (Asked *asked, gboolean is_challenge, const char *dismissed)
{
  if (g_strcmp0 (dismissed, "true") == 0)
    refuse (asked, "polkit was not given the password of an administrator (%s); do it as root, or ask again", asked->action);
  else if (is_challenge && asked->interactive)
    refuse (asked, "polkit wants the password of an administrator and found nothing that can ask for it (%s); do it as root, or "
            "from a terminal that has pkttyagent", asked->action);
  else if (is_challenge)
    refuse (asked, "polkit wants the password of an administrator (%s); do it as root, or by a call that allows to ask for it",
            asked->action);
  else
    /* A wrong password looks like a rule that says no. */
    refuse (asked, "polkit does not let you%s (%s); do it as root, or ask who administers this host for a rule of polkit",
            asked->interactive ? ", or the password was wrong" : "", asked->action);
}

static void
on_polkit (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Asked) asked = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autoptr (GVariant) details = NULL;
  const char *dismissed = NULL;
  gboolean may, is_challenge;

  if (asked->authority == NULL)
    return;
  if (reply == NULL)
    {
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        withdraw (asked);
      g_dbus_error_strip_remote_error (error);
      refuse (asked, "polkit, which decides who may change guests, can't be asked: %s; do it as root, or see that polkit runs "
              "(systemctl status polkit)", error->message);
      return;
    }
  g_variant_get (reply, "((bb@a{ss}))", &may, &is_challenge, &details);
  g_variant_lookup (details, "polkit.dismissed", "&s", &dismissed);
  if (may)
    tell (asked, NULL);
  else
    refuse_by_polkit (asked, is_challenge, dismissed);
}

static void
ask_polkit (Asked *asked)
{
  GVariantBuilder subject, details;

  g_variant_builder_init (&subject, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&subject, "{sv}", "name", g_variant_new_string (asked->sender));
  g_variant_builder_init (&details, G_VARIANT_TYPE ("a{ss}"));
  if (asked->domain != NULL)
    g_variant_builder_add (&details, "{ss}", "domain", asked->domain);
  if (asked->host != NULL)
    g_variant_builder_add (&details, "{ss}", "host", asked->host);
  asked->at_polkit = TRUE;
  g_dbus_connection_call (asked->connection, POLKIT, "/org/freedesktop/PolicyKit1/Authority", POLKIT ".Authority",
                          "CheckAuthorization",
                          g_variant_new ("((sa{sv})sa{ss}us)", "system-bus-name", &subject, asked->action, &details,
                                         asked->interactive ? 1u : 0u, asked->id),
                          G_VARIANT_TYPE ("((bba{ss}))"), G_DBUS_CALL_FLAGS_NONE, asked->interactive ? PERSON_MS : -1,
                          asked->cancellable, on_polkit, asked);
}

/* Whether one of the sender's groups, which the bus knows from its socket, is that of libvirt's users. */
static gboolean
is_in_group (GVariant *credentials)
{
  g_autoptr (GVariant) gids = g_variant_lookup_value (credentials, "UnixGroupIDs", G_VARIANT_TYPE ("au"));
  const struct group *group = gids != NULL ? getgrnam (GROUP) : NULL;

  for (gsize i = 0; group != NULL && i < g_variant_n_children (gids); i++)
    {
      guint32 gid;

      g_variant_get_child (gids, i, "u", &gid);
      if (gid == group->gr_gid)
        return TRUE;
    }
  return FALSE;
}

static gboolean
has_too_many (const Asked *asked)
{
  guint n = 0;

  for (guint i = 0; i < asked->authority->open->len; i++)
    n += ((const Asked *)g_ptr_array_index (asked->authority->open, i))->uid == asked->uid;
  return n > OPEN_MAX;
}

/* Returns: whether polkit has to be asked; else @asked is answered. */
static gboolean
decide_alone (Asked *asked, GVariant *credentials)
{
  g_autoptr (GError) refusal = NULL;
  guint32 uid;

  if (!g_variant_lookup (credentials, "UnixUserID", "u", &uid))
    {
      refuse (asked, "the bus does not know who you are; do it as root");
      return FALSE;
    }
  asked->uid = uid;
  if (uid == 0 || (asked->is_for_group && is_in_group (credentials)))
    {
      tell (asked, NULL);
      return FALSE;
    }
  if (!has_too_many (asked))
    return TRUE;
  refusal = g_error_new (G_DBUS_ERROR, G_DBUS_ERROR_LIMITS_EXCEEDED,
                         "polkit is still asked about %d other calls of yours; wait for them, or end them", OPEN_MAX);
  tell (asked, refusal);
  return FALSE;
}

static void
on_credentials (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Asked) asked = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autoptr (GVariant) credentials = NULL;

  if (asked->authority == NULL)
    return;
  if (reply == NULL)
    {
      g_dbus_error_strip_remote_error (error);
      refuse (asked, "the bus does not say who you are: %s; do it as root", error->message);
      return;
    }
  g_variant_get (reply, "(@a{sv})", &credentials);
  if (decide_alone (asked, credentials))
    ask_polkit (g_steal_pointer (&asked));
}

PinAuthority *
pin_authority_new (void)
{
  PinAuthority *authority = g_new0 (PinAuthority, 1);

  authority->open = g_ptr_array_new ();
  return authority;
}

void
pin_authority_free (PinAuthority *authority)
{
  if (authority == NULL)
    return;
  while (authority->open->len > 0)
    give_up (g_ptr_array_index (authority->open, 0), "the service ends; try again");
  g_ptr_array_unref (authority->open);
  g_free (authority);
}

void
pin_authority_ask (PinAuthority *authority, GDBusMethodInvocation *invocation, const PinAuthorityQuestion *question,
                   PinAuthorityAnswered answered, gpointer data)
{
  GDBusMessageFlags flags = g_dbus_message_get_flags (g_dbus_method_invocation_get_message (invocation));
  Asked *asked = g_new0 (Asked, 1);

  asked->authority = authority;
  asked->answered = answered;
  asked->data = data;
  asked->connection = g_object_ref (g_dbus_method_invocation_get_connection (invocation));
  asked->cancellable = g_cancellable_new ();
  asked->sender = g_strdup (g_dbus_method_invocation_get_sender (invocation));
  asked->action = question->action;
  asked->domain = g_strdup (question->domain);
  asked->host = g_strdup (question->host);
  asked->id = g_strdup_printf ("pinshift-%u", ++authority->number);
  asked->interactive = (flags & G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION) != 0;
  asked->is_for_group = question->is_for_group;
  asked->uid = -1;
  g_ptr_array_add (authority->open, asked);
  /* First the signal, then the question: a sender that leaves in between is missed by neither. */
  asked->subscription = g_dbus_connection_signal_subscribe (asked->connection, BUS, BUS, "NameOwnerChanged", "/org/freedesktop/DBus",
                                                            asked->sender, G_DBUS_SIGNAL_FLAGS_NONE, on_owner_changed, asked, NULL);
  g_dbus_connection_call (asked->connection, BUS, "/org/freedesktop/DBus", BUS, "GetConnectionCredentials",
                          g_variant_new ("(s)", asked->sender), G_VARIANT_TYPE ("(a{sv})"), G_DBUS_CALL_FLAGS_NONE, -1,
                          asked->cancellable, on_credentials, asked);
}
