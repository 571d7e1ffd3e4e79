/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which domains pass this host.  Events say who comes and goes, on the owner's main context; what the worker sees beside them may be overtaken
 * by an event, and some events nobody gets to hear.  So each passage knows when it was noted, and goes with its domain at the latest.
 */
#include "host/virt-link.h"

/* How many events had been taken when it was noted tells before and after apart. */
typedef struct
{
  PinPassage passage;
  guint64 since;
} Passing;

static PinPassage
find (const PinVirt *virt, const char *uuid)
{
  const Passing *passing = g_hash_table_lookup (virt->passages, uuid);

  return passing != NULL ? passing->passage : PIN_PASSAGE_NONE;
}

static void
note (PinVirt *virt, const char *uuid, PinPassage passage)
{
  Passing *passing;

  if (passage == PIN_PASSAGE_NONE)
    {
      g_hash_table_remove (virt->passages, uuid);
      return;
    }
  passing = g_new0 (Passing, 1);
  passing->passage = passage;
  passing->since = virt->moment;
  g_hash_table_insert (virt->passages, g_strdup (uuid), passing);
}

GHashTable *
pin_virt_passages_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

guint64
pin_virt_passages_moment (PinVirt *virt)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&virt->lock);

  return virt->moment;
}

PinPassage
pin_virt_passage (PinVirt *virt, const char *uuid, PinPassage seen, guint64 moment)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&virt->lock);
  PinPassage passage = find (virt, uuid);

  if (passage != PIN_PASSAGE_NONE)
    return passage;
  if (virt->moment == moment)
    note (virt, uuid, seen);
  return seen;
}

gboolean
pin_virt_passage_follow (PinVirt *virt, const char *uuid, int event, int detail, PinVirtEvent *ret_event)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&virt->lock);
  PinPassage passage = find (virt, uuid);
  gboolean means = pin_virt_event_map (event, detail, &passage, ret_event);

  virt->moment++;
  note (virt, uuid, passage);
  return means;
}

void
pin_virt_passages_keep_only (PinVirt *virt, const GPtrArray *guests, guint64 moment)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&virt->lock);
  g_autoptr (GHashTable) active = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer uuid, passing;

  for (guint i = 0; i < guests->len; i++)
    {
      const PinVirtGuest *guest = g_ptr_array_index (guests, i);

      if (guest->running)
        g_hash_table_add (active, guest->uuid);
    }
  g_hash_table_iter_init (&iter, virt->passages);
  while (g_hash_table_iter_next (&iter, &uuid, &passing))
    {
      if (((const Passing *)passing)->since <= moment && !g_hash_table_contains (active, uuid))
        g_hash_table_iter_remove (&iter);
    }
}

void
pin_virt_passages_clear (PinVirt *virt)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&virt->lock);

  virt->moment++;
  g_hash_table_remove_all (virt->passages);
}
