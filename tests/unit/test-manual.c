/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The manual names all that programs take and print. */
#include "core/plan.h"
#include "rules/rules-file.h"
#include "rules/rules-keys.h"
#include "rules/rules-section.h"

#include <string.h>

static char *
read_page (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "..", "docs", "man", name, NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

static void
assert_named (const char *page, const char *word)
{
  g_autofree char *literal = g_strdup_printf ("``%s``", word);

  if (strstr (page, literal) == NULL)
    g_error ("%s is not in the manual", literal);
}

static void
test_codes (void)
{
  g_autofree char *page = read_page ("pinshift.1.rst");

  for (guint code = 0; code < PIN_CODE_N; code++)
    assert_named (page, pin_code_name (code));
}

static void
test_settings_and_actions (void)
{
  g_autofree char *page = read_page ("pinshift.1.rst");

  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    assert_named (page, pin_setting_name (setting));
  for (guint action = PIN_ACTION_KEEP; action < PIN_ACTION_N; action++)
    assert_named (page, pin_action_name (action));
}

/* Each key stands there with its default. */
static void
test_keys (void)
{
  g_autofree char *page = read_page ("pinshift.conf.5.rst");
  g_autoptr (PinTerms) defaults = pin_terms_new ();
  guint n;
  const PinRulesKey *keys = pin_rules_keys (&n);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *value = pin_rules_key_format (&keys[i], 0, defaults);
      g_autofree char *line = g_strdup_printf ("\n``%s`` =%s%s\n", keys[i].name, *value != '\0' ? " " : "", value);

      if (strstr (page, line) == NULL)
        g_error ("not in the manual:%s", line);
      for (guint choice = 0; choice < keys[i].n_choices; choice++)
        assert_named (page, keys[i].choice (choice));
    }
}

/* So do those of sections that there are many of; what they have by default depends on their names. */
static void
test_named_sections (void)
{
  g_autofree char *page = read_page ("pinshift.conf.5.rst");

  for (guint kind = PIN_SECTION_HOST; kind < PIN_SECTION_N; kind++)
    {
      const PinSection *section = pin_section (kind);
      g_autofree char *title = g_strdup_printf ("``[%s``", section->word);

      g_assert_nonnull (strstr (page, title));
      for (guint i = 0; i < section->n_keys; i++)
        {
          const PinRulesKey *key = &section->keys[i];
          g_autofree char *name = g_strconcat (key->name, key->numbered != NULL ? ".N" : "", NULL);

          assert_named (page, name);
          for (guint choice = 0; choice < key->n_choices; choice++)
            assert_named (page, key->choice (choice));
        }
    }
}

/* So do those for the host. */
static void
test_host_keys (void)
{
  g_autofree char *page = read_page ("pinshift.conf.5.rst");
  g_autoptr (PinRules) defaults = pin_rules_new ();
  g_autoptr (GPtrArray) entries = pin_rules_entries (defaults);

  for (guint i = 0; i < entries->len; i++)
    {
      const PinRulesEntry *entry = g_ptr_array_index (entries, i);
      g_autofree char *section = g_strdup_printf ("[%s]", entry->section);
      g_autofree char *line
          = g_strdup_printf ("\n``%s`` =%s%s\n", entry->key, *entry->value != '\0' ? " " : "", entry->value);

      assert_named (page, section);
      if (strstr (page, line) == NULL)
        g_error ("not in the manual:%s", line);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/manual/names-every-code", test_codes);
  g_test_add_func ("/manual/names-every-setting-and-action", test_settings_and_actions);
  g_test_add_func ("/manual/has-every-key-at-its-default", test_keys);
  g_test_add_func ("/manual/has-every-section-that-has-a-name", test_named_sections);
  g_test_add_func ("/manual/has-every-section-and-key-of-the-host", test_host_keys);
  return g_test_run ();
}
