/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a guest is: size, vCPUs, cells, DIMMs, and what limits its placement. */
#include "format/guest-read.h"

#include <string.h>

#define CELLS_MAX 1024
#define DIMMS_MAX 1024

char *
pin_uuid_normalize (const char *text)
{
  GString *uuid = g_string_sized_new (36);
  guint digits = 0;

  for (; *text != '\0' && digits <= 32; text++)
    {
      if (*text == '-')
        continue;
      if (!g_ascii_isxdigit (*text))
        break;
      if (digits == 8 || digits == 12 || digits == 16 || digits == 20)
        g_string_append_c (uuid, '-');
      g_string_append_c (uuid, g_ascii_tolower (*text));
      digits++;
    }
  return g_string_free (uuid, *text != '\0' || digits != 32);
}

static gboolean
read_identity (PinGuest *guest, const xmlNode *root, GError **error)
{
  const xmlNode *uuid = pin_xml_child (root, "uuid");
  const xmlNode *type = pin_xml_child (pin_xml_child (root, "os"), "type");
  g_autofree char *text = pin_xml_text (uuid);

  guest->name = pin_xml_text (pin_xml_child (root, "name"));
  if (*guest->name == '\0')
    return pin_xml_error (error, root, "has no <name>");
  guest->uuid = uuid != NULL ? pin_uuid_normalize (text) : g_strdup (PIN_UUID_NONE);
  if (guest->uuid == NULL)
    return pin_xml_error (error, uuid, "is not a UUID");
  guest->kvm = pin_xml_attr_is (root, "type", "kvm");
  guest->arch = g_strdup (type != NULL ? pin_xml_attr (type, "arch") : NULL);
  guest->machine = g_strdup (type != NULL ? pin_xml_attr (type, "machine") : NULL);
  return TRUE;
}

/* libvirt: current memory defaults to all of it, and is never more. */
static gboolean
read_memory (PinGuest *guest, const xmlNode *root, GError **error)
{
  const xmlNode *memory = pin_xml_child (root, "memory");
  const xmlNode *current = pin_xml_child (root, "currentMemory");

  if (memory == NULL)
    return pin_xml_error (error, root, "has no <memory>");
  if (!pin_xml_get_kib (memory, NULL, &guest->memory_kib, error))
    return FALSE;
  guest->current_kib = guest->memory_kib;
  if (current != NULL && !pin_xml_get_kib (current, NULL, &guest->current_kib, error))
    return FALSE;
  guest->current_kib = MIN (guest->current_kib, guest->memory_kib);
  return TRUE;
}

static gboolean
read_online (PinGuest *guest, const xmlNode *vcpus, GError **error)
{
  for (pin_xml_each (vcpus, child))
    {
      guint id;

      if (!pin_xml_is (child, "vcpu"))
        continue;
      if (!pin_xml_get_uint (child, "id", 0, guest->n_vcpus - 1, &id, error))
        return FALSE;
      if (pin_xml_attr_is (child, "enabled", "yes"))
        pin_cpuset_add (guest->online, id);
    }
  return TRUE;
}

static gboolean
read_vcpus (PinGuest *guest, const xmlNode *root, GError **error)
{
  const xmlNode *vcpu = pin_xml_child (root, "vcpu");
  const xmlNode *vcpus = pin_xml_child (root, "vcpus");
  guint current;

  guest->n_vcpus = 1;
  if (vcpu != NULL && !pin_xml_get_text_uint (vcpu, 1, PIN_CPUSET_MAX, &guest->n_vcpus, error))
    return FALSE;
  if (pin_xml_first (vcpus) != NULL)
    return read_online (guest, vcpus, error);
  current = guest->n_vcpus;
  if (vcpu != NULL && pin_xml_attr (vcpu, "current") != NULL
      && !pin_xml_get_uint (vcpu, "current", 1, guest->n_vcpus, &current, error))
    return FALSE;
  pin_cpuset_add_range (guest->online, 0, current - 1);
  return TRUE;
}

/* libvirt: <iothreads> says how many, <iothreadids> names some or all, the others get the lowest free ids from 1 on. */
static gboolean
read_iothreads (PinGuest *guest, const xmlNode *root, GError **error)
{
  const xmlNode *iothreads = pin_xml_child (root, "iothreads");
  guint wanted = 0, count = 0, id;

  if (iothreads != NULL && !pin_xml_get_text_uint (iothreads, 0, PIN_CPUSET_MAX / 2, &wanted, error))
    return FALSE;
  for (pin_xml_each (pin_xml_child (root, "iothreadids"), child))
    {
      if (!pin_xml_is (child, "iothread"))
        continue;
      if (!pin_xml_get_uint (child, "id", 1, PIN_CPUSET_MAX - 1, &id, error))
        return FALSE;
      pin_cpuset_add (guest->iothreads, id);
      count++;
    }
  for (id = 1; count < wanted && id < PIN_CPUSET_MAX; id++)
    if (!pin_cpuset_contains (guest->iothreads, id))
      {
        pin_cpuset_add (guest->iothreads, id);
        count++;
      }
  return TRUE;
}

static void
note_cell_access (PinGuest *guest, const char *access)
{
  gboolean shared = g_strcmp0 (access, "shared") == 0;

  guest->shared_access |= shared;
  guest->cell_access |= shared || g_strcmp0 (access, "private") == 0;
}

static gboolean
read_backing (PinGuest *guest, const xmlNode *backing, GError **error)
{
  const xmlNode *source = pin_xml_child (backing, "source");
  const xmlNode *access = pin_xml_child (backing, "access");
  const xmlNode *allocation = pin_xml_child (backing, "allocation");
  const char *type = source != NULL ? pin_xml_attr (source, "type") : NULL;

  if (type == NULL)
    guest->backing = PIN_BACKING_NONE;
  else if (strcmp (type, "anonymous") == 0)
    guest->backing = PIN_BACKING_ANONYMOUS;
  else if (strcmp (type, "file") == 0)
    guest->backing = PIN_BACKING_FILE;
  else if (strcmp (type, "memfd") == 0)
    guest->backing = PIN_BACKING_MEMFD;
  else
    return pin_xml_error (error, source, "type is none of anonymous, file and memfd");
  if (access != NULL)
    note_cell_access (guest, pin_xml_attr (access, "mode"));
  guest->prealloc = allocation != NULL && pin_xml_attr_is (allocation, "mode", "immediate");
  guest->locked = pin_xml_child (backing, "locked") != NULL;
  return TRUE;
}

static gboolean
read_cell (PinGuest *guest, const xmlNode *element, guint position, GError **error)
{
  guint id = position;
  PinCell *cell;

  if (pin_xml_attr (element, "id") != NULL && !pin_xml_get_uint (element, "id", 0, guest->n_cells - 1, &id, error))
    return FALSE;
  cell = &guest->cells[id];
  if (cell->vcpus != NULL)
    return pin_xml_error (error, element, "there are two cells %u", id);
  if (pin_xml_attr (element, "cpus") == NULL)
    cell->vcpus = pin_cpuset_new ();
  else if (!pin_xml_get_set (element, "cpus", &cell->vcpus, error))
    return FALSE;
  note_cell_access (guest, pin_xml_attr (element, "memAccess"));
  return pin_xml_get_kib (element, "memory", &cell->memory_kib, error);
}

static gboolean
read_cells (PinGuest *guest, const xmlNode *numa, GError **error)
{
  guint n_cells = 0;
  guint position = 0;

  for (pin_xml_each (numa, child))
    n_cells += pin_xml_is (child, "cell");
  if (n_cells > CELLS_MAX)
    return pin_xml_error (error, numa, "has %u cells, at most %d are read", n_cells, CELLS_MAX);
  guest->n_cells = n_cells;
  guest->cells = g_new0 (PinCell, n_cells);
  for (pin_xml_each (numa, child))
    if (pin_xml_is (child, "cell") && !read_cell (guest, child, position++, error))
      return FALSE;
  return TRUE;
}

/* Features that the CPU must have, as it does without a policy, or must not. */
static void
read_features (PinGuest *guest, const xmlNode *cpu)
{
  g_autoptr (GPtrArray) hidden = g_ptr_array_new_with_free_func (g_free);

  for (pin_xml_each (cpu, child))
    {
      const char *name = pin_xml_is (child, "feature") ? pin_xml_attr (child, "name") : NULL;
      const char *policy = pin_xml_attr (child, "policy");
      gboolean nests = g_strcmp0 (name, "vmx") == 0 || g_strcmp0 (name, "svm") == 0;

      if (name != NULL && (g_strcmp0 (policy, "disable") == 0 || g_strcmp0 (policy, "forbid") == 0))
        g_ptr_array_add (hidden, g_strdup (name));
      else if (nests && (policy == NULL || strcmp (policy, "require") == 0 || strcmp (policy, "force") == 0))
        guest->wants_nested = TRUE;
    }
  if (hidden->len == 0)
    return;
  g_ptr_array_add (hidden, NULL);
  guest->hidden = (GStrv) g_ptr_array_free (g_steal_pointer (&hidden), FALSE);
}

static gboolean
read_cpu (PinGuest *guest, const xmlNode *cpu, GError **error)
{
  const char *mode = cpu != NULL ? pin_xml_attr (cpu, "mode") : NULL;

  if (g_strcmp0 (mode, "host-passthrough") == 0)
    guest->cpu_mode = PIN_CPU_MODE_HOST_PASSTHROUGH;
  else if (g_strcmp0 (mode, "maximum") == 0)
    guest->cpu_mode = PIN_CPU_MODE_MAXIMUM;
  else if (g_strcmp0 (mode, "host-model") == 0)
    guest->cpu_mode = PIN_CPU_MODE_HOST_MODEL;
  read_features (guest, cpu);
  return read_cells (guest, pin_xml_child (cpu, "numa"), error);
}

static gboolean
read_clock (PinGuest *guest, const xmlNode *clock, GError **error)
{
  for (pin_xml_each (clock, child))
    if (pin_xml_is (child, "timer") && pin_xml_attr_is (child, "name", "tsc")
        && pin_xml_attr (child, "frequency") != NULL
        && !pin_xml_get_uint64 (child, "frequency", &guest->tsc_hz, error))
      return FALSE;
  return TRUE;
}

/* What is plugged into a virtio-mem device, or about to be, of at most *kib. */
static gboolean
read_plugged (const xmlNode *target, guint64 *kib, GError **error)
{
  const xmlNode *requested = pin_xml_child (target, "requested");
  const xmlNode *current = pin_xml_child (target, "current");
  guint64 requested_kib = 0, current_kib = 0;

  if (requested != NULL && !pin_xml_get_kib (requested, NULL, &requested_kib, error))
    return FALSE;
  if (current != NULL && !pin_xml_get_kib (current, NULL, &current_kib, error))
    return FALSE;
  *kib = MIN (*kib, MAX (requested_kib, current_kib));
  return TRUE;
}

/* <memory> counts the whole of each device; nvdimm and virtio-pmem are files, and SGX has memory of its own. */
static gboolean
read_dimm_size (PinGuest *guest, PinGuestDimm *dimm, const xmlNode *memory, GError **error)
{
  const char *model = pin_xml_attr (memory, "model");
  const xmlNode *target = pin_xml_child (memory, "target");
  const xmlNode *size = pin_xml_child (target, "size");
  guint64 kib;

  if (size == NULL)
    return pin_xml_error (error, memory, "has no <target> with a <size>");
  if (!pin_xml_get_kib (size, NULL, &kib, error))
    return FALSE;
  dimm->size_kib = kib;
  if (g_strcmp0 (model, "virtio-mem") == 0 && !read_plugged (target, &dimm->size_kib, error))
    return FALSE;
  if (g_strcmp0 (model, "nvdimm") == 0 || g_strcmp0 (model, "virtio-pmem") == 0 || g_strcmp0 (model, "sgx-epc") == 0)
    dimm->size_kib = 0;
  guest->memory_kib -= MIN (guest->memory_kib, kib - dimm->size_kib);
  return TRUE;
}

static gboolean
read_dimm (PinGuest *guest, PinGuestDimm *dimm, const xmlNode *memory, GError **error)
{
  const xmlNode *node = pin_xml_child (pin_xml_child (memory, "target"), "node");
  guint cell;

  dimm->cell = -1;
  guest->shared_access |= pin_xml_attr_is (memory, "access", "shared");
  if (!read_dimm_size (guest, dimm, memory, error))
    return FALSE;
  if (node == NULL)
    return TRUE;
  if (!pin_xml_get_text_uint (node, 0, CELLS_MAX - 1, &cell, error))
    return FALSE;
  dimm->cell = (int) cell;
  return TRUE;
}

static void
note_device (PinGuest *guest, const xmlNode *device)
{
  const char *name = (const char *) device->name;
  const xmlNode *driver = pin_xml_child (device, "driver");

  if (strcmp (name, "hostdev") == 0 || (strcmp (name, "interface") == 0 && pin_xml_attr_is (device, "type", "hostdev")))
    guest->has_hostdevs = TRUE;
  else if (strcmp (name, "interface") == 0 || strcmp (name, "disk") == 0)
    guest->shared_devices |= pin_xml_attr_is (device, "type", "vhostuser");
  else if (strcmp (name, "filesystem") == 0)
    guest->shared_devices |= driver != NULL && pin_xml_attr_is (driver, "type", "virtiofs");
  else if (strcmp (name, "video") == 0)
    guest->shared_devices |= driver != NULL && pin_xml_attr_is (driver, "name", "vhostuser");
}

static gboolean
read_devices (PinGuest *guest, const xmlNode *devices, GError **error)
{
  guint n_dimms = 0;
  guint i = 0;

  for (pin_xml_each (devices, child))
    n_dimms += pin_xml_is (child, "memory");
  if (n_dimms > DIMMS_MAX)
    return pin_xml_error (error, devices, "has %u memory devices, at most %d are read", n_dimms, DIMMS_MAX);
  guest->n_dimms = n_dimms;
  guest->dimms = g_new0 (PinGuestDimm, n_dimms);
  for (pin_xml_each (devices, child))
    {
      note_device (guest, child);
      if (pin_xml_is (child, "memory") && !read_dimm (guest, &guest->dimms[i++], child, error))
        return FALSE;
    }
  return TRUE;
}

PinGuest *
pin_guest_read (const xmlNode *root, GError **error)
{
  g_autoptr (PinGuest) guest = pin_guest_new ();

  if (!read_identity (guest, root, error) || !read_memory (guest, root, error) || !read_vcpus (guest, root, error)
      || !read_iothreads (guest, root, error) || !read_backing (guest, pin_xml_child (root, "memoryBacking"), error)
      || !read_cpu (guest, pin_xml_child (root, "cpu"), error)
      || !read_clock (guest, pin_xml_child (root, "clock"), error)
      || !read_devices (guest, pin_xml_child (root, "devices"), error))
    return NULL;
  guest->has_launch_security = pin_xml_child (root, "launchSecurity") != NULL;
  return g_steal_pointer (&guest);
}
