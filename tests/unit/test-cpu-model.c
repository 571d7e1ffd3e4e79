/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The CPU that a guest started on against that of a host: what differs, and what is not compared. */
#include "core/cpu-model.h"

typedef struct
{
  const char *vendor;
  const char *model;
  guint64 microcode;
  guint64 tsc_khz;
  gboolean tsc_scaling;
  gboolean nested;
  const char *features; /* NULL: unknown */
} Cpu;

typedef struct
{
  const char *name;
  PinCpuMode mode;
  gboolean wants_nested;
  guint64 tsc_khz;
  const char *hidden;
  const Cpu *home;
  const Cpu *here;
  PinCode code;
  const char *text;
} Case;

#define AS_HOST PIN_CPU_MODE_HOST_PASSTHROUGH
#define CUSTOM PIN_CPU_MODE_NONE
#define INTEL .vendor = "GenuineIntel", .model = "Xeon A"
#define TEN "f00 f01 f02 f03 f04 f05 f06 f07 f08 f09"

static const Cpu xeon = { INTEL, .microcode = 0x20, .tsc_khz = 12345, .features = "avx avx512f sse4_1 vmx" };
static const Cpu xeon_more = { INTEL, .microcode = 0x20, .tsc_khz = 12345, .features = "avx avx512f fpu sse4_1 vmx" };
static const Cpu xeon_old = { INTEL, .microcode = 0x1f, .tsc_khz = 12345, .features = "avx avx512f sse4_1 vmx" };
static const Cpu xeon_less = { INTEL, .microcode = 0x20, .tsc_khz = 12345, .features = "avx vmx" };
static const Cpu xeon_near = { INTEL, .tsc_khz = 12346, .features = "avx avx512f sse4_1 vmx" };
static const Cpu xeon_far = { INTEL, .tsc_khz = 12350, .features = "avx avx512f sse4_1 vmx" };
static const Cpu xeon_far_scaling = { INTEL, .tsc_khz = 12350, .tsc_scaling = TRUE, .features = "avx avx512f sse4_1 vmx" };
static const Cpu xeon_no_tsc = { INTEL, .features = "avx avx512f sse4_1 vmx" };
static const Cpu xeon_no_tsc_scaling = { INTEL, .tsc_scaling = TRUE, .features = "avx avx512f sse4_1 vmx" };
static const Cpu xeon_nested = { INTEL, .nested = TRUE, .features = "avx vmx" };
static const Cpu xeon_flat = { INTEL, .features = "avx vmx" };
static const Cpu xeon_b = { .vendor = "GenuineIntel", .model = "Xeon B", .microcode = 0x3, .features = "avx avx512f sse4_1 vmx" };
static const Cpu no_features = { INTEL, .tsc_khz = 12350 };
static const Cpu ten = { INTEL, .features = TEN };
static const Cpu eight = { INTEL, .features = "f08 f09" };
static const Cpu one = { INTEL, .features = "f09" };
static const Cpu old_kernel = { INTEL, .features = "avx invpcid_single pti rep_good cqm_llc" };
static const Cpu new_kernel = { INTEL, .features = "avx" };
static const Cpu epyc = { .vendor = "AuthenticAMD", .model = "EPYC", .microcode = 0x3, .tsc_khz = 12350, .features = "avx svm" };
static const Cpu nameless = { .vendor = "GenuineIntel", .microcode = 0x20, .features = "avx" };
static const Cpu nameless_amd = { .vendor = "AuthenticAMD", .microcode = 0x3, .features = "avx" };
static const Cpu arm = { .model = NULL, .features = "aes asimd" };
static const Cpu arm_less = { .model = NULL, .features = "asimd" };
static const Cpu fast = { .tsc_khz = G_GUINT64_CONSTANT (9000000000000000), .features = "" };
static const Cpu faster = { .tsc_khz = G_GUINT64_CONSTANT (9000000000000000) / 1000000 * 1000251, .features = "" };

#define UNKNOWN_HOME "the guest sees the host's own CPU, and that of the host on which it started is not known"
#define UNKNOWN_HERE "the guest sees the host's own CPU, and this host's is not known"
#define UNKNOWN_TSC "the guest wants a TSC of 12345 kHz, and this host's TSC frequency is not known"
#define NESTING_OFF "the guest wants to nest, and kvm here has nesting off"

static const Case cases[] = {
  { "the-same", AS_HOST, FALSE, 0, NULL, &xeon, &xeon, PIN_CODE_FITS, NULL },
  { "a-superset", AS_HOST, FALSE, 0, NULL, &xeon, &xeon_more, PIN_CODE_FITS, NULL },
  { "names-what-is-missing", AS_HOST, FALSE, 0, NULL, &xeon, &xeon_less, PIN_CODE_CPU_DIFFERS, "the CPU here lacks avx512f, sse4_1" },
  { "maximum-is-the-hosts-too", PIN_CPU_MODE_MAXIMUM, FALSE, 0, NULL, &xeon, &xeon_less, PIN_CODE_CPU_DIFFERS,
    "the CPU here lacks avx512f, sse4_1" },
  { "libvirt-compares-other-models", CUSTOM, FALSE, 0, NULL, &xeon, &epyc, PIN_CODE_FITS, NULL },
  { "what-the-guest-does-not-see", AS_HOST, FALSE, 0, "avx512f sse4.1", &xeon, &xeon_less, PIN_CODE_FITS, NULL },
  { "names-all-of-eight", AS_HOST, FALSE, 0, NULL, &ten, &eight, PIN_CODE_CPU_DIFFERS,
    "the CPU here lacks f00, f01, f02, f03, f04, f05, f06, f07" },
  { "counts-what-it-does-not-name", AS_HOST, FALSE, 0, NULL, &ten, &one, PIN_CODE_CPU_DIFFERS,
    "the CPU here lacks f00, f01, f02, f03, f04, f05, f06, f07 and 1 more" },
  { "flags-of-the-kernel", AS_HOST, FALSE, 0, NULL, &old_kernel, &new_kernel, PIN_CODE_FITS, NULL },
  /* microcode */
  { "older-microcode", AS_HOST, FALSE, 0, NULL, &xeon, &xeon_old, PIN_CODE_CPU_DIFFERS,
    "the microcode here, 0x1f, is older than the 0x20 that the guest started on" },
  { "newer-microcode", AS_HOST, FALSE, 0, NULL, &xeon_old, &xeon, PIN_CODE_FITS, NULL },
  { "unknown-microcode-here", AS_HOST, FALSE, 0, NULL, &xeon, &xeon_near, PIN_CODE_FITS, NULL },
  { "unknown-microcode-at-home", AS_HOST, FALSE, 0, NULL, &xeon_near, &xeon, PIN_CODE_FITS, NULL },
  { "microcode-of-another-model", AS_HOST, FALSE, 0, NULL, &xeon, &xeon_b, PIN_CODE_FITS, NULL },
  { "microcode-of-another-vendor", AS_HOST, FALSE, 0, NULL, &nameless, &nameless_amd, PIN_CODE_CPU_DIFFERS,
    "the guest started on a CPU of GenuineIntel, here it is AuthenticAMD" },
  { "microcode-of-models-without-a-name", AS_HOST, FALSE, 0, NULL, &xeon, &nameless, PIN_CODE_CPU_DIFFERS,
    "the CPU here lacks avx512f, sse4_1, vmx" },
  { "tells-every-difference", AS_HOST, TRUE, 0, NULL, &xeon, &epyc, PIN_CODE_CPU_DIFFERS,
    "the guest started on a CPU of GenuineIntel, here it is AuthenticAMD; the CPU here lacks avx512f, sse4_1, vmx; "
    "the guest started on a TSC of 12345 kHz, here it has 12350 kHz and can't be scaled; " NESTING_OFF },
  /* TSC */
  { "tsc-that-is-near", AS_HOST, FALSE, 0, NULL, &xeon, &xeon_near, PIN_CODE_FITS, NULL },
  { "tsc-that-is-far", AS_HOST, FALSE, 0, NULL, &xeon, &xeon_far, PIN_CODE_CPU_DIFFERS,
    "the guest started on a TSC of 12345 kHz, here it has 12350 kHz and can't be scaled" },
  { "tsc-that-is-scaled", AS_HOST, FALSE, 0, NULL, &xeon, &xeon_far_scaling, PIN_CODE_FITS, NULL },
  { "tsc-unknown-here", AS_HOST, FALSE, 0, NULL, &xeon, &xeon_no_tsc, PIN_CODE_FITS, NULL },
  { "tsc-unknown-at-home", AS_HOST, FALSE, 0, NULL, &xeon_no_tsc, &xeon_far, PIN_CODE_FITS, NULL },
  { "tsc-asked-for-rather-than-that-of-home", AS_HOST, FALSE, 12350, NULL, &xeon, &xeon_far, PIN_CODE_FITS, NULL },
  { "tsc-asked-for-is-near", CUSTOM, FALSE, 12345, NULL, NULL, &xeon_near, PIN_CODE_FITS, NULL },
  { "tsc-asked-for-is-far", CUSTOM, FALSE, 12345, NULL, NULL, &xeon_far, PIN_CODE_CPU_DIFFERS,
    "the guest wants a TSC of 12345 kHz, here it has 12350 kHz and can't be scaled" },
  { "tsc-asked-for-is-scaled", CUSTOM, FALSE, 12345, NULL, NULL, &xeon_far_scaling, PIN_CODE_FITS, NULL },
  { "tsc-asked-for-of-a-host-that-is-unknown", CUSTOM, FALSE, 12345, NULL, NULL, &xeon_no_tsc, PIN_CODE_CPU_UNKNOWN,
    UNKNOWN_TSC },
  { "tsc-asked-for-and-unknown-but-scaled", CUSTOM, FALSE, 12345, NULL, NULL, &xeon_no_tsc_scaling, PIN_CODE_FITS, NULL },
  { "tsc-asked-for-and-no-cpu-known", CUSTOM, FALSE, 12345, NULL, NULL, NULL, PIN_CODE_CPU_UNKNOWN, UNKNOWN_TSC },
  { "tsc-asked-for-and-unknown-of-the-hosts-cpu", AS_HOST, FALSE, 12345, NULL, &xeon, &xeon_no_tsc, PIN_CODE_CPU_UNKNOWN,
    UNKNOWN_TSC },
  { "tsc-asked-for-and-nests-on-a-host-that-is-unknown", CUSTOM, TRUE, 12345, NULL, NULL, NULL, PIN_CODE_CPU_UNKNOWN,
    "the guest wants to nest, and this host's CPU is not known; " UNKNOWN_TSC },
  { "tsc-does-not-overflow", AS_HOST, FALSE, 0, NULL, &fast, &fast, PIN_CODE_FITS, NULL },
  { "tsc-does-not-overflow-but-differs", AS_HOST, FALSE, 0, NULL, &fast, &faster, PIN_CODE_CPU_DIFFERS,
    "the guest started on a TSC of 9000000000000000 kHz, here it has 9002259000000000 kHz and can't be scaled" },
  /* nesting */
  { "nests", CUSTOM, TRUE, 0, NULL, NULL, &xeon_nested, PIN_CODE_FITS, NULL },
  { "nests-no-more", CUSTOM, TRUE, 0, NULL, NULL, &xeon_flat, PIN_CODE_CPU_DIFFERS, NESTING_OFF },
  { "nests-on-a-host-that-is-unknown", CUSTOM, TRUE, 0, NULL, NULL, NULL, PIN_CODE_CPU_UNKNOWN,
    "the guest wants to nest, and this host's CPU is not known" },
  { "could-nest", AS_HOST, FALSE, 0, NULL, &xeon_nested, &xeon_flat, PIN_CODE_CPU_DIFFERS,
    "the guest could nest where it started, and kvm here has nesting off" },
  { "could-not-nest", AS_HOST, FALSE, 0, "vmx", &xeon_nested, &xeon_flat, PIN_CODE_FITS, NULL },
  /* unknown */
  { "unknown-home", AS_HOST, FALSE, 0, NULL, NULL, &xeon, PIN_CODE_CPU_UNKNOWN, UNKNOWN_HOME },
  { "unknown-here", AS_HOST, FALSE, 0, NULL, &xeon, NULL, PIN_CODE_CPU_UNKNOWN, UNKNOWN_HERE },
  { "unknown-features", AS_HOST, FALSE, 0, NULL, &no_features, &xeon, PIN_CODE_CPU_DIFFERS,
    "the guest started on a TSC of 12350 kHz, here it has 12345 kHz and can't be scaled; " UNKNOWN_HOME },
  { "unknown-and-different", AS_HOST, TRUE, 0, NULL, NULL, &xeon_flat, PIN_CODE_CPU_DIFFERS, NESTING_OFF "; " UNKNOWN_HOME },
  /* others than x86 */
  { "arm", AS_HOST, FALSE, 0, NULL, &arm, &arm, PIN_CODE_FITS, NULL },
  { "arm-that-lacks-a-feature", AS_HOST, FALSE, 0, NULL, &arm, &arm_less, PIN_CODE_CPU_DIFFERS, "the CPU here lacks aes" },
};

static PinCpuModel *
model_of (const Cpu *cpu)
{
  PinCpuModel *model = cpu != NULL ? pin_cpu_model_new () : NULL;

  if (cpu == NULL)
    return NULL;
  model->vendor = g_strdup (cpu->vendor);
  model->model = g_strdup (cpu->model);
  model->microcode = cpu->microcode;
  model->tsc_hz = cpu->tsc_khz * 1000;
  model->tsc_scaling = cpu->tsc_scaling;
  model->nested = cpu->nested;
  model->features = cpu->features != NULL ? g_strsplit (cpu->features, " ", -1) : NULL;
  return model;
}

static PinGuest *
guest_of (const Case *test)
{
  PinGuest *guest = pin_guest_new ();

  guest->cpu_mode = test->mode;
  guest->wants_nested = test->wants_nested;
  guest->tsc_hz = test->tsc_khz * 1000;
  guest->hidden = test->hidden != NULL ? g_strsplit (test->hidden, " ", -1) : NULL;
  return guest;
}

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (PinGuest) guest = guest_of (test);
  g_autoptr (PinCpuModel) home = model_of (test->home);
  g_autoptr (PinCpuModel) here = model_of (test->here);
  g_autofree char *text = NULL;
  PinCode code = pin_cpu_model_differs (guest, home, here, &text);

  g_assert_cmpstr (text, ==, test->text);
  g_assert_cmpstr (pin_code_name (code), ==, pin_code_name (test->code));
}

/* To the hertz: 250 of each million of the host's, rounded down, are one frequency. */
static void
test_tolerance (void)
{
  static const struct
  {
    guint64 here;
    guint64 tolerance;
  } hosts[] = {
    { 12346000, 3086 }, { 2100000000, 525000 }, { 2593906000, 648476 }, { 999999, 249 }, { 4000, 1 }, { 3999, 0 },
    { G_GUINT64_CONSTANT (9000000000000000000), G_GUINT64_CONSTANT (2250000000000000) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    for (int beyond = 0; beyond < 2; beyond++)
      for (int sign = -1; sign <= 1; sign += 2)
        {
          g_autoptr (PinGuest) guest = pin_guest_new ();
          g_autoptr (PinCpuModel) here = pin_cpu_model_new ();
          g_autofree char *text = NULL;
          guint64 distance = hosts[i].tolerance + (guint64)beyond;

          here->tsc_hz = hosts[i].here;
          guest->tsc_hz = sign < 0 ? hosts[i].here - distance : hosts[i].here + distance;
          g_assert_cmpint (pin_cpu_model_differs (guest, NULL, here, &text), ==, beyond ? PIN_CODE_CPU_DIFFERS : PIN_CODE_FITS);
        }
}

static void
test_matters (void)
{
  static const struct
  {
    PinCpuMode mode;
    gboolean wants_nested;
    guint64 tsc_hz;
    gboolean is_hosts;
    gboolean matters;
  } guests[] = {
    { PIN_CPU_MODE_NONE, FALSE, 0, FALSE, FALSE },
    { PIN_CPU_MODE_HOST_MODEL, FALSE, 0, FALSE, FALSE },
    { PIN_CPU_MODE_NONE, TRUE, 0, FALSE, TRUE },
    { PIN_CPU_MODE_NONE, FALSE, 5, FALSE, TRUE },
    { PIN_CPU_MODE_HOST_PASSTHROUGH, FALSE, 0, TRUE, TRUE },
    { PIN_CPU_MODE_MAXIMUM, FALSE, 0, TRUE, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (guests); i++)
    {
      g_autoptr (PinGuest) guest = pin_guest_new ();

      guest->cpu_mode = guests[i].mode;
      guest->wants_nested = guests[i].wants_nested;
      guest->tsc_hz = guests[i].tsc_hz;
      g_assert_cmpint (pin_cpu_model_is_hosts (guest), ==, guests[i].is_hosts);
      g_assert_cmpint (pin_cpu_model_matters (guest), ==, guests[i].matters);
    }
}

/* Each aspect has its own part of what is told of all. */
static void
test_aspects (void)
{
  static const struct
  {
    guint aspects;
    const char *text;
  } parts[] = {
    { PIN_CPU_FEATURES, "the guest started on a CPU of GenuineIntel, here it is AuthenticAMD; the CPU here lacks avx512f, sse4_1, vmx" },
    { PIN_CPU_MICROCODE, NULL },
    { PIN_CPU_TSC, "the guest started on a TSC of 12345 kHz, here it has 12350 kHz and can't be scaled" },
    { PIN_CPU_NESTING, NESTING_OFF },
    { PIN_CPU_TSC | PIN_CPU_NESTING, "the guest started on a TSC of 12345 kHz, here it has 12350 kHz and can't be scaled; " NESTING_OFF },
    { 0, NULL },
  };
  const Case test = { .mode = AS_HOST, .wants_nested = TRUE };
  g_autoptr (PinGuest) guest = guest_of (&test);
  g_autoptr (PinCpuModel) home = model_of (&xeon);
  g_autoptr (PinCpuModel) here = model_of (&epyc);

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *text = NULL;
      PinCode code = pin_cpu_model_differs_in (guest, parts[i].aspects, home, here, &text);

      g_assert_cmpstr (text, ==, parts[i].text);
      g_assert_cmpint (code, ==, text != NULL ? PIN_CODE_CPU_DIFFERS : PIN_CODE_FITS);
    }
}

/* What is not known counts for the aspect that has to know it. */
static void
test_unknown_aspects (void)
{
  static const char *const texts[] = { UNKNOWN_HOME, NULL, UNKNOWN_TSC, "the guest wants to nest, and this host's CPU is not known" };
  const Case test = { .mode = AS_HOST, .wants_nested = TRUE, .tsc_khz = 12345 };
  g_autoptr (PinGuest) guest = guest_of (&test);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *text = NULL;
      PinCode code = pin_cpu_model_differs_in (guest, 1u << i, NULL, NULL, &text);

      g_assert_cmpstr (text, ==, texts[i]);
      g_assert_cmpint (code, ==, text != NULL ? PIN_CODE_CPU_UNKNOWN : PIN_CODE_FITS);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/cpu-model/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/cpu-model/tsc-tolerance-to-the-hertz", test_tolerance);
  g_test_add_func ("/cpu-model/when-it-matters", test_matters);
  g_test_add_func ("/cpu-model/aspects", test_aspects);
  g_test_add_func ("/cpu-model/unknown-aspects", test_unknown_aspects);
  return g_test_run ();
}
