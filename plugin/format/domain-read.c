/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A domain's XML as values. */
#include "format/domain-read.h"

#include "core/error.h"
#include "format/guest-read.h"
#include "format/placement-xml.h"

#include <string.h>

/* Who reads the first of two and who the last is not for us to guess. */
static gboolean
check_once (const xmlNode *root, GError **error)
{
  static const char *const singles[]
      = { "name",     "uuid",    "metadata", "memory", "currentMemory", "memoryBacking", "vcpu",   "vcpus", "iothreads",
          "iothreadids", "cputune", "numatune", "os",     "cpu",           "clock",         "devices" };
  guint seen = 0;
  guint i;

  for (pin_xml_each (root, child))
    for (i = 0; i < G_N_ELEMENTS (singles); i++)
      {
        if (!pin_xml_is (child, singles[i]))
          continue;
        if ((seen & (1u << i)) != 0)
          return pin_xml_error (error, child, "stands twice in <domain>");
        seen |= 1u << i;
        break;
      }
  return TRUE;
}

static gboolean
read_section (PinPlacement *placement, const xmlNode *root, const char *name, GError **error)
{
  for (pin_xml_each (pin_xml_child (root, name), child))
    if (child->ns == NULL && !pin_placement_read (placement, name, child, error))
      return FALSE;
  return TRUE;
}

/* The child @name of @parent, or NULL in *@ret_child; two of them are an error. */
static gboolean
find_only (const xmlNode *parent, const char *name, const xmlNode **ret_child, GError **error)
{
  *ret_child = NULL;
  for (pin_xml_each (parent, child))
    {
      if (!pin_xml_is (child, name))
        continue;
      if (*ret_child != NULL)
        return pin_xml_error (error, child, "stands twice in <%s>", (const char *) child->parent->name);
      *ret_child = child;
    }
  return TRUE;
}

/* Devices with a <path>, NVDIMMs, have nothing of a placement. */
static gboolean
read_dimm_source (PinPlacement *placement, guint index, const xmlNode *memory, GError **error)
{
  const xmlNode *source, *pagesize, *nodemask;
  PinDimm dimm = { index, 0, NULL };

  if (!find_only (memory, "source", &source, error) || !find_only (source, "pagesize", &pagesize, error)
      || !find_only (source, "nodemask", &nodemask, error))
    return FALSE;
  if (pin_xml_child (source, "path") != NULL || (pagesize == NULL && nodemask == NULL))
    return TRUE;
  if (pagesize != NULL && !pin_xml_get_kib (pagesize, NULL, &dimm.page_kib, error))
    return FALSE;
  if (nodemask != NULL && !pin_xml_get_set (nodemask, NULL, &dimm.nodeset, error))
    return FALSE;
  if (dimm.page_kib != 0 || dimm.nodeset != NULL)
    g_array_append_val (placement->dimm, dimm);
  return TRUE;
}

static gboolean
read_dimm_sources (PinPlacement *placement, const xmlNode *root, GError **error)
{
  guint index = 0;

  for (pin_xml_each (pin_xml_child (root, "devices"), child))
    if (pin_xml_is (child, "memory") && !read_dimm_source (placement, index++, child, error))
      return FALSE;
  return TRUE;
}

/* libvirt: cells share no vCPU, and have none beyond the guest's. */
static gboolean
check_cells (const PinGuest *guest, const xmlNode *root, GError **error)
{
  const xmlNode *numa = pin_xml_child (pin_xml_child (root, "cpu"), "numa");
  g_autoptr (PinCpuset) seen = pin_cpuset_new ();

  for (guint cell = 0; cell < guest->n_cells; cell++)
    for (pin_cpuset_each (guest->cells[cell].vcpus, vcpu))
      {
        if (vcpu >= guest->n_vcpus)
          return pin_xml_error (error, numa, "cell %u has vCPU %u of a guest with %u", cell, vcpu, guest->n_vcpus);
        if (pin_cpuset_contains (seen, vcpu))
          return pin_xml_error (error, numa, "cell %u has vCPU %u, which is in another cell already", cell, vcpu);
        pin_cpuset_add (seen, vcpu);
      }
  return TRUE;
}

/* libvirt takes a guest without cells for one cell 0 here. */
static gboolean
check_cell_number (const PinGuest *guest, guint cell, const xmlNode *element, const char *what, GError **error)
{
  return cell < MAX (guest->n_cells, 1)
         || pin_xml_error (error, element, "%s for cell %u of a guest with %u", what, cell, guest->n_cells);
}

static gboolean
check_memory_numbers (const PinPlacement *placement, const PinGuest *guest, const xmlNode *root, GError **error)
{
  const xmlNode *backing = pin_xml_child (root, "memoryBacking");
  const xmlNode *devices = pin_xml_child (root, "devices");

  for (guint i = 0; i < placement->hugepages->len; i++)
    for (pin_cpuset_each (g_array_index (placement->hugepages, PinPage, i).cells, cell))
      if (!check_cell_number (guest, cell, backing, "<page>", error))
        return FALSE;
  for (guint i = 0; i < guest->n_dimms; i++)
    if (guest->dimms[i].cell >= 0
        && !check_cell_number (guest, (guint) guest->dimms[i].cell, devices, "<memory>", error))
      return FALSE;
  return TRUE;
}

static gboolean
check_scheds (const PinPlacement *placement, const PinGuest *guest, const xmlNode *root, GError **error)
{
  const xmlNode *cputune = pin_xml_child (root, "cputune");

  for (guint i = 0; i < placement->vcpusched->len; i++)
    for (pin_cpuset_each (g_array_index (placement->vcpusched, PinSched, i).ids, vcpu))
      if (vcpu >= guest->n_vcpus)
        return pin_xml_error (error, cputune, "<vcpusched> for vCPU %u of a guest with %u", vcpu, guest->n_vcpus);
  for (guint i = 0; i < placement->iothreadsched->len; i++)
    for (pin_cpuset_each (g_array_index (placement->iothreadsched, PinSched, i).ids, id))
      if (!pin_cpuset_contains (guest->iothreads, id))
        return pin_xml_error (error, cputune, "<iothreadsched> for I/O thread %u, which the guest does not have", id);
  return TRUE;
}

/* What is tuned must exist: the arrays are sorted, so the last element has the greatest number. */
static gboolean
check_numbers (const PinPlacement *placement, const PinGuest *guest, const xmlNode *root, GError **error)
{
  guint last, i;

  if (placement->vcpupin->len > 0)
    {
      last = g_array_index (placement->vcpupin, PinPin, placement->vcpupin->len - 1).id;
      if (last >= guest->n_vcpus)
        return pin_xml_error (error, pin_xml_child (root, "cputune"), "<vcpupin> for vCPU %u of a guest with %u", last,
                              guest->n_vcpus);
    }
  for (i = 0; i < placement->iothreadpin->len; i++)
    {
      last = g_array_index (placement->iothreadpin, PinPin, i).id;
      if (!pin_cpuset_contains (guest->iothreads, last))
        return pin_xml_error (error, pin_xml_child (root, "cputune"), "<iothreadpin> for I/O thread %u, which the guest"
                              " does not have", last);
    }
  if (placement->memnode->len > 0)
    {
      last = g_array_index (placement->memnode, PinMemnode, placement->memnode->len - 1).cell;
      if (last >= guest->n_cells)
        return pin_xml_error (error, pin_xml_child (root, "numatune"), "<memnode> for cell %u of a guest with %u", last,
                              guest->n_cells);
    }
  return TRUE;
}

static gboolean
read_placement (PinDomain *domain, const xmlNode *root, GError **error)
{
  PinPlacement *placement = domain->placement;
  const xmlNode *vcpu = pin_xml_child (root, "vcpu");

  return (vcpu == NULL || pin_placement_read (placement, NULL, vcpu, error))
         && read_section (placement, root, "memoryBacking", error) && read_section (placement, root, "cputune", error)
         && read_section (placement, root, "numatune", error) && read_dimm_sources (placement, root, error)
         && pin_placement_read_end (placement, root, error)
         && check_cells (domain->guest, root, error) && check_numbers (placement, domain->guest, root, error)
         && check_scheds (placement, domain->guest, root, error)
         && check_memory_numbers (placement, domain->guest, root, error);
}

/* A record by its name, of a version that has a namespace of its own. */
static gboolean
is_of_another_namespace (const xmlNode *element)
{
  const char *ns = element->ns != NULL ? (const char *) element->ns->href : "";

  return g_str_has_prefix (ns, PIN_RECORD_NS_ANY) && strcmp (ns, PIN_RECORD_NS) != 0
         && strcmp ((const char *) element->name, PIN_RECORD_ELEMENT) == 0;
}

/* One that says that it is another guest's is as none in any version. */
static gboolean
may_be_of (const xmlNode *element, const PinGuest *guest)
{
  const char *said = pin_xml_attr (element, "guest");
  g_autofree char *uuid = said != NULL ? pin_uuid_normalize (said) : NULL;

  return uuid == NULL || g_ascii_strcasecmp (uuid, guest->uuid) == 0;
}

static void
read_one_record (PinDomain *domain, const xmlNode *element)
{
  g_autoptr (GError) error = NULL;

  domain->record = pin_record_read (element, domain->guest->uuid, &error);
  if (error != NULL)
    domain->record_problem = g_strdup (error->message);
  domain->is_beyond = g_error_matches (error, PIN_ERROR, PIN_ERROR_UNSUPPORTED) && may_be_of (element, domain->guest);
}

static void
read_record (PinDomain *domain, const xmlNode *root)
{
  const xmlNode *found = NULL;
  guint n_found = 0;

  for (pin_xml_each (pin_xml_child (root, "metadata"), child))
    {
      domain->is_beyond |= is_of_another_namespace (child) && may_be_of (child, domain->guest);
      if (child->ns == NULL || g_strcmp0 ((const char *) child->ns->href, PIN_RECORD_NS) != 0)
        continue;
      found = child;
      n_found++;
    }
  if (domain->is_beyond)
    domain->record_problem = g_strdup ("there is a record of another version, in its own namespace; only version " PIN_RECORD_VERSION
                                       " is read");
  else if (n_found > 1)
    domain->record_problem = g_strdup ("there are two records");
  else if (found != NULL)
    read_one_record (domain, found);
}

gboolean
pin_domain_is_within (const PinDomain *domain, GError **error)
{
  if (!domain->is_beyond)
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_UNSUPPORTED,
               "%s: its record stays as it is, and so does the guest: %s; bring pinshift here up to the version that wrote it",
               domain->guest->name, domain->record_problem);
  return FALSE;
}

char *
pin_domain_why_left (const PinDomain *domain)
{
  g_autoptr (GError) beyond = NULL;

  return pin_domain_is_within (domain, &beyond) ? NULL : g_strdup (beyond->message + strlen (domain->guest->name) + strlen (": "));
}

PinDomain *
pin_domain_parse (const char *xml, gsize length, GError **error)
{
  g_autoptr (PinDomain) domain = g_new0 (PinDomain, 1);
  const xmlNode *root;

  domain->doc = pin_xml_parse (xml, length, PIN_DOMAIN_MAX_BYTES, error);
  if (domain->doc == NULL)
    return NULL;
  root = xmlDocGetRootElement (domain->doc);
  if (!pin_xml_is (root, "domain"))
    {
      pin_xml_error (error, root, "is not <domain>");
      return NULL;
    }
  domain->placement = pin_placement_new ();
  if (!check_once (root, error) || (domain->guest = pin_guest_read (root, error)) == NULL
      || !read_placement (domain, root, error))
    return NULL;
  read_record (domain, root);
  return g_steal_pointer (&domain);
}

void
pin_domain_drop_document (PinDomain *domain)
{
  g_clear_pointer (&domain->doc, xmlFreeDoc);
}

void
pin_domain_free (PinDomain *domain)
{
  if (domain == NULL)
    return;
  pin_domain_drop_document (domain);
  pin_guest_free (domain->guest);
  pin_placement_free (domain->placement);
  pin_record_free (domain->record);
  g_free (domain->record_problem);
  g_free (domain);
}
