/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "patient.h"

PinPatientGuest *
pin_patient_guest_new (PinDomain *domain, gboolean running)
{
  PinPatientGuest *guest = g_new0 (PinPatientGuest, 1);

  guest->domain = domain;
  guest->running = running;
  return guest;
}

void
pin_patient_guest_free (PinPatientGuest *guest)
{
  if (guest == NULL)
    return;
  pin_domain_free (guest->domain);
  g_free (guest);
}

PinPatient *
pin_patient_new (const char *name)
{
  PinPatient *patient = g_new0 (PinPatient, 1);

  patient->name = g_strdup (name);
  patient->facts = g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
  return patient;
}

void
pin_patient_free (PinPatient *patient)
{
  if (patient == NULL)
    return;
  g_free (patient->name);
  g_variant_unref (patient->facts);
  pin_snapshot_free (patient->snapshot);
  g_clear_pointer (&patient->guests, g_ptr_array_unref);
  g_free (patient);
}

void
pin_patient_add_facts (PinPatient *patient, GVariant *more)
{
  g_autoptr (GVariant) taken = g_variant_ref_sink (more);
  g_auto (GVariantDict) all = G_VARIANT_DICT_INIT (patient->facts);
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, taken);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    g_variant_dict_insert_value (&all, key, value);
  g_variant_unref (patient->facts);
  patient->facts = g_variant_ref_sink (g_variant_dict_end (&all));
}
