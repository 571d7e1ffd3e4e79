/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the disks of guests are there too, and are the same. */
#include "checks.h"

#include "format/device-read.h"

#include <string.h>

/* A file as one host sees it; strings are borrowed from the facts. */
typedef struct
{
  gboolean exists;
  guint64 inode;
  const char *filesystem;
  const char *source;
} Sight;

/* What is wrong with the files of a guest. */
typedef struct
{
  GPtrArray *missing; /* borrowed paths */
  GPtrArray *other;
  gboolean unseen;
} Sights;

static void
clear_sights (Sights *sights)
{
  g_ptr_array_unref (sights->missing);
  g_ptr_array_unref (sights->other);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sights, clear_sights)

static GPtrArray *
files_of (const PinPatientGuest *guest)
{
  const xmlNode *root = guest->domain->doc != NULL ? xmlDocGetRootElement (guest->domain->doc) : NULL;

  return root != NULL ? pin_device_files (root) : g_ptr_array_new ();
}

GPtrArray *
pin_checkup_paths (const PinPatientGuest *guest)
{
  g_autoptr (GPtrArray) files = files_of (guest);
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < files->len; i++)
    g_ptr_array_add (paths, g_strdup (((const PinDeviceFile *)g_ptr_array_index (files, i))->path));
  return paths;
}

/* FALSE: @paths does not say whether there is @path. */
static gboolean
see (GVariant *paths, const char *path, Sight *ret)
{
  g_autoptr (GVariant) file = paths != NULL ? g_variant_lookup_value (paths, path, G_VARIANT_TYPE_VARDICT) : NULL;

  *ret = (Sight){ .filesystem = "", .source = "" };
  if (file == NULL || !g_variant_lookup (file, "exists", "b", &ret->exists))
    return FALSE;
  g_variant_lookup (file, "inode", "t", &ret->inode);
  g_variant_lookup (file, "filesystem", "&s", &ret->filesystem);
  g_variant_lookup (file, "source", "&s", &ret->source);
  return TRUE;
}

/* "nas:/images", "//nas/images": the same name is the same place, whoever mounts it. */
static gboolean
is_served (const char *source)
{
  return strchr (source, ':') != NULL || g_str_has_prefix (source, "//");
}

/*
 * Hosts that share a file see one inode, a server of files and its client too; its size changes while the guest runs.  Nodes of devices have
 * inodes of their own on each host: nothing can be told of those.
 */
static gboolean
is_same (const Sight *here, const Sight *there)
{
  if (here->inode == there->inode || strcmp (here->filesystem, "devtmpfs") == 0)
    return TRUE;
  return is_served (here->source) && strcmp (here->source, there->source) == 0;
}

static void
look_at_file (Sights *sights, const PinDeviceFile *file, GVariant *paths_here, GVariant *paths_there)
{
  Sight here, there;
  gboolean seen_here = see (paths_here, file->path, &here);
  gboolean seen_there = see (paths_there, file->path, &there);
  /* Who does not even see what a guest runs with has no view of files there. */
  gboolean blind = !seen_there || (seen_here && !here.exists);

  if (blind || (there.exists && file->writable && !seen_here))
    sights->unseen = TRUE;
  else if (!there.exists)
    g_ptr_array_add (sights->missing, file->path);
  else if (file->writable && !is_same (&here, &there))
    g_ptr_array_add (sights->other, file->path);
}

static char *
paths_text (GPtrArray *paths)
{
  g_ptr_array_add (paths, NULL);
  return g_strjoinv (", ", (char **)paths->pdata);
}

static void
say (PinCheck *check, const PinPatientGuest *guest, GPtrArray *paths, const char *what)
{
  g_autofree char *text = NULL;

  if (paths->len == 0)
    return;
  text = paths_text (paths);
  pin_check_find (check, PIN_FINDING_FAIL, g_strdup_printf ("guest %s %s on %s: %s", guest->domain->guest->name, what, check->host->name, text),
                  g_strdup ("put it on storage that both hosts mount at that path, or migrate with --copy-storage-all"));
}

/* Returns: whether some file of @guest could not be seen. */
static gboolean
look_at_guest (PinCheck *check, const PinPatientGuest *guest, GVariant *paths_here, GVariant *paths_there)
{
  g_auto (Sights) sights = { g_ptr_array_new (), g_ptr_array_new (), FALSE };
  g_autoptr (GPtrArray) files = files_of (guest);

  for (guint i = 0; i < files->len; i++)
    look_at_file (&sights, g_ptr_array_index (files, i), paths_here, paths_there);
  say (check, guest, sights.missing, "would miss files");
  say (check, guest, sights.other, "would find other files of the same name");
  return sights.unseen;
}

void
pin_check_storage (PinCheck *check)
{
  g_autoptr (GPtrArray) guests = pin_check_travellers (check);
  g_autoptr (GVariant) paths_here = pin_facts_value (check->from->facts, "paths", "a{sa{sv}}");
  g_autoptr (GVariant) paths_there = pin_facts_value (check->host->facts, "paths", "a{sa{sv}}");
  guint before = check->findings->len;
  gboolean unseen = FALSE;

  for (guint i = 0; guests != NULL && i < guests->len; i++)
    unseen |= look_at_guest (check, g_ptr_array_index (guests, i), paths_here, paths_there);
  if (unseen && check->findings->len == before)
    pin_check_unseen (check, check->host, "whether all disks are there");
}
