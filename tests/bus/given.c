/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "given.h"

#include <string.h>

Given
given_nothing (void)
{
  return (Given){ .cpus = pin_cpuset_new () };
}

void
given_clear (Given *given)
{
  pin_cpuset_free (given->cpus);
}

gboolean
question_is_admitted (const Question *question)
{
  return question->run.exit_status == 0;
}

PinDomain *
question_domain (const Question *question)
{
  gsize length;
  const char *printed = g_bytes_get_data (question->run.out, &length);
  g_autoptr (GError) error = NULL;
  PinDomain *domain = length > 0 ? pin_domain_parse (printed, length, &error)
                                 : pin_domain_parse (question->xml, strlen (question->xml), &error);

  g_assert_no_error (error);
  return domain;
}

void
given_take (Given *given, const Question *question)
{
  g_autoptr (PinDomain) domain = question_domain (question);
  const PinPlacement *placement = domain->placement;
  g_autoptr (PinCpuset) cpus = pin_placement_cpus (placement);
  g_autoptr (PinNodeset) nodes = pin_placement_nodes (placement);
  guint node = pin_cpuset_first (nodes);

  g_assert_true (question_is_admitted (question));
  g_assert_cmpuint (pin_cpuset_count (cpus), ==, 2);
  g_assert_cmpuint (pin_cpuset_count (nodes), ==, 1);
  g_assert_true (placement->has_hugepages);
  for (guint cpu = pin_cpuset_first (cpus); cpu != PIN_CPUSET_END; cpu = pin_cpuset_next (cpus, cpu))
    g_assert_cmpuint (cpu / TOWN_NODE_CPUS, ==, node);
  g_assert_false (pin_cpuset_intersects (given->cpus, cpus));
  pin_cpuset_unite (given->cpus, cpus);
  given->pages[node] += TOWN_GUEST_PAGES;
  given->n_admitted++;
}
