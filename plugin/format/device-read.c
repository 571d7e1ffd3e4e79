/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "format/device-read.h"

#include "format/quote.h"

#include <string.h>

/* Images below an image; XML that libvirt takes is no deeper. */
#define CHAIN_MAX 200

static void
device_file_free (gpointer data)
{
  PinDeviceFile *file = data;

  g_free (file->path);
  g_free (file);
}

static void
add_file (GPtrArray *files, const char *path, gboolean writable)
{
  PinDeviceFile *file;

  if (path == NULL || *path != '/')
    return;
  for (guint i = 0; i < files->len; i++)
    {
      file = g_ptr_array_index (files, i);
      if (strcmp (file->path, path) != 0)
        continue;
      file->writable |= writable;
      return;
    }
  file = g_new0 (PinDeviceFile, 1);
  *file = (PinDeviceFile){ g_strdup (path), writable };
  g_ptr_array_add (files, file);
}

/* <source> of a disk or of what it is based on. */
static void
add_source (GPtrArray *files, const xmlNode *source, gboolean writable)
{
  const char *policy = pin_xml_attr (source, "startupPolicy");

  if (policy != NULL && strcmp (policy, "mandatory") != 0)
    return;
  add_file (files, pin_xml_attr (source, "file"), writable);
  add_file (files, pin_xml_attr (source, "dev"), writable);
}

static void
add_disk (GPtrArray *files, const xmlNode *disk)
{
  gboolean writable = pin_xml_child (disk, "readonly") == NULL && !pin_xml_attr_is (disk, "device", "cdrom");
  const xmlNode *source = pin_xml_child (disk, "source");
  const xmlNode *base = pin_xml_child (disk, "backingStore");

  if (source != NULL)
    add_source (files, source, writable);
  for (guint i = 0; base != NULL && i < CHAIN_MAX; i++)
    {
      source = pin_xml_child (base, "source");
      if (source != NULL)
        add_source (files, source, FALSE);
      base = pin_xml_child (base, "backingStore");
    }
}

GPtrArray *
pin_device_files (const xmlNode *root)
{
  GPtrArray *files = g_ptr_array_new_with_free_func (device_file_free);

  for (pin_xml_each (pin_xml_child (root, "devices"), device))
    if (pin_xml_is (device, "disk"))
      add_disk (files, device);
  return files;
}

static void G_GNUC_PRINTF (2, 3)
add_bond (GPtrArray *bonds, const char *format, ...)
{
  g_autofree char *bond = NULL;
  va_list args;

  va_start (args, format);
  bond = g_strdup_vprintf (format, args);
  va_end (args);
  if (!g_ptr_array_find_with_equal_func (bonds, bond, g_str_equal, NULL))
    g_ptr_array_add (bonds, g_steal_pointer (&bond));
}

/* One that QEMU unplugs before the migration, because another network card stands in for it. */
static gboolean
is_transient (const xmlNode *device)
{
  const xmlNode *teaming = pin_xml_child (device, "teaming");

  return teaming != NULL && pin_xml_attr_is (teaming, "type", "transient");
}

static void
look_at_device (GPtrArray *bonds, const xmlNode *device)
{
  const char *type = pin_xml_attr (device, "type");
  g_autofree char *quoted = type != NULL ? pin_quote (type) : g_strdup ("unknown");

  if (pin_xml_is (device, "hostdev") && !is_transient (device))
    add_bond (bonds, "has a host device of type %s", quoted);
  else if (pin_xml_is (device, "interface") && g_strcmp0 (type, "hostdev") == 0 && !is_transient (device))
    add_bond (bonds, "has a network card of the host's");
  else if (pin_xml_is (device, "interface") && g_strcmp0 (type, "vdpa") == 0)
    add_bond (bonds, "has a vDPA network card");
  else if (pin_xml_is (device, "disk") && g_strcmp0 (type, "nvme") == 0)
    add_bond (bonds, "has an NVMe disk of the host's");
}

/* The TSC counts on at one pace: QEMU goes with it only to where it is told that pace. */
static gboolean
has_bare_invtsc (const xmlNode *root)
{
  for (pin_xml_each (pin_xml_child (root, "clock"), timer))
    if (pin_xml_attr_is (timer, "name", "tsc") && pin_xml_attr (timer, "frequency") != NULL)
      return FALSE;
  for (pin_xml_each (pin_xml_child (root, "cpu"), feature))
    if (pin_xml_attr_is (feature, "name", "invtsc")
        && (pin_xml_attr_is (feature, "policy", "require") || pin_xml_attr (feature, "policy") == NULL))
      return TRUE;
  return FALSE;
}

GPtrArray *
pin_device_bonds (const xmlNode *root)
{
  GPtrArray *bonds = g_ptr_array_new_with_free_func (g_free);

  for (pin_xml_each (pin_xml_child (root, "devices"), device))
    look_at_device (bonds, device);
  if (pin_xml_child (root, "launchSecurity") != NULL)
    add_bond (bonds, "has launch security");
  if (has_bare_invtsc (root))
    add_bond (bonds, "has CPU feature invtsc without a frequency of timer tsc");
  return bonds;
}
