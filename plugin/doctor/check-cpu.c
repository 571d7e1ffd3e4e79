/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The CPU there, for guests that saw more of a CPU than libvirt compares. */
#include "checks.h"

#include "core/cpu-model.h"

#include <string.h>

/* What some guests would miss there. */
typedef struct
{
  char *text;
  PinLevel level;
  GPtrArray *names;
} Difference;

static void
difference_free (gpointer data)
{
  Difference *difference = data;

  g_free (difference->text);
  g_ptr_array_unref (difference->names);
  g_free (difference);
}

/* The CPU that the guest has seen since it started: its record knows, else it is that of the host on which it runs. */
static const PinCpuModel *
home_of (const PinCheck *check, const PinPatientGuest *guest)
{
  const PinRecord *record = guest->domain->record;

  if (record != NULL && record->original->cpu != NULL)
    return record->original->cpu;
  return check->from->snapshot != NULL ? check->from->snapshot->cpu : NULL;
}

/* libvirt itself refuses what was asked for and is not there. */
static PinLevel
level_of (const PinGuest *guest, guint aspect)
{
  if (aspect == PIN_CPU_FEATURES)
    return PIN_FINDING_FAIL;
  if (aspect == PIN_CPU_TSC)
    return guest->tsc_hz != 0 ? PIN_FINDING_FAIL : PIN_FINDING_WARN;
  return aspect == PIN_CPU_NESTING && guest->wants_nested ? PIN_FINDING_FAIL : PIN_FINDING_WARN;
}

static void
note (GPtrArray *differences, char *text, PinLevel level, char *name)
{
  Difference *difference = NULL;

  for (guint i = 0; i < differences->len && difference == NULL; i++)
    {
      Difference *known = g_ptr_array_index (differences, i);

      difference = known->level == level && strcmp (known->text, text) == 0 ? known : NULL;
    }
  if (difference == NULL)
    {
      difference = g_new0 (Difference, 1);
      *difference = (Difference){ g_strdup (text), level, g_ptr_array_new () };
      g_ptr_array_add (differences, difference);
    }
  g_ptr_array_add (difference->names, name);
}

static void
compare (PinCheck *check, guint aspect, const char *remedy)
{
  g_autoptr (GPtrArray) guests = pin_check_travellers (check);
  g_autoptr (GPtrArray) differences = g_ptr_array_new_with_free_func (difference_free);
  const PinCpuModel *there = check->host->snapshot != NULL ? check->host->snapshot->cpu : NULL;

  for (guint i = 0; guests != NULL && i < guests->len; i++)
    {
      const PinPatientGuest *traveller = g_ptr_array_index (guests, i);
      const PinGuest *guest = traveller->domain->guest;
      g_autofree char *text = NULL;
      PinCode code = pin_cpu_model_differs_in (guest, aspect, home_of (check, traveller), there, &text);

      if (code != PIN_CODE_FITS)
        note (differences, text, code == PIN_CODE_CPU_UNKNOWN ? PIN_FINDING_UNSEEN : level_of (guest, aspect), guest->name);
    }
  for (guint i = 0; i < differences->len; i++)
    {
      const Difference *difference = g_ptr_array_index (differences, i);
      g_autofree char *whose = pin_check_guests_text (difference->names);

      pin_check_find (check, difference->level, g_strdup_printf ("%s on %s: %s", whose, check->host->name, difference->text),
                      difference->level != PIN_FINDING_UNSEEN ? g_strdup (remedy) : NULL);
    }
}

void
pin_check_cpu_features (PinCheck *check)
{
  g_autofree char *update = g_strdup_printf ("update the microcode of %s, then reboot it", check->host->name);

  compare (check, PIN_CPU_FEATURES, "give them a <cpu> that both hosts have, which virsh hypervisor-cpu-baseline finds, or keep to hosts of one CPU");
  compare (check, PIN_CPU_MICROCODE, update);
}

void
pin_check_tsc (PinCheck *check)
{
  compare (check, PIN_CPU_TSC, "keep to hosts of one TSC frequency, or that can scale it");
}

void
pin_check_nested (PinCheck *check)
{
  g_autofree char *remedy = g_strdup_printf ("on %s: options kvm_intel nested=1, or kvm_amd, in /etc/modprobe.d, then load the module anew",
                                             check->host->name);

  compare (check, PIN_CPU_NESTING, remedy);
}
