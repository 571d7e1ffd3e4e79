/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift drain: puts a host into maintenance, and moves all its guests to others. */
#include "cli.h"

#include "foretell.h"
#include "job.h"

static int
drain (const PinCli *cli, const char *host, GError **error)
{
  g_autofree char *subject = g_strdup_printf ("drain %s", host);
  const PinJobOrder order = { "Drain", g_variant_new ("(sa{sv})", host, NULL), subject, TRUE };

  return pin_job_run (cli, &order, error);
}

static int
run (PinCli *cli, int argc, char **argv)
{
  gboolean dry_run = FALSE;
  const GOptionEntry entries[] = {
    { "dry-run", 0, 0, G_OPTION_ARG_NONE, &dry_run, "Change nothing, say who would go where, and who can't", NULL },
    { NULL },
  };
  g_autoptr (GError) error = NULL;
  int code;

  if (!pin_cli_parse (cli, &pin_cli_drain, entries, &argc, &argv, 1, 1, &error))
    return pin_cli_fail (error);
  code = dry_run ? pin_foretell (cli, "drain", argv[1], NULL, &error) : drain (cli, argv[1], &error);
  return code >= 0 ? code : pin_cli_fail (error);
}

const PinCliVerb pin_cli_drain = {
  "drain",
  "HOST",
  "Put a host into maintenance, and move all its guests to others",
  run,
  .example = "pinshift drain hosta --dry-run",
};
