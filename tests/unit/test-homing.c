/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is brought home unasked, and when: in a world whose clock and plans go by a script. */
#include "homing.h"

#include "core/error.h"

#include <string.h>

#define LOOKS 8
#define LIMIT_S 60
/* On the clock of the script; so short that there is hardly a pause between looks. */
#define SETTLE_MS 6
#define STEP_MS 2

typedef struct
{
  const char *name;
  PinHomeMode mode;
  /* "db1 b>a" or "db1 b>a^" for one that steps aside, or "db1 b>a b>c" for more: what could be done, look by look; "!": nobody knows */
  const char *plans[LOOKS];
  gint64 came_ms;     /* when the guest came to where it is; 0: long ago */
  const char *done;   /* "db1@6": who was brought home, or told of, and when; the clock begins at 0 */
} Story;

typedef struct
{
  const Story *story;
  guint n_looks;
  gint64 now_ms;
  GString *done;
} World;

static gint64
now_ms (gpointer world)
{
  return ((World *) world)->now_ms;
}

static void
read_hop (PinItinerary *plan, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  for (guint i = 1; words[0] != NULL && words[i] != NULL; i++)
    {
      g_autofree char *from = g_strndup (words[i], 1);
      g_autofree char *to = g_strndup (words[i] + 2, 1);

      pin_itinerary_add (plan, words[0], words[0], from, to, 0)->passing = g_str_has_suffix (words[i], "^");
    }
}

static gboolean
on_plan (gpointer task)
{
  World *world = g_task_get_task_data (task);
  const char *text = world->story->plans[world->n_looks];
  g_autoptr (PinItinerary) plan = pin_itinerary_new ();
  g_auto (GStrv) guests = g_strsplit (text, "; ", -1);

  world->now_ms = world->n_looks++ * STEP_MS;
  if (*text == '!')
    {
      g_task_return_new_error (task, PIN_ERROR, PIN_ERROR_FAILED, "nobody knows");
      return G_SOURCE_REMOVE;
    }
  for (guint i = 0; guests[i] != NULL; i++)
    read_hop (plan, guests[i]);
  g_task_return_pointer (task, g_steal_pointer (&plan), (GDestroyNotify) pin_itinerary_free);
  return G_SOURCE_REMOVE;
}

static void
plan (gpointer world, GCancellable *cancellable, GAsyncReadyCallback planned, gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, planned, data);

  g_task_set_task_data (task, world, NULL);
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, on_plan, task, g_object_unref);
}

static PinItinerary *
planned (gpointer data, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gint64
since (gpointer world, const char *host, const char *uuid)
{
  gint64 came_ms = ((World *) world)->story->came_ms;

  return came_ms != 0 ? came_ms : G_MININT64;
}

static void
say (World *world, const char *guest)
{
  g_string_append_printf (world->done, "%s%s@%" G_GINT64_FORMAT, world->done->len > 0 ? " " : "", guest, world->now_ms);
}

static void
begin (gpointer world, const char *guest, const char *uuid)
{
  say (world, guest);
}

static void
suggest (gpointer world, const char *guest, const char *uuid, const char *host)
{
  g_assert_nonnull (uuid);
  say (world, guest);
}

static const Story stories[] = {
  { "home-once-it-has-settled", PIN_HOME_AUTO, { "db1 b>a", "db1 b>a", "db1 b>a", "db1 b>a", "", "" }, 0, "db1@6" },
  { "not-what-comes-and-goes", PIN_HOME_AUTO, { "db1 b>a", "db1 b>a", "", "db1 b>a", "db1 b>a", "", "db1 b>a", "db1 b>a" }, 0, "" },
  { "nor-what-goes-elsewhere-each-time", PIN_HOME_AUTO, { "db1 b>a", "db1 b>c", "db1 b>a", "db1 b>c", "db1 b>a", "db1 b>c" }, 0, "" },
  { "nor-who-came-just-now", PIN_HOME_AUTO, { "db1 b>a", "db1 b>a", "db1 b>a", "db1 b>a", "db1 b>a", "db1 b>a", "db1 b>a" }, 5, "db1@12" },
  { "not-again-at-once-where-it-was-in-vain", PIN_HOME_AUTO,
    { "db1 b>a", "db1 b>a", "db1 b>a", "db1 b>a", "db1 b>a", "db1 b>a", "db1 b>a", "db1 b>a" }, 0, "db1@6 db1@12" },
  { "nobody-steps-aside-unasked", PIN_HOME_AUTO, { "db1 b>c^; db2 a>b", "db1 b>c^; db2 a>b", "db1 b>c^; db2 a>b", "db1 b>c^; db2 a>b" }, 0,
    "db2@6" },
  { "nor-goes-by-a-third-host", PIN_HOME_AUTO, { "db1 b>c c>a", "db1 b>c c>a", "db1 b>c c>a", "db1 b>c c>a", "db1 b>c c>a" }, 0, "" },
  { "told-once", PIN_HOME_SUGGEST, { "db1 b>a", "db1 b>a", "db1 b>a", "db1 b>a", "db1 b>a", "db1 b>a", "db1 b>a" }, 0, "db1@6" },
  { "a-plan-that-fails-changes-nothing", PIN_HOME_AUTO, { "db1 b>a", "!", "!", "db1 b>a" }, 0, "db1@6" },
};

static gboolean
give_up (gpointer data)
{
  g_error ("waited for %d seconds in vain", LIMIT_S);
  return G_SOURCE_REMOVE;
}

static guint
count_looks (const Story *story)
{
  guint n = 0;

  while (n < LOOKS && story->plans[n] != NULL)
    n++;
  return n;
}

static void
test_story (gconstpointer data)
{
  World world = { .story = data, .done = g_string_new (NULL) };
  const PinHomingMeans means = { 1, &world, now_ms, plan, planned, since, begin, suggest };
  g_autoptr (PinHoming) homing = pin_homing_new (&means);
  guint limit = g_timeout_add_seconds (LIMIT_S, give_up, NULL);
  guint n = count_looks (data);

  pin_homing_set_mode (homing, world.story->mode, SETTLE_MS);
  while (world.n_looks < n)
    {
      g_main_context_iteration (NULL, TRUE);
      pin_homing_look (homing);
    }
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_source_remove (limit);
  g_assert_cmpstr (world.done->str, ==, world.story->done);
  g_string_free (world.done, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (stories); i++)
    {
      g_autofree char *path = g_strconcat ("/homing/", stories[i].name, NULL);

      g_test_add_data_func (path, &stories[i], test_story);
    }
  return g_test_run ();
}
