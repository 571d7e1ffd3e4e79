/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "progress.h"

#include "amount.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BAR_CHARS 20
/* Where a terminal does not tell how wide it is. */
#define USUAL_COLUMNS 80

struct _PinProgress
{
  const PinCli *cli;
  const char *subject;
  gboolean is_terminal;
  char *stage;      /* that was printed last */
  guint line_chars; /* of the line that stands on the terminal */
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

static guint
columns (void)
{
  struct winsize size = { 0 };

  return ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : USUAL_COLUMNS;
}

/* (transfer full) */
static char *
format_line (const PinProgress *progress, const PinProgressState *state)
{
  g_autoptr (GString) line = g_string_new (NULL);
  guint permille = MIN (state->permille, 1000);
  g_autofree char *done = pin_amount_bytes (state->bytes_done);
  g_autofree char *total = pin_amount_bytes (state->bytes_total);
  g_autofree char *rate = pin_amount_bytes (state->bytes_s);

  g_string_append_printf (line, "%s: %s", progress->subject, state->stage);
  if (state->bytes_total == 0)
    return g_string_free (g_steal_pointer (&line), FALSE);
  g_string_append (line, " [");
  for (guint i = 0; i < BAR_CHARS; i++)
    g_string_append_c (line, i < permille * BAR_CHARS / 1000 ? '#' : '.');
  g_string_append_printf (line, "] %u %%, %s of %s", permille / 10, done, total);
  if (state->bytes_s > 0)
    g_string_append_printf (line, ", %s/s", rate);
  return g_string_free (g_steal_pointer (&line), FALSE);
}

/* Over what stands there; no terminal is too dumb for blanks. */
static void
overwrite (PinProgress *progress, const char *text)
{
  g_autofree char *line = g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1), (glong) columns () - 1));
  guint chars = (guint) g_utf8_strlen (line, -1);

  printf ("\r%s%*s", line, (int) (MAX (progress->line_chars, chars) - chars), "");
  if (chars == 0)
    putchar ('\r');
  fflush (stdout);
  progress->line_chars = chars;
}

void
pin_progress_hide (PinProgress *progress)
{
  if (progress->line_chars > 0)
    overwrite (progress, "");
}

static gboolean
is_silent (const PinProgress *progress)
{
  return progress->cli->quiet || progress->cli->json;
}

void
pin_progress_show (PinProgress *progress, const PinProgressState *state)
{
  if (is_silent (progress))
    return;
  if (progress->is_terminal)
    {
      g_autofree char *line = format_line (progress, state);

      overwrite (progress, line);
    }
  else if (g_strcmp0 (progress->stage, state->stage) != 0)
    {
      printf ("%s: %s\n", progress->subject, state->stage);
      fflush (stdout);
    }
  g_free (progress->stage);
  progress->stage = g_strdup (state->stage);
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
  if (is_silent (progress) || (progress->is_terminal && !progress->cli->verbose))
    return;
  pin_progress_hide (progress);
  printf ("%s: %s\n", progress->subject, text);
  fflush (stdout);
}
