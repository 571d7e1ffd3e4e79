/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift adopt: what a guest has now is what its owner wants. */
#include "change.h"

static gboolean
make (PinHost1 *host, const char *domain, gboolean force, GError **error)
{
  g_autoptr (GVariant) answer = pin_cli_host1_change (host, "Adopt", domain, NULL, error);

  return answer != NULL;
}

static int
run (PinCli *cli, int argc, char **argv)
{
  static const PinChange change = { "adopted", make };
  PinChangeRequest request = { NULL, FALSE, FALSE };
  const GOptionEntry entries[] = {
    { "dry-run", 0, 0, G_OPTION_ARG_NONE, &request.dry_run, "Change nothing, say what would be done", NULL },
    { NULL },
  };
  g_autoptr (GError) error = NULL;

  if (!pin_cli_parse (cli, &pin_cli_adopt, entries, &argc, &argv, 1, 1, &error))
    return pin_cli_fail (error);
  request.domain = argv[1];
  return pin_change_run (cli, &change, &request);
}

const PinCliVerb pin_cli_adopt = {
  "adopt",
  "DOMAIN",
  "Make what a guest has now its original, at home here",
  run,
  .example = "pinshift adopt db1",
  .has_guest = TRUE,
  .asks_host = TRUE,
};
