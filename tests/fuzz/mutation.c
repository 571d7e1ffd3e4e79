/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mutation.h"

guint
mutation_below (GRand *rand, gsize limit)
{
  return (guint) g_rand_int_range (rand, 0, (gint32) limit);
}

/* Pieces that grammars like these break on. */
static const char *const words[] = {
  "-1", "0", "4294967296", "18446744073709551615", "0-16383", "^0", ",", "'", "\"", "<", ">", "/>", "&lt;", "&#0;",
  "<!--", "<![CDATA[", "]]>", "<!DOCTYPE a>", "xmlns:a='b'", "=", "\xff", "\xc3\xa9", "null", "[", "{}", "\\u0000", "\\",
  "\n", "\r", "\t", ":", "1e9", "true", "\xc2\x85", "16383", "1024",
};

/* Another digit for the next one from @at on: most other changes end at the XML parser, this gets behind it. */
static void
change_digit (GRand *rand, GString *text, gsize at)
{
  while (at < text->len && !g_ascii_isdigit (text->str[at]))
    at++;
  if (at < text->len)
    text->str[at] = (char) ('0' + mutation_below (rand, 10));
}

static void
change (GRand *rand, GString *text)
{
  gsize at = mutation_below (rand, text->len + 1);
  gsize wanted = 1 + mutation_below (rand, 40);
  gsize length = MIN (wanted, text->len - at);
  const char *word = words[mutation_below (rand, G_N_ELEMENTS (words))];
  g_autofree char *piece = g_memdup2 (text->str + at, length + 1);

  switch (mutation_below (rand, 12))
    {
    case 0:
      g_string_insert (text, (gssize) at, word);
      break;
    case 1:
      g_string_erase (text, (gssize) at, (gssize) length);
      break;
    case 2:
      g_string_insert_len (text, mutation_below (rand, text->len + 1), piece, (gssize) length);
      break;
    case 3:
      if (at < text->len)
        text->str[at] = (char) mutation_below (rand, 256);
      break;
    default:
      change_digit (rand, text, at);
      break;
    }
}

void
mutation_change (GRand *rand, GString *text)
{
  for (guint n = 1 + mutation_below (rand, 4); n > 0; n--)
    change (rand, text);
}
