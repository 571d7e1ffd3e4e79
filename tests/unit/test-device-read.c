/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that a guest's disks need, and devices that hold it where it is. */
#include "format/device-read.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *body;      /* of <domain> */
  const char *files;     /* "path" or "path:w", with blanks between */
  const char *bonds;     /* with "; " between */
} Case;

#define DISK(attributes, inside) "<devices><disk " attributes ">" inside "</disk></devices>"

static const Case cases[] = {
  { "nothing", "", "", "" },
  { "a-file", DISK ("type='file' device='disk'", "<source file='/a'/>"), "/a:w", "" },
  { "a-disk-by-default", DISK ("type='file'", "<source file='/a'/>"), "/a:w", "" },
  { "a-block-device", DISK ("type='block' device='lun'", "<source dev='/dev/sdb'/>"), "/dev/sdb:w", "" },
  { "read-only", DISK ("type='file' device='disk'", "<source file='/a'/><readonly/>"), "/a", "" },
  { "cdrom", DISK ("type='file' device='cdrom'", "<source file='/a.iso'/>"), "/a.iso", "" },
  { "cdrom-without-a-disc", DISK ("type='file' device='cdrom'", ""), "", "" },
  { "may-be-missing", DISK ("type='file' device='cdrom'", "<source file='/a.iso' startupPolicy='optional'/>"), "", "" },
  { "must-be-there", DISK ("type='file' device='cdrom'", "<source file='/a.iso' startupPolicy='mandatory'/>"), "/a.iso", "" },
  { "based-on-others",
    DISK ("type='file'", "<source file='/a'/><backingStore type='file'><source file='/b'/><backingStore type='block'><source dev='/c'/>"
                         "<backingStore/></backingStore></backingStore>"), "/a:w /b /c", "" },
  { "of-the-network", DISK ("type='network'", "<source protocol='rbd' name='pool/a'/>"), "", "" },
  { "relative", DISK ("type='file'", "<source file='a'/>"), "", "" },
  { "once", "<devices><disk device='cdrom'><source file='/a'/></disk><disk device='disk'><source file='/a'/></disk></devices>", "/a:w", "" },
  { "host-devices", "<devices><hostdev mode='subsystem' type='pci'/><hostdev mode='subsystem' type='usb'/><hostdev type='pci'/></devices>", "",
    "has a host device of type pci; has a host device of type usb" },
  { "host-network-card", "<devices><interface type='hostdev'/></devices>", "", "has a network card of the host's" },
  { "network-card-with-a-stand-in", "<devices><interface type='hostdev'><teaming type='transient' persistent='ua-1'/></interface></devices>", "", "" },
  { "stand-in", "<devices><interface type='network'><teaming type='persistent'/></interface></devices>", "", "" },
  { "vdpa", "<devices><interface type='vdpa'/></devices>", "", "has a vDPA network card" },
  { "nvme", DISK ("type='nvme'", "<source type='pci' namespace='1'/>"), "", "has an NVMe disk of the host's" },
  { "launch-security", "<launchSecurity type='sev'/>", "", "has launch security" },
  { "invtsc", "<cpu><feature name='invtsc' policy='require'/></cpu>", "", "has CPU feature invtsc without a frequency of timer tsc" },
  { "invtsc-with-frequency", "<cpu><feature name='invtsc' policy='require'/></cpu><clock><timer name='tsc' frequency='2000000000'/></clock>", "", "" },
  { "invtsc-off", "<cpu><feature name='invtsc' policy='disable'/></cpu>", "", "" },
};

static char *
files_text (const GPtrArray *files)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < files->len; i++)
    {
      const PinDeviceFile *file = g_ptr_array_index (files, i);

      g_string_append_printf (text, "%s%s%s", i > 0 ? " " : "", file->path, file->writable ? ":w" : "");
    }
  return g_string_free (text, FALSE);
}

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  g_autofree char *xml = g_strdup_printf ("<domain>%s</domain>", test->body);
  g_autoptr (GError) error = NULL;
  g_autoptr (xmlDoc) doc = pin_xml_parse (xml, strlen (xml), 100000, &error);
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GPtrArray) bonds = NULL;
  g_autofree char *files_are = NULL, *bonds_are = NULL;

  g_assert_no_error (error);
  files = pin_device_files (xmlDocGetRootElement (doc));
  bonds = pin_device_bonds (xmlDocGetRootElement (doc));
  g_ptr_array_add (bonds, NULL);
  files_are = files_text (files);
  bonds_are = g_strjoinv ("; ", (char **)bonds->pdata);
  g_assert_cmpstr (files_are, ==, test->files);
  g_assert_cmpstr (bonds_are, ==, test->bonds);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/device-read/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  return g_test_run ();
}
