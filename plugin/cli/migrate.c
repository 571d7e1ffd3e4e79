/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift migrate: moves a guest to the host of the cluster that suits it best, or to one that is named. */
#include "cli.h"

#include "amount.h"
#include "cluster1-client.h"
#include "foretell.h"
#include "job.h"
#include "plan-text.h"
#include "rank-text.h"

#include <stdio.h>

/* Ranks, with the plan of @host (NULL: the best) if it has a place.  @*ret_json (transfer full): as it came. */
static JsonNode *
rank (const char *guest, const char *host, char **ret_json, GError **error)
{
  guint n_plans = 1;

  for (;;)
    {
      g_autofree char *json = pin_cli_cluster1_rank (guest, n_plans, TRUE, error);
      g_autoptr (JsonNode) answer = json != NULL ? pin_rank_text_parse (json, error) : NULL;
      JsonObject *found = answer != NULL ? pin_rank_text_host (answer, host) : NULL;

      /* The world may change between two questions, so the second answer is taken as it is. */
      if (answer == NULL || n_plans > 1 || found == NULL || pin_rank_text_place (found) <= 1)
        {
          *ret_json = g_steal_pointer (&json);
          return g_steal_pointer (&answer);
        }
      n_plans = pin_rank_text_place (found);
    }
}

/* So long the move takes, and why it may not get done, as far as @rank says it. */
static void
print_estimate (const PinCli *cli, JsonNode *rank)
{
  JsonObject *object = json_node_get_object (rank);
  gint64 estimate_ms = json_object_get_int_member_with_default (object, "estimate_ms", 0);
  g_autofree char *time = pin_amount_ms ((guint64) MAX (estimate_ms, 0));
  g_autofree char *warning = pin_cli_one_line (json_object_get_string_member_with_default (object, "warning", ""));

  if (estimate_ms > 0 && !cli->json && !cli->quiet)
    printf ("Estimated time: %s\n", time);
  if (*warning != '\0' && !cli->json && !cli->quiet)
    printf ("Warning: %s\n", warning);
}

/* Of a host without a place in text why, else its plan.  Returns: the exit code; -1 with an error. */
static int
show_host (const PinCli *cli, JsonObject *host, GError **error)
{
  JsonNode *node = json_object_get_member (host, "plan");
  g_autofree char *plan = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_to_string (node, FALSE) : NULL;

  if (pin_rank_text_place (host) == 0)
    {
      if (!cli->json)
        printf ("%s can't take it: %s\n", json_object_get_string_member_with_default (host, "host", "?"),
                json_object_get_string_member_with_default (host, "why", "no reason is given"));
      return PIN_CLI_FAILED;
    }
  if (plan != NULL)
    return cli->json ? pin_plan_text_code (plan, error) : pin_plan_text_print (cli, plan, NULL, error);
  g_set_error (error, PIN_ERROR, PIN_ERROR_STALE, "the cluster has changed meanwhile, so there is no plan: try again");
  return -1;
}

/* Says what a migration would do.  Returns: the exit code; -1 with an error. */
static int
foretell (const PinCli *cli, const char *guest, const char *name, GError **error)
{
  g_autofree char *json = NULL;
  g_autoptr (JsonNode) answer = rank (guest, name, &json, error);
  JsonObject *host = answer != NULL ? pin_rank_text_host (answer, name) : NULL;

  if (answer == NULL)
    return -1;
  if (host == NULL && name != NULL)
    {
      g_autofree char *known = pin_rank_text_names (answer);

      g_set_error (error, PIN_ERROR, PIN_ERROR_NOT_FOUND, "no host '%s' in the cluster; known are: %s", name, known);
      return -1;
    }
  if (cli->json)
    pin_cli_print_json (json);
  else if (!cli->quiet)
    {
      pin_rank_text_print (cli, answer);
      putchar ('\n');
    }
  if (host != NULL)
    {
      int code = show_host (cli, host, error);

      if (code >= 0 && pin_rank_text_place (host) > 0)
        print_estimate (cli, answer);
      return code;
    }
  if (!cli->json)
    printf ("No host can take %s\n", guest);
  return PIN_CLI_FAILED;
}

/* What Migrate takes, and its plan, which is told of the host among them; NULL: none is named.  Floating. */
static GVariant *
make_options (gboolean make_room, gboolean measure, const char *host)
{
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);

  if (host != NULL)
    g_variant_dict_insert (&options, "host", "s", host);
  if (make_room)
    g_variant_dict_insert (&options, "make-room", "b", TRUE);
  if (measure)
    g_variant_dict_insert (&options, "measure", "b", TRUE);
  return g_variant_dict_end (&options);
}

/* Has the guest moved, and tells how it goes.  Returns: the exit code; -1 with an error. */
static int
migrate (const PinCli *cli, const char *guest, const char *host, gboolean make_room, GError **error)
{
  /* It takes its time, and nobody else wants to know. */
  gboolean measure = !make_room && !cli->quiet && !cli->json;
  GVariant *parameters = g_variant_new ("(ss@a{sv})", guest, host != NULL ? host : "", make_options (make_room, measure, NULL));
  const PinJobOrder order = { "Migrate", parameters, guest, make_room };

  return pin_job_run (cli, &order, error);
}

static int
run (PinCli *cli, int argc, char **argv)
{
  gboolean dry_run = FALSE;
  gboolean make_room = FALSE;
  const GOptionEntry entries[] = {
    { "dry-run", 0, 0, G_OPTION_ARG_NONE, &dry_run,
      "Change nothing, say where it would go and what it gets", NULL },
    { "make-room", 0, 0, G_OPTION_ARG_NONE, &make_room, "Where there is no room, move others away first", NULL },
    { NULL },
  };
  g_autoptr (GError) error = NULL;
  const char *host;
  int code;

  if (!pin_cli_parse (cli, &pin_cli_migrate, entries, &argc, &argv, 1, 2, &error))
    return pin_cli_fail (error);
  host = argc > 2 ? argv[2] : NULL;
  if (!dry_run)
    code = migrate (cli, argv[1], host, make_room, &error);
  else if (make_room)
    code = pin_foretell (cli, "migrate", argv[1], make_options (make_room, FALSE, host), &error);
  else
    code = foretell (cli, argv[1], host, &error);
  return code >= 0 ? code : pin_cli_fail (error);
}

const PinCliVerb pin_cli_migrate = {
  "migrate",
  "DOMAIN [HOST]",
  "Move a guest to the host that suits it best, or to HOST",
  run,
  .example = "pinshift migrate db1 hostb",
  .has_guest = TRUE,
};
