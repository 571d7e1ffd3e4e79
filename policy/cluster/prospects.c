/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "prospects.h"

/* Parties that are lifted or put. */
#define EFFORT_MOST 4000
#define STATES_MOST 60000

/* What is known of a state. */
typedef struct
{
  guint place;
  gint before;                   /* the state that it was found from; -1: it is the first */
  guint traveller;               /* who came or left then */
  gboolean came;
  guint next[2][PIN_PLACES_TRAVELLERS_MOST]; /* when one leaves, or comes: the state after it, plus one; 0: not known */
  gboolean asked[PIN_PLACES_TRAVELLERS_MOST];
  PinStanding standings[PIN_PLACES_TRAVELLERS_MOST]; /* of those who come, where that was asked */
} State;

struct _PinProspects
{
  PinScene *scene;
  const GArray *travellers;
  PinPlaces places;
  GPtrArray *states; /* State; the first ones are those of the places */
  GHashTable *known; /* what is held -> number of the state + 1 */
  guint effort_left;
};

static const PinParty *
party_of (const PinProspects *prospects, guint traveller)
{
  return g_array_index (prospects->travellers, PinTraveller, traveller).party;
}

static void
add_cpus (GString *text, const PinCpuset *cpus)
{
  g_autofree char *list = pin_cpuset_format (cpus);

  g_string_append_printf (text, "/%s", list);
}

static void
add_holding (GString *text, const PinSnapshot *snapshot, const PinTenant *tenant)
{
  add_cpus (text, tenant->dedicated);
  add_cpus (text, tenant->shared);
  for (guint node = 0; node < snapshot->topology->n_nodes; node++)
    g_string_append_printf (text, "/%" G_GUINT64_FORMAT, pin_tenant_memory (tenant, node));
  for (guint i = 0; i < tenant->pages->len; i++)
    {
      const PinPageUse *use = &g_array_index (tenant->pages, PinPageUse, i);

      g_string_append_printf (text, "/%u:%" G_GUINT64_FORMAT "*%" G_GUINT64_FORMAT, use->node, use->size_kib, use->count);
    }
}

static void
add_holdings (GString *text, const PinSnapshot *snapshot, const GPtrArray *tenants, const char *uuid)
{
  for (guint i = 0; i < tenants->len; i++)
    {
      const PinTenant *tenant = g_ptr_array_index (tenants, i);

      if (g_strcmp0 (tenant->uuid, uuid) == 0)
        add_holding (text, snapshot, tenant);
    }
}

/* What the travellers hold on the host at @place, as it is in the scene: the same text, the same state.  (transfer full) */
static char *
describe (const PinProspects *prospects, guint place)
{
  guint n_rows;
  const PinHostRow *host = &pin_scene_rows (prospects->scene, &n_rows)[prospects->places.rows[place]];
  g_autoptr (PinSnapshot) snapshot = host->site != NULL ? pin_site_snapshot (host->site) : NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "%u", place);
  for (guint i = 0; i < prospects->travellers->len && snapshot != NULL; i++)
    for (guint j = 0; j < party_of (prospects, i)->guests->len; j++)
      {
        guint guest = g_array_index (party_of (prospects, i)->guests, guint, j);
        const char *uuid = pin_scene_guest (prospects->scene, guest)->guest->uuid;

        if (pin_party_at (party_of (prospects, i), prospects->scene) != prospects->places.rows[place])
          continue;
        g_string_append_printf (text, " %u.%u", i, j);
        add_holdings (text, snapshot, snapshot->domains, uuid);
        add_holdings (text, snapshot, snapshot->claims, uuid);
      }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* The number of the state in which the host at @place is in the scene; where it is a new one, that was found as @found says. */
static guint
take_state (PinProspects *prospects, const State *found)
{
  g_autofree char *text = describe (prospects, found->place);
  guint known = GPOINTER_TO_UINT (g_hash_table_lookup (prospects->known, text));

  if (known > 0)
    return known - 1;
  g_ptr_array_add (prospects->states, g_memdup2 (found, sizeof *found));
  g_hash_table_insert (prospects->known, g_steal_pointer (&text), GUINT_TO_POINTER (prospects->states->len));
  return prospects->states->len - 1;
}

PinProspects *
pin_prospects_new (PinScene *scene, const GArray *travellers)
{
  g_autoptr (PinProspects) prospects = g_new0 (PinProspects, 1);

  prospects->scene = scene;
  prospects->travellers = travellers;
  prospects->states = g_ptr_array_new_with_free_func (g_free);
  prospects->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  prospects->effort_left = EFFORT_MOST;
  if (!pin_places_init (&prospects->places, scene, travellers))
    return NULL;
  for (guint place = 0; place < prospects->places.n; place++)
    {
      const State first = { .place = place, .before = -1 };

      take_state (prospects, &first);
    }
  return g_steal_pointer (&prospects);
}

void
pin_prospects_free (PinProspects *prospects)
{
  if (prospects == NULL)
    return;
  g_hash_table_unref (prospects->known);
  g_ptr_array_unref (prospects->states);
  g_free (prospects);
}

const PinPlaces *
pin_prospects_places (const PinProspects *prospects)
{
  return &prospects->places;
}

/* FALSE: there is no time left. */
static gboolean
spend (PinProspects *prospects)
{
  if (prospects->effort_left == 0 || prospects->states->len >= STATES_MOST)
    return FALSE;
  prospects->effort_left--;
  return TRUE;
}

/* Has the host in @state, in the scene: does all over again that led there. */
static gboolean
go_to (PinProspects *prospects, guint state)
{
  const State *known = g_ptr_array_index (prospects->states, state);

  if (known->before < 0)
    return TRUE;
  if (!go_to (prospects, (guint) known->before) || !spend (prospects))
    return FALSE;
  if (known->came)
    return pin_party_put (party_of (prospects, known->traveller), prospects->scene, prospects->places.rows[known->place]);
  pin_party_lift (party_of (prospects, known->traveller), prospects->scene);
  return TRUE;
}

/* What comes after @state when @traveller @came, or left: the state, plus one; 0: it can't, or there was no time. */
static guint
find_next (PinProspects *prospects, guint state, guint traveller, gboolean came)
{
  State *known = g_ptr_array_index (prospects->states, state);
  const PinParty *party = party_of (prospects, traveller);
  guint row = prospects->places.rows[known->place];
  State found = { .place = known->place, .before = (gint) state, .traveller = traveller, .came = came };

  if (!go_to (prospects, state) || !spend (prospects))
    return 0;
  known->asked[traveller] |= came;
  if (came)
    known->standings[traveller] = pin_party_judge (party, prospects->scene, row);
  else
    pin_party_lift (party, prospects->scene);
  if (came && (!known->standings[traveller].can || !pin_party_put (party, prospects->scene, row)))
    return 0;
  return take_state (prospects, &found) + 1;
}

static guint
next_of (PinProspects *prospects, guint state, guint traveller, gboolean came)
{
  State *known = g_ptr_array_index (prospects->states, state);
  guint mark = pin_scene_mark (prospects->scene);

  if (known->next[came][traveller] > 0 || (came && known->asked[traveller]))
    return known->next[came][traveller];
  known->next[came][traveller] = find_next (prospects, state, traveller, came);
  pin_scene_back (prospects->scene, mark);
  return known->next[came][traveller];
}

PinStanding
pin_prospects_come (PinProspects *prospects, guint state, guint traveller, guint *ret_next)
{
  guint next = next_of (prospects, state, traveller, TRUE);

  if (next == 0)
    return (PinStanding){ FALSE };
  *ret_next = next - 1;
  return ((const State *) g_ptr_array_index (prospects->states, state))->standings[traveller];
}

gboolean
pin_prospects_leave (PinProspects *prospects, guint state, guint traveller, guint *ret_next)
{
  guint next = next_of (prospects, state, traveller, FALSE);

  if (next == 0)
    return FALSE;
  *ret_next = next - 1;
  return TRUE;
}

gboolean
pin_prospects_complete (const PinProspects *prospects)
{
  return prospects->effort_left > 0 && prospects->states->len < STATES_MOST;
}
