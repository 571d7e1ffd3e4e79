/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Wants that several nodes may meet together: which sets of them are met, and what is left for one more. */
#include "core/cpuset.h"
#include "core/wants.h"

#define N_NODES 2
#define N_SIZES 2

typedef struct
{
  const char *name;
  struct
  {
    const char *nodes; /* NULL: no want */
    guint size;
    guint64 units;
  } wants[3];
  gboolean met;
  guint64 spare[N_NODES]; /* of size 0, for one that may be met from any node */
} Case;

/* Node 0 has three units of size 0 and one of size 1, node 1 two and none. */
static const guint64 units[N_NODES * N_SIZES] = { 3, 1, 2, 0 };

static const Case cases[] = {
  { "nothing-wanted", { { NULL } }, TRUE, { 3, 2 } },
  { "each-has-its-node", { { "0", 0, 2 }, { "1", 0, 2 } }, TRUE, { 1, 0 } },
  { "one-wants-more-than-its-node-has", { { "0", 0, 4 } }, FALSE, { 0, 2 } },
  { "one-takes-from-both", { { "0-1", 0, 4 } }, TRUE, { 1, 1 } },
  { "two-want-more-together-than-there-is", { { "0-1", 0, 4 }, { "0", 0, 2 } }, FALSE, { 0, 0 } },
  { "what-one-can-take-elsewhere-is-left", { { "0-1", 0, 2 }, { "0", 0, 3 } }, TRUE, { 0, 0 } },
  { "wants-of-the-same-nodes-are-one", { { "0", 0, 2 }, { "0", 0, 2 } }, FALSE, { 0, 2 } },
  { "other-sizes-are-others", { { "0", 1, 1 }, { "0", 0, 3 } }, TRUE, { 0, 2 } },
  { "sizes-that-a-node-has-not", { { "1", 1, 1 } }, FALSE, { 3, 2 } },
};

static PinWant
make_want (const char *text, guint size, guint64 n_units)
{
  g_autoptr (PinCpuset) nodes = pin_cpuset_parse (text, NULL);
  PinWant want = { .size = size, .units = n_units };

  for (pin_cpuset_each (nodes, node))
    pin_want_add (&want, node);
  return want;
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  const PinWant more = make_want ("0-1", 0, 1);
  PinWants wants = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (c->wants) && c->wants[i].nodes != NULL; i++)
    {
      const PinWant want = make_want (c->wants[i].nodes, c->wants[i].size, c->wants[i].units);

      pin_wants_add (&wants, &want);
    }
  g_assert_cmpint (pin_wants_are_met (&wants, units, N_NODES, N_SIZES), ==, c->met);
  for (guint node = 0; node < N_NODES; node++)
    g_assert_cmpuint (pin_wants_spare (&wants, &more, node, units, N_NODES, N_SIZES), ==, c->spare[node]);
}

/* More kinds than there is room for are not looked at, and that is said. */
static void
test_crowd (void)
{
  PinWants wants = { 0 };

  for (guint node = 0; node <= PIN_WANTS_MAX; node++)
    {
      PinWant want = { .units = 1 };

      g_assert_false (wants.crowded);
      pin_want_add (&want, node);
      pin_wants_add (&wants, &want);
    }
  g_assert_true (wants.crowded);
  g_assert_cmpuint (wants.n_items, ==, PIN_WANTS_MAX);
}

/* Numbers that no Linux has. */
static void
test_far_nodes (void)
{
  PinWant want = { 0 };

  pin_want_add (&want, PIN_WANT_NODES - 1);
  pin_want_add (&want, PIN_WANT_NODES);
  g_assert_true (pin_want_has (&want, PIN_WANT_NODES - 1));
  g_assert_false (pin_want_has (&want, PIN_WANT_NODES));
  g_assert_false (pin_want_has (&want, 0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/wants/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/wants/a-crowd-is-told", test_crowd);
  g_test_add_func ("/wants/of-nodes-that-there-are", test_far_nodes);
  return g_test_run ();
}
