/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "astray.h"

#include "core/error.h"
#include "format/json-spot.h"
#include "format/json-text.h"

/* What was heard so far. */
typedef struct
{
  PinFleet *fleet;
  GPtrArray *calls;
  PinGathered *gaps;
} Astray;

static void
astray_free (gpointer data)
{
  Astray *astray = data;

  g_clear_pointer (&astray->calls, g_ptr_array_unref);
  pin_gathered_free (astray->gaps);
  g_free (astray);
}

/* One guest, as the method Domains has it. */
typedef struct
{
  char *name;
  char *uuid;
  char *state;
  char *home; /* NULL: it has none */
  guint n_missed;
} Said;

static void
said_clear (Said *said)
{
  g_free (said->name);
  g_free (said->uuid);
  g_free (said->state);
  g_free (said->home);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Said, said_clear)

static gboolean
read_said (const PinJsonSpot *spot, Said *said, GError **error)
{
  PinJsonSpot misses = pin_json_spot_member (spot, "misses");

  if (!pin_json_spot_is_there (spot, error) || !pin_json_spot_is_object (spot, NULL, error) || !pin_json_require (spot, "uuid", error)
      || !pin_json_require (spot, "name", error) || !pin_json_get_string (spot, "name", &said->name, error)
      || !pin_json_get_uuid (spot, "uuid", &said->uuid, error) || !pin_json_get_string (spot, "state", &said->state, error)
      || !pin_json_get_string (spot, "home", &said->home, error) || !pin_json_spot_is_array (&misses, error))
    return FALSE;
  said->n_missed = pin_json_spot_length (&misses);
  return TRUE;
}

/* Whether @home is not the host of @row, which may call itself otherwise than the policy does. */
static gboolean
is_elsewhere (const PinHostRow *row, const char *home)
{
  g_autoptr (PinSnapshot) host = NULL;

  if (home == NULL || g_str_equal (home, row->name))
    return FALSE;
  host = pin_site_snapshot (row->site);
  return g_strcmp0 (home, host->name) != 0;
}

/* A host says no more here than its snapshot does. */
static gboolean
is_astray (const PinHostRow *row, const Said *said)
{
  g_autoptr (PinSiteKey) key = pin_site_key_new (said->uuid);

  return g_strcmp0 (said->state, "running") == 0 && pin_site_knows (row->site, key)
         && (said->n_missed > 0 || is_elsewhere (row, said->home));
}

static gboolean
read_guests (Astray *astray, const PinHostRow *row, const char *text, GError **error)
{
  g_autoptr (JsonNode) node = pin_json_parse (text, -1, error);
  PinJsonSpot root;

  if (node == NULL)
    return FALSE;
  root = pin_json_spot_root (node);
  if (!pin_json_spot_is_there (&root, error) || !pin_json_spot_is_array (&root, error))
    return FALSE;
  for (guint i = 0; i < pin_json_spot_length (&root); i++)
    {
      PinJsonSpot spot = pin_json_spot_item (&root, i);
      g_auto (Said) said = { NULL };

      if (!read_said (&spot, &said, error))
        return FALSE;
      if (is_astray (row, &said))
        pin_enquiry_add (astray->calls, row->name, said.uuid, said.name);
    }
  return TRUE;
}

static void
on_domains (const PinEnquiryCall *call, const char *text, const GError *error, gpointer data)
{
  Astray *astray = g_task_get_task_data (data);
  GError *wrong = NULL;
  PinHostRow row;

  /* It may be none of the cluster any more. */
  if (!pin_fleet_row (astray->fleet, call->host, &row) || row.site == NULL)
    return;
  if (text == NULL)
    wrong = g_error_copy (error);
  else if (!read_guests (astray, &row, text, &wrong))
    g_prefix_error (&wrong, "%s: what it says of its guests: ", call->host);
  if (wrong != NULL)
    pin_gathered_add_gap (astray->gaps, call->host, wrong);
}

static void
on_all (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (pin_enquiry_finish (result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static gboolean
has_guests (const PinHostRow *row)
{
  PinSiteWalk walk = { NULL };
  PinSiteGuest guest;

  while (row->site != NULL && pin_site_next (row->site, &walk, &guest))
    if (guest.state == PIN_SITE_GUEST_RUNNING)
      return TRUE;
  return FALSE;
}

/* Why it is not worth while to ask the host of @row, of whose guests something should be known; NULL: it is.  (transfer full) */
static GError *
why_silent (const PinFleet *fleet, const PinHostRow *row)
{
  const PinHostFacts *facts = pin_fleet_facts (fleet, row->name);

  if (row->presence == PIN_PRESENCE_UNREACHABLE && (row->site == NULL || has_guests (row)))
    return g_error_new (PIN_ERROR, PIN_ERROR_FAILED, "%s can't be reached: %s (see its link in pinshift config cat)", row->name,
                        row->failure != NULL ? row->failure : "it was not heard yet");
  if (row->presence == PIN_PRESENCE_REACHABLE && facts != NULL && !facts->libvirt_connected)
    return g_error_new (PIN_ERROR, PIN_ERROR_FAILED, "%s: pinshiftd is not connected to libvirt", row->name);
  return NULL;
}

void
pin_astray_ask (PinFleet *fleet, GCancellable *cancellable, GAsyncReadyCallback answered, gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, answered, data);
  Astray *astray = g_new0 (Astray, 1);
  GPtrArray *calls = pin_enquiry_calls_new ();
  guint n_rows;
  const PinHostRow *rows = pin_fleet_rows (fleet, &n_rows);

  astray->fleet = fleet;
  astray->calls = pin_enquiry_calls_new ();
  astray->gaps = pin_gathered_new ();
  g_task_set_task_data (task, astray, astray_free);
  for (guint i = 0; i < n_rows; i++)
    {
      GError *silent = why_silent (fleet, &rows[i]);

      if (silent != NULL)
        pin_gathered_add_gap (astray->gaps, rows[i].name, silent);
      else if (has_guests (&rows[i]) && rows[i].presence == PIN_PRESENCE_REACHABLE)
        pin_enquiry_add (calls, rows[i].name, NULL, NULL);
    }
  pin_enquiry_ask (fleet, "Domains", calls, NULL, on_domains, cancellable, on_all, task);
}

PinGathered *
pin_astray_finish (GAsyncResult *result, GPtrArray **ret_calls, GError **error)
{
  Astray *astray = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  *ret_calls = g_steal_pointer (&astray->calls);
  return g_steal_pointer (&astray->gaps);
}
