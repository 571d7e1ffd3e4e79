/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "census.h"

static void
add_guests (GVariantBuilder *guests, const PinHostRow *row)
{
  PinSiteWalk walk = { NULL };
  PinSiteGuest guest;

  while (pin_site_next (row->site, &walk, &guest))
    {
      g_autofree char *name = g_strndup (guest.name, guest.name_length);
      g_autofree char *uuid = pin_site_guest_uuid (&guest);

      if (guest.state != PIN_SITE_GUEST_COMING)
        g_variant_builder_add (guests, "(sss)", name, uuid != NULL ? uuid : "", row->name);
    }
}

GVariant *
pin_census (PinFleet *fleet)
{
  GVariantBuilder guests;
  guint n_rows;
  const PinHostRow *rows = pin_fleet_rows (fleet, &n_rows);

  g_variant_builder_init (&guests, G_VARIANT_TYPE ("a(sss)"));
  for (guint i = 0; i < n_rows; i++)
    if (rows[i].site != NULL)
      add_guests (&guests, &rows[i]);
  return g_variant_builder_end (&guests);
}
