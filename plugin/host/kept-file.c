/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * <kept version='1' forgotten='yes' repair-due='yes'>, and in it <live> and <stored>, each with the text of a record, and
 * <given setting='hugepages' action='strip' since='2026-11-21T21:10:06Z'/> of each setting that is not as written.  Records are
 * text and not elements so that one that is damaged, or of another version, does not cost the other.
 */
#include "host/kept-file.h"

#include "core/error.h"
#include "format/quote.h"
#include "format/xml-edit.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <utime.h>

#define KEPT_VERSION "1"
/* Two records, escaped. */
#define KEPT_MAX_BYTES (16 * PIN_RECORD_MAX_BYTES)
/* Far less than the age at which files are pruned, and seldom enough to be no load. */
#define TOUCH_S (30 * 24 * 60 * 60)
/* The end of 9999, in seconds since 1970: by its zone a time can be in a year that has no text. */
#define TIME_MAX_S G_GINT64_CONSTANT (253402300799)
#define UUID_LENGTH 36
#define DAMAGES_TOLD 6
/* What another version wrote, once this one has something to write. */
#define ASIDE ".aside"
#define TEMPORARY_LENGTH 6 /* of ".XXXXXX", g_file_set_contents_full(), without the dot */

PinKept *
pin_kept_new (void)
{
  return g_new0 (PinKept, 1);
}

void
pin_kept_free (PinKept *kept)
{
  if (kept == NULL)
    return;
  pin_record_free (kept->live);
  pin_record_free (kept->stored);
  g_free (kept->damage);
  g_free (kept);
}

void
pin_kept_give (PinKept *kept, const PinRecord *record, gboolean anew, gint64 now_s)
{
  for (guint i = 0; i < PIN_SETTING_N; i++)
    {
      PinAction action = record != NULL ? record->actions[i] : PIN_ACTION_NONE;
      gboolean known = !anew && kept->given[i].action == action && kept->given[i].since_s != 0;

      if (action <= PIN_ACTION_KEEP)
        kept->given[i] = (PinGiven){ PIN_ACTION_NONE, 0 };
      else if (!known)
        kept->given[i] = (PinGiven){ action, now_s };
    }
}

static char *
format_time (gint64 time_s)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (time_s);

  return time != NULL ? g_date_time_format_iso8601 (time) : NULL;
}

char *
pin_kept_since (const PinKept *kept, PinSetting setting, PinAction action)
{
  const PinGiven *given = &kept->given[setting];

  return given->action == action && given->since_s != 0 ? format_time (given->since_s) : NULL;
}

/* (transfer full); NULL for a name that is none, which could lead anywhere. */
static char *
path_of (const char *directory, const char *uuid, GError **error)
{
  g_autofree char *name = g_ascii_strdown (uuid, -1);
  g_autofree char *quoted = NULL;

  if (g_uuid_string_is_valid (name))
    return g_build_filename (directory, name, NULL);
  quoted = pin_quote (uuid);
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s is no UUID", quoted);
  return NULL;
}

/* Returns: (transfer full); NULL without @error if it is not there, with it if it can't be read or is nothing of ours. */
static char *
read_text (const char *path, gsize *ret_length, GError **error)
{
  g_autoptr (GError) why = NULL;
  GStatBuf status;
  char *text = NULL;

  if (g_lstat (path, &status) == 0 && (!S_ISREG (status.st_mode) || status.st_size > KEPT_MAX_BYTES))
    g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "no file, or more than %d KiB", KEPT_MAX_BYTES / 1024);
  else if (!g_file_get_contents (path, &text, ret_length, &why) && !g_error_matches (why, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    g_propagate_error (error, g_steal_pointer (&why));
  return text;
}

static void
tell_damage (PinKept *kept, const char *what, const char *why)
{
  g_autofree char *before = g_steal_pointer (&kept->damage);

  if (kept->n_damages == 0)
    kept->damage = g_strdup_printf ("%s: %s", what, why);
  else if (kept->n_damages < DAMAGES_TOLD)
    kept->damage = g_strdup_printf ("%s; %s: %s", before, what, why);
  else
    kept->damage = g_strconcat (before, kept->n_damages == DAMAGES_TOLD ? "; and more" : "", NULL);
  kept->n_damages++;
}

/* Takes @why; NULL: there is none. */
static void
note_damage (PinKept *kept, const char *what, GError *why)
{
  g_autoptr (GError) reason = why;

  if (reason == NULL)
    return;
  kept->is_beyond |= g_error_matches (reason, PIN_ERROR, PIN_ERROR_UNSUPPORTED);
  tell_damage (kept, what, reason->message);
}

static void
read_given (PinKept *kept, const xmlNode *element)
{
  const char *setting_name = pin_xml_attr (element, "setting"), *action_name = pin_xml_attr (element, "action");
  const char *since = pin_xml_attr (element, "since");
  g_autoptr (GDateTime) time = since != NULL ? g_date_time_new_from_iso8601 (since, NULL) : NULL;
  gint64 since_s = time != NULL ? g_date_time_to_unix (time) : 0;
  PinSetting setting;
  PinAction action;
  GError *why = NULL;

  if (since_s > 0 && since_s <= TIME_MAX_S && setting_name != NULL && action_name != NULL && pin_setting_from_name (setting_name, &setting)
      && pin_action_from_name (action_name, &action))
    {
      kept->given[setting] = (PinGiven){ action, since_s };
      return;
    }
  pin_xml_error (&why, element, "has no setting, action and time");
  note_damage (kept, "given", why);
}

static void
read_child (PinKept *kept, const xmlNode *element, const char *uuid)
{
  PinRecord **side = pin_xml_is (element, "live") ? &kept->live : pin_xml_is (element, "stored") ? &kept->stored : NULL;
  g_autofree char *text = pin_xml_text (element);
  g_autofree char *name = pin_quote ((const char *)element->name);
  GError *why = NULL;

  if (side == NULL)
    pin_xml_error (&why, element, "is unknown");
  else if (*side != NULL)
    pin_xml_error (&why, element, "stands twice");
  else
    *side = pin_record_parse (text, uuid, &why);
  note_damage (kept, name, why);
}

static gboolean
read_flag (PinKept *kept, const xmlNode *root, const char *name)
{
  const char *value = pin_xml_attr (root, name);
  GError *why = NULL;

  if (value == NULL || strcmp (value, "yes") == 0)
    return value != NULL;
  pin_xml_error (&why, root, "it is neither yes nor absent");
  note_damage (kept, name, why);
  return FALSE;
}

static gboolean
check_root (const xmlNode *root, GError **error)
{
  const char *version = pin_xml_attr (root, "version");

  if (!pin_xml_is (root, "kept") || version == NULL)
    return pin_xml_error (error, root, "is not what this service keeps");
  if (strcmp (version, KEPT_VERSION) == 0)
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_UNSUPPORTED, "it is of another version than " KEPT_VERSION);
  return FALSE;
}

static gboolean
read_kept (PinKept *kept, const char *uuid, const char *text, gsize length, GError **error)
{
  g_autoptr (xmlDoc) doc = pin_xml_parse (text, length, KEPT_MAX_BYTES, error);
  const xmlNode *root = doc == NULL ? NULL : xmlDocGetRootElement (doc);

  if (root == NULL || !check_root (root, error))
    return FALSE;
  kept->forgotten = read_flag (kept, root, "forgotten");
  kept->repair_due = read_flag (kept, root, "repair-due");
  for (pin_xml_each (root, child))
    {
      if (pin_xml_is (child, "given"))
        read_given (kept, child);
      else
        read_child (kept, child, uuid);
    }
  return TRUE;
}

static void
load (PinKept *kept, const char *path, const char *uuid)
{
  GError *why = NULL;
  gsize length = 0;
  g_autofree char *text = read_text (path, &length, &why);

  if (text != NULL)
    read_kept (kept, uuid, text, length, &why);
  note_damage (kept, path, why);
}

/* (transfer full) */
static char *
path_aside (const char *path)
{
  return g_strconcat (path, ASIDE, NULL);
}

/* What was too new for another version, which ran here for a while, need not be for this one. */
static void
take_from_aside (PinKept *kept, const char *path, const char *uuid)
{
  g_autofree char *aside = path_aside (path);
  g_autoptr (PinKept) old = pin_kept_new ();

  load (old, aside, uuid);
  if (kept->live == NULL)
    kept->live = g_steal_pointer (&old->live);
  if (kept->stored == NULL)
    kept->stored = g_steal_pointer (&old->stored);
}

PinKept *
pin_kept_file_load (const char *directory, const char *uuid)
{
  PinKept *kept = pin_kept_new ();
  GError *why = NULL;
  g_autofree char *path = path_of (directory, uuid, &why);

  if (path == NULL)
    {
      note_damage (kept, directory, why);
      return kept;
    }
  load (kept, path, uuid);
  if (!kept->forgotten && (kept->live == NULL || kept->stored == NULL))
    take_from_aside (kept, path, uuid);
  return kept;
}

static void
add_record (xmlNode *root, const char *name, const PinRecord *record)
{
  g_autofree char *text = record == NULL ? NULL : pin_record_format (record);

  if (text != NULL)
    pin_xml_add_text (root, NULL, name, text);
}

static void
add_given (xmlNode *root, const PinKept *kept)
{
  for (guint i = 0; i < PIN_SETTING_N; i++)
    {
      g_autofree char *since = format_time (kept->given[i].since_s);
      xmlNode *element;

      if (kept->given[i].action <= PIN_ACTION_KEEP)
        continue;
      element = pin_xml_add (root, NULL, "given");
      pin_xml_put (element, "setting", pin_setting_name (i));
      pin_xml_put (element, "action", pin_action_name (kept->given[i].action));
      pin_xml_put (element, "since", since);
    }
}

/* (transfer full); NULL if there is nothing to keep. */
static char *
format_kept (const PinKept *kept)
{
  g_autoptr (xmlDoc) doc = xmlNewDoc ((const xmlChar *)"1.0");
  xmlNode *root = xmlNewDocNode (doc, NULL, (const xmlChar *)"kept", NULL);
  g_autofree char *text = NULL;

  xmlDocSetRootElement (doc, root);
  pin_xml_put (root, "version", KEPT_VERSION);
  if (kept->forgotten)
    pin_xml_put (root, "forgotten", "yes");
  if (kept->repair_due)
    pin_xml_put (root, "repair-due", "yes");
  add_record (root, "live", kept->live);
  add_record (root, "stored", kept->stored);
  add_given (root, kept);
  if (!kept->forgotten && !kept->repair_due && kept->live == NULL && kept->stored == NULL)
    return NULL;
  text = pin_xml_format_node (root, TRUE);
  return g_strconcat (text, "\n", NULL);
}

static gboolean
failed (const char *path, int code, GError **error)
{
  g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "%s: %s", path, g_strerror (code));
  return FALSE;
}

static gboolean
remove_file (const char *path, GError **error)
{
  return g_unlink (path) == 0 || errno == ENOENT || failed (path, errno, error);
}

static gboolean
set_aside (const char *path, GError **error)
{
  g_autofree char *aside = path_aside (path);

  return g_rename (path, aside) == 0 || errno == ENOENT || failed (path, errno, error);
}

static gboolean
is_there (const char *path, const char *text)
{
  gsize length = 0;
  g_autofree char *present = read_text (path, &length, NULL);

  return present != NULL && length == strlen (text) && memcmp (present, text, length) == 0;
}

static void
make_young (const char *path)
{
  GStatBuf status;

  if (g_lstat (path, &status) == 0 && S_ISREG (status.st_mode) && status.st_mtime < g_get_real_time () / G_USEC_PER_SEC - TOUCH_S)
    g_utime (path, NULL);
}

void
pin_kept_file_touch (const char *directory, const char *uuid)
{
  g_autofree char *path = path_of (directory, uuid, NULL);
  g_autofree char *aside = path == NULL ? NULL : path_aside (path);

  if (path == NULL)
    return;
  make_young (path);
  make_young (aside);
}

gboolean
pin_kept_file_save (const char *directory, const char *uuid, const PinKept *kept, GError **error)
{
  g_autofree char *path = path_of (directory, uuid, error);
  g_autofree char *text = format_kept (kept);
  g_autoptr (GError) why = NULL;

  if (path == NULL)
    return FALSE;
  if (kept->is_beyond && !set_aside (path, error))
    return FALSE;
  pin_kept_file_touch (directory, uuid);
  if (text == NULL)
    return remove_file (path, error);
  if (is_there (path, text))
    return TRUE;
  if (g_mkdir_with_parents (directory, 0700) < 0)
    return failed (directory, errno, error);
  if (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &why))
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "can't keep records: %s", why->message);
  return FALSE;
}

/* "UUID", "UUID.aside", or "UUID.XXXXXX" of a writer that was killed. */
static gboolean
is_ours (const char *name, gboolean *ret_temporary)
{
  gsize length = strlen (name);
  g_autofree char *uuid = g_strndup (name, UUID_LENGTH);

  *ret_temporary = length == UUID_LENGTH + 1 + TEMPORARY_LENGTH && name[UUID_LENGTH] == '.';
  return g_uuid_string_is_valid (uuid) && (length == UUID_LENGTH || *ret_temporary || strcmp (name + UUID_LENGTH, ASIDE) == 0);
}

static gboolean
prune_one (const char *directory, const char *name, gint64 before_s)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  gboolean temporary = FALSE;
  GStatBuf status;

  return is_ours (name, &temporary) && g_lstat (path, &status) == 0 && S_ISREG (status.st_mode)
         && (temporary || status.st_mtime < before_s) && g_unlink (path) == 0;
}

guint
pin_kept_file_prune (const char *directory, gint64 before_s)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  guint n = 0;

  for (const char *name = dir == NULL ? NULL : g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir))
    n += prune_one (directory, name, before_s) ? 1 : 0;
  return n;
}
