/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift balance: moves guests from busy hosts to idle ones, once, where that is worth it. */
#include "cli.h"

#include "foretell.h"
#include "job.h"

static int
balance (const PinCli *cli, GError **error)
{
  const PinJobOrder order = { "Balance", g_variant_new ("(a{sv})", NULL), "balance", TRUE };

  return pin_job_run (cli, &order, error);
}

static int
run (PinCli *cli, int argc, char **argv)
{
  gboolean dry_run = FALSE;
  const GOptionEntry entries[] = {
    { "dry-run", 0, 0, G_OPTION_ARG_NONE, &dry_run, "Change nothing, say who would go where, and what for", NULL },
    { NULL },
  };
  g_autoptr (GError) error = NULL;
  int code;

  if (!pin_cli_parse (cli, &pin_cli_balance, entries, &argc, &argv, 0, 0, &error))
    return pin_cli_fail (error);
  code = dry_run ? pin_foretell (cli, "balance", "", NULL, &error) : balance (cli, &error);
  return code >= 0 ? code : pin_cli_fail (error);
}

const PinCliVerb pin_cli_balance = {
  "balance",
  "",
  "Move guests from busy hosts to idle ones, where that is worth it",
  run,
  .example = "pinshift balance --dry-run",
};
