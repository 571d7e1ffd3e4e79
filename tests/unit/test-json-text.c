/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON as RFC 8259 has it, and nothing else. */
#include "core/error.h"
#include "format/json-text.h"

#include <string.h>

static const char *const good[] = {
  "{}",
  "[]",
  " [ 1 , 2 ] \n",
  "{\"a\": {\"b\": [true, false, null]}, \"c\": \"\\u00e9\\n\\\"\"}",
  "{\"a\": -0, \"b\": 1.5e+3, \"c\": 9223372036854775807, \"d\": -9223372036854775808}",
  "{\"a\": 1, \"A\": 2, \"b\": {\"a\": 3}}",
  "\"\xc3\xa9\"",
};

typedef struct
{
  const char *text;
  const char *complaint;
} Bad;

static const Bad bad[] = {
  { "", "not JSON at column 1: a value" },
  { "\n", "line 2, column 1: a value" },
  { "  ", "column 3: a value" },
  { "{", "column 2: a string" },
  { "{\"a\":1} x", "column 9: the text should end" },
  { "[1] [2]", "the text should end" },
  { "{\n  \"a\": 1,\n  \"a\": 2}", "line 3, column 6: \"a\" is there twice" },
  { "{\"a\": 1, \"\\u0061\": 2}", "\"a\" is there twice" },
  { "{\"\\u0061\\n\": 1, \"a\\u000a\": 2}", "is there twice" },
  { "{\"a\":1,}", "a string was expected" },
  { "[1,]", "a value was expected" },
  { "{\"a\":1 \"b\":2}", "',' or '}'" },
  { "{\"a\" 1}", "':' was expected" },
  { "{a:1}", "a string was expected" },
  { "{'a':1}", "a string was expected" },
  { "{\"a\":01}", "',' or '}'" },
  { "{\"a\":0x10}", "',' or '}'" },
  { "{\"a\":$1f}", "a value was expected" },
  { "{\"a\":+5}", "a value was expected" },
  { "{\"a\":.5}", "a value was expected" },
  { "{\"a\":1.}", "a digit was expected" },
  { "{\"a\":1e}", "a digit was expected" },
  { "{\"a\":-}", "a digit was expected" },
  { "{\"a\":- 5}", "a digit was expected" },
  { "{\"a\":18446744073709551615}", "beyond all bounds" },
  { "{\"a\":9223372036854775808}", "beyond all bounds" },
  { "{\"a\":-9223372036854775809}", "beyond all bounds" },
  { "{\"a\":-18446744073709551615}", "beyond all bounds" },
  { "/* c */{\"a\":1}", "a value was expected" },
  { "// c\n{\"a\":1}", "a value was expected" },
  { "var x = {\"a\":1};", "a value was expected" },
  { "{\"a\":TRUE}", "a value was expected" },
  { "{\"a\":tru", "a value was expected" },
  { "{\"a\":NaN}", "a value was expected" },
  { "{\"a\":\"x\ny\"}", "control character" },
  { "{\"a\":\"x", "does not end" },
  { "{\"a\":\"\\u0000b\"}", "NUL" },
  { "{\"a\":\"\\x41\"}", "no such escape" },
  { "{\"a\":\"\\u12\"}", "four digits" },
  { "{\"a\":\"\\ud800\"}", "not JSON" },
  { "{\"a\":\"\xff\"}", "column 7: not UTF-8" },
};

static void
test_good (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = pin_json_parse (good[i], -1, &error);

      g_assert_no_error (error);
      g_assert_nonnull (node);
    }
}

static void
test_bad (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = pin_json_parse (bad[i].text, -1, &error);

      g_test_message ("%u: %s", i, error != NULL ? error->message : "taken");
      g_assert_null (node);
      g_assert_error (error, PIN_ERROR, PIN_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, bad[i].complaint));
      g_assert_null (strchr (error->message, '\n'));
    }
}

static void
test_nul_ends_nothing (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = pin_json_parse ("{}\0{}", 5, &error);

  g_assert_null (node);
  g_assert_error (error, PIN_ERROR, PIN_ERROR_INVALID);
}

static void
test_depth (void)
{
  const char *opening[] = { "[", "{\"a\":" };

  for (guint i = 0; i < G_N_ELEMENTS (opening); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = NULL;

      for (guint j = 0; j < 1000000; j++)
        g_string_append (text, opening[i]);
      node = pin_json_parse (text->str, (gssize)text->len, &error);
      g_assert_null (node);
      g_assert_nonnull (strstr (error->message, "nested too deep"));
    }
}

static void
test_size (void)
{
  g_autofree char *text = g_strnfill (PIN_JSON_MAX_BYTES + 1, ' ');
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = pin_json_parse (text, PIN_JSON_MAX_BYTES + 1, &error);

  g_assert_null (node);
  g_assert_nonnull (strstr (error->message, "longer than"));
}

/* A line about a text is no copy of it. */
static void
test_short (void)
{
  g_autofree char *name = g_strnfill (100000, 'x');
  g_autofree char *text = g_strdup_printf ("{\"%s\": 1, \"%s\": 1}", name, name);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = pin_json_parse (text, -1, &error);

  g_assert_null (node);
  g_assert_nonnull (strstr (error->message, "xxx... is there twice"));
  g_assert_cmpuint (strlen (error->message), <, 200);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-text/takes-json", test_good);
  g_test_add_func ("/json-text/refuses-all-else-by-line-and-column", test_bad);
  g_test_add_func ("/json-text/a-nul-ends-nothing", test_nul_ends_nothing);
  g_test_add_func ("/json-text/deep-nesting-is-no-crash", test_depth);
  g_test_add_func ("/json-text/has-a-greatest-size", test_size);
  g_test_add_func ("/json-text/what-it-says-is-short", test_short);
  return g_test_run ();
}
