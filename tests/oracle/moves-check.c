/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "moves-check.h"

#include "rules/rules-cluster.h"

#include <string.h>

typedef struct
{
  const Cluster *cluster;
  const ClusterView *view;
  const PinMoves *moves;
  gint at[CLUSTER_GUESTS];
  PinTenant *tenants[CLUSTER_GUESTS]; /* what each holds where it is */
} Course;

static void
course_clear (Course *course)
{
  for (guint i = 0; i < CLUSTER_GUESTS; i++)
    g_clear_pointer (&course->tenants[i], pin_tenant_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Course, course_clear)

static gboolean
tenant_equal (const PinTenant *a, const PinTenant *b, guint n_nodes)
{
  if (!pin_cpuset_equal (a->dedicated, b->dedicated) || !pin_cpuset_equal (a->shared, b->shared) || a->pages->len != b->pages->len)
    return FALSE;
  for (guint node = 0; node < n_nodes; node++)
    {
      if (pin_tenant_memory (a, node) != pin_tenant_memory (b, node))
        return FALSE;
    }
  for (guint i = 0; i < a->pages->len; i++)
    {
      const PinPageUse *one = &g_array_index (a->pages, PinPageUse, i), *other = &g_array_index (b->pages, PinPageUse, i);

      if (one->node != other->node || one->size_kib != other->size_kib || one->count != other->count)
        return FALSE;
    }
  return TRUE;
}

static const char *
compare_plans (const PinPlan *said, const PinPlan *found, guint n_nodes)
{
  if (found->verdict == PIN_VERDICT_REFUSE)
    return "the host would refuse it";
  if (said == NULL || said->verdict != found->verdict)
    return "the verdict is another";
  if (said->cost != found->cost)
    return "the cost is another";
  if (memcmp (said->actions, found->actions, sizeof said->actions) != 0)
    return "the actions are others";
  if (!pin_placement_equal (said->placement, found->placement))
    return "the placement is another";
  return tenant_equal (said->claim, found->claim, n_nodes) ? NULL : "the claim is another";
}

/* What is wrong with what the move says it comes to; if that is nothing, it is done. */
static const char *
do_move (Course *course, guint guest, const PinMove *move)
{
  g_autoptr (GPtrArray) tenants = g_ptr_array_new ();
  g_autoptr (PinPlan) plan = NULL;
  const char *wrong;

  for (guint i = 0; i < course->cluster->guests->len; i++)
    {
      if (course->at[i] == (gint) move->to)
        g_ptr_array_add (tenants, course->tenants[i]);
    }
  plan = cluster_plan (course->cluster, guest, move->to, tenants);
  wrong = compare_plans (move->plan, plan, course->cluster->bare[move->to]->topology->n_nodes);
  if (wrong != NULL)
    return wrong;
  course->at[guest] = (gint) move->to;
  pin_tenant_free (course->tenants[guest]);
  course->tenants[guest] = pin_tenant_copy (plan->claim);
  return move->whole == cluster_is_whole (plan) ? NULL : "it is whole, or is not, and the move says otherwise";
}

/* Of those before a move, all that it has to wait for. */
static const char *
check_after (const Course *course, guint index)
{
  const PinMove *move = g_ptr_array_index (course->moves->moves, index);
  guint n = 0;

  for (guint i = 0; i < index; i++)
    {
      const PinMove *earlier = g_ptr_array_index (course->moves->moves, i);

      if (earlier->from != move->to && earlier->guest != move->guest)
        continue;
      if (n == move->after->len || g_array_index (move->after, guint, n++) != i)
        return "it does not wait for what leaves its host, or moves the same guest";
    }
  return n == move->after->len ? NULL : "it waits for what is not in its way";
}

static gboolean
is_member (const Cluster *cluster, const PinGroupRule *group, guint guest)
{
  return pin_group_rule_has (group, cluster_guest (cluster, guest)->domain->guest->name);
}

/* Whether all members are on one host. */
static gboolean
is_together (const Course *course, const PinGroupRule *group)
{
  gint row = CLUSTER_NOWHERE;

  for (guint i = 0; i < course->cluster->guests->len; i++)
    {
      if (!is_member (course->cluster, group, i))
        continue;
      if (row != CLUSTER_NOWHERE && course->at[i] != row)
        return FALSE;
      row = course->at[i];
    }
  return TRUE;
}

static gboolean
is_alone (const Course *course, const PinGroupRule *group, guint guest)
{
  for (guint i = 0; i < course->cluster->guests->len; i++)
    {
      if (i != guest && course->at[i] == course->at[guest] && is_member (course->cluster, group, i))
        return FALSE;
    }
  return TRUE;
}

/* After the move of @guest, which is that of @index. */
static const char *
check_groups (const Course *course, guint guest, guint index)
{
  const GPtrArray *groups = pin_rules_groups (course->cluster->rules);
  const PinMove *next = index + 1 < course->moves->moves->len ? g_ptr_array_index (course->moves->moves, index + 1) : NULL;

  for (guint i = 0; i < groups->len; i++)
    {
      const PinGroupRule *group = g_ptr_array_index (groups, i);

      if (group->apart && is_member (course->cluster, group, guest) && !is_alone (course, group, guest))
        return "a group that is to be apart is not";
      if (group->apart || is_together (course, group))
        continue;
      if (next == NULL || (cluster_together (course->cluster, guest) & 1u << course->view->numbers[next->guest]) == 0)
        return "a group that is to be together is not";
    }
  return NULL;
}

static const char *
check_move (Course *course, guint index)
{
  const PinMove *move = g_ptr_array_index (course->moves->moves, index);
  guint guest = course->view->numbers[MIN (move->guest, course->view->guests->len - 1)];
  const char *wrong;

  if (move->guest >= course->view->guests->len || move->to >= course->cluster->n_hosts)
    return "there is no such guest or host";
  if ((gint) move->from != course->at[guest] || move->from == move->to)
    return "it does not begin where the guest is, or does not go elsewhere";
  if (course->cluster->closed[move->to])
    return "it goes to a host in maintenance, or out of reach";
  if (course->cluster->gone[move->from])
    return "it leaves a host that can't be reached";
  if (move->why == NULL || strchr (move->why, '\n') != NULL || *move->why == '\0')
    return "it does not say why in one line";
  wrong = do_move (course, guest, move);
  if (wrong == NULL)
    wrong = check_after (course, index);
  return wrong != NULL ? wrong : check_groups (course, guest, index);
}

static const char *
check_stays (const Course *course)
{
  for (guint i = 0; i < course->moves->stays->len; i++)
    {
      const PinStay *stay = g_ptr_array_index (course->moves->stays, i);

      if (stay->guest >= course->view->guests->len)
        return "somebody stays that there is not";
      if (stay->why == NULL || *stay->why == '\0' || strchr (stay->why, '\n') != NULL)
        return "it is not said in one line why somebody stays";
      if (i > 0 && ((PinStay *) g_ptr_array_index (course->moves->stays, i - 1))->guest >= stay->guest)
        return "those that stay are not by guest";
    }
  return NULL;
}

static const char *
check_scene (const Course *course, const PinScene *scene)
{
  for (guint i = 0; i < course->view->guests->len; i++)
    {
      if (pin_scene_at (scene, i) != course->at[course->view->numbers[i]])
        return "the scene has somebody elsewhere afterwards";
    }
  return NULL;
}

char *
moves_check (const Cluster *cluster, const ClusterView *view, const PinScene *scene, const PinMoves *moves)
{
  g_auto (Course) course = { .cluster = cluster, .view = view, .moves = moves };
  const char *wrong;

  for (guint i = 0; i < cluster->guests->len; i++)
    {
      course.at[i] = (gint) cluster_guest (cluster, i)->on;
      course.tenants[i] = pin_tenant_copy (cluster_guest (cluster, i)->tenant);
    }
  for (guint i = 0; i < moves->moves->len; i++)
    {
      wrong = check_move (&course, i);
      if (wrong != NULL)
        return g_strdup_printf ("move %u: %s", i, wrong);
    }
  wrong = check_stays (&course);
  return g_strdup (wrong != NULL ? wrong : check_scene (&course, scene));
}
