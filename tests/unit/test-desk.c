/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The desk where this host is examined: with libvirt's test driver, with one that never answers, and with many who ask. */
#include "core/error.h"
#include "exam/desk.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>

#define LIMIT_S 60
#define SHORT_MS 50
#define LONG_MS (LIMIT_S * 1000)
#define WAITING_MAX 8

typedef struct
{
  GVariant *facts;
  char *problem;
  guint n_read;
} Answer;

static void
answer_clear (Answer *answer)
{
  g_clear_pointer (&answer->facts, g_variant_unref);
  g_clear_pointer (&answer->problem, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

/* A libvirt that takes connections and says nothing. */
typedef struct
{
  char *dir;
  char *path;
  char *uri;
  GSocket *socket;
} Mute;

static void
mute_init (Mute *mute)
{
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;

  mute->dir = g_dir_make_tmp ("pinshift-desk-XXXXXX", &error);
  g_assert_no_error (error);
  mute->path = g_build_filename (mute->dir, "socket", NULL);
  mute->uri = g_strdup_printf ("test+unix:///default?mode=legacy&socket=%s", mute->path);
  mute->socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, &error);
  g_assert_no_error (error);
  address = g_unix_socket_address_new (mute->path);
  g_assert_true (g_socket_bind (mute->socket, address, FALSE, &error));
  g_assert_true (g_socket_listen (mute->socket, &error));
}

static void
mute_clear (Mute *mute)
{
  g_clear_object (&mute->socket);
  g_remove (mute->path);
  g_rmdir (mute->dir);
  g_free (mute->dir);
  g_free (mute->path);
  g_free (mute->uri);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Mute, mute_clear)

static void
on_read (GVariant *facts, const char *problem, gpointer data)
{
  Answer *answer = data;

  answer_clear (answer);
  answer->facts = facts != NULL ? g_variant_ref (facts) : NULL;
  answer->problem = g_strdup (problem);
  answer->n_read++;
}

static gboolean
give_up (gpointer data)
{
  g_error ("waited for %d seconds in vain", LIMIT_S);
  return G_SOURCE_REMOVE;
}

static void
wait_for (const Answer *answer, guint n)
{
  guint limit = g_timeout_add_seconds (LIMIT_S, give_up, NULL);

  while (answer->n_read < n)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
}

static void
ask (PinExamDesk *desk, Answer *answer)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (pin_exam_desk_ask (desk, NULL, NULL, on_read, answer, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (answer->n_read, ==, 0);
  wait_for (answer, 1);
}

static gboolean
has (const Answer *answer, const char *key)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (answer->facts, key, NULL);

  return value != NULL;
}

static void
test_libvirt (void)
{
  static const struct { const char *uri, *problem; } rows[] = {
    { "test:///default", NULL },
    { NULL, NULL },
    { "test:///nonexistent", "nonexistent" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PinExamDesk) desk = pin_exam_desk_new ("/", rows[i].uri, LONG_MS);
      g_auto (Answer) answer = { NULL };

      ask (desk, &answer);
      g_assert_true (has (&answer, "time"));
      g_assert_cmpint (answer.problem != NULL, ==, rows[i].problem != NULL);
      if (rows[i].problem != NULL)
        g_assert_nonnull (g_strstr_len (answer.problem, -1, rows[i].problem));
    }
}

/* Whoever asks next waits for nothing: it hangs still.  Once it has gone it is asked again. */
static void
test_mute (void)
{
  g_auto (Mute) mute = { NULL };
  g_autoptr (PinExamDesk) patient = NULL;
  g_autoptr (PinExamDesk) desk = NULL;

  mute_init (&mute);
  desk = pin_exam_desk_new ("/", mute.uri, SHORT_MS);
  for (guint i = 0; i < 2; i++)
    {
      g_auto (Answer) answer = { NULL };

      ask (desk, &answer);
      g_assert_cmpstr (answer.problem, ==, "it does not answer");
    }
  g_clear_object (&mute.socket);
  for (gboolean is_back = FALSE; !is_back;)
    {
      g_auto (Answer) answer = { NULL };

      ask (desk, &answer);
      is_back = g_strcmp0 (answer.problem, "it does not answer") != 0;
      g_assert_nonnull (answer.problem);
    }
}

static void
test_crowd (void)
{
  g_autoptr (PinExamDesk) desk = pin_exam_desk_new ("/", NULL, LONG_MS);
  g_auto (Answer) answer = { NULL };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < WAITING_MAX; i++)
    g_assert_true (pin_exam_desk_ask (desk, NULL, NULL, on_read, &answer, NULL));
  g_assert_false (pin_exam_desk_ask (desk, NULL, NULL, on_read, &answer, &error));
  g_assert_error (error, PIN_ERROR, PIN_ERROR_BUSY);
  g_assert_cmpstr (error->message, ==, "8 others wait already to have this host examined; ask again in a moment");
  wait_for (&answer, WAITING_MAX);
  g_assert_nonnull (answer.facts);
  g_assert_true (pin_exam_desk_ask (desk, NULL, NULL, on_read, &answer, NULL));
  g_assert_true (pin_exam_desk_ask (desk, NULL, NULL, on_read, &answer, NULL));
  g_clear_pointer (&desk, pin_exam_desk_free);
  g_assert_cmpuint (answer.n_read, ==, WAITING_MAX + 2);
  g_assert_null (answer.facts);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/desk/libvirt-is-asked-where-it-is-to-be", test_libvirt);
  g_test_add_func ("/desk/a-libvirt-that-never-answers-keeps-nobody-waiting", test_mute);
  g_test_add_func ("/desk/a-crowd-is-answered-one-after-the-other-or-told-to-come-again", test_crowd);
  return g_test_run ();
}
