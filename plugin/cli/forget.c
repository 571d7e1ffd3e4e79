/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift forget: a guest gets its original back where it is stored, and pinshift lets go of it. */
#include "change.h"

static gboolean
make (PinHost1 *host, const char *domain, gboolean force, GError **error)
{
  g_autoptr (GVariant) answer = pin_cli_host1_change (host, "Forget", domain, force ? "force" : NULL, error);

  return answer != NULL;
}

static int
run (PinCli *cli, int argc, char **argv)
{
  static const PinChange change = { "forgotten", make };
  PinChangeRequest request = { NULL, FALSE, FALSE };
  gboolean all = FALSE;
  const GOptionEntry entries[] = {
    { "all", 0, 0, G_OPTION_ARG_NONE, &all, "Forget all guests of this host", NULL },
    { "force", 0, 0, G_OPTION_ARG_NONE, &request.force, "Forget also a transient guest that misses something", NULL },
    { "dry-run", 0, 0, G_OPTION_ARG_NONE, &request.dry_run, "Change nothing, say what would be done", NULL },
    { NULL },
  };
  g_autoptr (GError) error = NULL;

  if (!pin_cli_parse (cli, &pin_cli_forget, entries, &argc, &argv, 0, 1, &error))
    return pin_cli_fail (error);
  if (all == (argc == 2))
    {
      error = g_error_new (PIN_ERROR, PIN_ERROR_INVALID, "forget: either a domain or --all is wanted; usage: pinshift forget %s",
                           pin_cli_forget.parameters);
      return pin_cli_fail (error);
    }
  request.domain = all ? NULL : argv[1];
  return pin_change_run (cli, &change, &request);
}

const PinCliVerb pin_cli_forget = {
  "forget",
  "DOMAIN|--all",
  "Give stored definitions their originals back and drop the records",
  run,
  .example = "pinshift forget db1 --dry-run",
  .has_guest = TRUE,
  .asks_host = TRUE,
};
