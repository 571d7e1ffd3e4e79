/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "portrait.h"

#include "choice.h"
#include "core/error.h"
#include "drawing/view.h"
#include "known-host.h"
#include "service/errors.h"
#include "service/options.h"

/* So long hosts that have changed may take to say so. */
#define FRESH_MS 2000

struct _PinPortrait
{
  PinCluster1 *skeleton;
  PinFleet *fleet;
  PinSceneryWorld world;
  GCancellable *cancellable;
};

/* A call that is not answered yet. */
typedef struct
{
  PinPortrait *portrait;             /* not looked at once that is cancelled */
  GDBusMethodInvocation *invocation; /* ours until it is answered */
  GCancellable *cancellable;
  char *host;
  char *guest; /* name or UUID; NULL: the host alone is drawn */
  char *uuid;  /* of the guest, once it was found */
} Call;

static void
call_free (Call *call)
{
  g_object_unref (call->cancellable);
  g_free (call->host);
  g_free (call->guest);
  g_free (call->uuid);
  g_free (call);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static Call *
call_new (PinPortrait *portrait, GDBusMethodInvocation *invocation, const char *host, char *guest)
{
  Call *call = g_new0 (Call, 1);

  call->portrait = portrait;
  call->invocation = invocation;
  call->cancellable = g_object_ref (portrait->cancellable);
  call->host = g_strdup (host);
  call->guest = guest;
  return call;
}

/* What another service said goes on as it is. */
static void
refuse (GDBusMethodInvocation *invocation, GError *error)
{
  g_dbus_error_strip_remote_error (error);
  pin_bus_errors_return (invocation, error);
}

static void
answer (const Call *call, const GPtrArray *views)
{
  g_autofree char *svg = pin_view_svg (views);

  g_dbus_method_invocation_return_value (call->invocation, g_variant_new ("(s)", svg));
}

/* Under the name that the cluster has for it.  (transfer full); NULL: nothing is known of it. */
static PinSnapshot *
snapshot_of (const PinHostRow *row, GError **error)
{
  PinSnapshot *host;

  if (row->site == NULL)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "%s can't be reached: %s (see its link in pinshift config cat)", row->name,
                   row->failure != NULL ? row->failure : "it was not heard yet");
      return NULL;
    }
  host = pin_site_snapshot (row->site);
  g_free (host->name);
  host->name = g_strdup (row->name);
  return host;
}

/* The guest of the call where it would be as its plan has it: FALSE with @error where it can't. */
static gboolean
foresee (const Call *call, PinScenery *scenery, guint guest, guint row, GPtrArray *views, GError **error)
{
  const PinHostRow *there = &scenery->rows[row];
  const PinGuest *facts = pin_scene_guest (scenery->scene, guest)->guest;
  g_autofree char *why = pin_scene_why (scenery->scene, guest, row);
  g_autoptr (PinPlan) plan = NULL;
  PinSnapshot *after;

  if (why != NULL)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "%s can't be on %s: %s", facts->name, there->name, why);
      return FALSE;
    }
  g_ptr_array_add (views, pin_view_new (snapshot_of (there, NULL), " before"));
  plan = pin_scene_plan (scenery->scene, guest, row);
  after = snapshot_of (there, NULL);
  pin_view_seat (after, facts, plan);
  g_ptr_array_add (views, pin_view_new (after, " after"));
  return TRUE;
}

/* Before and after, with the guest as @gathered has it. */
static gboolean
look_ahead (const Call *call, PinGathered *gathered, GPtrArray *views, GError **error)
{
  g_autoptr (PinScenery) scenery = NULL;
  gint guest;
  guint row;

  if (gathered->gaps->len > 0)
    {
      g_propagate_error (error, g_error_copy (((const PinGap *) gathered->gaps->pdata[0])->error));
      return FALSE;
    }
  scenery = pin_scenery_new (call->portrait->fleet, &call->portrait->world, gathered, NULL, NULL);
  guest = pin_scenery_find (scenery, call->uuid);
  if (guest < 0)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_STALE, "%s: it is not any more where it was; ask again", call->guest);
      return FALSE;
    }
  return pin_choice_find_host (scenery->rows, scenery->n_rows, call->host, &row, error)
         && foresee (call, scenery, (guint) guest, row, views, error);
}

static void
on_guest (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Call) call = data;
  g_autoptr (GPtrArray) views = g_ptr_array_new_with_free_func (pin_view_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (PinGathered) gathered = pin_gathering_finish (result, &error);

  if (gathered != NULL && look_ahead (call, gathered, views, &error))
    answer (call, views);
  else
    refuse (call->invocation, error);
}

/* The host as it was read last. */
static void
draw_host (const Call *call)
{
  g_autoptr (GPtrArray) views = g_ptr_array_new_with_free_func (pin_view_free);
  g_autoptr (GError) error = NULL;
  PinSnapshot *host = NULL;
  guint n_rows, row;
  const PinHostRow *rows = pin_fleet_rows (call->portrait->fleet, &n_rows);

  if (pin_choice_find_host (rows, n_rows, call->host, &row, &error))
    host = snapshot_of (&rows[row], &error);
  if (host == NULL)
    {
      refuse (call->invocation, error);
      return;
    }
  g_ptr_array_add (views, pin_view_new (host, ""));
  answer (call, views);
}

/* Asks the host of the guest for it. */
static void
ask_guest (Call *call)
{
  g_autoptr (Call) owned = call;
  g_autoptr (GPtrArray) calls = pin_enquiry_calls_new ();
  g_autoptr (GError) error = NULL;
  PinFleet *fleet = call->portrait->fleet;
  guint n_rows;
  const PinHostRow *rows = pin_fleet_rows (fleet, &n_rows);

  call->uuid = pin_choice_add_guest (calls, rows, n_rows, call->guest, &error);
  if (call->uuid != NULL)
    pin_gathering_ask (fleet, g_steal_pointer (&calls), call->cancellable, on_guest, g_steal_pointer (&owned));
  else
    refuse (call->invocation, error);
}

static void
on_fresh (gpointer data)
{
  g_autoptr (Call) call = data;
  g_autoptr (GError) error = NULL;

  if (g_cancellable_set_error_if_cancelled (call->cancellable, &error))
    refuse (call->invocation, error);
  else if (call->guest != NULL)
    ask_guest (g_steal_pointer (&call));
  else
    draw_host (call);
}

static gboolean
handle_picture (PinCluster1 *skeleton, GDBusMethodInvocation *invocation, const char *host, GVariant *options, gpointer data)
{
  PinPortrait *portrait = data;
  g_autofree char *guest = NULL;
  const PinBusOption known[] = { { .name = "guest", .text = &guest }, { NULL } };
  g_autoptr (GError) error = NULL;

  if (pin_bus_options_read (options, known, &error) && pin_known_host (portrait->fleet, host, &error))
    pin_fleet_freshen (portrait->fleet, FRESH_MS, on_fresh, call_new (portrait, invocation, host, g_steal_pointer (&guest)));
  else
    refuse (invocation, error);
  return TRUE;
}

PinPortrait *
pin_portrait_new (PinCluster1 *skeleton, PinFleet *fleet, const PinExpected *expected, const PinHistory *history)
{
  PinPortrait *portrait = g_new0 (PinPortrait, 1);

  portrait->skeleton = g_object_ref (skeleton);
  portrait->fleet = fleet;
  portrait->world = (PinSceneryWorld){ expected, history, NULL };
  portrait->cancellable = g_cancellable_new ();
  g_signal_connect (skeleton, "handle-picture", G_CALLBACK (handle_picture), portrait);
  return portrait;
}

void
pin_portrait_free (PinPortrait *portrait)
{
  if (portrait == NULL)
    return;
  g_signal_handlers_disconnect_by_data (portrait->skeleton, portrait);
  g_cancellable_cancel (portrait->cancellable);
  g_object_unref (portrait->cancellable);
  g_object_unref (portrait->skeleton);
  g_free (portrait);
}

void
pin_portrait_set_rules (PinPortrait *portrait, const PinRules *rules)
{
  portrait->world.rules = rules;
}
