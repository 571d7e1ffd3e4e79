/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "table.h"

#include "columns.h"

/* Between two columns. */
#define GAP 3
/* No column is made narrower than this: on a terminal narrower yet, lines are wider than it is. */
#define LEAST_COLUMNS 10
/* The line of dashes is no longer. */
#define MOST_DASHES 100

/* The width of each column, as wide as its widest cell.  (transfer full) */
static GArray *
measure (const GPtrArray *rows)
{
  GArray *widths = g_array_new (FALSE, TRUE, sizeof (guint));

  for (guint r = 0; r < rows->len; r++)
    {
      const GStrv row = g_ptr_array_index (rows, r);

      g_array_set_size (widths, MAX (widths->len, g_strv_length (row)));
      for (guint i = 0; row[i] != NULL; i++)
        {
          guint *width = &g_array_index (widths, guint, i);

          *width = MAX (*width, pin_columns_of (row[i]));
        }
    }
  return widths;
}

/* Of a line, with the blank before it. */
static guint
total_of (const GArray *widths)
{
  guint total = 1;

  for (guint i = 0; i < widths->len; i++)
    total += g_array_index (widths, guint, i) + (i > 0 ? GAP : 0);
  return total;
}

/* The widest gives way, a column at a time, so that none is left wider than the others for want of room. */
static void
narrow (GArray *widths, guint columns)
{
  guint widest = 0;

  while (widths->len > 0 && total_of (widths) > columns)
    {
      for (guint i = 0; i < widths->len; i++)
        if (g_array_index (widths, guint, i) > g_array_index (widths, guint, widest))
          widest = i;
      if (g_array_index (widths, guint, widest) <= LEAST_COLUMNS)
        return;
      g_array_index (widths, guint, widest)--;
    }
}

/* Adds line @at of the cells, each of which may have several.  Returns: FALSE where none has so many. */
static gboolean
add_line (GString *text, GPtrArray *cells, const GArray *widths, guint at)
{
  g_autoptr (GString) line = g_string_new (" ");
  gboolean any = FALSE;

  for (guint i = 0; i < cells->len; i++)
    {
      const GStrv cell = g_ptr_array_index (cells, i);
      const char *part = at < g_strv_length (cell) ? cell[at] : "";
      guint width = g_array_index (widths, guint, i);

      any = any || at < g_strv_length (cell);
      g_string_append (line, part);
      if (i + 1 < cells->len)
        g_string_append_printf (line, "%*s", (int) (MAX (width, pin_columns_of (part)) - pin_columns_of (part) + GAP), "");
    }
  if (any || at == 0)
    g_string_append_printf (text, "%s\n", g_strchomp (line->str));
  return any;
}

static void
add_row (GString *text, const GStrv row, const GArray *widths)
{
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  guint at = 0;

  for (guint i = 0; row[i] != NULL; i++)
    {
      g_autofree char *wrapped = pin_columns_wrap (row[i], g_array_index (widths, guint, i), 0);

      g_ptr_array_add (cells, g_strsplit (wrapped, "\n", -1));
    }
  while (add_line (text, cells, widths, at))
    at++;
}

static void
add_dashes (GString *text, const GArray *widths, guint columns)
{
  guint wanted = MIN (total_of (widths) + GAP - 1, MOST_DASHES);
  g_autofree char *dashes = g_strnfill (columns > 0 ? MIN (wanted, columns) : wanted, '-');

  g_string_append_printf (text, "%s\n", dashes);
}

char *
pin_table_format (const GPtrArray *rows, gboolean quiet, guint columns)
{
  g_autoptr (GArray) widths = measure (rows);
  GString *text = g_string_new (NULL);

  if (columns > 0)
    narrow (widths, columns);
  for (guint r = quiet ? 1 : 0; r < rows->len; r++)
    {
      add_row (text, g_ptr_array_index (rows, r), widths);
      if (r == 0)
        add_dashes (text, widths, columns);
    }
  return g_string_free (text, FALSE);
}
