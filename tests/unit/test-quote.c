/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text of others in messages of ours. */
#include "format/quote.h"

#include <glib.h>

#define FORTY "0123456789012345678901234567890123456789"

typedef struct
{
  const char *name;
  const char *value;
  const char *quoted;
} Case;

static const Case cases[] = {
  { "nothing", "", "" },
  { "a-word", "word", "word" },
  { "one-line", "a\nb\r\tc\033[1m", "a b  c [1m" },
  { "forty", FORTY, FORTY },
  { "forty-one", FORTY "0", FORTY "..." },
  { "characters-not-bytes", "\303\244" FORTY, "\303\244012345678901234567890123456789012345678..." },
  { "no-utf-8", "a\377b", "a\357\277\275b" },
};

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autofree char *quoted = pin_quote (c->value);

  g_assert_cmpstr (quoted, ==, c->quoted);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/quote/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  return g_test_run ();
}
