/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Policy files.  GKeyFile reads their values; it does not tell lines, forgives sections and keys that come
 * twice, and knows no drop-ins, so the lines are walked here.
 */
#include "rules/rules-file.h"

#include "core/error.h"
#include "pin-config.h"
#include "rules/rules-make.h"
#include "rules/rules-word.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Far more than any policy: a limit for devices and mistakes. */
#define FILE_MAX_BYTES (4u * 1024 * 1024)
#define BOM "\xef\xbb\xbf"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FILE, fclose)

typedef struct
{
  const char *path;
  guint line;
  PinRules *rules;
  GKeyFile *values;     /* NULL: not a key file as a whole; the walk finds out where */
  GHashTable *sections; /* name -> line */
  GHashTable *keys;     /* of the open section -> line */
  char *group;          /* the open section as GKeyFile knows it; NULL: none yet */
} Reader;

static void
reader_clear (Reader *reader)
{
  g_clear_pointer (&reader->values, g_key_file_unref);
  g_clear_pointer (&reader->sections, g_hash_table_unref);
  g_clear_pointer (&reader->keys, g_hash_table_unref);
  g_clear_pointer (&reader->group, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reader, reader_clear)

/* Remembers @name in @lines.  Returns: FALSE with an error if it is there already. */
static gboolean
note_line (Reader *reader, GHashTable *lines, const char *kind, const char *name, GError **error)
{
  guint before = GPOINTER_TO_UINT (g_hash_table_lookup (lines, name));
  g_autofree char *quoted = NULL;

  if (before == 0)
    {
      g_hash_table_insert (lines, g_strdup (name), GUINT_TO_POINTER (reader->line));
      return TRUE;
    }
  quoted = pin_rules_quote (name);
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID,
               "%s %s stands twice in this file, first in line %u; put both together", kind, quoted,
               before);
  return FALSE;
}

/* "domain   rt-* " as "domain rt-*".  (transfer full) */
static char *
section_name (const char *group)
{
  g_autofree char *text = g_strstrip (g_strdup (group));
  gsize word = strcspn (text, " \t");
  const char *rest = text + word + strspn (text + word, " \t");

  return *rest == '\0' ? g_strdup (text) : g_strdup_printf ("%.*s %s", (int) word, text, rest);
}

/* Tabs are blanks. */
static gboolean
has_odd_control (const char *text)
{
  g_autofree char *plain = g_strdelimit (g_strdup (text), "\t", ' ');

  return pin_rules_has_control (plain);
}

static gboolean
read_section (Reader *reader, const char *text, GError **error)
{
  gsize length = strlen (text);
  g_autofree char *name = NULL;

  if (length < 3 || text[length - 1] != ']' || strcspn (text + 1, "[]") != length - 2 || has_odd_control (text))
    {
      g_autofree char *quoted = pin_rules_quote (text);

      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID,
                   "%s is no section; write it alone on its line, as in [fit]", quoted);
      return FALSE;
    }
  g_free (reader->group);
  reader->group = g_strndup (text + 1, length - 2);
  name = section_name (reader->group);
  g_hash_table_remove_all (reader->keys);
  return note_line (reader, reader->sections, "section", name, error)
         && pin_rules_open (reader->rules, name, reader->path, reader->line, error);
}

static gboolean
take_value (Reader *reader, const char *key, GError **error)
{
  g_autoptr (GError) syntax = NULL;
  g_autofree char *value = g_key_file_get_string (reader->values, reader->group, key, &syntax);

  if (value == NULL)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s: %s", key, syntax->message);
      return FALSE;
    }
  g_strstrip (value);
  if (pin_rules_set (reader->rules, key, value, reader->path, reader->line, error))
    return TRUE;
  if (strchr (value, '#') != NULL)
    g_prefix_error (error, "a comment stands on a line of its own: ");
  return FALSE;
}

static gboolean
read_entry (Reader *reader, const char *text, GError **error)
{
  const char *equals = strchr (text, '=');
  g_autofree char *quoted = pin_rules_quote (text);
  g_autofree char *key = NULL;

  if (equals == NULL || equals == text || *text == ';')
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID,
                   "%s is neither a section, nor KEY = VALUE, nor a comment; write # before a comment", quoted);
      return FALSE;
    }
  key = g_strchomp (g_strndup (text, (gsize) (equals - text)));
  if (reader->group == NULL)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID,
                   "%s stands before any section; begin with [fit], say", quoted);
      return FALSE;
    }
  if (!pin_rules_check_key (reader->rules, key, error)
      || !note_line (reader, reader->keys, "key", key, error))
    return FALSE;
  return reader->values == NULL || take_value (reader, key, error);
}

static gboolean
read_line (Reader *reader, const char *line, GError **error)
{
  g_autofree char *text = g_strstrip (g_strdup (line));
  gboolean ok = TRUE;

  if (*text == '[')
    ok = read_section (reader, text, error);
  else if (*text != '\0' && *text != '#')
    ok = read_entry (reader, text, error);
  if (!ok)
    g_prefix_error (error, "%s:%u: ", reader->path, reader->line);
  return ok;
}

static gboolean
check_text (const char *path, const char *text, gsize length, GError **error)
{
  const char *end;
  guint line = 1;

  if (g_utf8_validate_len (text, length, &end))
    return TRUE;
  for (const char *p = text; p < end; p++)
    line += *p == '\n';
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s:%u: not text in UTF-8; save the file as UTF-8",
               path, line);
  return FALSE;
}

static gboolean
read_text (PinRules *rules, const char *path, const char *text, gsize length, GError **error)
{
  g_auto (Reader) reader = { .path = path, .rules = rules };
  g_autoptr (GError) syntax = NULL;

  if (!check_text (path, text, length, error))
    return FALSE;
  reader.sections = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  reader.keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  reader.values = g_key_file_new ();
  if (!g_key_file_load_from_data (reader.values, text, length, G_KEY_FILE_NONE, &syntax))
    g_clear_pointer (&reader.values, g_key_file_unref);
  for (const char *next, *p = text; p < text + length; p = next)
    {
      const char *end = memchr (p, '\n', length - (gsize) (p - text));
      g_autofree char *line = NULL;

      end = end != NULL ? end : text + length;
      next = end + 1;
      line = g_strndup (p, (gsize) (end - p));
      reader.line++;
      if (!read_line (&reader, line, error))
        return FALSE;
    }
  if (reader.values != NULL)
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s: %s", path, syntax->message);
  return FALSE;
}

static gboolean
set_file_error (GError **error, const char *path, const char *verb)
{
  int code = errno;

  g_set_error (error, PIN_ERROR, code == ENOENT ? PIN_ERROR_NOT_FOUND : PIN_ERROR_FAILED,
               "%s: can't %s: %s; see that it is there and can be read", path, verb, g_strerror (code));
  return FALSE;
}

static gboolean
read_file (PinRules *rules, const char *path, GError **error)
{
  g_autoptr (FILE) file = fopen (path, "re");
  g_autofree char *text = NULL;
  gsize length, skip;

  if (file == NULL)
    return set_file_error (error, path, "open");
  text = g_malloc (FILE_MAX_BYTES + 1);
  length = fread (text, 1, FILE_MAX_BYTES + 1, file);
  if (ferror (file))
    return set_file_error (error, path, "read");
  if (length > FILE_MAX_BYTES)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s: larger than %u MiB, so no policy; is it the right file?", path,
                   FILE_MAX_BYTES >> 20);
      return FALSE;
    }
  skip = length >= 3 && memcmp (text, BOM, 3) == 0 ? 3 : 0;
  return read_text (rules, path, text + skip, length - skip, error);
}

/* Adds the drop-ins of @directory to @files (base name -> path); later calls hide what earlier ones added
 * under the same name. */
static gboolean
list_directory (GTree *files, const char *directory, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GDir) dir = g_dir_open (directory, 0, &local);
  const char *name;

  if (g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return TRUE;
  if (dir == NULL)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "%s: can't read: %s; see that it can be read", directory, local->message);
      return FALSE;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    if (*name != '.' && g_str_has_suffix (name, ".conf"))
      g_tree_replace (files, g_strdup (name), g_build_filename (directory, name, NULL));
  return TRUE;
}

typedef struct
{
  PinRules *rules;
  GError *error;
} Walk;

static gboolean
read_drop_in (gpointer name, gpointer path, gpointer data)
{
  Walk *walk = data;

  return !read_file (walk->rules, path, &walk->error);
}

static int
compare_names (gconstpointer a, gconstpointer b, gpointer data)
{
  return strcmp (a, b);
}

static gboolean
read_drop_ins (PinRules *rules, const char *root, GError **error)
{
  g_autoptr (GTree) files = g_tree_new_full (compare_names, NULL, g_free, g_free);
  g_autofree char *vendor = g_build_filename (root, PIN_VENDORDIR, "pinshift.conf.d", NULL);
  g_autofree char *local = g_build_filename (root, PIN_SYSCONFDIR, "pinshift", "pinshift.conf.d", NULL);
  Walk walk = { rules, NULL };

  if (!list_directory (files, vendor, error) || !list_directory (files, local, error))
    return FALSE;
  g_tree_foreach (files, read_drop_in, &walk);
  if (walk.error != NULL)
    g_propagate_error (error, walk.error);
  return walk.error == NULL;
}

PinRules *
pin_rules_file_load (const char *root, GError **error)
{
  g_autoptr (PinRules) rules = pin_rules_new_open ();
  g_autofree char *path = g_build_filename (root, PIN_SYSCONFDIR, "pinshift", "pinshift.conf", NULL);
  g_autoptr (GError) local = NULL;

  if (!read_file (rules, path, &local) && !g_error_matches (local, PIN_ERROR, PIN_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  if (!read_drop_ins (rules, root, error) || !pin_rules_seal (rules, error))
    return NULL;
  return g_steal_pointer (&rules);
}

PinRules *
pin_rules_file_load_one (const char *path, GError **error)
{
  g_autoptr (PinRules) rules = pin_rules_new_open ();

  if (!read_file (rules, path, error) || !pin_rules_seal (rules, error))
    return NULL;
  return g_steal_pointer (&rules);
}
