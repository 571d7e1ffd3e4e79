/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When guests came to where they are, by what is seen of hosts one after the other, and how fast they moved. */
#include "history.h"

#include "format/synthetic.h"
#include "rules/rules-file.h"

#include <glib/gstdio.h>

#define LONG_AGO PIN_SCENE_LONG_AGO

/* A site on which guests "1", "2" and so on are as the characters of @states say: runs, defined, coming; or it is provisional, and has none.  (transfer full) */
static PinSite *
make_site (const char *states, PinMakes *makes)
{
  g_autoptr (PinSnapshot) snapshot = pin_synthetic_parse ("node:1 core:2 mem:2G", NULL);

  snapshot->provisional = *states == '?';
  for (guint i = 0; states[i] != '\0' && !snapshot->provisional; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i + 1);
      g_autofree char *uuid = g_strdup_printf ("6f1c2d3e-0000-4000-8000-00000000000%u", i + 1);
      PinTenant *tenant = pin_tenant_new (name, uuid);

      tenant->running = states[i] == 'r';
      if (states[i] == 'r' || states[i] == 'd')
        g_ptr_array_add (snapshot->domains, tenant);
      else if (states[i] == 'c')
        g_ptr_array_add (snapshot->claims, tenant);
      else
        pin_tenant_free (tenant);
    }
  return pin_site_new (snapshot, makes);
}

/* What is seen, and since when guest 1 is then on either host. */
typedef struct
{
  gint64 at_ms;
  const char *host;
  const char *states; /* NULL: it is no host of the cluster any more */
  gint64 on_a;
  gint64 on_b;
} Look;

static const struct { const char *name; Look looks[8]; } stories[] = {
  { "who was there first has been there for long", { { 10, "a", "r", LONG_AGO, LONG_AGO }, { 20, "a", "r", LONG_AGO, LONG_AGO } } },
  { "who starts has come", { { 10, "a", "-", LONG_AGO, LONG_AGO }, { 20, "a", "r", 20, LONG_AGO }, { 30, "a", "r", 20, LONG_AGO } } },
  { "who is defined or on its way has not come",
    { { 10, "a", "-", LONG_AGO, LONG_AGO }, { 20, "a", "d", LONG_AGO, LONG_AGO }, { 30, "a", "c", LONG_AGO, LONG_AGO }, { 40, "a", "r", 40, LONG_AGO } } },
  { "who moves has come, also back",
    { { 10, "a", "r", LONG_AGO, LONG_AGO }, { 20, "b", "-", LONG_AGO, LONG_AGO }, { 30, "b", "r", LONG_AGO, 30 }, { 40, "a", "-", LONG_AGO, 30 },
      { 50, "a", "r", 50, 30 }, { 60, "b", "-", 50, LONG_AGO } } },
  { "another guest changes nothing", { { 10, "a", "-r", LONG_AGO, LONG_AGO }, { 20, "a", "rr", 20, LONG_AGO }, { 30, "a", "r-", 20, LONG_AGO } } },
  { "a host that does not know yet says nothing",
    { { 10, "a", "?", LONG_AGO, LONG_AGO }, { 20, "a", "r", LONG_AGO, LONG_AGO }, { 30, "a", "?", LONG_AGO, LONG_AGO }, { 40, "a", "r", LONG_AGO, LONG_AGO } } },
  { "a host that is gone is forgotten",
    { { 10, "a", "-", LONG_AGO, LONG_AGO }, { 20, "a", "r", 20, LONG_AGO }, { 30, "a", NULL, LONG_AGO, LONG_AGO }, { 40, "a", "r", LONG_AGO, LONG_AGO } } },
};

static void
test_stories (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (stories); i++)
    {
      g_autoptr (PinHistory) history = pin_history_new ();
      PinMakes *makes = pin_makes_new ();

      g_test_message ("%s", stories[i].name);
      for (const Look *look = stories[i].looks; look->host != NULL; look++)
        {
          g_autoptr (PinSite) site = look->states != NULL ? make_site (look->states, makes) : NULL;

          if (site != NULL)
            pin_history_note (history, look->host, site, look->at_ms);
          else
            pin_history_forget (history, look->host);
          g_assert_cmpint (pin_history_since (history, "a", "6f1c2d3e-0000-4000-8000-000000000001"), ==, look->on_a);
          g_assert_cmpint (pin_history_since (history, "b", "6f1c2d3e-0000-4000-8000-000000000001"), ==, look->on_b);
        }
      pin_makes_free (makes);
    }
}

/* Rules of which "[migrate] bandwidth" is @bandwidth.  (transfer full) */
static PinRules *
make_rules (const char *bandwidth)
{
  g_autofree char *text = bandwidth != NULL ? g_strdup_printf ("[migrate]\nbandwidth = %s\n", bandwidth) : g_strdup ("");
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  int file = g_file_open_tmp ("pinshift-history-XXXXXX", &path, &error);
  PinRules *rules;

  g_assert_no_error (error);
  g_close (file, NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  rules = pin_rules_file_load_one (path, &error);
  g_unlink (path);
  g_assert_no_error (error);
  return rules;
}

static void
test_pace (void)
{
  static const struct { const char *bandwidth; guint64 seen[4]; guint64 least, most; } rows[] = {
    { NULL, { 0 }, PIN_PACE_RATE_KIB_S, PIN_PACE_RATE_KIB_S },
    { "100MiB", { 0 }, 102400, 102400 },
    { NULL, { 5000 }, 5000, 5000 },
    { "1MiB", { 5000 }, 1024, 1024 },
    { "100MiB", { 5000 }, 5000, 5000 },
    { NULL, { 1000, 9000 }, 1001, 8999 },
    { NULL, { 1000, 1000, 1000 }, 1000, 1000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PinRules) rules = make_rules (rows[i].bandwidth);
      g_autoptr (PinHistory) history = pin_history_new ();
      PinPace pace;

      pin_history_note_rate (history, 0);
      for (guint n = 0; n < G_N_ELEMENTS (rows[i].seen) && rows[i].seen[n] > 0; n++)
        pin_history_note_rate (history, rows[i].seen[n]);
      pace = pin_history_pace (history, rules);
      g_assert_cmpuint (pace.rate_kib_s, >=, rows[i].least);
      g_assert_cmpuint (pace.rate_kib_s, <=, rows[i].most);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/history/who-came-when", test_stories);
  g_test_add_func ("/history/the-pace-is-what-was-seen-and-what-is-allowed", test_pace);
  return g_test_run ();
}
