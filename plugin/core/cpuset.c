/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of numbers as words of bits.  Most sets are small and need no memory but their own. */
#include "core/cpuset.h"

#include "core/error.h"

#include <string.h>

#define WORD_BITS 64

PinCpuset *
pin_cpuset_new (void)
{
  PinCpuset *set = g_new0 (PinCpuset, 1);

  set->words = set->few;
  set->n_words = G_N_ELEMENTS (set->few);
  return set;
}

PinCpuset *
pin_cpuset_new_one (guint number)
{
  PinCpuset *set = pin_cpuset_new ();

  pin_cpuset_add (set, number);
  return set;
}

PinCpuset *
pin_cpuset_new_range (guint first, guint last)
{
  PinCpuset *set = pin_cpuset_new ();

  pin_cpuset_add_range (set, first, last);
  return set;
}

static gboolean
has_no_bits (const PinCpuset *set)
{
  for (guint i = 0; i < set->n_words; i++)
    if (set->words[i] != 0)
      return FALSE;

  return TRUE;
}

static void
move_words (PinCpuset *set, guint base, guint n_words)
{
  guint64 *words = g_new0 (guint64, n_words);

  memcpy (words + (set->base - base), set->words, set->n_words * sizeof (guint64));
  if (set->words != set->few)
    g_free (set->words);
  set->words = words;
  set->base = base;
  set->n_words = n_words;
}

/* Makes words @first to @end, not included, be there. */
static void
reserve (PinCpuset *set, guint first, guint end)
{
  guint base = MIN (first, set->base);

  if (first >= set->base && end <= set->base + set->n_words)
    return;
  if (end - first <= set->n_words && has_no_bits (set))
    set->base = first;
  else
    move_words (set, base, MAX (end, set->base + set->n_words) - base);
}

PinCpuset *
pin_cpuset_copy (const PinCpuset *set)
{
  PinCpuset *copy;

  if (set == NULL)
    return NULL;

  copy = pin_cpuset_new ();
  reserve (copy, set->base, set->base + set->n_words);
  memcpy (copy->words + (set->base - copy->base), set->words, set->n_words * sizeof (guint64));
  return copy;
}

void
pin_cpuset_free (PinCpuset *set)
{
  if (set == NULL)
    return;

  if (set->words != set->few)
    g_free (set->words);
  g_free (set);
}

void
pin_cpuset_add (PinCpuset *set, guint number)
{
  g_return_if_fail (number < PIN_CPUSET_MAX);

  reserve (set, number / WORD_BITS, number / WORD_BITS + 1);
  set->words[number / WORD_BITS - set->base] |= G_GUINT64_CONSTANT (1) << number % WORD_BITS;
}

void
pin_cpuset_add_range (PinCpuset *set, guint first, guint last)
{
  g_return_if_fail (first <= last && last < PIN_CPUSET_MAX);

  for (guint number = first; number <= last; number++)
    pin_cpuset_add (set, number);
}

void
pin_cpuset_remove (PinCpuset *set, guint number)
{
  g_return_if_fail (number < PIN_CPUSET_MAX);

  if (number / WORD_BITS - set->base < set->n_words)
    set->words[number / WORD_BITS - set->base] &= ~(G_GUINT64_CONSTANT (1) << number % WORD_BITS);
}

/* Word @index, counted from number 0. */
static guint64
word_at (const PinCpuset *set, guint index)
{
  return set != NULL && index - set->base < set->n_words ? set->words[index - set->base] : 0;
}

static guint
first_word (const PinCpuset *set)
{
  return set != NULL ? set->base : 0;
}

static guint
end_word (const PinCpuset *set)
{
  return set != NULL ? set->base + set->n_words : 0;
}

gboolean
pin_cpuset_is_empty (const PinCpuset *set)
{
  return pin_cpuset_first (set) == PIN_CPUSET_END;
}

guint
pin_cpuset_count (const PinCpuset *set)
{
  guint count = 0;

  for (guint i = first_word (set); i < end_word (set); i++)
    for (guint64 word = word_at (set, i); word != 0; word &= word - 1)
      count++;

  return count;
}

/* The first member of @number and above. */
static guint
first_from (const PinCpuset *set, guint number)
{
  guint64 mask = ~G_GUINT64_CONSTANT (0) << number % WORD_BITS;

  if (number / WORD_BITS < first_word (set))
    return first_from (set, first_word (set) * WORD_BITS);
  for (guint i = number / WORD_BITS; i < end_word (set); i++)
    {
      guint64 word = word_at (set, i) & mask;

      if (word != 0)
        return i * WORD_BITS + (guint)__builtin_ctzll (word);
      mask = ~G_GUINT64_CONSTANT (0);
    }

  return PIN_CPUSET_END;
}

guint
pin_cpuset_first (const PinCpuset *set)
{
  return first_from (set, 0);
}

guint
pin_cpuset_next (const PinCpuset *set, guint after)
{
  return after == PIN_CPUSET_END ? PIN_CPUSET_END : first_from (set, after + 1);
}

gboolean
pin_cpuset_equal (const PinCpuset *a, const PinCpuset *b)
{
  guint end = MAX (end_word (a), end_word (b));

  for (guint i = MIN (first_word (a), first_word (b)); i < end; i++)
    if (word_at (a, i) != word_at (b, i))
      return FALSE;

  return TRUE;
}

gboolean
pin_cpuset_is_subset (const PinCpuset *part, const PinCpuset *whole)
{
  for (guint i = first_word (part); i < end_word (part); i++)
    if ((word_at (part, i) & ~word_at (whole, i)) != 0)
      return FALSE;

  return TRUE;
}

gboolean
pin_cpuset_intersects (const PinCpuset *a, const PinCpuset *b)
{
  for (guint i = first_word (a); i < end_word (a); i++)
    if ((word_at (a, i) & word_at (b, i)) != 0)
      return TRUE;

  return FALSE;
}

void
pin_cpuset_unite (PinCpuset *set, const PinCpuset *other)
{
  if (other == NULL || has_no_bits (other))
    return;
  reserve (set, other->base, end_word (other));
  for (guint i = 0; i < other->n_words; i++)
    set->words[other->base + i - set->base] |= other->words[i];
}

void
pin_cpuset_intersect (PinCpuset *set, const PinCpuset *other)
{
  for (guint i = 0; i < set->n_words; i++)
    set->words[i] &= word_at (other, set->base + i);
}

void
pin_cpuset_subtract (PinCpuset *set, const PinCpuset *other)
{
  for (guint i = 0; i < set->n_words; i++)
    set->words[i] &= ~word_at (other, set->base + i);
}

static void
skip_spaces (const char **cursor)
{
  while (g_ascii_isspace (**cursor))
    (*cursor)++;
}

/* Reads digits at *@cursor; FALSE if there are none, or their number is no member of any set. */
static gboolean
read_number (const char **cursor, guint *ret_number)
{
  guint number = 0;

  if (!g_ascii_isdigit (**cursor))
    return FALSE;
  for (; g_ascii_isdigit (**cursor); (*cursor)++)
    {
      number = number * 10 + (guint)g_ascii_digit_value (**cursor);
      if (number >= PIN_CPUSET_MAX)
        return FALSE;
    }

  *ret_number = number;
  return TRUE;
}

/* Reads "N", "N-M" or "^N" into @set, and the white space behind it. */
static gboolean
read_item (const char **cursor, PinCpuset *set)
{
  gboolean negated = **cursor == '^';
  guint first;
  guint last;

  if (negated)
    (*cursor)++;
  if (!read_number (cursor, &first))
    return FALSE;
  skip_spaces (cursor);

  last = first;
  if (**cursor == '-')
    {
      (*cursor)++;
      skip_spaces (cursor);
      if (negated || !read_number (cursor, &last) || last < first)
        return FALSE;
      skip_spaces (cursor);
    }

  if (negated)
    pin_cpuset_remove (set, first);
  else
    pin_cpuset_add_range (set, first, last);
  return TRUE;
}

/* The beginning of @text as one line: what does not print is a blank.  (transfer full) */
static char *
quote_head (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, (gssize)strnlen (text, 60));
  GString *head = g_string_new (NULL);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    g_string_append_unichar (head, g_unichar_isprint (g_utf8_get_char (at)) ? g_utf8_get_char (at) : ' ');
  return g_string_free (head, FALSE);
}

static void
set_syntax_error (GError **error, const char *text, const char *at)
{
  g_autofree char *head = quote_head (text);

  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID,
               "'%s' is not a set of numbers (at character %u): use 0-3,8,^2 with numbers below %d", head,
               (guint)(at - text) + 1, PIN_CPUSET_MAX);
}

PinCpuset *
pin_cpuset_parse (const char *text, GError **error)
{
  g_autoptr (PinCpuset) set = pin_cpuset_new ();
  const char *cursor = text;

  skip_spaces (&cursor);
  while (*cursor != '\0')
    {
      const char *item = cursor;

      if (!read_item (&cursor, set) || (*cursor != ',' && *cursor != '\0'))
        {
          set_syntax_error (error, text, item);
          return NULL;
        }
      if (*cursor == ',')
        cursor++;
      skip_spaces (&cursor);
    }

  return g_steal_pointer (&set);
}

/* The last number of the unbroken run that begins at @first. */
static guint
run_end (const PinCpuset *set, guint first)
{
  guint last = first;

  while (pin_cpuset_contains (set, last + 1))
    last++;
  return last;
}

/* A domain has hundreds of masks, and printf is slow. */
static void
append_number (GString *text, guint number)
{
  char digits[8];
  guint at = sizeof digits;

  do
    digits[--at] = (char)('0' + number % 10);
  while ((number /= 10) != 0);
  g_string_append_len (text, digits + at, (gssize)(sizeof digits - at));
}

char *
pin_cpuset_format (const PinCpuset *set)
{
  GString *text = g_string_sized_new (32);
  guint last;

  for (guint first = pin_cpuset_first (set); first != PIN_CPUSET_END; first = first_from (set, last + 1))
    {
      last = run_end (set, first);
      if (text->len > 0)
        g_string_append_c (text, ',');
      append_number (text, first);
      if (last == first)
        continue;
      g_string_append_c (text, '-');
      append_number (text, last);
    }

  return g_string_free (text, FALSE);
}
