/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Birth and death of guests and CPU models. */
#include "core/guest.h"

PinCpuModel *
pin_cpu_model_new (void)
{
  return g_new0 (PinCpuModel, 1);
}

PinCpuModel *
pin_cpu_model_copy (const PinCpuModel *model)
{
  PinCpuModel *copy;

  if (model == NULL)
    return NULL;

  copy = g_memdup2 (model, sizeof *model);
  copy->model = g_strdup (model->model);
  copy->vendor = g_strdup (model->vendor);
  copy->features = g_strdupv (model->features);
  return copy;
}

void
pin_cpu_model_free (PinCpuModel *model)
{
  if (model == NULL)
    return;

  g_free (model->model);
  g_free (model->vendor);
  g_strfreev (model->features);
  g_free (model);
}

PinGuest *
pin_guest_new (void)
{
  PinGuest *guest = g_new0 (PinGuest, 1);

  guest->online = pin_cpuset_new ();
  guest->iothreads = pin_cpuset_new ();
  return guest;
}

void
pin_guest_free (PinGuest *guest)
{
  if (guest == NULL)
    return;

  g_free (guest->name);
  g_free (guest->uuid);
  g_free (guest->arch);
  g_free (guest->machine);
  pin_cpuset_free (guest->online);
  for (guint i = 0; i < guest->n_cells; i++)
    pin_cpuset_free (guest->cells[i].vcpus);
  g_free (guest->cells);
  pin_cpuset_free (guest->iothreads);
  g_free (guest->dimms);
  g_strfreev (guest->hidden);
  g_free (guest);
}

int
pin_guest_cell_of (const PinGuest *guest, guint vcpu)
{
  for (guint i = 0; i < guest->n_cells; i++)
    if (pin_cpuset_contains (guest->cells[i].vcpus, vcpu))
      return (int)i;

  return -1;
}
