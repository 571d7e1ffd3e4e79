/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Machine type names, upstream's and the distributions', as far as the naming of RAM blocks hangs on them. */
#include "core/machine.h"

#include <string.h>

#define PLAIN_PAGE_MAX_KIB 64

/* Ubuntu's code names for machine types of QEMU 5.1 and newer; every other name is older, or not known to be newer. */
static const char *const new_code_names[] = {
  "hirsute", "impish", "jammy", "kinetic", "lunar", "mantic", "noble", "oracular", "plucky", "questing",
};

/* Whether @text begins with a version "MAJOR.MINOR" of @major.@minor or newer. */
static gboolean
is_at_least (const char *text, guint64 major, guint64 minor)
{
  g_auto (GStrv) parts = g_strsplit (text, ".", 3);
  guint64 have_major;
  guint64 have_minor;

  if (parts[0] == NULL || parts[1] == NULL
      || !g_ascii_string_to_unsigned (parts[0], 10, 0, G_MAXUINT16, &have_major, NULL)
      || !g_ascii_string_to_unsigned (parts[1], 10, 0, G_MAXUINT16, &have_minor, NULL))
    return FALSE;

  return have_major > major || (have_major == major && have_minor >= minor);
}

/* Whether a part of a machine name, "5.1", "rhel8.3.0" or "jammy", tells a machine without numa_mem_supported. */
static gboolean
part_is_new (const char *part)
{
  if (g_str_has_prefix (part, "rhel"))
    return is_at_least (part + strlen ("rhel"), 8, 3);
  for (guint i = 0; i < G_N_ELEMENTS (new_code_names); i++)
    if (strcmp (part, new_code_names[i]) == 0)
      return TRUE;

  return is_at_least (part, 5, 1);
}

static gboolean
name_is_new (const char *machine)
{
  g_auto (GStrv) parts = g_strsplit (machine, "-", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (part_is_new (parts[i]))
      return TRUE;

  return FALSE;
}

gboolean
pin_machine_fixes_backends (const PinGuest *guest)
{
  return guest->n_cells > 0 && (guest->machine == NULL || !name_is_new (guest->machine));
}

gboolean
pin_machine_is_plain_page (guint64 page_kib)
{
  return page_kib != 0 && page_kib <= PLAIN_PAGE_MAX_KIB;
}

static gboolean
names_pages (const PinPlacement *placement)
{
  for (guint i = 0; i < placement->hugepages->len; i++)
    {
      const PinPage *page = &g_array_index (placement->hugepages, PinPage, i);

      if (page->cells != NULL && !pin_machine_is_plain_page (page->size_kib))
        return TRUE;
    }

  return FALSE;
}

/* What gives backends, whatever becomes of the pages. */
static gboolean
has_other_backends (const PinGuest *guest, const PinPlacement *placement)
{
  return guest->cell_access || guest->backing == PIN_BACKING_FILE || guest->backing == PIN_BACKING_MEMFD
         || placement->memnode->len > 0;
}

gboolean
pin_machine_has_backends (const PinGuest *guest, const PinPlacement *placement)
{
  return guest->n_cells > 0 && (has_other_backends (guest, placement) || names_pages (placement));
}

/* Without <memory>, <vcpu placement='auto'> is about memory too (libvirt: virDomainNumatuneParseXML). */
gboolean
pin_machine_takes_memnodes (const PinPlacement *placement)
{
  return placement->has_memory ? !placement->memory_auto : !placement->vcpu_auto;
}

gboolean
pin_machine_needs_pages (const PinGuest *guest, const PinPlacement *original)
{
  return pin_machine_fixes_backends (guest) && names_pages (original) && !has_other_backends (guest, original)
         && !pin_machine_takes_memnodes (original);
}
