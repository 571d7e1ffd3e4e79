/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "seats.h"

#include <string.h>

#define N_LETTERS 26

const char *
pin_seat_kind_name (PinSeatKind kind)
{
  static const char *const names[] = { "free", "isolated", "own", "shared", "crowded", "reserved", "closed", "offline" };
  G_STATIC_ASSERT (G_N_ELEMENTS (names) == PIN_SEAT_N);

  return names[kind];
}

const char *
pin_seat_kind_text (PinSeatKind kind)
{
  static const char *const texts[] = {
    [PIN_SEAT_FREE] = "free",
    [PIN_SEAT_ISOLATED] = "free, isolated",
    [PIN_SEAT_OWN] = "a guest's own",
    [PIN_SEAT_SHARED] = "shared by a guest's threads",
    [PIN_SEAT_CROWDED] = "shared by several guests",
    [PIN_SEAT_RESERVED] = "reserved for the host",
    [PIN_SEAT_CLOSED] = "not for guests",
    [PIN_SEAT_OFFLINE] = "offline",
  };
  G_STATIC_ASSERT (G_N_ELEMENTS (texts) == PIN_SEAT_N);

  return texts[kind];
}

static char
letter_of (PinSeatKind kind)
{
  static const char letters[] = { '.', 'o', 0, 0, '*', '-', '/', 'x' };
  G_STATIC_ASSERT (G_N_ELEMENTS (letters) == PIN_SEAT_N);

  return letters[kind];
}

static guint
first_cpu (const PinTenant *tenant)
{
  return MIN (pin_cpuset_first (tenant->dedicated), pin_cpuset_first (tenant->shared));
}

static gint
by_cpu (gconstpointer a, gconstpointer b)
{
  const PinTenant *left = ((const PinSeatGuest *) a)->tenant, *right = ((const PinSeatGuest *) b)->tenant;

  if (first_cpu (left) != first_cpu (right))
    return first_cpu (left) < first_cpu (right) ? -1 : 1;
  return strcmp (left->name, right->name);
}

static void
add_guests (PinSeats *seats, const GPtrArray *tenants, gboolean coming)
{
  for (guint i = 0; i < tenants->len; i++)
    {
      const PinSeatGuest guest = { .tenant = tenants->pdata[i], .coming = coming };

      if (coming || guest.tenant->running)
        g_array_append_val (seats->guests, guest);
    }
}

static void
give_letters (PinSeats *seats)
{
  for (guint i = 0; i < seats->guests->len; i++)
    {
      PinSeatGuest *guest = &g_array_index (seats->guests, PinSeatGuest, i);

      if (first_cpu (guest->tenant) != PIN_CPUSET_END)
        guest->letter = i < N_LETTERS ? (char) ('A' + i) : '#';
    }
}

static PinSeatKind
empty_kind (const PinSnapshot *host, const PinCpu *cpu)
{
  if (!cpu->online)
    return PIN_SEAT_OFFLINE;
  if (pin_cpuset_contains (host->reserved, cpu->id))
    return PIN_SEAT_RESERVED;
  if (!pin_cpuset_contains (host->allowed, cpu->id))
    return PIN_SEAT_CLOSED;
  return pin_cpuset_contains (host->isolated, cpu->id) ? PIN_SEAT_ISOLATED : PIN_SEAT_FREE;
}

/* Guest @i has @cpu in @mask: what is a guest's own already is crowded then, and so is what another shares. */
static void
sit_down (PinSeat *seat, guint i, PinSeatKind kind, char letter)
{
  gboolean taken = seat->kind == PIN_SEAT_OWN || seat->kind == PIN_SEAT_SHARED || seat->kind == PIN_SEAT_CROWDED;

  if (taken && seat->guest == (gint) i)
    return;
  if (taken)
    *seat = (PinSeat) { PIN_SEAT_CROWDED, -1, letter_of (PIN_SEAT_CROWDED) };
  else
    *seat = (PinSeat) { kind, (gint) i, kind == PIN_SEAT_OWN ? letter : g_ascii_tolower (letter) };
}

static void
fill (PinSeats *seats, guint n)
{
  const PinCpu *cpu = &seats->host->topology->cpus[n];
  PinSeatKind kind = empty_kind (seats->host, cpu);

  seats->seats[n] = (PinSeat) { kind, -1, letter_of (kind) };
  for (guint i = 0; cpu->online && i < seats->guests->len; i++)
    {
      const PinSeatGuest *guest = pin_seats_guest (seats, i);

      if (pin_cpuset_contains (guest->tenant->dedicated, cpu->id))
        sit_down (&seats->seats[n], i, PIN_SEAT_OWN, guest->letter);
      else if (pin_cpuset_contains (guest->tenant->shared, cpu->id))
        sit_down (&seats->seats[n], i, PIN_SEAT_SHARED, guest->letter);
    }
}

PinSeats *
pin_seats_new (const PinSnapshot *host)
{
  PinSeats *seats = g_new0 (PinSeats, 1);

  seats->host = host;
  seats->guests = g_array_new (FALSE, TRUE, sizeof (PinSeatGuest));
  add_guests (seats, host->domains, FALSE);
  add_guests (seats, host->claims, TRUE);
  g_array_sort (seats->guests, by_cpu);
  give_letters (seats);
  seats->seats = g_new0 (PinSeat, host->topology->n_cpus);
  for (guint n = 0; n < host->topology->n_cpus; n++)
    fill (seats, n);
  return seats;
}

void
pin_seats_free (PinSeats *seats)
{
  if (seats == NULL)
    return;
  g_array_unref (seats->guests);
  g_free (seats->seats);
  g_free (seats);
}

const PinSeatGuest *
pin_seats_guest (const PinSeats *seats, guint i)
{
  return &g_array_index (seats->guests, PinSeatGuest, i);
}

GPtrArray *
pin_seats_cores (const PinSeats *seats, guint node)
{
  const PinTopology *topology = seats->host->topology;
  PinNodeId id = node < topology->n_nodes ? topology->nodes[node].id : PIN_CPUSET_END;
  g_autoptr (GHashTable) by_core = g_hash_table_new (g_direct_hash, g_direct_equal);
  GPtrArray *cores = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);

  for (guint n = 0; n < topology->n_cpus; n++)
    {
      const PinCpu *cpu = &topology->cpus[n];
      GArray *core = cpu->online ? g_hash_table_lookup (by_core, GUINT_TO_POINTER (cpu->core)) : NULL;

      if (cpu->node != id)
        continue;
      if (core == NULL)
        {
          core = g_array_new (FALSE, FALSE, sizeof (guint));
          g_ptr_array_add (cores, core);
          if (cpu->online)
            g_hash_table_insert (by_core, GUINT_TO_POINTER (cpu->core), core);
        }
      g_array_append_val (core, n);
    }
  return cores;
}

guint
pin_seats_threads (const GPtrArray *cores, guint first, guint end)
{
  guint n = 0;

  for (guint core = first; core < end; core++)
    n = MAX (n, ((const GArray *) cores->pdata[core])->len);
  return n;
}
