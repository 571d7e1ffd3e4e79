/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pins of threads that run: all of them are looked at first, then made one by one. */
#include "host/virt-link.h"

#include "core/error.h"

#include <libvirt/virterror.h>

static gboolean
check_set (const PinCpuset *cpus, const char *kind, guint id, GError **error)
{
  if (!pin_cpuset_is_empty (cpus))
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s %u would be pinned to no CPU", kind, id);
  return FALSE;
}

static gboolean
check_each (const GArray *pins, const char *kind, GError **error)
{
  for (guint i = 0; i < pins->len; i++)
    {
      const PinPin *pin = &g_array_index (pins, PinPin, i);

      if (!check_set (pin->cpuset, kind, pin->id, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_pins (const PinPlacement *pins, GError **error)
{
  if (!check_each (pins->vcpupin, "vCPU", error) || !check_each (pins->iothreadpin, "I/O thread", error))
    return FALSE;
  if (pins->emulatorpin == NULL || !pin_cpuset_is_empty (pins->emulatorpin))
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "the emulator would be pinned to no CPU");
  return FALSE;
}

/* A driver without jobs (test) has none.  A guest whose memory comes, in post-copy say, is at work without figures for it. */
static gboolean
read_job (virDomainPtr domain, virDomainJobInfo *job, GError **error)
{
  if (virDomainGetJobInfo (domain, job) == 0)
    return TRUE;
  if (virGetLastErrorCode () == VIR_ERR_NO_SUPPORT)
    job->type = VIR_DOMAIN_JOB_NONE;
  else if (virGetLastErrorCode () == VIR_ERR_OPERATION_INVALID && virDomainIsActive (domain) == 1)
    job->type = VIR_DOMAIN_JOB_UNBOUNDED;
  else
    {
      pin_virt_take_error (error);
      return FALSE;
    }
  virResetLastError ();
  return TRUE;
}

gboolean
pin_virt_read_held (PinVirt *virt, virDomainPtr domain, const char *uuid, gboolean *ret_held, GError **error)
{
  virDomainControlInfo control = { 0 };
  virDomainJobInfo job = { .type = VIR_DOMAIN_JOB_NONE };
  PinVirtLook look;

  if (!pin_virt_look (virt, domain, &look) || virDomainGetControlInfo (domain, &control, 0) < 0)
    {
      pin_virt_take_error (error);
      return FALSE;
    }
  *ret_held = TRUE;
  if (pin_virt_is_incoming (virt, domain, uuid, &look) || pin_virt_is_held (&control, &job))
    return TRUE;
  if (!read_job (domain, &job, error))
    return FALSE;
  *ret_held = pin_virt_is_held (&control, &job);
  return TRUE;
}

static gboolean
check_free (PinVirt *virt, virDomainPtr domain, const char *uuid, GError **error)
{
  gboolean held = FALSE;

  if (!pin_virt_read_held (virt, domain, uuid, &held, error))
    return FALSE;
  if (held)
    g_set_error (error, PIN_ERROR, PIN_ERROR_BUSY, "libvirt is at work on the domain (a migration, say)");
  return !held;
}

/* (transfer full) as libvirt wants sets of CPUs: as many bytes as the greatest number needs. */
static guchar *
map_of (const PinCpuset *cpus, int *ret_length)
{
  guchar *map = g_malloc0 (VIR_CPU_MAPLEN (PIN_CPUSET_MAX));

  for (pin_cpuset_each (cpus, cpu))
    {
      VIR_USE_CPU (map, cpu);
      *ret_length = VIR_CPU_MAPLEN ((int)cpu + 1);
    }
  return map;
}

typedef int (*PinOne) (virDomainPtr domain, guint id, guchar *map, int length);

/* Live only, by its definition; the call with flags does not take this one in libvirt's test driver. */
static int
pin_vcpu (virDomainPtr domain, guint id, guchar *map, int length)
{
  return virDomainPinVcpu (domain, id, map, length);
}

static int
pin_iothread (virDomainPtr domain, guint id, guchar *map, int length)
{
  return virDomainPinIOThread (domain, id, map, length, VIR_DOMAIN_AFFECT_LIVE);
}

static gboolean
pin_each (virDomainPtr domain, const GArray *pins, PinOne pin_one, const char *kind, GError **error)
{
  for (guint i = 0; i < pins->len; i++)
    {
      const PinPin *pin = &g_array_index (pins, PinPin, i);
      int length = 0;
      g_autofree guchar *map = map_of (pin->cpuset, &length);

      if (pin_one (domain, pin->id, map, length) == 0)
        continue;
      pin_virt_take_error (error);
      g_prefix_error (error, "%s %u: ", kind, pin->id);
      return FALSE;
    }
  return TRUE;
}

static gboolean
pin_emulator (virDomainPtr domain, const PinCpuset *cpus, GError **error)
{
  int length = 0;
  g_autofree guchar *map = map_of (cpus, &length);

  if (length == 0 || virDomainPinEmulator (domain, map, length, VIR_DOMAIN_AFFECT_LIVE) == 0)
    return TRUE;
  pin_virt_take_error (error);
  g_prefix_error (error, "emulator: ");
  return FALSE;
}

static gboolean
pin_all (virConnectPtr connection, const PinVirtCall *call, GError **error)
{
  g_autoptr (PinVirDomain) domain = NULL;

  if (!check_pins (call->pins, error))
    return FALSE;
  domain = virDomainLookupByUUIDString (connection, call->uuid);
  if (domain == NULL)
    {
      pin_virt_take_error (error);
      return FALSE;
    }
  return check_free (call->virt, domain, call->uuid, error)
         && pin_each (domain, call->pins->vcpupin, pin_vcpu, "vCPU", error)
         && pin_each (domain, call->pins->iothreadpin, pin_iothread, "I/O thread", error)
         && pin_emulator (domain, call->pins->emulatorpin, error);
}

static void
run_pin (GTask *task, virConnectPtr connection, const PinVirtCall *call)
{
  GError *error = NULL;

  if (pin_all (connection, call, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
pin_virt_pin_async (PinVirt *virt, const char *uuid, const PinPlacement *pins, GAsyncReadyCallback callback, gpointer data)
{
  PinVirtCall *call = pin_virt_call_new (virt, run_pin, uuid, callback, data);

  call->pins = pin_placement_copy (pins);
  pin_virt_call_start (call);
}

gboolean
pin_virt_pin_finish (PinVirt *virt, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
