/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift topology: nodes, cores and threads of a host, and who is on them; also as a guest would change that. */
#include "cli.h"

#include "columns.h"
#include "domain-source.h"
#include "drawing/topology-text.h"
#include "drawing/view.h"
#include "host-source.h"
#include "plan-here.h"
#include "view-json.h"
#include "way.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Where no terminal tells how wide lines may be. */
#define USUAL_COLUMNS 80

typedef struct
{
  const char *host; /* NULL: this one */
  char *guest;      /* that is put on @on; NULL: nobody is */
  char *on;
  char *svg;        /* file that is written */
} Wish;

static void
wish_clear (Wish *wish)
{
  g_free (wish->guest);
  g_free (wish->on);
  g_free (wish->svg);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Wish, wish_clear)

static gboolean
keep_host (const PinSnapshot *snapshot, gpointer data, GError **error)
{
  PinSnapshot **kept = data;

  pin_snapshot_free (*kept);
  *kept = pin_snapshot_copy (snapshot);
  return TRUE;
}

/* What plan --on takes, NULL for this host, or the name of another, which is asked.  (transfer full) */
static PinSnapshot *
find_host (const PinCli *cli, const char *name, const PinRules *rules, GError **error)
{
  gboolean asked = name != NULL && pin_host_source_is_name (name);
  g_autoptr (PinWay) way = asked ? pin_way_new (name, error) : NULL;
  g_autoptr (PinSnapshot) host = NULL;
  PinCli there = *cli;

  if (asked && way == NULL)
    return NULL;
  if (asked)
    {
      there.host = (char *) name;
      there.way = way;
    }
  if (!pin_host_source_visit (&there, asked ? NULL : name, rules, keep_host, &host, error))
    return NULL;
  return g_steal_pointer (&host);
}

/* The host of @wish as it is.  FALSE with @error. */
static gboolean
look (const PinCli *cli, const Wish *wish, const PinRules *rules, GPtrArray *views, GError **error)
{
  PinSnapshot *host = find_host (cli, wish->host, rules, error);

  if (host == NULL)
    return FALSE;
  g_ptr_array_add (views, pin_view_new (host, wish->guest != NULL ? " before" : ""));
  return TRUE;
}

/* Where the guest of @wish comes to its host: FALSE with @error, also where it does not fit. */
static gboolean
foresee (const PinCli *cli, const Wish *wish, const PinRules *rules, GPtrArray *views, GError **error)
{
  gsize length;
  g_autofree char *xml = NULL;
  g_autoptr (PinDomain) domain = pin_domain_source_parse (cli, wish->guest, PIN_DOMAIN_PRESENT, &xml, &length, error);
  g_auto (PinPlanHere) here = { NULL };
  g_autoptr (PinSnapshot) host = NULL;
  g_autoptr (PinPlan) plan = NULL;

  if (domain == NULL)
    return FALSE;
  pin_plan_here_init (&here, domain, rules);
  host = find_host (cli, wish->on, rules, error);
  plan = host != NULL ? pin_plan_here_on (&here, host) : NULL;
  if (plan == NULL)
    return FALSE;
  if (plan->verdict == PIN_VERDICT_REFUSE)
    {
      const PinReason *reason = plan->reasons->pdata[0];

      g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "%s does not fit on %s: %s: %s; see pinshift plan %s --on HOST", domain->guest->name, host->name,
                   pin_setting_name (reason->setting), reason->text, wish->guest);
      return FALSE;
    }
  pin_view_seat (host, domain->guest, plan);
  g_ptr_array_add (views, pin_view_new (g_steal_pointer (&host), " after"));
  return TRUE;
}

static void
print_views (const PinCli *cli, const GPtrArray *views)
{
  guint columns = pin_columns ();
  const PinTopologyTextManner manner = { columns > 0 ? columns : USUAL_COLUMNS, cli->colour };

  for (guint i = 0; i < views->len; i++)
    {
      const PinView *view = views->pdata[i];
      g_autofree char *text = pin_topology_text (view->seats, view->title, &manner);

      if (i > 0)
        putchar ('\n');
      fputs (text, stdout);
    }
}

static gboolean
write_file (const char *path, const char *text, GError **error)
{
  FILE *file = fopen (path, "we");
  gboolean written = file != NULL && fputs (text, file) >= 0;
  int why = errno;

  /* What did not fit is often told last. */
  if (file != NULL && fclose (file) != 0)
    {
      why = errno;
      written = FALSE;
    }
  if (!written)
    g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "--svg %s: can't be written: %s; name another file", path, g_strerror (why));
  return written;
}

static gboolean
show (const PinCli *cli, const Wish *wish, const GPtrArray *views, GError **error)
{
  g_autofree char *svg = wish->svg != NULL ? pin_view_svg (views) : NULL;
  g_autofree char *json = cli->json ? pin_view_json (views) : NULL;

  if (svg != NULL && strcmp (wish->svg, "-") != 0)
    return write_file (wish->svg, svg, error);
  if (svg != NULL)
    fputs (svg, stdout);
  else if (json != NULL)
    pin_cli_print_json (json);
  else
    print_views (cli, views);
  return TRUE;
}

static gboolean
run_wish (const PinCli *cli, const Wish *wish, GError **error)
{
  g_autoptr (PinRules) rules = pin_plan_here_rules (NULL, error);
  g_autoptr (GPtrArray) views = g_ptr_array_new_with_free_func (pin_view_free);

  if (rules == NULL || !look (cli, wish, rules, views, error))
    return FALSE;
  if (wish->guest != NULL && !foresee (cli, wish, rules, views, error))
    return FALSE;
  return show (cli, wish, views, error);
}

static int
run (PinCli *cli, int argc, char **argv)
{
  g_auto (Wish) wish = { NULL };
  const GOptionEntry entries[] = {
    { "before-after", 0, 0, G_OPTION_ARG_FILENAME, &wish.guest, "Beside it, --on's HOST with this guest on it", "DOMAIN" },
    { "on", 0, 0, G_OPTION_ARG_FILENAME, &wish.on, "Where the guest goes: as for plan", "HOST" },
    { "svg", 0, 0, G_OPTION_ARG_FILENAME, &wish.svg, "Write a picture; - is standard output", "FILE" },
    { NULL },
  };
  g_autoptr (GError) error = NULL;

  if (!pin_cli_parse (cli, &pin_cli_topology, entries, &argc, &argv, 0, 1, &error))
    return pin_cli_fail (error);
  wish.host = argc > 1 ? argv[1] : NULL;
  if ((wish.guest == NULL) != (wish.on == NULL))
    g_set_error (&error, PIN_ERROR, PIN_ERROR_INVALID, "topology: --before-after DOMAIN and --on HOST go together; give both, or none");
  if (error == NULL && run_wish (cli, &wish, &error))
    return PIN_CLI_DONE;
  return pin_cli_fail (error);
}

const PinCliVerb pin_cli_topology = {
  "topology",
  "[HOST]",
  "Show the nodes and CPUs of a host, and who is on them",
  run,
  .example = "pinshift topology --before-after db1 --on hostb --svg db1.svg",
  .asks_host = TRUE,
};
