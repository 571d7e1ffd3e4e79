/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift migrate-home: brings a guest, or all of them, back to where their owners wrote them. */
#include "cli.h"

#include "foretell.h"
#include "job.h"

/* What MigrateHome and its plan take.  Floating. */
static GVariant *
make_options (gboolean make_room)
{
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);

  if (make_room)
    g_variant_dict_insert (&options, "make-room", "b", TRUE);
  return g_variant_dict_end (&options);
}

/* @guest: empty for all. */
static int
migrate_home (const PinCli *cli, const char *guest, gboolean make_room, GError **error)
{
  g_autofree char *subject = g_strdup_printf ("migrate-home%s%s", *guest != '\0' ? " " : "", guest);
  const PinJobOrder order = { "MigrateHome", g_variant_new ("(s@a{sv})", guest, make_options (make_room)), subject, TRUE };

  return pin_job_run (cli, &order, error);
}

static int
run (PinCli *cli, int argc, char **argv)
{
  gboolean dry_run = FALSE;
  gboolean make_room = FALSE;
  const GOptionEntry entries[] = {
    { "dry-run", 0, 0, G_OPTION_ARG_NONE, &dry_run, "Change nothing, say who would go where, and who can't", NULL },
    { "make-room", 0, 0, G_OPTION_ARG_NONE, &make_room, "Where a home is full, move others away first", NULL },
    { NULL },
  };
  g_autoptr (GError) error = NULL;
  const char *guest;
  int code;

  if (!pin_cli_parse (cli, &pin_cli_migrate_home, entries, &argc, &argv, 0, 1, &error))
    return pin_cli_fail (error);
  guest = argc > 1 ? argv[1] : "";
  code = dry_run ? pin_foretell (cli, "home", guest, make_options (make_room), &error) : migrate_home (cli, guest, make_room, &error);
  return code >= 0 ? code : pin_cli_fail (error);
}

const PinCliVerb pin_cli_migrate_home = {
  "migrate-home",
  "[DOMAIN]",
  "Bring a guest, or all of them, back to where they are at home",
  run,
  .example = "pinshift migrate-home db1",
  .has_guest = TRUE,
};
