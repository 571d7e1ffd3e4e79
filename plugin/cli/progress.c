/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "progress.h"

#include "columns.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct _PinProgress
{
  const PinCli *cli;
  const char *subject;
  gboolean is_terminal;
  char *stage;      /* that was printed last */
  guint tenth;      /* of the whole, that was printed last */
  guint line_columns; /* of the line that stands on the terminal */
};

PinProgress *
pin_progress_new (const PinCli *cli, const char *subject)
{
  PinProgress *progress = g_new0 (PinProgress, 1);

  progress->cli = cli;
  progress->subject = subject;
  progress->is_terminal = isatty (STDOUT_FILENO) != 0;
  return progress;
}

void
pin_progress_free (PinProgress *progress)
{
  if (progress == NULL)
    return;
  pin_progress_hide (progress);
  g_free (progress->stage);
  g_free (progress);
}

/* So that the cursor, too, stays in its line.  Elsewhere there is no end. */
static guint
columns (void)
{
  guint all = pin_columns ();

  return all > 0 ? all - 1 : G_MAXUINT;
}

/*
 * Over what stands there, and never wider than the terminal is now; no terminal is too dumb for blanks.  The cursor goes back to the
 * begin, where the "^C" that a terminal shows is overwritten, too.
 */
static void
overwrite (PinProgress *progress, const char *text)
{
  guint room = columns ();
  g_autofree char *shown = pin_cli_one_line (text);
  g_autofree char *line = pin_columns_cut (shown, room);
  guint used = pin_columns_of (line);
  guint stale = MIN (progress->line_columns, room);

  printf ("\r%s%*s\r", line, (int) (MAX (stale, used) - used), "");
  fflush (stdout);
  progress->line_columns = used;
}

void
pin_progress_hide (PinProgress *progress)
{
  if (progress->line_columns > 0)
    overwrite (progress, "");
}

static gboolean
is_silent (const PinProgress *progress)
{
  return progress->cli->quiet || progress->cli->json;
}

/* As a line that stays. */
static void
say (PinProgress *progress, const char *text)
{
  g_autofree char *line = pin_cli_one_line (text);

  pin_progress_hide (progress);
  pin_columns_say (2, "%s: %s", progress->subject, line);
  fflush (stdout);
}

/* Each stage that is new; with --verbose each tenth, with the figures. */
static void
tell_stage (PinProgress *progress, const PinProgressState *state)
{
  guint tenth = state->bytes_total > 0 ? state->permille / 100 : 0;
  gboolean is_new = g_strcmp0 (progress->stage, state->stage) != 0;

  if (is_new)
    say (progress, state->stage);
  else if (progress->cli->verbose && tenth != progress->tenth)
    {
      g_autofree char *line = pin_progress_line ("", state, G_MAXUINT);

      say (progress, line + strlen (": "));
    }
  progress->tenth = tenth;
  g_free (progress->stage);
  progress->stage = g_strdup (state->stage);
}

void
pin_progress_show (PinProgress *progress, const PinProgressState *state)
{
  g_autofree char *line = pin_progress_line (progress->subject, state, columns ());

  if (is_silent (progress))
    return;
  if (!progress->is_terminal || progress->cli->verbose)
    tell_stage (progress, state);
  if (progress->is_terminal)
    overwrite (progress, line);
}

void
pin_progress_show_line (PinProgress *progress, const char *text)
{
  g_autofree char *line = g_strdup_printf ("%s: %s", progress->subject, text);

  if (progress->is_terminal && !is_silent (progress))
    overwrite (progress, line);
}

void
pin_progress_note (PinProgress *progress, const char *text)
{
  if (!progress->is_terminal || progress->cli->verbose)
    pin_progress_say (progress, text);
}

void
pin_progress_say (PinProgress *progress, const char *text)
{
  if (!is_silent (progress))
    say (progress, text);
}

void
pin_progress_warn (PinProgress *progress, const char *text)
{
  g_autofree char *line = pin_cli_one_line (text);

  if (progress->cli->quiet)
    return;
  pin_progress_hide (progress);
  fprintf (stderr, "pinshift: warning: %s: %s\n", progress->subject, line);
}
