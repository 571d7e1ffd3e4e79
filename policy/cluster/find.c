/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "find.h"

#include "core/error.h"

#include <string.h>

typedef struct
{
  const char *name;
  gsize length;
  PinSiteKey *key; /* NULL: it is no UUID */
} Asked;

static void
asked_clear (Asked *asked)
{
  g_clear_pointer (&asked->key, pin_site_key_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Asked, asked_clear)

void
pin_found_free (PinFound *found)
{
  if (found == NULL)
    return;
  g_free (found->name);
  g_free (found->uuid);
  g_free (found);
}

static gboolean
is_asked (const Asked *asked, const PinSiteGuest *guest)
{
  if (guest->name != NULL && guest->name_length == asked->length && memcmp (guest->name, asked->name, asked->length) == 0)
    return TRUE;
  return asked->key != NULL && pin_site_guest_is (guest, asked->key);
}

static PinFound *
found_new (guint row, const PinSiteGuest *guest)
{
  PinFound *found = g_new0 (PinFound, 1);

  found->row = row;
  found->name = g_strndup (guest->name, guest->name_length);
  found->uuid = pin_site_guest_uuid (guest);
  found->running = guest->state == PIN_SITE_GUEST_RUNNING;
  return found;
}

/* Takes @guest for *@found if it is a better answer.  FALSE: there are two that are as good, and not the same guest. */
static gboolean
consider (PinFound **found, guint row, const PinSiteGuest *guest)
{
  gboolean running = guest->state == PIN_SITE_GUEST_RUNNING;

  g_autofree char *uuid = pin_site_guest_uuid (guest);

  if (*found != NULL && running == (*found)->running)
    return g_strcmp0 ((*found)->uuid, uuid) == 0;
  if (*found != NULL && !running)
    return TRUE;
  g_clear_pointer (found, pin_found_free);
  *found = found_new (row, guest);
  return TRUE;
}

static void
set_unknown (const char *name, GError **error)
{
  g_set_error (error, PIN_ERROR, PIN_ERROR_NOT_FOUND, "no guest \"%s\" is known on any host that can be reached (see pinshift maintenance)", name);
}

PinFound *
pin_find_guest (const PinHostRow *rows, guint n_rows, const char *name_or_uuid, GError **error)
{
  g_autofree char *lower = g_ascii_strdown (name_or_uuid, -1);
  g_auto (Asked) asked
      = { name_or_uuid, strlen (name_or_uuid), g_uuid_string_is_valid (lower) ? pin_site_key_new (lower) : NULL };
  g_autoptr (PinFound) found = NULL;

  for (guint row = 0; row < n_rows; row++)
    {
      PinSiteWalk walk = { NULL };
      PinSiteGuest guest;

      while (rows[row].site != NULL && pin_site_next (rows[row].site, &walk, &guest))
        {
          if (guest.state == PIN_SITE_GUEST_COMING || !is_asked (&asked, &guest) || consider (&found, row, &guest))
            continue;
          g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "there are several guests \"%s\": on %s and on %s; ask for one by its UUID",
                       name_or_uuid, rows[found->row].name, rows[row].name);
          return NULL;
        }
    }
  if (found == NULL)
    set_unknown (name_or_uuid, error);
  return g_steal_pointer (&found);
}

gboolean
pin_find_host (const PinHostRow *rows, guint n_rows, const char *name, guint *ret_row)
{
  for (guint row = 0; row < n_rows; row++)
    {
      if (strcmp (rows[row].name, name) != 0)
        continue;
      *ret_row = row;
      return TRUE;
    }
  return FALSE;
}
