/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "muster.h"

#include "chorus.h"
#include "format/json-spot.h"
#include "format/json-text.h"
#include "service/errors.h"
#include "service/options.h"

/* Of all hosts together, while they answer and in the answer: one message can carry them. */
#define GUESTS_MOST 10000

struct _PinMuster
{
  PinCluster1 *skeleton;
  PinFleet *fleet;
  GCancellable *cancellable;
};

/* A guest, as its host has it. */
typedef struct
{
  char *host;
  char *name;
  JsonNode *said; /* an object */
} Guest;

/* A call that is not answered yet. */
typedef struct
{
  GDBusMethodInvocation *invocation; /* ours until it is answered */
  gboolean misses;                   /* none but guests that miss something */
  GPtrArray *guests;                 /* Guest */
  guint n_omitted;
} Call;

static void
free_guest (gpointer data)
{
  Guest *guest = data;

  g_free (guest->host);
  g_free (guest->name);
  json_node_unref (guest->said);
  g_free (guest);
}

static void
call_free (Call *call)
{
  g_ptr_array_unref (call->guests);
  g_free (call);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static gint
compare (gconstpointer a, gconstpointer b)
{
  const Guest *one = *(const Guest *const *) a, *other = *(const Guest *const *) b;
  gint order = g_strcmp0 (one->host, other->host);

  return order != 0 ? order : g_strcmp0 (one->name, other->name);
}

static void
sort (Call *call)
{
  g_ptr_array_sort (call->guests, compare);
  if (call->guests->len <= GUESTS_MOST)
    return;
  call->n_omitted += call->guests->len - GUESTS_MOST;
  g_ptr_array_set_size (call->guests, GUESTS_MOST);
}

/* Adds the guest at @spot, if the call is about it. */
static gboolean
read_guest (Call *call, const char *host, const PinJsonSpot *spot, GError **error)
{
  PinJsonSpot misses = pin_json_spot_member (spot, "misses");
  g_autofree char *name = NULL, *uuid = NULL;
  Guest *guest;

  if (!pin_json_spot_is_there (spot, error) || !pin_json_spot_is_object (spot, NULL, error) || !pin_json_require (spot, "name", error)
      || !pin_json_require (spot, "uuid", error) || !pin_json_get_string (spot, "name", &name, error)
      || !pin_json_get_uuid (spot, "uuid", &uuid, error) || !pin_json_spot_is_array (&misses, error))
    return FALSE;
  if (call->misses && pin_json_spot_length (&misses) == 0)
    return TRUE;
  guest = g_new0 (Guest, 1);
  guest->host = g_strdup (host);
  guest->name = g_steal_pointer (&name);
  guest->said = json_node_ref (spot->node);
  g_ptr_array_add (call->guests, guest);
  return TRUE;
}

static gboolean
on_host (const char *host, const char *text, gpointer data, GError **error)
{
  Call *call = data;
  g_autoptr (JsonNode) node = pin_json_parse (text, -1, error);
  gboolean is_good = node != NULL;
  PinJsonSpot root;

  if (!is_good)
    return FALSE;
  root = pin_json_spot_root (node);
  is_good = pin_json_spot_is_there (&root, error) && pin_json_spot_is_array (&root, error);
  for (guint i = 0; is_good && i < pin_json_spot_length (&root); i++)
    {
      PinJsonSpot spot = pin_json_spot_item (&root, i);

      is_good = read_guest (call, host, &spot, error);
    }
  if (call->guests->len > 2 * GUESTS_MOST)
    sort (call);
  return is_good;
}

/* No host says anything in the name of another. */
static void
add_guest (JsonBuilder *builder, const Guest *guest)
{
  JsonObjectIter iter;
  const char *member;
  JsonNode *value;

  json_builder_begin_object (builder);
  pin_json_add_string (builder, "host", guest->host);
  json_object_iter_init (&iter, json_node_get_object (guest->said));
  while (json_object_iter_next (&iter, &member, &value))
    if (!g_str_equal (member, "host"))
      json_builder_add_value (json_builder_set_member_name (builder, member), json_node_copy (value));
  json_builder_end_object (builder);
}

/* (transfer full) */
static char *
write_json (const Call *call, const GPtrArray *unreachable)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  pin_json_add_number (builder, "version", 1);
  pin_json_begin_array (builder, "domains");
  for (guint i = 0; i < call->guests->len; i++)
    add_guest (builder, call->guests->pdata[i]);
  json_builder_end_array (builder);
  pin_json_add_number (builder, "omitted", call->n_omitted);
  pin_json_begin_array (builder, "unreachable");
  for (guint i = 0; i < unreachable->len; i++)
    json_builder_add_string_value (builder, unreachable->pdata[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  return pin_json_end (builder, FALSE);
}

static void
on_all (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Call) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) unreachable = pin_chorus_finish (result, &error);
  g_autofree char *json = NULL;

  if (unreachable == NULL)
    {
      pin_bus_errors_return (call->invocation, error);
      return;
    }
  sort (call);
  json = write_json (call, unreachable);
  g_dbus_method_invocation_return_value (call->invocation, g_variant_new ("(s)", json));
}

static gboolean
handle_domains (PinCluster1 *skeleton, GDBusMethodInvocation *invocation, GVariant *options, gpointer data)
{
  static const PinChorusQuestion question = { .method = "Domains", .heard = on_host };
  PinMuster *muster = data;
  gboolean misses = FALSE;
  const PinBusOption known[] = { { .name = "misses", .value = &misses }, { NULL } };
  g_autoptr (GError) error = NULL;
  Call *call;

  if (!pin_bus_options_read (options, known, &error))
    {
      pin_bus_errors_return (invocation, error);
      return TRUE;
    }
  call = g_new0 (Call, 1);
  call->invocation = invocation;
  call->misses = misses;
  call->guests = g_ptr_array_new_with_free_func (free_guest);
  pin_chorus_ask (muster->fleet, &question, muster->cancellable, on_all, call);
  return TRUE;
}

PinMuster *
pin_muster_new (PinCluster1 *skeleton, PinFleet *fleet)
{
  PinMuster *muster = g_new0 (PinMuster, 1);

  muster->skeleton = g_object_ref (skeleton);
  muster->fleet = fleet;
  muster->cancellable = g_cancellable_new ();
  g_signal_connect (skeleton, "handle-domains", G_CALLBACK (handle_domains), muster);
  return muster;
}

void
pin_muster_free (PinMuster *muster)
{
  if (muster == NULL)
    return;
  g_signal_handlers_disconnect_by_data (muster->skeleton, muster);
  g_cancellable_cancel (muster->cancellable);
  g_object_unref (muster->cancellable);
  g_object_unref (muster->skeleton);
  g_free (muster);
}
