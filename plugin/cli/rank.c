/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift rank: which hosts of the cluster can take a guest, which is best, and why the others are not. */
#include "cli.h"

#include "cluster1-client.h"
#include "rank-text.h"

#include <stdio.h>

static int
run (PinCli *cli, int argc, char **argv)
{
  g_autofree char *json = NULL;
  g_autoptr (JsonNode) rank = NULL;
  g_autoptr (GError) error = NULL;
  gboolean found;

  if (!pin_cli_parse (cli, &pin_cli_rank, NULL, &argc, &argv, 1, 1, &error))
    return pin_cli_fail (error);
  json = pin_cli_cluster1_rank (argv[1], 1, FALSE, &error);
  rank = json != NULL ? pin_rank_text_parse (json, &error) : NULL;
  if (rank == NULL)
    return pin_cli_fail (error);
  found = pin_rank_text_host (rank, NULL) != NULL;
  if (cli->json)
    pin_cli_print_json (json);
  else
    pin_rank_text_print (cli, rank);
  if (!found && !cli->json)
    printf ("%sNo host can take %s\n", cli->quiet ? "" : "\n", argv[1]);
  return found ? PIN_CLI_DONE : PIN_CLI_FAILED;
}

const PinCliVerb pin_cli_rank = {
  "rank",
  "DOMAIN",
  "Show which hosts of the cluster can take a guest, the best first",
  run,
  .example = "pinshift rank db1",
  .has_guest = TRUE,
};
