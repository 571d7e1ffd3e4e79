/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hindrance.h"

gboolean
pin_need_is_met (PinNeed need, const PinStanding *standing)
{
  switch (need)
    {
    case PIN_NEED_NO_WORSE:
      return standing->no_worse;
    case PIN_NEED_WHOLE:
      return standing->whole;
    case PIN_NEED_PLACE:
    default:
      return standing->can;
    }
}

/* Visitors, guests without a home, guests that are at home. */
static guint
class_of (const PinParty *party, guint row)
{
  return !party->tuned ? 1 : party->home == (gint) row ? 2 : 0;
}

/* (transfer container) */
static GPtrArray *
others_on (PinScene *scene, const GPtrArray *parties, const PinParty *party, guint row)
{
  GPtrArray *others = g_ptr_array_new ();

  for (guint class = 0; class <= 2; class++)
    for (guint i = 0; i < parties->len; i++)
      {
        PinParty *other = g_ptr_array_index (parties, i);

        if (other != party && pin_party_at (other, scene) == row && class_of (other, row) == class)
          g_ptr_array_add (others, other);
      }
  return others;
}

static gboolean
is_met (PinScene *scene, const PinParty *party, guint row, PinNeed need)
{
  PinStanding standing = pin_party_judge (party, scene, row);

  return pin_need_is_met (need, &standing);
}

/* Lifts all @others, and notes the mark before each.  (transfer full) */
static guint *
lift_all (PinScene *scene, const GPtrArray *others)
{
  guint *marks = g_new0 (guint, others->len + 1);

  for (guint i = 0; i < others->len; i++)
    {
      marks[i] = pin_scene_mark (scene);
      pin_party_lift (g_ptr_array_index (others, i), scene);
    }
  return marks;
}

/*
 * Those of @others who have to be absent; nobody, if all of them would not help.  From the last to the first each is put back, and stays if that
 * does no harm.  (transfer container)
 */
static GPtrArray *
find_needed (PinScene *scene, const PinParty *party, guint row, PinNeed need, const GPtrArray *others)
{
  GPtrArray *needed = g_ptr_array_new ();
  guint mark = pin_scene_mark (scene);
  g_autofree guint *marks = lift_all (scene, others);
  gboolean helps = is_met (scene, party, row, need);

  for (guint i = helps ? others->len : 0; i-- > 0;)
    {
      pin_scene_back (scene, marks[i]);
      for (guint j = 0; j < needed->len; j++)
        pin_party_lift (g_ptr_array_index (needed, j), scene);
      if (!is_met (scene, party, row, need))
        g_ptr_array_insert (needed, 0, g_ptr_array_index (others, i));
    }
  pin_scene_back (scene, mark);
  return needed;
}

static void
say_who (GString *text, PinScene *scene, const GPtrArray *others, guint row)
{
  gboolean first = TRUE;

  for (guint i = 0; i < others->len; i++)
    {
      const PinParty *other = g_ptr_array_index (others, i);

      for (guint j = 0; j < other->guests->len; j++, first = FALSE)
        g_string_append_printf (text, "%s%s%s", first ? "; in the way: " : ", ",
                                pin_scene_guest (scene, g_array_index (other->guests, guint, j))->guest->name,
                                other->home == (gint) row ? " (at home there)" : "");
    }
}

/* What a guest would have to do without, or @remaps where no more than that. */
static void
say_plan (GString *text, PinScene *scene, guint guest, guint row)
{
  g_autoptr (PinPlan) plan = pin_scene_plan (scene, guest, row);
  PinAction least = pin_plan_is_whole (plan) ? PIN_ACTION_REMAP : PIN_ACTION_WEAKEN;
  gboolean first = TRUE;

  g_string_append_printf (text, "its plan there costs %u, where it is %u", plan->cost, pin_scene_guest (scene, guest)->cost);
  for (guint i = 0; i < plan->reasons->len; i++)
    {
      const PinReason *reason = g_ptr_array_index (plan->reasons, i);

      if (reason->action < least)
        continue;
      g_string_append_printf (text, "%s%s: %s", first ? ": " : "; ", pin_setting_name (reason->setting), reason->text);
      first = FALSE;
    }
}

/* Of the first of them that does not get what it needs; one alone is no party that could be kept together elsewhere. */
static void
say_what (GString *text, PinScene *scene, const PinParty *party, guint row)
{
  guint mark = pin_scene_mark (scene);

  if (party->guests->len > 1)
    pin_party_lift (party, scene);
  for (guint i = 0; i < party->guests->len && text->len == 0; i++)
    {
      guint guest = g_array_index (party->guests, guint, i);
      g_autofree char *why = pin_scene_why (scene, guest, row);

      if (why != NULL)
        g_string_append (text, why);
      else if (i + 1 == party->guests->len)
        say_plan (text, scene, guest, row);
      else
        pin_scene_put (scene, guest, row);
    }
  pin_scene_back (scene, mark);
}

char *
pin_hindrance_why (PinScene *scene, const GPtrArray *parties, const PinParty *party, guint row, PinNeed need)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GPtrArray) others = others_on (scene, parties, party, row);
  g_autoptr (GPtrArray) needed = find_needed (scene, party, row, need, others);

  say_what (text, scene, party, row);
  say_who (text, scene, needed, row);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
pin_hindrance_of_leaving (const PinScene *scene, const PinParty *party, guint guest)
{
  guint n_rows;
  const char *on = pin_scene_rows (scene, &n_rows)[party->on].name;

  for (guint i = 0; i < party->guests->len; i++)
    {
      guint other = g_array_index (party->guests, guint, i);
      const PinSceneGuest *facts = pin_scene_guest (scene, other);

      if (facts->bound_for != NULL)
        return g_strdup_printf ("%s is on its way to %s", other == guest ? "it" : facts->guest->name, facts->bound_for);
      if (facts->held != NULL)
        return g_strdup_printf ("%s%s%s", other == guest ? "" : facts->guest->name, other == guest ? "" : ": ", facts->held);
    }
  return party->fixed ? g_strdup_printf ("%s, where it is, can't be reached", on) : NULL;
}
