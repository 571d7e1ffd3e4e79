/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exact-rooms.h"

#include <string.h>

/* What a guest was given on a host. */
typedef struct
{
  PinTenant *tenant;
  guint cost;
  gboolean whole;
} Gift;

typedef struct
{
  guint8 row;
  guint16 gifts[CLUSTER_GUESTS]; /* by guest, one more than the number of what it was given; 0: it is not there */
} Room;

typedef struct
{
  gboolean known;
  ExactArrival arrival;
  guint left; /* the room when the guest has left it, one more; 0: not known */
} Answer;

struct _ExactRooms
{
  const Cluster *cluster;
  GPtrArray *gifts;          /* Gift */
  GHashTable *gift_numbers;  /* text of a gift -> number, one more */
  GArray *rooms;             /* Room */
  GHashTable *room_numbers;  /* GBytes of a Room -> number, one more */
  GArray *answers;           /* Answer, CLUSTER_GUESTS for each room */
};

static void
gift_free (gpointer data)
{
  Gift *gift = data;

  pin_tenant_free (gift->tenant);
  g_free (gift);
}

ExactRooms *
exact_rooms_new (const Cluster *cluster)
{
  ExactRooms *rooms = g_new0 (ExactRooms, 1);

  rooms->cluster = cluster;
  rooms->gifts = g_ptr_array_new_with_free_func (gift_free);
  rooms->gift_numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  rooms->rooms = g_array_new (FALSE, TRUE, sizeof (Room));
  rooms->room_numbers = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  rooms->answers = g_array_new (FALSE, TRUE, sizeof (Answer));
  return rooms;
}

void
exact_rooms_free (ExactRooms *rooms)
{
  if (rooms == NULL)
    return;
  g_ptr_array_unref (rooms->gifts);
  g_hash_table_unref (rooms->gift_numbers);
  g_array_unref (rooms->rooms);
  g_hash_table_unref (rooms->room_numbers);
  g_array_unref (rooms->answers);
  g_free (rooms);
}

/* (transfer full) */
static char *
gift_text (const PinTenant *tenant, guint cost, gboolean whole)
{
  g_autoptr (GString) text = g_string_new (tenant->uuid);
  g_autofree char *own = pin_cpuset_format (tenant->dedicated);
  g_autofree char *shared = pin_cpuset_format (tenant->shared);

  g_string_append_printf (text, " %u %d %s %s", cost, whole, own, shared);
  for (guint node = 0; node < tenant->memory_kib->len; node++)
    g_string_append_printf (text, " %u:%" G_GUINT64_FORMAT, node, pin_tenant_memory (tenant, node));
  for (guint i = 0; i < tenant->pages->len; i++)
    {
      const PinPageUse *use = &g_array_index (tenant->pages, PinPageUse, i);

      g_string_append_printf (text, " %u:%" G_GUINT64_FORMAT "x%" G_GUINT64_FORMAT, use->node, use->count, use->size_kib);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Returns one more than its number. */
static guint
number_gift (ExactRooms *rooms, const PinTenant *tenant, guint cost, gboolean whole)
{
  g_autofree char *text = gift_text (tenant, cost, whole);
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (rooms->gift_numbers, text));
  Gift *gift;

  if (number != 0)
    return number;
  gift = g_new0 (Gift, 1);
  gift->tenant = pin_tenant_copy (tenant);
  gift->cost = cost;
  gift->whole = whole;
  g_ptr_array_add (rooms->gifts, gift);
  g_hash_table_insert (rooms->gift_numbers, g_steal_pointer (&text), GUINT_TO_POINTER (rooms->gifts->len));
  g_assert_cmpuint (rooms->gifts->len, <, G_MAXUINT16);
  return rooms->gifts->len;
}

static guint
number_room (ExactRooms *rooms, const Room *room)
{
  g_autoptr (GBytes) key = g_bytes_new (room, sizeof *room);
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (rooms->room_numbers, key));

  if (number != 0)
    return number - 1;
  g_array_append_val (rooms->rooms, *room);
  g_array_set_size (rooms->answers, rooms->rooms->len * CLUSTER_GUESTS);
  g_hash_table_insert (rooms->room_numbers, g_steal_pointer (&key), GUINT_TO_POINTER (rooms->rooms->len));
  return rooms->rooms->len - 1;
}

guint
exact_rooms_first (ExactRooms *rooms, guint row)
{
  Room room;

  memset (&room, 0, sizeof room);
  room.row = (guint8) row;
  for (guint i = 0; i < rooms->cluster->guests->len; i++)
    {
      const ClusterGuest *guest = cluster_guest (rooms->cluster, i);

      if (guest->on == row)
        room.gifts[i] = (guint16) number_gift (rooms, guest->tenant, guest->cost, guest->whole);
    }
  return number_room (rooms, &room);
}

static const Gift *
gift_of (const ExactRooms *rooms, const Room *room, guint guest)
{
  return room->gifts[guest] != 0 ? g_ptr_array_index (rooms->gifts, room->gifts[guest] - 1) : NULL;
}

/* (transfer container) */
static GPtrArray *
tenants_of (const ExactRooms *rooms, const Room *room)
{
  GPtrArray *tenants = g_ptr_array_new ();

  for (guint i = 0; i < rooms->cluster->guests->len; i++)
    {
      const Gift *gift = gift_of (rooms, room, i);

      if (gift != NULL)
        g_ptr_array_add (tenants, gift->tenant);
    }
  return tenants;
}

static ExactArrival
work_out (ExactRooms *rooms, Room room, guint guest)
{
  g_autoptr (GPtrArray) tenants = tenants_of (rooms, &room);
  g_autoptr (PinPlan) plan = NULL;
  ExactArrival arrival = { FALSE };

  if (rooms->cluster->closed[room.row] || room.gifts[guest] != 0)
    return arrival;
  plan = cluster_plan (rooms->cluster, guest, room.row, tenants);
  if (plan->verdict == PIN_VERDICT_REFUSE)
    return arrival;
  arrival.can = TRUE;
  arrival.cost = plan->cost;
  arrival.whole = cluster_is_whole (plan);
  room.gifts[guest] = (guint16) number_gift (rooms, plan->claim, plan->cost, arrival.whole);
  arrival.room = number_room (rooms, &room);
  return arrival;
}

static Answer *
answer_of (const ExactRooms *rooms, guint room, guint guest)
{
  return &g_array_index (rooms->answers, Answer, room * CLUSTER_GUESTS + guest);
}

ExactArrival
exact_rooms_arrive (ExactRooms *rooms, guint room, guint guest)
{
  const Answer *known = answer_of (rooms, room, guest);
  ExactArrival arrival;

  if (known->known)
    return known->arrival;
  arrival = work_out (rooms, g_array_index (rooms->rooms, Room, room), guest);
  answer_of (rooms, room, guest)->known = TRUE;
  answer_of (rooms, room, guest)->arrival = arrival;
  return arrival;
}

guint
exact_rooms_leave (ExactRooms *rooms, guint room, guint guest)
{
  Room left = g_array_index (rooms->rooms, Room, room);
  guint known = answer_of (rooms, room, guest)->left;

  if (known != 0)
    return known - 1;
  left.gifts[guest] = 0;
  known = number_room (rooms, &left);
  answer_of (rooms, room, guest)->left = known + 1;
  return known;
}

gboolean
exact_rooms_has (ExactRooms *rooms, guint room, guint guest, guint *ret_cost, gboolean *ret_whole)
{
  const Gift *gift = gift_of (rooms, &g_array_index (rooms->rooms, Room, room), guest);

  if (gift == NULL)
    return FALSE;
  *ret_cost = gift->cost;
  *ret_whole = gift->whole;
  return TRUE;
}
