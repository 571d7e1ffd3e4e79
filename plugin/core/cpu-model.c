/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cpu-model.h"

gboolean
pin_cpu_model_matters (const PinGuest *guest)
{
  return guest->cpu_mode == PIN_CPU_MODE_HOST_PASSTHROUGH || guest->cpu_mode == PIN_CPU_MODE_MAXIMUM || guest->wants_nested;
}

static char *
missing_features (const PinCpuModel *home, const PinCpuModel *here)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; home->features[i] != NULL; i++)
    {
      if (!g_strv_contains ((const char *const *)here->features, home->features[i]))
        g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", home->features[i]);
    }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

static gboolean
tsc_fits (const PinGuest *guest, const PinCpuModel *here)
{
  guint64 tolerance = guest->tsc_hz / 1000000 * PIN_CPU_TSC_TOLERANCE_PPM;
  guint64 distance = guest->tsc_hz > here->tsc_hz ? guest->tsc_hz - here->tsc_hz : here->tsc_hz - guest->tsc_hz;

  return guest->tsc_hz == 0 || here->tsc_scaling || (here->tsc_hz != 0 && distance <= tolerance);
}

PinCode
pin_cpu_model_differs (const PinGuest *guest, const PinCpuModel *home, const PinCpuModel *here, char **ret_text)
{
  g_autofree char *missing = NULL;

  if (here == NULL || here->features == NULL || home == NULL || home->features == NULL)
    {
      gboolean home_known = home != NULL && home->features != NULL;

      *ret_text = g_strdup_printf ("the guest sees the host's own CPU, and %s is not known",
                                   home_known ? "this host's" : "that of the host on which it started");
      return PIN_CODE_CPU_UNKNOWN;
    }
  missing = missing_features (home, here);
  if (missing != NULL)
    *ret_text = g_strdup_printf ("the CPU here lacks %s", missing);
  else if (g_strcmp0 (home->vendor, here->vendor) != 0)
    *ret_text = g_strdup_printf ("the guest started on a CPU of %s, here it is %s", home->vendor, here->vendor);
  else if (guest->wants_nested && !here->nested)
    *ret_text = g_strdup ("the guest wants to nest, and kvm here has nesting off");
  else if (!tsc_fits (guest, here))
    *ret_text = g_strdup_printf ("the guest wants a TSC of %" G_GUINT64_FORMAT " Hz, here it has %" G_GUINT64_FORMAT " Hz",
                                 guest->tsc_hz, here->tsc_hz);
  return *ret_text != NULL ? PIN_CODE_CPU_DIFFERS : PIN_CODE_FITS;
}
