/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a fuzz target without libFuzzer: each file of a corpus as it is, then changed copies of it. */
#include "fuzz.h"

#include <string.h>

static guint
below (GRand *rand, gsize limit)
{
  return (guint) g_rand_int_range (rand, 0, (gint32) limit);
}

/* Pieces that grammars like these break on. */
static const char *const words[] = {
  "-1", "0", "4294967296", "18446744073709551615", "0-16383", "^0", ",", "'", "\"", "<", ">", "/>", "&lt;", "&#0;",
  "<!--", "<![CDATA[", "]]>", "<!DOCTYPE a>", "xmlns:a='b'", "=", "\xff", "\xc3\xa9",
};

/* Another digit for the next one from @at on: most other changes end at the XML parser, this gets behind it. */
static void
change_digit (GRand *rand, GString *text, gsize at)
{
  while (at < text->len && !g_ascii_isdigit (text->str[at]))
    at++;
  if (at < text->len)
    text->str[at] = (char) ('0' + below (rand, 10));
}

/* One change: a piece put in, some bytes taken out, copied elsewhere, one byte or digit made another. */
static void
change (GRand *rand, GString *text)
{
  gsize at = below (rand, text->len + 1);
  gsize wanted = 1 + below (rand, 40);
  gsize length = MIN (wanted, text->len - at);
  const char *word = words[below (rand, G_N_ELEMENTS (words))];
  g_autofree char *piece = g_memdup2 (text->str + at, length + 1);

  switch (below (rand, 12))
    {
    case 0:
      g_string_insert (text, (gssize) at, word);
      break;
    case 1:
      g_string_erase (text, (gssize) at, (gssize) length);
      break;
    case 2:
      g_string_insert_len (text, below (rand, text->len + 1), piece, (gssize) length);
      break;
    case 3:
      if (at < text->len)
        text->str[at] = (char) below (rand, 256);
      break;
    default:
      change_digit (rand, text, at);
      break;
    }
}

static void
run_file (const char *path, guint rounds, GRand *rand)
{
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;
  guint i, n;

  g_file_get_contents (path, &contents, &length, &error);
  g_assert_no_error (error);
  LLVMFuzzerTestOneInput ((const guint8 *) contents, length);
  for (i = 0; i < rounds; i++)
    {
      g_autoptr (GString) text = g_string_new_len (contents, (gssize) length);

      for (n = 1 + below (rand, 4); n > 0; n--)
        change (rand, text);
      LLVMFuzzerTestOneInput ((const guint8 *) text->str, text->len);
    }
}

int
main (int argc, char **argv)
{
  guint32 seed = 20240119;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  guint64 rounds = 0;
  int i;

  if (argc < 3 || !g_ascii_string_to_unsigned (argv[1], 10, 0, G_MAXINT, &rounds, NULL))
    {
      g_printerr ("usage: %s ROUNDS FILE...\n", argv[0]);
      return 2;
    }
  for (i = 2; i < argc; i++)
    run_file (argv[i], (guint) rounds, rand);
  g_print ("%d files, %" G_GUINT64_FORMAT " changed copies of each, seed %u\n", argc - 2, rounds, seed);
  return 0;
}
