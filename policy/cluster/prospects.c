/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "prospects.h"

#define TRAVELLERS_MOST PIN_PROSPECTS_TRAVELLERS_MOST
#define ROWS_MOST PIN_PROSPECTS_ROWS_MOST
/* Guests that are lifted, put or judged. */
#define EFFORT_MOST 6000

struct _PinProspects
{
  PinScene *scene;
  const GArray *travellers;
  guint rows[ROWS_MOST];
  guint n_rows;
  guint starts[TRAVELLERS_MOST];
  guint8 ranks[TRAVELLERS_MOST][ROWS_MOST];
  GHashTable *answers; /* question -> PinStanding */
  guint effort_left;
};

static const PinParty *
party_of (const PinProspects *prospects, guint traveller)
{
  return g_array_index (prospects->travellers, PinTraveller, traveller).party;
}

/* The place of @row, which is given one if there is room; ROWS_MOST: it has none. */
static guint
take_row (PinProspects *prospects, guint row)
{
  for (guint place = 0; place < prospects->n_rows; place++)
    {
      if (prospects->rows[place] == row)
        return place;
    }
  if (prospects->n_rows == ROWS_MOST)
    return ROWS_MOST;
  prospects->rows[prospects->n_rows] = row;
  return prospects->n_rows++;
}

/* FALSE: there are too many. */
static gboolean
take_own_rows (PinProspects *prospects)
{
  gboolean all = TRUE;

  for (guint i = 0; i < prospects->travellers->len; i++)
    {
      prospects->starts[i] = take_row (prospects, pin_party_at (party_of (prospects, i), prospects->scene));
      all &= prospects->starts[i] < ROWS_MOST;
    }
  for (guint i = 0; i < prospects->travellers->len; i++)
    {
      if (party_of (prospects, i)->home != PIN_SCENE_NOWHERE)
        all &= take_row (prospects, (guint) party_of (prospects, i)->home) < ROWS_MOST;
    }
  return all;
}

/* Those that are left, the one that takes most of them first. */
static void
take_other_rows (PinProspects *prospects, const guint *n_takes, guint n_rows)
{
  for (guint n = prospects->travellers->len; n > 0; n--)
    for (guint row = 0; row < n_rows; row++)
      {
        if (n_takes[row] == n)
          take_row (prospects, row);
      }
}

static void
find_rows (PinProspects *prospects, GArray *const *ranked)
{
  guint n_rows;
  g_autofree guint *n_takes = NULL;

  pin_scene_rows (prospects->scene, &n_rows);
  n_takes = g_new0 (guint, n_rows);
  for (guint i = 0; i < prospects->travellers->len; i++)
    for (guint j = 0; j < ranked[i]->len; j++)
      n_takes[g_array_index (ranked[i], guint, j)]++;
  take_other_rows (prospects, n_takes, n_rows);
}

static void
keep_ranks (PinProspects *prospects, guint traveller, const GArray *ranked)
{
  for (guint place = 0; place < ROWS_MOST; place++)
    prospects->ranks[traveller][place] = G_MAXUINT8;
  for (guint i = 0; i < MIN (ranked->len, G_MAXUINT8); i++)
    for (guint place = 0; place < prospects->n_rows; place++)
      {
        if (prospects->rows[place] == g_array_index (ranked, guint, i))
          prospects->ranks[traveller][place] = (guint8) i;
      }
}

static void
look_around (PinProspects *prospects)
{
  GArray *ranked[TRAVELLERS_MOST];
  guint n = prospects->travellers->len;

  for (guint i = 0; i < n; i++)
    ranked[i] = pin_party_rows (party_of (prospects, i), prospects->scene);
  find_rows (prospects, ranked);
  for (guint i = 0; i < n; i++)
    {
      keep_ranks (prospects, i, ranked[i]);
      g_array_unref (ranked[i]);
    }
}

PinProspects *
pin_prospects_new (PinScene *scene, const GArray *travellers)
{
  g_autoptr (PinProspects) prospects = g_new0 (PinProspects, 1);

  prospects->scene = scene;
  prospects->travellers = travellers;
  prospects->answers = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  prospects->effort_left = EFFORT_MOST;
  if (travellers->len > TRAVELLERS_MOST || !take_own_rows (prospects))
    return NULL;
  look_around (prospects);
  return g_steal_pointer (&prospects);
}

void
pin_prospects_free (PinProspects *prospects)
{
  if (prospects == NULL)
    return;
  g_hash_table_unref (prospects->answers);
  g_free (prospects);
}

guint
pin_prospects_n_rows (const PinProspects *prospects)
{
  return prospects->n_rows;
}

guint
pin_prospects_row (const PinProspects *prospects, guint place)
{
  return prospects->rows[place];
}

guint
pin_prospects_start (const PinProspects *prospects, guint traveller)
{
  return prospects->starts[traveller];
}

guint
pin_prospects_rank (const PinProspects *prospects, guint traveller, guint place)
{
  return prospects->ranks[traveller][place];
}

static void
spend (PinProspects *prospects)
{
  prospects->effort_left -= MIN (prospects->effort_left, 1);
}

/* Those who were at @place, and are not in @mask, leave it. */
static void
send_off (PinProspects *prospects, guint place, guint mask)
{
  for (guint i = 0; i < prospects->travellers->len; i++)
    {
      if (prospects->starts[i] != place || (mask >> i & 1) != 0)
        continue;
      spend (prospects);
      pin_party_lift (party_of (prospects, i), prospects->scene);
    }
}

/* Those of @mask who were not at @place come: who is at @home there, or who is not.  FALSE: they can't. */
static gboolean
let_in (PinProspects *prospects, guint place, guint mask, gboolean home)
{
  for (guint i = 0; i < prospects->travellers->len; i++)
    {
      const PinParty *party = party_of (prospects, i);

      if (prospects->starts[i] == place || (mask >> i & 1) == 0 || (party->home == (gint) prospects->rows[place]) != home)
        continue;
      spend (prospects);
      if (!pin_party_put (party, prospects->scene, prospects->rows[place]))
        return FALSE;
    }
  return TRUE;
}

static PinStanding
answer (PinProspects *prospects, guint traveller, guint place, guint mask)
{
  const PinParty *party = party_of (prospects, traveller);
  guint row = prospects->rows[place], mark = pin_scene_mark (prospects->scene);
  gboolean home = party->home == (gint) row;
  PinStanding standing = { FALSE };

  send_off (prospects, place, mask);
  if (let_in (prospects, place, mask, TRUE) && (home || let_in (prospects, place, mask, FALSE)))
    standing = pin_party_judge (party, prospects->scene, row);
  if (home && standing.can)
    standing.can = pin_party_put (party, prospects->scene, row) && let_in (prospects, place, mask, FALSE);
  spend (prospects);
  pin_scene_back (prospects->scene, mark);
  return standing.can ? standing : (PinStanding){ FALSE };
}

PinStanding
pin_prospects_ask (PinProspects *prospects, guint traveller, guint place, guint mask)
{
  gpointer question = GUINT_TO_POINTER (mask << 8 | place << 4 | traveller);
  PinStanding *known = g_hash_table_lookup (prospects->answers, question);

  if (known != NULL)
    return *known;
  if (prospects->effort_left == 0)
    return (PinStanding){ FALSE };
  known = g_new (PinStanding, 1);
  *known = answer (prospects, traveller, place, mask & ~(1u << traveller));
  g_hash_table_insert (prospects->answers, question, known);
  return *known;
}

gboolean
pin_prospects_complete (const PinProspects *prospects)
{
  return prospects->effort_left > 0;
}
