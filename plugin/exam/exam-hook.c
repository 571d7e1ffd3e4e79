/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What libvirt runs when guests come and go: /etc/libvirt/hooks/qemu, and all programs of qemu.d (libvirt: virHookCall()). */
#include "exam-parts.h"

#include "host-file.h"

#include <string.h>

#define HOOKS "/etc/libvirt/hooks"
#define PROGRAM "pinshift-hook"
#define LINK_NAME "60-pinshift"

/* An entry of the directory. */
typedef struct
{
  char *path;
  char *target;   /* where it leads to, whether that is there or not */
  mode_t mode;    /* of that; 0: it is not there */
  gint64 changed; /* us since the epoch */
} Entry;

static void
entry_free (Entry *entry)
{
  g_free (entry->path);
  g_free (entry->target);
  g_free (entry);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Entry, entry_free)

static const char *
entry_state (const Entry *entry)
{
  if (entry->mode == 0)
    return "dangling";
  return S_ISREG (entry->mode) && (entry->mode & 0111) != 0 ? "present" : "not-executable";
}

static gboolean
entry_runs (const Entry *entry)
{
  return strcmp (entry_state (entry), "present") == 0;
}

/* The change of its inode, which tells more than that of its content: moving a link in leaves the latter as it was. */
static gint64
entry_changed (const PinExamOrder *order, const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  struct stat status;
  g_autofree char *directory = pin_exam_follow (order, parent, &status);
  g_autofree char *real = g_build_filename (order->root, directory == NULL ? parent : directory, name, NULL);

  if (lstat (real, &status) != 0)
    return 0;
  return status.st_ctim.tv_sec * G_USEC_PER_SEC + status.st_ctim.tv_nsec / 1000;
}

/* Takes @path.  Directories are left out, as libvirt does.  Returns: FALSE if it may not be looked at. */
static gboolean
add_entry (const PinExamOrder *order, char *path, GPtrArray *entries)
{
  g_autoptr (Entry) entry = g_new0 (Entry, 1);
  struct stat status;

  entry->path = path;
  entry->target = pin_exam_follow (order, path, &status);
  if (entry->target == NULL)
    return FALSE;
  entry->mode = status.st_mode;
  entry->changed = entry_changed (order, path);
  /* One that is gone by now is none. */
  if (!S_ISDIR (entry->mode) && entry->changed != 0)
    g_ptr_array_add (entries, g_steal_pointer (&entry));
  return TRUE;
}

/* In the order in which libvirt runs them; FALSE if some can't be seen. */
static gboolean
find_entries (const PinExamOrder *order, GPtrArray *entries)
{
  g_autoptr (GPtrArray) above = NULL;
  g_autoptr (GPtrArray) names = NULL;

  if (pin_exam_list (order, HOOKS, &above) == PIN_EXAM_HIDDEN || pin_exam_list (order, HOOKS "/qemu.d", &names) == PIN_EXAM_HIDDEN)
    return FALSE;
  if (!add_entry (order, g_strdup (HOOKS "/qemu"), entries))
    return FALSE;
  for (guint i = 0; names != NULL && i < names->len; i++)
    if (!add_entry (order, g_build_filename (HOOKS "/qemu.d", g_ptr_array_index (names, i), NULL), entries))
      return FALSE;
  return TRUE;
}

static gboolean
has_name (const char *path, const char *name)
{
  g_autofree char *last = g_path_get_basename (path);

  return strcmp (last, name) == 0;
}

/* How surely @entry is ours; 0: it is not. */
static guint
entry_weight (const Entry *entry)
{
  if (has_name (entry->target, PROGRAM))
    return entry_runs (entry) ? 3 : 2;
  return has_name (entry->path, LINK_NAME) ? 1 : 0;
}

static const Entry *
find_ours (const GPtrArray *entries)
{
  const Entry *best = NULL;

  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (entries, i);

      if (entry_weight (entry) > (best == NULL ? 0 : entry_weight (best)))
        best = entry;
    }
  return best;
}

static void
add_ours (const Entry *ours, GVariantDict *facts)
{
  g_variant_dict_insert (facts, "hook", "s", entry_state (ours));
  pin_exam_add_text (facts, "hook-path", ours->path);
  if (ours->mode != 0)
    pin_exam_add_text (facts, "hook-target", ours->target);
  g_variant_dict_insert (facts, "hook-changed", "x", ours->changed);
}

static void
add_others (const GPtrArray *entries, const Entry *ours, GVariantDict *facts)
{
  g_auto (GVariantBuilder) others = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);

  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (entries, i);
      g_autofree char *valid = g_utf8_make_valid (entry->path, -1);

      if (entry != ours && entry_runs (entry))
        g_variant_builder_add (&others, "s", valid);
    }
  g_variant_dict_insert_value (facts, "other-hooks", g_variant_builder_end (&others));
}

void
pin_exam_hook (const PinExamOrder *order, GVariantDict *facts)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify)entry_free);
  const Entry *ours;

  if (!find_entries (order, entries))
    return;
  ours = find_ours (entries);
  if (ours == NULL)
    g_variant_dict_insert (facts, "hook", "s", "absent");
  else
    add_ours (ours, facts);
  add_others (entries, ours, facts);
}
