/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "moves-hosts.h"

#include "amount.h"
#include "guests.h"

/* Takes both. */
static char *
join (char *before, char *after)
{
  g_autofree char *first = before;
  g_autofree char *second = after;

  return g_str_equal (first, second) ? g_steal_pointer (&first) : g_strdup_printf ("%s -> %s", first, second);
}

char *
pin_moves_hosts_change (gint64 before, gint64 after, const char *unit)
{
  return join (g_strdup_printf ("%" G_GINT64_FORMAT "%s", before, unit), g_strdup_printf ("%" G_GINT64_FORMAT "%s", after, unit));
}

/* @member of @host's state @when; @missing where there is none. */
static gint64
number (JsonObject *host, const char *when, const char *member, gint64 missing)
{
  JsonObject *state = pin_guest_object (host, when);

  return state != NULL ? json_object_get_int_member_with_default (state, member, missing) : missing;
}

static char *
format_memory (JsonObject *host, const char *when)
{
  return pin_amount_bytes ((guint64) MAX (number (host, when, "free_kib", 0), 0) * 1024);
}

static char *
format_cpus (JsonObject *host, const char *when)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT, number (host, when, "own_cpus", 0), number (host, when, "cpus", 0));
}

static gboolean
all_say_load (JsonArray *hosts)
{
  for (guint i = 0; i < json_array_get_length (hosts); i++)
    {
      JsonObject *host = json_array_get_object_element (hosts, i);

      if (number (host, "before", "load_permille", -1) < 0 || number (host, "after", "load_permille", -1) < 0)
        return FALSE;
    }
  return TRUE;
}

/* (transfer full) */
static GStrv
make_row (JsonObject *host, gboolean with_load)
{
  g_autoptr (GStrvBuilder) cells = g_strv_builder_new ();
  const char *maintenance = json_object_get_boolean_member_with_default (host, "maintenance", FALSE) ? " (in maintenance)" : "";
  g_autofree char *name = g_strconcat (pin_guest_text (host, "host"), maintenance, NULL);
  g_autofree char *guests = pin_moves_hosts_change (number (host, "before", "guests", 0), number (host, "after", "guests", 0), "");
  g_autofree char *memory = join (format_memory (host, "before"), format_memory (host, "after"));
  g_autofree char *cpus = join (format_cpus (host, "before"), format_cpus (host, "after"));
  g_autofree char *load =
      pin_moves_hosts_change (number (host, "before", "load_permille", 0) / 10, number (host, "after", "load_permille", 0) / 10, " %");

  g_strv_builder_add_many (cells, name, guests, memory, cpus, with_load ? load : NULL, NULL);
  return g_strv_builder_end (cells);
}

GPtrArray *
pin_moves_hosts_make (JsonArray *hosts)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  gboolean with_load = all_say_load (hosts);
  const char *const header[] = { "Host", "Guests", "Free memory", "Own CPUs", with_load ? "Load" : NULL, NULL };

  g_ptr_array_add (rows, g_strdupv ((GStrv) header));
  for (guint i = 0; i < json_array_get_length (hosts); i++)
    g_ptr_array_add (rows, make_row (json_array_get_object_element (hosts, i), with_load));
  return rows;
}
