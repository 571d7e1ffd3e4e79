/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placements thread by thread: where each runs, and what to pin so that it runs elsewhere. */
#include "live.h"

/*
 * Where a thread whose own pin is @own runs (libvirt: virDomainDefGetVcpuPinInfoHelper()): NULL where numad said it.  The kernel leaves out
 * what is not online, so that is no difference.
 */
static PinCpuset *
runs_on (const PinPlacement *placement, const PinCpuset *own, const PinCpuset *online)
{
  const PinCpuset *otherwise = placement->vcpu_cpuset != NULL ? placement->vcpu_cpuset : online;
  PinCpuset *cpus = NULL;

  if (own == NULL && placement->vcpu_auto)
    return NULL;
  cpus = pin_cpuset_copy (own != NULL ? own : otherwise);
  if (pin_cpuset_intersects (cpus, online))
    pin_cpuset_intersect (cpus, online);
  return cpus;
}

static const PinCpuset *
own_pin (const GArray *pins, guint id)
{
  const PinPin *pin = pin_placement_find (pins, id);

  return pin != NULL ? pin->cpuset : NULL;
}

static void
put_pin (GArray *pins, guint id, PinCpuset *cpuset)
{
  PinPin pin = { id, cpuset };
  guint at = 0;

  while (at < pins->len && g_array_index (pins, PinPin, at).id < id)
    at++;
  if (at < pins->len && g_array_index (pins, PinPin, at).id == id)
    g_array_remove_index (pins, at);
  g_array_insert_val (pins, at, pin);
}

typedef struct
{
  const PinPlacement *from;
  const PinPlacement *to;
  const PinCpuset *online;
} Move;

/* The CPUs to which a thread has to be pinned; NULL: it is there. */
static PinCpuset *
pin_for (const Move *move, const PinCpuset *own_from, const PinCpuset *own_to)
{
  g_autoptr (PinCpuset) from = runs_on (move->from, own_from, move->online);
  g_autoptr (PinCpuset) to = runs_on (move->to, own_to, move->online);

  return to == NULL || pin_cpuset_is_empty (to) || (from != NULL && pin_cpuset_equal (from, to)) ? NULL : g_steal_pointer (&to);
}

static void
pin_thread (const Move *move, const GArray *from, const GArray *to, guint id, GArray *pins)
{
  PinCpuset *cpus = pin_for (move, own_pin (from, id), own_pin (to, id));

  if (cpus != NULL)
    put_pin (pins, id, cpus);
}

PinPlacement *
pin_live_pins (const PinGuest *guest, const PinPlacement *present, const PinPlacement *wanted, const PinCpuset *online)
{
  Move move = { present, wanted, online };
  PinPlacement *pins = pin_placement_new ();

  for (guint vcpu = 0; vcpu < guest->n_vcpus; vcpu++)
    pin_thread (&move, present->vcpupin, wanted->vcpupin, vcpu, pins->vcpupin);
  for (pin_cpuset_each (guest->iothreads, id))
    pin_thread (&move, present->iothreadpin, wanted->iothreadpin, id, pins->iothreadpin);
  pins->emulatorpin = pin_for (&move, present->emulatorpin, wanted->emulatorpin);
  return pins;
}

static void
put_pins (GArray *target, const GArray *pins)
{
  for (guint i = 0; i < pins->len; i++)
    {
      const PinPin *pin = &g_array_index (pins, PinPin, i);

      put_pin (target, pin->id, pin_cpuset_copy (pin->cpuset));
    }
}

PinPlacement *
pin_live_after (const PinPlacement *present, const PinPlacement *pins)
{
  PinPlacement *after = pin_placement_copy (present);

  put_pins (after->vcpupin, pins->vcpupin);
  put_pins (after->iothreadpin, pins->iothreadpin);
  if (pins->emulatorpin != NULL)
    pin_placement_take (after, pins, PIN_SETTING_EMULATOR_PINS);
  return after;
}

/* CPUs of @host that are other running domains' own. */
static PinCpuset *
others_own (const PinSnapshot *host, const char *uuid)
{
  PinCpuset *cpus = pin_cpuset_new ();

  for (guint i = 0; i < host->domains->len; i++)
    {
      const PinTenant *domain = g_ptr_array_index (host->domains, i);

      if (domain->running && g_strcmp0 (domain->uuid, uuid) != 0)
        pin_cpuset_unite (cpus, domain->dedicated);
    }
  return cpus;
}

/* Whether a thread runs elsewhere than it should (move->to NULL: wherever it is bound to), and there on one of @cpus. */
static gboolean
strays (const Move *move, const PinCpuset *own_from, const PinCpuset *own_to, const PinCpuset *cpus)
{
  g_autoptr (PinCpuset) from = runs_on (move->from, own_from, move->online);
  gboolean bound = own_from != NULL || move->from->vcpu_cpuset != NULL;
  g_autoptr (PinCpuset) to = move->to != NULL ? runs_on (move->to, own_to, move->online) : NULL;

  if (from == NULL || !pin_cpuset_intersects (from, cpus))
    return FALSE;
  return move->to != NULL ? to == NULL || !pin_cpuset_equal (from, to) : bound;
}

/* The pin of @id that @original has, if there is one at all. */
static const PinCpuset *
written_pin (const GArray *pins, guint id)
{
  return pins != NULL ? own_pin (pins, id) : NULL;
}

gboolean
pin_live_is_in_the_way (const PinGuest *guest, const PinPlacement *original, const PinPlacement *present,
                        const PinSnapshot *host)
{
  g_autoptr (PinCpuset) online = pin_topology_online (host->topology);
  g_autoptr (PinCpuset) cpus = others_own (host, guest->uuid);
  const GArray *vcpus = original != NULL ? original->vcpupin : NULL;
  const GArray *iothreads = original != NULL ? original->iothreadpin : NULL;
  Move move = { present, original, online };
  gboolean any = strays (&move, present->emulatorpin, original != NULL ? original->emulatorpin : NULL, cpus);

  for (guint vcpu = 0; vcpu < guest->n_vcpus; vcpu++)
    any |= strays (&move, own_pin (present->vcpupin, vcpu), written_pin (vcpus, vcpu), cpus);
  for (pin_cpuset_each (guest->iothreads, id))
    any |= strays (&move, own_pin (present->iothreadpin, id), written_pin (iothreads, id), cpus);
  return any;
}
