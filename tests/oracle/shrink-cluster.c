/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each step takes one thing away; what was tried in vain is put back. */
#include "random-cluster.h"

#include <string.h>

typedef struct
{
  DrawnCluster *cluster;
  ClusterTest goes_wrong;
  gpointer data;
  gboolean progress;
} Shrinking;

/* Sets the @size bytes at @field, which is in the cluster, to zero. */
static void
try_without (Shrinking *s, gconstpointer field, gsize size)
{
  DrawnCluster smaller = *s->cluster;

  memset ((char *) &smaller + ((const char *) field - (const char *) s->cluster), 0, size);
  if (memcmp (&smaller, s->cluster, sizeof smaller) == 0 || !s->goes_wrong (&smaller, s->data))
    return;
  *s->cluster = smaller;
  s->progress = TRUE;
}

static void
shrink_guest (Shrinking *s, DrawnGuest *guest)
{
  try_without (s, &guest->there, sizeof guest->there);
  if (!guest->there)
    return;
  try_without (s, &guest->firm, sizeof guest->firm);
  try_without (s, &guest->hosts, sizeof guest->hosts);
  try_without (s, &guest->emulator, sizeof guest->emulator);
  try_without (s, &guest->bound, sizeof guest->bound);
  try_without (s, &guest->lost, sizeof guest->lost);
  try_without (s, &guest->away, sizeof guest->away);
}

static void
shrink_last_host (Shrinking *s)
{
  DrawnCluster smaller = *s->cluster;
  guint last = smaller.n_hosts - 1;

  if (last == smaller.drained || smaller.n_hosts <= 2)
    return;
  smaller.n_hosts--;
  for (guint i = 0; i < CLUSTER_GUESTS; i++)
    {
      smaller.guests[i].there = smaller.guests[i].there && smaller.guests[i].home != last;
      smaller.guests[i].to %= last;
    }
  if (!s->goes_wrong (&smaller, s->data))
    return;
  *s->cluster = smaller;
  s->progress = TRUE;
}

void
random_cluster_shrink (DrawnCluster *cluster, ClusterTest goes_wrong, gpointer data)
{
  Shrinking s = { cluster, goes_wrong, data, TRUE };

  for (guint rounds = 0; s.progress && rounds < 4; rounds++)
    {
      s.progress = FALSE;
      shrink_last_host (&s);
      for (guint i = 0; i < CLUSTER_GROUPS; i++)
        try_without (&s, &cluster->groups[i], sizeof cluster->groups[i]);
      for (guint i = 0; i < CLUSTER_GUESTS; i++)
        shrink_guest (&s, &cluster->guests[i]);
      for (guint i = 0; i < cluster->n_hosts; i++)
        {
          try_without (&s, &cluster->hosts[i].closed, sizeof cluster->hosts[i].closed);
          try_without (&s, &cluster->hosts[i].gone, sizeof cluster->hosts[i].gone);
        }
      try_without (&s, &cluster->loose, sizeof cluster->loose);
    }
}
