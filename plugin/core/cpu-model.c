/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cpu-model.h"

#include <string.h>

/*
 * Flags that Linux makes up, and those of power, heat, profiling and shares of cache.  Guests see none of them, and two kernels
 * on the same CPU need not have the same.
 */
static const char *const host_flags[] = {
  "acc_power", "aperfmperf", "arch_perfmon", "art", "bmec", "bts", "cat_l2", "cat_l3", "cdp_l2", "cdp_l3",
  "cpb", "cpuid", "cpuid_fault", "cqm", "cqm_llc", "cqm_mbm_local", "cqm_mbm_total", "cqm_occup_llc", "dtherm", "dts",
  "epb", "est", "extd_apicid", "hfi", "hw_pstate", "hwp", "hwp_act_window", "hwp_epp", "hwp_notify", "hwp_pkg_req",
  "ida", "intel_ppin", "invpcid_single", "mba", "nopl", "pbe", "pebs", "pln", "proc_feedback", "pti",
  "pts", "rdt_a", "rep_good", "retpoline", "ring3mwait", "smba", "split_lock_detect", "tm", "tm2", "tsc_known_freq",
  "tsc_reliable", "up", "xtopology", "xtpr", NULL,
};

typedef struct
{
  const PinGuest *guest;
  guint aspects; /* PinCpuAspects */
  const PinCpuModel *home;
  const PinCpuModel *here;
  GString *text;
} Comparison;

gboolean
pin_cpu_model_is_hosts (const PinGuest *guest)
{
  return guest->cpu_mode == PIN_CPU_MODE_HOST_PASSTHROUGH || guest->cpu_mode == PIN_CPU_MODE_MAXIMUM;
}

gboolean
pin_cpu_model_matters (const PinGuest *guest)
{
  return pin_cpu_model_is_hosts (guest) || guest->wants_nested || guest->tsc_hz != 0;
}

static void G_GNUC_PRINTF (2, 3)
tell (Comparison *comparison, const char *format, ...)
{
  va_list args;

  if (comparison->text->len > 0)
    g_string_append (comparison->text, "; ");
  va_start (args, format);
  g_string_append_vprintf (comparison->text, format, args);
  va_end (args);
}

/* libvirt and Linux name features alike but for dots, dashes and underscores. */
static gboolean
is_same_feature (const char *a, const char *b)
{
  static const char *const marks = "._-";

  for (;; a++, b++)
    {
      a += strspn (a, marks);
      b += strspn (b, marks);
      if (*a != *b || *a == '\0')
        return *a == *b;
    }
}

static gboolean
is_hidden (const PinGuest *guest, const char *feature)
{
  for (guint i = 0; guest->hidden != NULL && guest->hidden[i] != NULL; i++)
    if (is_same_feature (guest->hidden[i], feature))
      return TRUE;
  return FALSE;
}

static gboolean
is_missed (const Comparison *comparison, const char *feature)
{
  return !g_strv_contains ((const char *const *)comparison->here->features, feature)
         && !g_strv_contains (host_flags, feature) && !is_hidden (comparison->guest, feature);
}

static void
compare_features (Comparison *comparison)
{
  g_autoptr (GString) names = g_string_new (NULL);
  GStrv features = comparison->home->features;
  guint n = 0;

  if (features == NULL || comparison->here->features == NULL)
    return;
  for (guint i = 0; features[i] != NULL; i++)
    if (is_missed (comparison, features[i]) && n++ < PIN_CPU_FEATURES_NAMED)
      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", features[i]);
  if (n > PIN_CPU_FEATURES_NAMED)
    g_string_append_printf (names, " and %u more", n - PIN_CPU_FEATURES_NAMED);
  if (n > 0)
    tell (comparison, "the CPU here lacks %s", names->str);
}

static void
compare_vendors (Comparison *comparison)
{
  const char *home = comparison->home->vendor;
  const char *here = comparison->here->vendor;

  if (home != NULL && here != NULL && strcmp (home, here) != 0)
    tell (comparison, "the guest started on a CPU of %s, here it is %s", home, here);
}

/* Revisions count up for one model only. */
static void
compare_microcode (Comparison *comparison)
{
  const PinCpuModel *home = comparison->home;
  const PinCpuModel *here = comparison->here;

  if (g_strcmp0 (home->vendor, here->vendor) == 0 && g_strcmp0 (home->model, here->model) == 0 && here->microcode != 0
      && here->microcode < home->microcode)
    tell (comparison,
          "the microcode here, 0x%" G_GINT64_MODIFIER "x, is older than the 0x%" G_GINT64_MODIFIER "x that the guest started on",
          here->microcode, home->microcode);
}

/* As libvirt computes it, but no product overflows. */
static guint64
tsc_tolerance (guint64 hz)
{
  return hz / 1000000 * PIN_CPU_TSC_TOLERANCE_PPM + hz % 1000000 * PIN_CPU_TSC_TOLERANCE_PPM / 1000000;
}

static void
compare_tsc (Comparison *comparison)
{
  gboolean asked = comparison->guest->tsc_hz != 0;
  guint64 home = asked ? comparison->guest->tsc_hz : comparison->home->tsc_hz;
  guint64 here = comparison->here->tsc_hz;

  if (home == 0 || here == 0 || comparison->here->tsc_scaling || (!asked && !pin_cpu_model_is_hosts (comparison->guest)))
    return;
  if (MAX (home, here) - MIN (home, here) > tsc_tolerance (here))
    tell (comparison, "the guest %s a TSC of %" G_GUINT64_FORMAT " kHz, here it has %" G_GUINT64_FORMAT " kHz and can't be scaled",
          asked ? "wants" : "started on", home / 1000, here / 1000);
}

static void
compare_nesting (Comparison *comparison)
{
  const PinGuest *guest = comparison->guest;
  gboolean could = pin_cpu_model_is_hosts (guest) && comparison->home->nested && !is_hidden (guest, "vmx")
                   && !is_hidden (guest, "svm");

  if (comparison->here->nested || comparison->here->nested_unknown)
    return;
  if (guest->wants_nested)
    tell (comparison, "the guest wants to nest, and kvm here has nesting off");
  else if (could)
    tell (comparison, "the guest could nest where it started, and kvm here has nesting off");
}

static gboolean
has_features (const PinCpuModel *cpu)
{
  return cpu != NULL && cpu->features != NULL;
}

static gboolean
is_asked (const Comparison *comparison, PinCpuAspects aspect)
{
  return (comparison->aspects & aspect) != 0;
}

/* What there is to compare, and is not known.  Returns: whether there is any. */
static gboolean
tell_unknown (Comparison *comparison, const PinCpuModel *home, const PinCpuModel *here)
{
  const PinGuest *guest = comparison->guest;
  gboolean sees_features = pin_cpu_model_is_hosts (guest) && is_asked (comparison, PIN_CPU_FEATURES);
  gsize before = comparison->text->len;

  if (sees_features && !has_features (home))
    tell (comparison, "the guest sees the host's own CPU, and that of the host on which it started is not known");
  else if (sees_features && !has_features (here))
    tell (comparison, "the guest sees the host's own CPU, and this host's is not known");
  else if (is_asked (comparison, PIN_CPU_NESTING) && guest->wants_nested && here == NULL)
    tell (comparison, "the guest wants to nest, and this host's CPU is not known");
  if (is_asked (comparison, PIN_CPU_NESTING) && guest->wants_nested && here != NULL && here->nested_unknown)
    tell (comparison, "the guest wants to nest, and whether kvm here has nesting is not known");
  if (is_asked (comparison, PIN_CPU_TSC) && guest->tsc_hz != 0 && comparison->here->tsc_hz == 0 && !comparison->here->tsc_scaling)
    tell (comparison, "the guest wants a TSC of %" G_GUINT64_FORMAT " kHz, and this host's TSC frequency is not known",
          guest->tsc_hz / 1000);
  return comparison->text->len > before;
}

static void
compare (Comparison *comparison, gboolean here_known)
{
  if (pin_cpu_model_is_hosts (comparison->guest) && is_asked (comparison, PIN_CPU_FEATURES))
    {
      compare_vendors (comparison);
      compare_features (comparison);
    }
  if (pin_cpu_model_is_hosts (comparison->guest) && is_asked (comparison, PIN_CPU_MICROCODE))
    compare_microcode (comparison);
  if (is_asked (comparison, PIN_CPU_TSC))
    compare_tsc (comparison);
  if (here_known && is_asked (comparison, PIN_CPU_NESTING))
    compare_nesting (comparison);
}

PinCode
pin_cpu_model_differs_in (const PinGuest *guest, guint aspects, const PinCpuModel *home, const PinCpuModel *here, char **ret_text)
{
  static const PinCpuModel nothing = { .nested = FALSE };
  g_autoptr (GString) text = g_string_new (NULL);
  Comparison comparison = { guest, aspects, home != NULL ? home : &nothing, here != NULL ? here : &nothing, text };
  gboolean differs, unknown;

  compare (&comparison, here != NULL);
  differs = text->len > 0;
  unknown = tell_unknown (&comparison, home, here);
  if (differs || unknown)
    *ret_text = g_string_free (g_steal_pointer (&text), FALSE);
  return differs ? PIN_CODE_CPU_DIFFERS : unknown ? PIN_CODE_CPU_UNKNOWN : PIN_CODE_FITS;
}

PinCode
pin_cpu_model_differs (const PinGuest *guest, const PinCpuModel *home, const PinCpuModel *here, char **ret_text)
{
  return pin_cpu_model_differs_in (guest, PIN_CPU_ALL, home, here, ret_text);
}
