/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host as libvirt's capabilities tell it. */
#include "core/error.h"
#include "format/capabilities.h"

typedef struct
{
  const char *name;
  const char *host;   /* what stands in <host> */
  const char *uuid;
  guint64 tsc_hz;
  gboolean tsc_scaling;
} Case;

#define UUID "<uuid>1B4E28BA-2fa1-11d2-883f-0016d3cca427</uuid>"
#define CPU(counters) "<cpu><arch>x86_64</arch><model>Broadwell-IBRS</model><vendor>Intel</vendor>" counters \
                      "<topology sockets='1' dies='1' cores='2' threads='1'/><feature name='vmx'/></cpu>"

static const Case cases[] = {
  { "nothing", "", NULL, 0, FALSE },
  { "no-counter", UUID CPU (""), "1b4e28ba-2fa1-11d2-883f-0016d3cca427", 0, FALSE },
  { "a-tsc", CPU ("<counter name='tsc' frequency='2593906000' scaling='no'/>"), NULL, 2593906000, FALSE },
  { "a-tsc-that-scales", CPU ("<counter name='tsc' frequency='2593906000' scaling='yes'/>"), NULL, 2593906000, TRUE },
  { "a-tsc-that-may-scale", CPU ("<counter name='tsc' frequency='2593906000'/>"), NULL, 2593906000, FALSE },
  { "another-counter", CPU ("<counter name='other' frequency='1' scaling='yes'/>"), NULL, 0, FALSE },
  { "no-uuid", "<uuid>host</uuid>", NULL, 0, FALSE },
};

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autofree char *xml = g_strconcat ("<capabilities>\n  <host>", c->host, "</host><guest><os_type>hvm</os_type></guest>\n"
                                      "</capabilities>\n", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (PinCapabilities) capabilities = pin_capabilities_parse (xml, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (capabilities->uuid, ==, c->uuid);
  g_assert_cmpuint (capabilities->tsc_hz, ==, c->tsc_hz);
  g_assert_cmpint (capabilities->tsc_scaling, ==, c->tsc_scaling);
}

#define ARCH(name, content) "<guest><os_type>hvm</os_type><arch name='" name "'><wordsize>64</wordsize>" content "</arch></guest>"
#define PC "<machine maxCpus='255'>pc-i440fx-7.2</machine><machine canonical='pc-i440fx-7.2' maxCpus='255'>pc</machine>"

typedef struct
{
  const char *name;
  const char *guests; /* what stands behind <host>, which is x86_64 */
  const char *machines;
  gboolean kvm;
} GuestCase;

static const GuestCase guest_cases[] = {
  { "no-qemu", "", "", FALSE },
  { "of-another-architecture", ARCH ("aarch64", "<machine>virt</machine><domain type='kvm'/>"), "", FALSE },
  { "of-another-kind", "<guest><os_type>xen</os_type><arch name='x86_64'><machine>xenpv</machine><domain type='kvm'/></arch></guest>", "", FALSE },
  { "without-architecture", "<guest><os_type>hvm</os_type></guest><guest/>", "", FALSE },
  { "emulated", ARCH ("x86_64", PC "<domain type='qemu'/>"), "pc-i440fx-7.2 pc", FALSE },
  { "kvm", ARCH ("i686", "<machine>isapc</machine>") ARCH ("x86_64", PC "<domain type='qemu'/><domain type='kvm'/>"),
    "pc-i440fx-7.2 pc", TRUE },
  { "an-alias-alone", ARCH ("x86_64", "<machine canonical='pc-q35-7.2'>q35</machine>"), "q35 pc-q35-7.2", FALSE },
  { "an-emulator-for-kvm", ARCH ("x86_64", PC "<domain type='kvm'><emulator>/usr/libexec/qemu-kvm</emulator><machine>pc</machine>"
                                 "<machine>pc-q35-rhel9.2.0</machine></domain>"), "pc-i440fx-7.2 pc pc-q35-rhel9.2.0", TRUE },
  { "a-machine-without-name", ARCH ("x86_64", "<machine canonical=''> </machine>"), "", FALSE },
};

static void
test_guests (gconstpointer data)
{
  const GuestCase *c = data;
  g_autofree char *xml = g_strconcat ("<capabilities><host>" CPU ("") "</host>", c->guests, "</capabilities>", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (PinCapabilities) capabilities = pin_capabilities_parse (xml, &error);
  g_autofree char *machines = NULL;

  g_assert_no_error (error);
  machines = g_strjoinv (" ", capabilities->machines);
  g_assert_cmpstr (machines, ==, c->machines);
  g_assert_cmpint (capabilities->kvm, ==, c->kvm);
}

static void
test_wrong (void)
{
  static const char *const texts[] = {
    "", "x", "<capabilities><host>", "<capabilities><host><cpu><counter name='tsc'/></cpu></host></capabilities>",
    "<capabilities><host><cpu><counter name='tsc' frequency='-1'/></cpu></host></capabilities>",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", texts[i]);
      g_assert_null (pin_capabilities_parse (texts[i], &error));
      g_assert_error (error, PIN_ERROR, PIN_ERROR_INVALID);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/capabilities/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  for (guint i = 0; i < G_N_ELEMENTS (guest_cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/capabilities/guests/%s", guest_cases[i].name);

      g_test_add_data_func (path, &guest_cases[i], test_guests);
    }
  g_test_add_func ("/capabilities/refuses-what-is-none", test_wrong);
  return g_test_run ();
}
