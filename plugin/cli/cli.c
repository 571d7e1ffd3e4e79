/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options, input and output of all verbs. */
#include "cli.h"

#include "columns.h"
#include "format/json-text.h"
#include "guests.h"
#include "table.h"
#include "way.h"

#include <errno.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FILE, fclose)

GOptionContext *
pin_cli_options (PinCli *cli, const char *parameters, const GOptionEntry *own)
{
  const GOptionEntry shared[] = {
    { "connect", 'c', 0, G_OPTION_ARG_FILENAME, &cli->uri, "libvirt to ask for domains (qemu:///system)",
      "URI" },
    { "host", 'H', 0, G_OPTION_ARG_STRING, &cli->host, "Act on another host, by its link or ssh", "HOST" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &cli->json, "Print JSON", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &cli->quiet, "Print only what is not as written", NULL },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &cli->verbose, "Print more", NULL },
    { "no-color", 0, 0, G_OPTION_ARG_NONE, &cli->plain, "Print without colors, as with NO_COLOR=1", NULL },
    { NULL },
  };
  GOptionContext *context = g_option_context_new (parameters);

  if (own != NULL)
    g_option_context_add_main_entries (context, own, NULL);
  g_option_context_add_main_entries (context, shared, NULL);
  return context;
}

/* NULL: nothing is wrong.  @least, @most: so many parameters are wanted. */
static const char *
find_fault (const PinCli *cli, const PinCliVerb *verb, int n, int least, int most)
{
  if (n < least)
    return "too few arguments";
  if (n > most)
    return "too many arguments";
  if (cli->host != NULL && *cli->host == '\0')
    return "-H wants the name of a host";
  return cli->host != NULL && !verb->asks_host ? "-H HOST is for verbs that ask one host's pinshiftd, which this one does not" : NULL;
}

/* @argv: the verb, and its parameters. */
static gboolean
prepare (PinCli *cli, const PinCliVerb *verb, int argc, char **argv, GError **error)
{
  cli->colour = cli->colour && !cli->plain;
  if (cli->host != NULL)
    cli->way = pin_way_new (cli->host, error);
  if (cli->host != NULL && cli->way == NULL)
    return FALSE;
  if (!verb->has_guest || argc < 2)
    return TRUE;
  cli->guest = pin_guests_uuid_of_id (cli, argv[1]);
  argv[1] = cli->guest != NULL ? cli->guest : argv[1];
  return TRUE;
}

gboolean
pin_cli_parse (PinCli *cli, const PinCliVerb *verb, const GOptionEntry *own, int *argc, char ***argv,
               int least, int most, GError **error)
{
  g_autofree char *usage = g_strchomp (g_strdup_printf ("%s %s", verb->name, verb->parameters));
  g_autoptr (GOptionContext) context = pin_cli_options (cli, usage, own);
  g_autofree char *example = g_strdup_printf ("Example:\n  %s\n\nSee also pinshift(1).", verb->example);
  g_autoptr (GError) local = NULL;
  const char *fault;

  g_option_context_set_summary (context, verb->summary);
  g_option_context_set_description (context, example);
  fault = !g_option_context_parse (context, argc, argv, &local) ? local->message : find_fault (cli, verb, *argc - 1, least, most);
  if (fault == NULL)
    return prepare (cli, verb, *argc, *argv, error);
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s: %s; usage: pinshift %s", verb->name, fault, usage);
  return FALSE;
}

void
pin_cli_clear (PinCli *cli)
{
  pin_way_free (cli->way);
  g_free (cli->uri);
  g_free (cli->host);
  g_free (cli->guest);
}

char *
pin_cli_one_line (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *line = g_string_new (NULL);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    g_string_append_unichar (line, g_unichar_isprint (g_utf8_get_char (at)) ? g_utf8_get_char (at) : ' ');
  return g_string_free (line, FALSE);
}

int
pin_cli_fail (const GError *error)
{
  g_autofree char *line = pin_cli_one_line (error->message);
  gboolean is_input = g_error_matches (error, PIN_ERROR, PIN_ERROR_INVALID)
                      || g_error_matches (error, PIN_ERROR, PIN_ERROR_UNSUPPORTED);

  fprintf (stderr, "pinshift: %s\n", line);
  return is_input ? PIN_CLI_USAGE : PIN_CLI_FAILED;
}

static char *
read_stream (FILE *file, const char *name, gsize limit, gsize *ret_length, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 buffer[65536];
  gsize n;

  while ((n = fread (buffer, 1, sizeof buffer, file)) > 0)
    {
      g_byte_array_append (bytes, buffer, (guint) n);
      if (bytes->len > limit)
        {
          g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s: longer than %" G_GSIZE_FORMAT " MiB; is it the right file?",
                       name, limit >> 20);
          return NULL;
        }
    }
  if (ferror (file))
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s: can't read: %s" PIN_CLI_READABLE, name, g_strerror (errno));
      return NULL;
    }
  *ret_length = bytes->len;
  g_byte_array_append (bytes, (const guint8 *) "", 1);
  return (char *) g_byte_array_free (g_steal_pointer (&bytes), FALSE);
}

char *
pin_cli_read (const char *path, gsize limit, gsize *ret_length, GError **error)
{
  g_autoptr (FILE) file = NULL;

  if (strcmp (path, "-") == 0)
    return read_stream (stdin, "standard input", limit, ret_length, error);
  file = fopen (path, "re");
  if (file != NULL)
    return read_stream (file, path, limit, ret_length, error);
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s: can't open: %s" PIN_CLI_READABLE, path, g_strerror (errno));
  return NULL;
}

void
pin_cli_print_json (const char *text)
{
  g_autoptr (JsonNode) root = isatty (STDOUT_FILENO) ? pin_json_parse (text, -1, NULL) : NULL;
  g_autofree char *pretty = root != NULL ? json_to_string (root, TRUE) : NULL;

  puts (pretty != NULL ? pretty : text);
}

char *
pin_cli_paint (const PinCli *cli, const char *code, const char *text)
{
  return cli->colour ? g_strdup_printf ("\033[%sm%s\033[0m", code, text) : g_strdup (text);
}

void
pin_cli_print_table (const GPtrArray *rows, gboolean quiet)
{
  g_autofree char *text = pin_table_format (rows, quiet, pin_columns ());

  fputs (text, stdout);
}
