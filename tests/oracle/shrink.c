/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each step takes one thing away; what was tried in vain is put back. */
#include "shrink.h"

#include <string.h>

/* What one step takes away another may bring back. */
#define ROUNDS 8

typedef struct
{
  RandomCase *c;
  ShrinkTest goes_wrong;
  gpointer data;
  gboolean progress;
} Shrinking;

static void
attempt (Shrinking *s, const RandomCase *smaller)
{
  if (memcmp (s->c, smaller, sizeof *smaller) == 0 || !s->goes_wrong (smaller, s->data))
    return;
  *s->c = *smaller;
  s->progress = TRUE;
}

/* Sets the @size bytes at @field, which is in s->c, to @value. */
static void
set_field (Shrinking *s, gconstpointer field, gconstpointer value, gsize size)
{
  RandomCase smaller = *s->c;
  gsize offset = (gsize)((const char *)field - (const char *)s->c);

  memcpy ((char *)&smaller + offset, value, size);
  attempt (s, &smaller);
}

#define SET_FIELD(s, field, type, ...) set_field (s, &(field), &(type){ __VA_ARGS__ }, sizeof (type))

static void
shrink_set (Shrinking *s, const guint64 *set)
{
  SET_FIELD (s, *set, guint64, 0);
  for (guint i = 0; i < 64; i++)
    {
      if ((*set >> i & 1) != 0)
        SET_FIELD (s, *set, guint64, *set & ~(G_GUINT64_CONSTANT (1) << i));
    }
}

static void
shrink_number (Shrinking *s, const guint *number)
{
  SET_FIELD (s, *number, guint, 0);
  SET_FIELD (s, *number, guint, *number / 2);
  if (*number > 0)
    SET_FIELD (s, *number, guint, *number - 1);
}

static void
shrink_terms (Shrinking *s)
{
  const RandomCase *c = s->c;
  CaseTerms terms;

  random_case_default_terms (&terms);
  set_field (s, &c->terms, &terms, sizeof terms);
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    SET_FIELD (s, c->terms.actions[setting], guint, terms.actions[setting]);
  SET_FIELD (s, c->terms.threads, PinThreads, PIN_THREADS_HOME);
  SET_FIELD (s, c->terms.emulator, PinEmulator, PIN_EMULATOR_HOME);
  SET_FIELD (s, c->terms.dedicated, PinDedicated, PIN_DEDICATED_EXCLUSIVE);
  SET_FIELD (s, c->terms.page_size_fixed, gboolean, FALSE);
}

static void
shrink_tenants (Shrinking *s)
{
  for (guint i = 0; i < CASE_TENANTS; i++)
    {
      const CaseTenant *tenant = &s->c->host.tenants[i];

      SET_FIELD (s, *tenant, CaseTenant, 0);
      SET_FIELD (s, tenant->itself, gboolean, FALSE);
      shrink_set (s, &tenant->dedicated);
      for (guint node = 0; node < CASE_NODES; node++)
        {
          shrink_number (s, &tenant->kib[node]);
          for (guint size = 0; size < CASE_SIZES; size++)
            shrink_number (s, &tenant->pages[node][size]);
        }
    }
}

static void
shrink_pins (Shrinking *s)
{
  const CasePlacement *placement = &s->c->placement;

  for (guint i = 0; i < CASE_VCPUS; i++)
    shrink_set (s, &placement->vcpupin[i]);
  shrink_set (s, &placement->vcpu_cpuset);
  shrink_set (s, &placement->emulatorpin);
  for (guint i = 0; i < CASE_IOTHREADS; i++)
    shrink_set (s, &placement->iothreadpin[i]);
  shrink_set (s, &placement->fifo_vcpus);
  shrink_set (s, &placement->fifo_iothreads);
  SET_FIELD (s, placement->fifo_emulator, gboolean, FALSE);
  SET_FIELD (s, placement->batch, gboolean, FALSE);
  SET_FIELD (s, placement->cache, gboolean, FALSE);
}

static void
shrink_memory (Shrinking *s)
{
  const CasePlacement *placement = &s->c->placement;

  shrink_set (s, &placement->memory);
  SET_FIELD (s, placement->memory_mode, PinMemoryMode, PIN_MEMORY_MODE_STRICT);
  for (guint i = 0; i < CASE_CELLS; i++)
    {
      shrink_set (s, &placement->memnode[i]);
      SET_FIELD (s, placement->memnode_mode[i], PinMemoryMode, PIN_MEMORY_MODE_STRICT);
      SET_FIELD (s, placement->cell_page_kib[i], guint64, 0);
    }
  SET_FIELD (s, placement->common_page, gboolean, FALSE);
  SET_FIELD (s, placement->common_page_kib, guint64, 2048);
  SET_FIELD (s, placement->dimm_page_kib, guint64, 0);
  shrink_set (s, &placement->dimm_nodes);
}

/* Takes the last cell away, with what is said of it. */
static void
drop_cell (Shrinking *s)
{
  RandomCase smaller = *s->c;
  guint last = smaller.guest.n_cells - 1;

  if (smaller.guest.n_cells == 0)
    return;
  smaller.guest.n_cells = last;
  smaller.placement.memnode[last] = 0;
  if (last > 0)
    smaller.placement.cell_page_kib[last] = 0;
  smaller.guest.dimm_cell = MIN (smaller.guest.dimm_cell, MAX (last, 1) - 1);
  for (guint i = 0; i < CASE_VCPUS; i++)
    smaller.guest.cell_of[i] = MIN (smaller.guest.cell_of[i], MAX (last, 1) - 1);
  attempt (s, &smaller);
}

static void
shrink_guest (Shrinking *s)
{
  const CaseGuest *guest = &s->c->guest;
  RandomCase smaller = *s->c;

  drop_cell (s);
  for (guint i = 0; i < CASE_CELLS; i++)
    {
      if (guest->kib[i] > 1024)
        SET_FIELD (s, guest->kib[i], guint, guest->kib[i] - 1024);
      SET_FIELD (s, guest->kib[i], guint, 1024);
    }
  smaller = *s->c;
  smaller.guest.dimm_kib = 0;
  smaller.placement.dimm_nodes = smaller.placement.dimm_page_kib = 0;
  attempt (s, &smaller);
  SET_FIELD (s, guest->shared_access, gboolean, FALSE);
  SET_FIELD (s, guest->memfd, gboolean, FALSE);
  smaller = *s->c;
  if (guest->n_vcpus > 1 && smaller.placement.vcpupin[guest->n_vcpus - 1] == 0)
    {
      smaller.guest.n_vcpus--;
      smaller.placement.fifo_vcpus &= (1u << smaller.guest.n_vcpus) - 1;
      attempt (s, &smaller);
    }
}

static void
shrink_machine (Shrinking *s, const CaseMachine *machine)
{
  for (guint i = 0; i < machine->n_cpus && machine->n_cpus > 1; i++)
    {
      CaseMachine smaller = *machine;

      smaller.cpus[i] = smaller.cpus[--smaller.n_cpus];
      set_field (s, machine, &smaller, sizeof smaller);
    }
  for (guint i = 0; i < machine->n_cpus; i++)
    {
      SET_FIELD (s, machine->cpus[i].online, gboolean, TRUE);
      SET_FIELD (s, machine->cpus[i].core, guint, CASE_CPUS * 8 + i);
    }
  if (machine->n_nodes > 1)
    {
      CaseMachine smaller = *machine;

      smaller.n_nodes--;
      for (guint i = 0; i < smaller.n_cpus; i++)
        smaller.cpus[i].node = MIN (smaller.cpus[i].node, smaller.n_nodes - 1);
      set_field (s, machine, &smaller, sizeof smaller);
    }
  SET_FIELD (s, machine->cores_known, gboolean, TRUE);
}

static void
shrink_host (Shrinking *s)
{
  const CaseHost *host = &s->c->host;

  shrink_set (s, &host->not_allowed);
  shrink_set (s, &host->reserved);
  shrink_set (s, &host->isolated);
  SET_FIELD (s, host->tmpfs, gboolean, FALSE);
  SET_FIELD (s, host->has_l3, gboolean, FALSE);
  SET_FIELD (s, host->default_page_kib, guint64, 0);
  shrink_machine (s, &host->machine);
  for (guint node = 0; node < CASE_NODES; node++)
    {
      const CaseMemory *memory = &host->memory[node];

      SET_FIELD (s, *memory, CaseMemory, .total_kib = 64 * 1024, .free_kib = 64 * 1024);
      if (memory->free_kib < 64 * 1024)
        SET_FIELD (s, memory->free_kib, guint64, 0);
      for (guint size = 0; size < CASE_SIZES; size++)
        {
          shrink_number (s, &memory->pages[size]);
          SET_FIELD (s, memory->has_pool[size], gboolean, FALSE);
        }
    }
}

static void
shrink_home (Shrinking *s)
{
  SET_FIELD (s, s->c->has_home, gboolean, FALSE);
  set_field (s, &s->c->home, &s->c->host.machine, sizeof s->c->home);
  if (s->c->has_home)
    shrink_machine (s, &s->c->home);
}

void
shrink_case (RandomCase *c, ShrinkTest goes_wrong, gpointer data)
{
  Shrinking s = { c, goes_wrong, data, TRUE };

  for (guint round = 0; s.progress && round < ROUNDS; round++)
    {
      s.progress = FALSE;
      shrink_terms (&s);
      shrink_tenants (&s);
      shrink_pins (&s);
      shrink_memory (&s);
      shrink_guest (&s);
      shrink_home (&s);
      shrink_host (&s);
    }
}
