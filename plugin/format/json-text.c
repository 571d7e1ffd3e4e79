/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks the grammar of JSON text, then lets json-glib make the nodes. */
#include "format/json-text.h"

#include "core/error.h"
#include "core/number.h"
#include "format/quote.h"

#include <string.h>

typedef struct
{
  const char *start;
  const char *cursor;
  const char *end;
  guint depth;
  const char *problem; /* NULL: none so far */
  char *member;        /* that the problem is about, or NULL */
} Check;

static gboolean check_value (Check *check);

static gboolean
fail (Check *check, const char *problem)
{
  check->problem = problem;
  return FALSE;
}

/* The character at the cursor; NUL at the end, and NUL is no character of JSON. */
static char
peek (const Check *check)
{
  return check->cursor < check->end ? *check->cursor : '\0';
}

static void
skip_spaces (Check *check)
{
  while (peek (check) == ' ' || peek (check) == '\t' || peek (check) == '\n' || peek (check) == '\r')
    check->cursor++;
}

static gboolean
take (Check *check, char wanted)
{
  if (peek (check) != wanted)
    return FALSE;

  check->cursor++;
  return TRUE;
}

static gboolean
check_escape (Check *check)
{
  guint code = 0;

  if (peek (check) != '\0' && strchr ("\"\\/bfnrt", peek (check)) != NULL)
    {
      check->cursor++;
      return TRUE;
    }
  if (!take (check, 'u'))
    return fail (check, "no such escape");

  for (guint i = 0; i < 4; i++, check->cursor++)
    {
      if (!g_ascii_isxdigit (peek (check)))
        return fail (check, "\\u needs four digits");
      code = code * 16 + (guint)g_ascii_xdigit_value (peek (check));
    }
  if (code == 0)
    return fail (check, "NUL in a string");
  return TRUE;
}

static gboolean
check_string (Check *check)
{
  if (!take (check, '"'))
    return fail (check, "a string was expected here");

  while (!take (check, '"'))
    {
      if ((guchar)peek (check) < ' ')
        return fail (check, "a string does not end, or has a control character");
      if (*check->cursor++ == '\\' && !check_escape (check))
        return FALSE;
    }

  return TRUE;
}

static gboolean
check_digits (Check *check)
{
  if (!g_ascii_isdigit (peek (check)))
    return fail (check, "a digit was expected here");
  while (g_ascii_isdigit (peek (check)))
    check->cursor++;

  return TRUE;
}

/* A number without fraction must fit in 64 bits, signed: it would be another one afterwards. */
static gboolean
check_number (Check *check)
{
  gboolean negative = take (check, '-');
  const char *start = check->cursor;
  guint64 max = negative ? (guint64) G_MAXINT64 + 1 : G_MAXINT64;
  gboolean whole = TRUE;
  g_autofree char *text = NULL;

  if (!take (check, '0') && !check_digits (check))
    return FALSE;
  if (take (check, '.'))
    {
      whole = FALSE;
      if (!check_digits (check))
        return FALSE;
    }
  if (take (check, 'e') || take (check, 'E'))
    {
      whole = FALSE;
      if (!take (check, '+'))
        (void)take (check, '-');
      if (!check_digits (check))
        return FALSE;
    }

  text = g_strndup (start, (gsize)(check->cursor - start));
  if (whole && !pin_number_parse (text, 10, 0, max, NULL))
    return fail (check, "a number beyond all bounds");
  return TRUE;
}

static gboolean
check_word (Check *check, const char *word)
{
  gsize length = strlen (word);

  if ((gsize)(check->end - check->cursor) < length || strncmp (check->cursor, word, length) != 0)
    return fail (check, "a value was expected here");

  check->cursor += length;
  return TRUE;
}

/* What @name, a string as it is written, is without escapes: "\u0061" is "a".  (transfer full) */
static char *
spelled_out (const char *name)
{
  g_autoptr (JsonNode) node = strchr (name, '\\') != NULL ? json_from_string (name, NULL) : NULL;

  return node != NULL ? g_strdup_printf ("\"%s\"", json_node_get_string (node)) : g_strdup (name);
}

/* Reads a member's name, which must not be in @names, and the colon. */
static gboolean
check_name (Check *check, GHashTable *names)
{
  const char *start = check->cursor;
  g_autofree char *written = NULL, *name = NULL;

  if (!check_string (check))
    return FALSE;
  written = g_strndup (start, (gsize)(check->cursor - start));
  name = spelled_out (written);
  if (g_hash_table_contains (names, name))
    {
      check->member = pin_quote (name);
      return fail (check, "is there twice");
    }
  g_hash_table_add (names, g_steal_pointer (&name));

  skip_spaces (check);
  return take (check, ':') || fail (check, "':' was expected here");
}

static gboolean
check_object (Check *check)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  check->cursor++;
  skip_spaces (check);
  if (take (check, '}'))
    return TRUE;
  do
    {
      skip_spaces (check);
      if (!check_name (check, names) || !check_value (check))
        return FALSE;
    }
  while (take (check, ','));

  return take (check, '}') || fail (check, "',' or '}' was expected here");
}

static gboolean
check_array (Check *check)
{
  check->cursor++;
  skip_spaces (check);
  if (take (check, ']'))
    return TRUE;
  do
    {
      if (!check_value (check))
        return FALSE;
    }
  while (take (check, ','));

  return take (check, ']') || fail (check, "',' or ']' was expected here");
}

static gboolean
check_nested (Check *check)
{
  gboolean good;

  if (check->depth == PIN_JSON_MAX_DEPTH)
    return fail (check, "nested too deep");

  check->depth++;
  good = peek (check) == '{' ? check_object (check) : check_array (check);
  check->depth--;
  return good;
}

/* Reads a value and the white space on both sides of it. */
static gboolean
check_value (Check *check)
{
  gboolean good;

  skip_spaces (check);
  switch (peek (check))
    {
    case '{':
    case '[':
      good = check_nested (check);
      break;
    case '"':
      good = check_string (check);
      break;
    case 't':
      good = check_word (check, "true");
      break;
    case 'f':
      good = check_word (check, "false");
      break;
    case 'n':
      good = check_word (check, "null");
      break;
    default:
      good = peek (check) == '-' || g_ascii_isdigit (peek (check)) ? check_number (check)
                                                                   : fail (check, "a value was expected here");
    }
  if (good)
    skip_spaces (check);
  return good;
}

static void
set_problem (GError **error, const Check *check)
{
  const char *line_start = check->start;
  gboolean many = memchr (check->start, '\n', (gsize)(check->end - check->start)) != NULL;
  g_autofree char *at = NULL;
  guint line = 1;

  for (const char *c = check->start; c < check->cursor; c++)
    if (*c == '\n')
      {
        line++;
        line_start = c + 1;
      }
  /* A text of one line may be one of many in a file, which has lines of its own. */
  at = many ? g_strdup_printf ("line %u, ", line) : g_strdup ("");
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "not JSON at %scolumn %u: %s%s%s", at,
               (guint)(check->cursor - line_start) + 1, check->member != NULL ? check->member : "",
               check->member != NULL ? " " : "", check->problem);
}

static gboolean
check_text (const char *text, gsize length, GError **error)
{
  Check check = { .start = text, .cursor = text, .end = text + length };
  const char *valid_end;
  gboolean good;

  if (length > PIN_JSON_MAX_BYTES)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "the JSON text is longer than %d bytes", PIN_JSON_MAX_BYTES);
      return FALSE;
    }
  if (!g_utf8_validate_len (text, length, &valid_end))
    {
      check.cursor = valid_end;
      check.problem = "not UTF-8";
      set_problem (error, &check);
      return FALSE;
    }

  good = check_value (&check);
  if (good && check.cursor < check.end)
    good = fail (&check, "the text should end here");
  if (!good)
    set_problem (error, &check);
  g_free (check.member);
  return good;
}

JsonNode *
pin_json_parse (const char *text, gssize length, GError **error)
{
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GError) problem = NULL;

  if (length < 0)
    length = (gssize)strlen (text);
  if (!check_text (text, (gsize)length, error))
    return NULL;

  parser = json_parser_new ();
  if (!json_parser_load_from_data (parser, text, length, &problem))
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "not JSON: %s", problem->message);
      return NULL;
    }

  return json_parser_steal_root (parser);
}
