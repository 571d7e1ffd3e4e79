/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tables and lines of text on terminals of any width. */
#include "columns.h"
#include "table.h"

#include <string.h>

#define ROW(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define SHORT ROW ("Host", "Why"), ROW ("hosta", "it fits as written")
#define LONG ROW ("Host", "Verdict", "Why"), ROW ("hosta", "adapt", "32 pages of 2 MiB wanted, 0 free on the host"), ROW ("hostb", "keep", "")

typedef struct
{
  const char *name;
  const char *const *rows[4];
  gboolean quiet;
  guint columns;
  const char *text;
} TableCase;

static const TableCase tables[] = {
  { "no-terminal", { LONG }, FALSE, 0,
    " Host    Verdict   Why\n"
    "-----------------------------------------------------------------\n"
    " hosta   adapt     32 pages of 2 MiB wanted, 0 free on the host\n"
    " hostb   keep\n" },
  { "fits", { SHORT }, FALSE, 27, " Host    Why\n---------------------------\n hosta   it fits as written\n" },
  { "one-column-less", { SHORT }, FALSE, 26, " Host    Why\n--------------------------\n hosta   it fits as\n         written\n" },
  { "the-widest-gives-way", { LONG }, FALSE, 40,
    " Host    Verdict   Why\n"
    "----------------------------------------\n"
    " hosta   adapt     32 pages of 2 MiB\n"
    "                   wanted, 0 free on the\n"
    "                   host\n"
    " hostb   keep\n" },
  { "in-the-middle", { ROW ("Name", "Actions", "Misses"), ROW ("db1", "hugepages: strip, vcpu-pins: weaken", "hugepages") }, FALSE, 40,
    " Name   Actions                Misses\n"
    "----------------------------------------\n"
    " db1    hugepages: strip,      hugepages\n"
    "        vcpu-pins: weaken\n" },
  { "quiet", { SHORT }, TRUE, 20, " hosta   it fits as\n         written\n" },
  { "narrower-than-a-table-can-be", { SHORT }, TRUE, 5, " hosta   it fits as\n         written\n" },
  { "letters-are-not-bytes", { ROW ("Host", "Why"), ROW ("hösta", "ärger überall") }, TRUE, 20, " hösta   ärger\n         überall\n" },
  { "wide-letters", { ROW ("Host", "Why"), ROW ("主机", "it fits") }, FALSE, 0, " Host   Why\n-----------------\n 主机   it fits\n" },
  { "header-alone", { ROW ("Host", "Why") }, FALSE, 80, " Host   Why\n-------------\n" },
};

static void
test_table (gconstpointer data)
{
  const TableCase *row = data;
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();
  g_autofree char *text = NULL;

  for (guint i = 0; row->rows[i] != NULL; i++)
    g_ptr_array_add (rows, (gpointer) row->rows[i]);
  text = pin_table_format (rows, row->quiet, row->columns);
  g_assert_cmpstr (text, ==, row->text);
}

static void
test_wrap (void)
{
  static const struct
  {
    const char *text;
    guint columns;
    const char *wrapped;
  } cases[] = {
    { "one two three", 0, "one two three" },
    { "one two three", 13, "one two three" },
    { "one two three", 12, "one two\n  three" },
    { "one two three", 3, "one\n  two\n  three" },
    { "unbreakable word", 5, "unbreakable\n  word" },
    { "   begun with blanks", 12, "   begun\n  with\n  blanks" },
    { "\033[31mrefuse\033[0m it all", 13, "\033[31mrefuse\033[0m it all" },
    { "\033[31mrefuse\033[0m it all", 12, "\033[31mrefuse\033[0m it\n  all" },
    { "", 5, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *wrapped = pin_columns_wrap (cases[i].text, cases[i].columns, 2);

      g_assert_cmpstr (wrapped, ==, cases[i].wrapped);
    }
}

/* Whatever is in it: each line fits, as soon as its words do. */
static void
test_all_widths (void)
{
  const char *const *const rows_of[] = { LONG };
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (rows_of); i++)
    g_ptr_array_add (rows, (gpointer) rows_of[i]);
  for (guint columns = 29; columns <= 120; columns++)
    {
      g_autofree char *text = pin_table_format (rows, FALSE, columns);
      g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

      for (guint i = 0; lines[i] != NULL; i++)
        g_assert_cmpuint (g_utf8_strlen (lines[i], -1), <=, columns);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autofree char *path = g_strdup_printf ("/table/%s", tables[i].name);

      g_test_add_data_func (path, &tables[i], test_table);
    }
  g_test_add_func ("/table/lines-of-text", test_wrap);
  g_test_add_func ("/table/no-line-is-wider", test_all_widths);
  return g_test_run ();
}
