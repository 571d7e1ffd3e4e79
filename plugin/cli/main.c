/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift, the command line: finds the verb and runs it. */
#include "cli.h"

#include "pin-config.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const PinCliVerb *const verbs[] = {
  &pin_cli_adapt,  &pin_cli_adopt,       &pin_cli_balance, &pin_cli_config,       &pin_cli_doctor, &pin_cli_drain,
  &pin_cli_forget, &pin_cli_log,         &pin_cli_maintenance, &pin_cli_migrate,  &pin_cli_migrate_home,
  &pin_cli_plan,   &pin_cli_rank,        &pin_cli_relay,   &pin_cli_repin,        &pin_cli_snapshot,
  &pin_cli_status, &pin_cli_topology,    &pin_cli_complete,
};

static char *
describe_verbs (void)
{
  g_autoptr (GString) text = g_string_new ("Commands:\n");

  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (!verbs[i]->hidden)
      g_string_append_printf (text, "  %-12s %s\n", verbs[i]->name, verbs[i]->summary);
  g_string_append (text,
                   "\n\"pinshift help COMMAND\" tells the options of a command; see also pinshift(1).");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static const PinCliVerb *
find_verb (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (strcmp (verbs[i]->name, name) == 0)
      return verbs[i];
  return NULL;
}

/* Options in front of the verb.  Returns: FALSE with an error. */
static gboolean
parse_front (PinCli *cli, int *argc, char ***argv, gboolean *ret_version, GError **error)
{
  const GOptionEntry entries[] = {
    { "version", 'V', 0, G_OPTION_ARG_NONE, ret_version, "Print the version", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = pin_cli_options (cli, "COMMAND [ARGUMENT...]", entries);
  g_autofree char *description = describe_verbs ();
  g_autoptr (GError) local = NULL;

  g_option_context_set_description (context, description);
  g_option_context_set_strict_posix (context, TRUE);
  if (g_option_context_parse (context, argc, argv, &local))
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s; see pinshift --help", local->message);
  return FALSE;
}

/* @verb is NULL: none was written. */
static int
fail_verb (const char *verb)
{
  g_autoptr (GString) known = g_string_new (NULL);
  g_autofree char *what = verb != NULL ? g_strdup_printf ("unknown command \"%s\"", verb)
                                       : g_strdup ("no command");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (!verbs[i]->hidden)
      g_string_append_printf (known, "%s%s", known->len > 0 ? ", " : "", verbs[i]->name);
  error = g_error_new (PIN_ERROR, PIN_ERROR_INVALID, "%s; known are: %s (see pinshift --help)", what,
                       known->str);
  return pin_cli_fail (error);
}

/* "help [VERB]": the same as "[VERB] --help". */
static int
help (PinCli *cli, int argc, char **argv)
{
  char *front[] = { (char *) "pinshift", (char *) "--help", NULL };
  const PinCliVerb *verb = argc > 1 ? find_verb (argv[1]) : NULL;
  char **words = front;
  g_autoptr (GError) error = NULL;
  int n = 2;

  if (verb != NULL)
    {
      char *behind[] = { argv[1], (char *) "--help", NULL };

      return verb->run (cli, n, behind);
    }
  if (argc > 1)
    return fail_verb (argv[1]);
  return parse_front (cli, &n, &words, NULL, &error) ? PIN_CLI_DONE : pin_cli_fail (error);
}

static int
run (PinCli *cli, int argc, char **argv)
{
  gboolean version = FALSE;
  g_autoptr (GError) error = NULL;
  const PinCliVerb *verb;

  if (!parse_front (cli, &argc, &argv, &version, &error))
    return pin_cli_fail (error);
  if (version)
    {
      puts ("pinshift " PIN_VERSION);
      return PIN_CLI_DONE;
    }
  if (argc > 1 && strcmp (argv[1], "help") == 0)
    return help (cli, argc - 1, argv + 1);
  verb = argc > 1 ? find_verb (argv[1]) : NULL;
  if (verb == NULL)
    return fail_verb (argc > 1 ? argv[1] : NULL);
  return verb->run (cli, argc - 1, argv + 1);
}

/* Whether standard output is a terminal that knows colours, and nobody minds. */
static gboolean
is_coloured (void)
{
  const char *no_colour = g_getenv ("NO_COLOR");
  const char *terminal = g_getenv ("TERM");

  return isatty (STDOUT_FILENO) != 0 && (no_colour == NULL || *no_colour == '\0') && g_strcmp0 (terminal, "dumb") != 0;
}

int
main (int argc, char **argv)
{
  PinCli cli = { .colour = is_coloured () };
  int code;

  setlocale (LC_ALL, "");
  g_set_prgname ("pinshift");
  code = run (&cli, argc, argv);
  pin_cli_clear (&cli);
  if (fflush (stdout) != 0 || ferror (stdout))
    {
      fputs ("pinshift: can't write standard output; see that it is open and has room\n", stderr);
      return PIN_CLI_FAILED;
    }
  return code;
}
