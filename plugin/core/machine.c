/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Machine type names, upstream's and the distributions', as far as the naming of RAM blocks hangs on them. */
#include "core/machine.h"

#include <string.h>

#define PLAIN_PAGE_MAX_KIB 16

/* A step in what machine types do with memory: upstream's version, RHEL's, and Ubuntu's code names from which on they do it. */
typedef struct
{
  guint64 major;
  guint64 minor;
  guint64 rhel_minor;               /* of RHEL 8 */
  const char *const *code_names;
} Step;

/* Names of blocks are the same for memory of files and for other memory (QEMU 4.0). */
static const char *const one_name_code_names[] = { "eoan", "focal", "groovy", NULL };

/* Cells without backends are no more (numa_mem_supported, QEMU 5.1).  Every other name is older, or not known to be newer. */
static const char *const new_code_names[] = {
  "hirsute", "impish", "jammy", "kinetic", "lunar", "mantic", "noble", "oracular", "plucky", "questing", NULL,
};

static const Step one_name = { 4, 0, 1, one_name_code_names };
static const Step always_backends = { 5, 1, 3, new_code_names };

/* Whether @text begins with a version "MAJOR.MINOR" of @major.@minor or newer. */
static gboolean
is_at_least (const char *text, guint64 major, guint64 minor)
{
  guint64 have_major;
  guint64 have_minor;
  char *end = NULL;

  if (!g_ascii_isdigit (*text))
    return FALSE;
  have_major = g_ascii_strtoull (text, &end, 10);
  if (*end != '.' || !g_ascii_isdigit (end[1]))
    return FALSE;
  have_minor = g_ascii_strtoull (end + 1, &end, 10);
  if ((*end != '\0' && *end != '.') || have_major > G_MAXUINT16 || have_minor > G_MAXUINT16)
    return FALSE;

  return have_major > major || (have_major == major && have_minor >= minor);
}

/* Whether a part of a machine name, "5.1", "rhel8.3.0" or "jammy", tells that @step is taken. */
static gboolean
part_has (const char *part, const Step *step)
{
  if (g_str_has_prefix (part, "rhel"))
    return is_at_least (part + strlen ("rhel"), 8, step->rhel_minor);

  return g_strv_contains (step->code_names, part) || g_strv_contains (new_code_names, part)
         || is_at_least (part, step->major, step->minor);
}

static gboolean
name_has (const char *machine, const Step *step)
{
  g_auto (GStrv) parts = g_strsplit (machine, "-", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (part_has (parts[i], step))
      return TRUE;

  return FALSE;
}

gboolean
pin_machine_fixes_backends (const PinGuest *guest)
{
  return guest->n_cells > 0 && (guest->machine == NULL || !name_has (guest->machine, &always_backends));
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

/* Huge pages are a file to QEMU; what else makes one stays whatever becomes of them. */
static gboolean
needs_a_file (const PinGuest *guest, const PinPlacement *original)
{
  gboolean file_anyway = guest->backing == PIN_BACKING_FILE || guest->backing == PIN_BACKING_MEMFD || guest->shared_access;

  return guest->n_cells > 0 && original->has_hugepages && !file_anyway && pin_machine_has_backends (guest, original)
         && (guest->machine == NULL || !name_has (guest->machine, &one_name));
}

gboolean
pin_machine_needs_pages (const PinGuest *guest, const PinPlacement *original)
{
  if (needs_a_file (guest, original))
    return TRUE;
  return names_pages (original) && !has_other_backends (guest, original) && !pin_machine_takes_memnodes (original)
         && pin_machine_fixes_backends (guest);
}
