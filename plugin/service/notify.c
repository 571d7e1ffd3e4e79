/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "notify.h"

#include "messenger.h"

#include <errno.h>

#define PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

const PinNotifyLimits pin_notify_limits = { .most = 64, .limit_ms = 30 * 1000 };

/* What one run is about. */
typedef struct
{
  char *kind;
  char *text; /* a line of JSON */
} Letter;

struct _PinNotify
{
  PinNotifyLimits limits;
  GStrv argv;             /* NULL: no command */
  GQueue *letters;        /* Letter */
  guint start;            /* source; 0: nothing is to be started */
  PinMessenger *runs;     /* NULL: none does */
  char *about;            /* kind of the event that it runs for */
  guint n_lost;           /* that were left out since somebody was told so */
  gboolean complained;    /* that it can't be started */
};

static void send_next (PinNotify *notify);

static void
letter_free (Letter *letter)
{
  g_free (letter->kind);
  g_free (letter->text);
  g_free (letter);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Letter, letter_free)

static Letter *
write_letter (const PinEvent *event)
{
  g_autoptr (JsonNode) node = pin_event_to_json (event);
  g_autofree char *json = json_to_string (node, FALSE);
  Letter *letter = g_new0 (Letter, 1);

  letter->kind = g_strdup (event->kind);
  letter->text = g_strconcat (json, "\n", NULL);
  return letter;
}

PinNotify *
pin_notify_new (const PinNotifyLimits *limits)
{
  PinNotify *notify = g_new0 (PinNotify, 1);

  notify->limits = *limits;
  notify->letters = g_queue_new ();
  return notify;
}

static void
drop_letters (PinNotify *notify)
{
  g_queue_clear_full (notify->letters, (GDestroyNotify) letter_free);
  notify->n_lost = 0;
}

void
pin_notify_free (PinNotify *notify)
{
  if (notify == NULL)
    return;
  if (!g_queue_is_empty (notify->letters))
    g_warning ("notify: the service ends before %s was told of the last %u events", notify->argv[0], notify->letters->length);
  drop_letters (notify);
  g_clear_handle_id (&notify->start, g_source_remove);
  pin_messenger_free (notify->runs);
  g_queue_free (notify->letters);
  g_strfreev (notify->argv);
  g_free (notify->about);
  g_free (notify);
}

void
pin_notify_set_command (PinNotify *notify, const char *command)
{
  g_clear_pointer (&notify->argv, g_strfreev);
  notify->complained = FALSE;
  if (command == NULL || !g_shell_parse_argv (command, NULL, &notify->argv, NULL))
    drop_letters (notify);
}

/* Nothing of the service's own: a command behaves the same whoever starts it.  (transfer full) */
static GStrv
environment_for (const char *kind)
{
  const char *language = g_getenv ("LANG");
  GStrv environment = g_environ_setenv (NULL, "PATH", PATH, TRUE);

  environment = g_environ_setenv (environment, "LANG", language != NULL ? language : "C.UTF-8", TRUE);
  return g_environ_setenv (environment, "PINSHIFT_EVENT", kind, TRUE);
}

static void
tell_end (const PinNotify *notify, const char *failure, const char *words)
{
  const char *colon = *words != '\0' ? ": " : "";

  if (failure != NULL)
    g_warning ("notify: the command that was told of \"%s\" %s%s%s", notify->about, failure, colon, words);
  else if (*words != '\0')
    g_message ("notify: the command that was told of \"%s\" says: %s", notify->about, words);
}

static void
on_ended (PinMessenger *messenger, const char *failure, const char *words, gpointer data)
{
  PinNotify *notify = data;

  tell_end (notify, failure, words);
  g_clear_pointer (&notify->runs, pin_messenger_free);
  send_next (notify);
}

/* Why it can't be started, and what an administrator does about that.  (transfer full) */
static char *
explain (const GError *error)
{
  if (g_error_matches (error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT))
    return g_strdup_printf ("%s; put it, and its interpreter, where the service sees them: not below /home, /root or /tmp", g_strerror (ENOENT));
  if (g_error_matches (error, G_SPAWN_ERROR, G_SPAWN_ERROR_ACCES))
    return g_strdup_printf ("%s; let the user %s read and execute it", g_strerror (EACCES), g_get_user_name ());
  return g_strdup_printf ("%s; see [notify] in pinshift.conf(5)", error->message);
}

static void
complain (PinNotify *notify, const GError *error)
{
  g_autofree char *why = explain (error);

  /* Once is enough until it works again. */
  if (!notify->complained)
    g_warning ("notify: %s can't be started: %s", notify->argv[0], why);
  notify->complained = TRUE;
}

static void
send (PinNotify *notify, const Letter *letter)
{
  g_auto (GStrv) environment = environment_for (letter->kind);
  g_autoptr (GError) error = NULL;

  g_free (notify->about);
  notify->about = g_strdup (letter->kind);
  notify->runs = pin_messenger_new ((const char *const *) notify->argv, environment, letter->text, notify->limits.limit_ms, on_ended,
                                    notify, &error);
  if (notify->runs == NULL)
    complain (notify, error);
  else
    notify->complained = FALSE;
}

static void
send_next (PinNotify *notify)
{
  if (notify->n_lost > 0)
    g_warning ("notify: %s is too slow, and was not told of %u events", notify->argv[0], notify->n_lost);
  notify->n_lost = 0;
  while (notify->runs == NULL && !g_queue_is_empty (notify->letters))
    {
      g_autoptr (Letter) letter = g_queue_pop_head (notify->letters);

      send (notify, letter);
    }
}

static gboolean
on_start (gpointer data)
{
  PinNotify *notify = data;

  notify->start = 0;
  if (notify->runs == NULL)
    send_next (notify);
  return G_SOURCE_REMOVE;
}

void
pin_notify_hear (const PinEvent *event, gpointer data)
{
  PinNotify *notify = data;

  if (notify->argv == NULL)
    return;
  g_queue_push_tail (notify->letters, write_letter (event));
  for (; notify->letters->length > notify->limits.most; notify->n_lost++)
    letter_free (g_queue_pop_head (notify->letters));
  /* Later: who says something is amid something, the answer to a hook maybe. */
  if (notify->start == 0)
    notify->start = g_idle_add (on_start, notify);
}
