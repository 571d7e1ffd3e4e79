/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "random-cluster.h"

#include <string.h>

#define RESIDENTS_MOST 4
#define DRAINED_MOST 5

static guint
below (GRand *rand, guint limit)
{
  return (guint) g_rand_int_range (rand, 0, (gint32) limit);
}

static guint
between (GRand *rand, guint least, guint most)
{
  return least + below (rand, most - least + 1);
}

static gboolean
chance (GRand *rand, guint percent)
{
  return below (rand, 100) < percent;
}

/* From @cpus_least to eight CPUs; @tight: to be filled to the brim. */
static void
draw_host (GRand *rand, guint cpus_least, gboolean tight, DrawnHost *host)
{
  guint apart;

  host->nodes = between (rand, 1, 2);
  host->threads = chance (rand, 40) ? 2 : 1;
  apart = host->nodes * host->threads;
  host->cores = between (rand, (cpus_least + apart - 1) / apart, 8 / apart);
  host->memory_mib = 512 * between (rand, 2, 6) / host->nodes;
  host->pages = chance (rand, 50) ? host->memory_mib / 4 / CLUSTER_PAGE_MIB * between (rand, 1, 2) : 0;
  host->fill_percent = tight ? 100 : between (rand, 60, 95);
  host->closed = chance (rand, tight ? 3 : 6);
  host->gone = chance (rand, 3);
}

static DrawnKind
draw_kind (GRand *rand, const DrawnHost *home)
{
  guint at = below (rand, 100);

  if (at < 20)
    return DRAWN_UNTUNED;
  if (at < 35)
    return DRAWN_SHARED;
  if (at < 50)
    return DRAWN_CELLS;
  return at < 70 && home->pages > 0 ? DRAWN_PAGES : DRAWN_PINNED;
}

static void
draw_guest (GRand *rand, const DrawnCluster *cluster, guint home, DrawnGuest *guest)
{
  const DrawnHost *host = &cluster->hosts[home];

  guest->there = TRUE;
  guest->home = home;
  guest->kind = draw_kind (rand, host);
  guest->vcpus = guest->kind == DRAWN_CELLS ? 2 : between (rand, 1, 2);
  if (host->cores * host->threads >= 4 && chance (rand, 25))
    guest->vcpus += 2;
  guest->memory_mib = 64 * between (rand, 1, MAX (1, host->memory_mib * host->nodes / 64 / (chance (rand, 30) ? 3 : 6)));
  guest->lost = chance (rand, 5);
  guest->turn = below (rand, 16);
  guest->emulator = chance (rand, 20);
  guest->bound = chance (rand, 40);
  guest->firm = guest->kind != DRAWN_UNTUNED && chance (rand, 40);
  guest->known = home == cluster->drained || chance (rand, 80);
  guest->away = guest->known && chance (rand, 45);
  guest->to = below (rand, cluster->n_hosts);
  guest->hosts = chance (rand, 10) ? 1u << home | 1u << below (rand, cluster->n_hosts) | 1u << below (rand, cluster->n_hosts) : 0;
}

static void
draw_guests (GRand *rand, DrawnCluster *cluster)
{
  guint n = 0;

  for (guint host = 0; host < cluster->n_hosts; host++)
    {
      guint n_here = host == cluster->drained ? between (rand, 3, DRAINED_MOST + 1) : between (rand, 1, RESIDENTS_MOST);

      for (guint i = 0; i < n_here && n < CLUSTER_GUESTS; i++)
        draw_guest (rand, cluster, host, &cluster->guests[n++]);
    }
}

/* Two or three of @from; none where there are too few. */
static guint32
draw_members (GRand *rand, guint32 from)
{
  guint32 members = 0;
  guint n = between (rand, 2, 3);

  for (guint tries = 0; tries < 40 && n > 0; tries++)
    {
      guint guest = below (rand, CLUSTER_GUESTS);

      if ((from & ~members & 1u << guest) == 0)
        continue;
      members |= 1u << guest;
      n--;
    }
  return n == 0 ? members : 0;
}

static guint32
guests_of (const DrawnCluster *cluster, guint host)
{
  guint32 guests = 0;

  for (guint i = 0; i < CLUSTER_GUESTS; i++)
    guests |= cluster->guests[i].there && cluster->guests[i].home == host ? 1u << i : 0;
  return guests;
}

/* Guests that are kept together go together, too. */
static void
bring_together (DrawnCluster *cluster, guint32 members)
{
  const DrawnGuest *first = &cluster->guests[g_bit_nth_lsf (members, -1)];

  for (guint i = 0; i < CLUSTER_GUESTS; i++)
    {
      DrawnGuest *guest = &cluster->guests[i];

      if ((members & 1u << i) == 0)
        continue;
      guest->away = first->away;
      guest->known = first->known;
      guest->to = first->to;
      guest->lost = FALSE;
    }
}

/* Together are guests of one host, who may be in several such groups; apart is anybody else. */
static void
draw_groups (GRand *rand, DrawnCluster *cluster)
{
  guint32 together;

  if (chance (rand, 30))
    cluster->groups[0] = (DrawnGroup){ draw_members (rand, guests_of (cluster, cluster->drained)), FALSE };
  if (chance (rand, 20))
    cluster->groups[1] = (DrawnGroup){ draw_members (rand, guests_of (cluster, below (rand, cluster->n_hosts))), FALSE };
  together = cluster->groups[0].members | cluster->groups[1].members;
  if (chance (rand, 35))
    cluster->groups[2] = (DrawnGroup){ draw_members (rand, G_MAXUINT32 & ~together), TRUE };
  if ((cluster->groups[0].members & cluster->groups[1].members) != 0)
    bring_together (cluster, together);
  for (guint i = 0; i < 2; i++)
    {
      if (cluster->groups[i].members != 0)
        bring_together (cluster, cluster->groups[i].members);
    }
}

void
random_cluster_draw (DrawnCluster *cluster, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  gboolean tight = chance (rand, 35);

  memset (cluster, 0, sizeof *cluster);
  cluster->n_hosts = MIN (between (rand, 3, CLUSTER_HOSTS), between (rand, 3, CLUSTER_HOSTS));
  cluster->drained = below (rand, cluster->n_hosts);
  cluster->loose = chance (rand, 10);
  for (guint i = 0; i < cluster->n_hosts; i++)
    draw_host (rand, i == cluster->drained ? 5 : 2, tight, &cluster->hosts[i]);
  cluster->hosts[cluster->drained].closed = FALSE;
  cluster->hosts[cluster->drained].gone = FALSE;
  cluster->hosts[cluster->drained].fill_percent = 100;
  draw_guests (rand, cluster);
  draw_groups (rand, cluster);
}

char *
random_cluster_guest_name (guint guest)
{
  return g_strdup_printf ("g%02u", guest);
}

char *
random_cluster_host_name (guint host)
{
  return g_strdup_printf ("host%c", 'a' + (int) host);
}

static const char *const kind_names[] = {
  [DRAWN_UNTUNED] = "untuned", [DRAWN_PINNED] = "pinned", [DRAWN_CELLS] = "cells", [DRAWN_PAGES] = "pages", [DRAWN_SHARED] = "shared",
};
G_STATIC_ASSERT (G_N_ELEMENTS (kind_names) == DRAWN_N);

static void
add_host_text (GString *text, const DrawnCluster *cluster, guint number)
{
  const DrawnHost *host = &cluster->hosts[number];
  g_autofree char *name = random_cluster_host_name (number);

  g_string_append_printf (text, "%s node:%u core:%u thread:%u mem:%uM huge2M:%u, filled to %u %%%s%s%s\n", name, host->nodes, host->cores,
                          host->threads, host->memory_mib, host->pages, host->fill_percent, host->closed ? ", in maintenance" : "",
                          host->gone ? ", out of reach" : "", number == cluster->drained ? ", drained" : "");
}

static void
add_guest_text (GString *text, guint number, const DrawnGuest *guest)
{
  g_autofree char *name = random_cluster_guest_name (number);
  g_autofree char *home = random_cluster_host_name (guest->home);
  g_autofree char *to = random_cluster_host_name (guest->to);

  g_string_append_printf (text, "%s %s, %u vCPUs, %u MiB, at %s%s, turn %u%s%s%s%s", name, kind_names[guest->kind], guest->vcpus,
                          guest->memory_mib, home, guest->lost ? " (lost)" : "", guest->turn, guest->emulator ? ", emulator pinned" : "",
                          guest->bound ? ", bound" : "", guest->firm ? ", firm" : "", guest->known ? "" : ", not known");
  if (guest->hosts != 0)
    g_string_append_printf (text, ", assigned to hosts 0x%x", guest->hosts);
  if (guest->away)
    g_string_append_printf (text, ", driven to %s", to);
  g_string_append_c (text, '\n');
}

char *
random_cluster_text (const DrawnCluster *cluster)
{
  g_autoptr (GString) text = g_string_new (cluster->loose ? "guests came before the groups\n" : NULL);

  for (guint i = 0; i < cluster->n_hosts; i++)
    add_host_text (text, cluster, i);
  for (guint i = 0; i < CLUSTER_GUESTS; i++)
    {
      if (cluster->guests[i].there)
        add_guest_text (text, i, &cluster->guests[i]);
    }
  for (guint i = 0; i < CLUSTER_GROUPS; i++)
    {
      if (cluster->groups[i].members != 0)
        g_string_append_printf (text, "group of guests 0x%x, %s\n", cluster->groups[i].members, cluster->groups[i].apart ? "apart" : "together");
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
