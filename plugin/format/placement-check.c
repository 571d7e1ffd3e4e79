/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What holds among the elements of a placement: each thing once.  libvirt demands the same. */
#include "format/placement-xml.h"

/* Elements of the sorted arrays begin with the number that they are sorted by. */
G_STATIC_ASSERT (G_STRUCT_OFFSET (PinPin, id) == 0 && G_STRUCT_OFFSET (PinMemnode, cell) == 0
                 && G_STRUCT_OFFSET (PinDimm, index) == 0);

static gint
compare_ids (gconstpointer a, gconstpointer b)
{
  guint first = *(const guint *) a;
  guint second = *(const guint *) b;

  return (first > second) - (first < second);
}

static guint
id_at (const GArray *array, guint i)
{
  return *(const guint *) (const void *) (array->data + i * g_array_get_element_size ((GArray *) array));
}

static gboolean
sort (GArray *array, const char *what, const xmlNode *parent, GError **error)
{
  gboolean sorted = TRUE;
  guint i;

  for (i = 1; i < array->len && sorted; i++)
    sorted = id_at (array, i - 1) < id_at (array, i);
  if (sorted)
    return TRUE;
  g_array_sort (array, compare_ids);
  for (i = 1; i < array->len; i++)
    if (id_at (array, i - 1) == id_at (array, i))
      return pin_xml_error (error, parent, "two <%s> for %u", what, id_at (array, i));
  return TRUE;
}

static gboolean
check_scheds (const GArray *scheds, const char *what, const xmlNode *parent, GError **error)
{
  g_autoptr (PinCpuset) seen = pin_cpuset_new ();
  guint i;

  for (i = 0; i < scheds->len; i++)
    {
      const PinSched *sched = &g_array_index (scheds, PinSched, i);

      if (pin_cpuset_intersects (seen, sched->ids))
        return pin_xml_error (error, parent, "two <%s> for one thread", what);
      pin_cpuset_unite (seen, sched->ids);
    }
  return TRUE;
}

/* libvirt: no two pages for one cell, and one at most for all the others. */
static gboolean
check_pages (const GArray *pages, const xmlNode *parent, GError **error)
{
  g_autoptr (PinCpuset) seen = pin_cpuset_new ();
  guint others = 0;
  guint i;

  for (i = 0; i < pages->len; i++)
    {
      const PinNodeset *cells = g_array_index (pages, PinPage, i).cells;

      if (pin_cpuset_intersects (seen, cells) || (cells == NULL && others++ > 0))
        return pin_xml_error (error, parent, "two <page> for one cell");
      pin_cpuset_unite (seen, cells);
    }
  return TRUE;
}

gboolean
pin_placement_read_end (PinPlacement *placement, const xmlNode *parent, GError **error)
{
  return sort (placement->vcpupin, "vcpupin", parent, error)
         && sort (placement->iothreadpin, "iothreadpin", parent, error)
         && sort (placement->memnode, "memnode", parent, error) && sort (placement->dimm, "dimm", parent, error)
         && check_pages (placement->hugepages, parent, error)
         && check_scheds (placement->vcpusched, "vcpusched", parent, error)
         && check_scheds (placement->iothreadsched, "iothreadsched", parent, error);
}
