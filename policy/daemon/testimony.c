/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "testimony.h"

#include "core/error.h"

#include <string.h>

PinDomain *
pin_testimony_read (const char *xml, const char *host, const char *uuid, const char *guest, GError **error)
{
  g_autoptr (PinDomain) domain = pin_domain_parse (xml, strlen (xml), error);

  if (domain == NULL)
    {
      g_prefix_error (error, "%s: what host %s says of it: ", guest, host);
      return NULL;
    }
  if (g_strcmp0 (domain->guest->uuid, uuid) != 0)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_STALE, "%s: host %s has another guest in its place now; ask again", guest, host);
      return NULL;
    }
  pin_domain_drop_document (domain);
  return g_steal_pointer (&domain);
}

PinOriginal *
pin_testimony_original (const PinDomain *domain, const PinHostRow *row)
{
  g_autoptr (PinOriginal) original = NULL;
  g_autoptr (PinTopology) shape = NULL;
  g_autoptr (PinSnapshot) host = NULL;

  if (domain->record != NULL)
    {
      original = pin_original_copy (domain->record->original);
      pin_original_limit (original, domain->guest);
      return g_steal_pointer (&original);
    }
  if (row == NULL || row->site == NULL)
    return pin_original_from (domain->placement, NULL);
  host = pin_site_snapshot (row->site);
  shape = pin_original_shape (host->topology, domain->placement);
  return pin_original_from (domain->placement, pin_home_new (host->uuid, host->name, shape));
}
