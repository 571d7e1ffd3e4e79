/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All pins of a kind as one element of a record. */
#include "format/pins-xml.h"

#include "format/quote.h"
#include "format/xml-edit.h"

#include <string.h>

#define PINS_MAX 4096 /* of a record: a short item may stand for many */

/* Threads that follow each other and share a mask are one item. */
void
pin_pins_write (const GArray *pins, const char *name, xmlNode *parent, xmlNs *ns)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint next_id = 0;
  guint i, end;

  for (i = 0; i < pins->len; i = end)
    {
      const PinPin *pin = &g_array_index (pins, PinPin, i);
      g_autofree char *cpus = pin_cpuset_format (pin->cpuset);

      for (end = i + 1; end < pins->len; end++)
        if (g_array_index (pins, PinPin, end).id != pin->id + (end - i)
            || !pin_cpuset_equal (g_array_index (pins, PinPin, end).cpuset, pin->cpuset))
          break;
      if (i > 0)
        g_string_append_c (text, ' ');
      if (end > i + 1)
        g_string_append_printf (text, "%u-%u=", pin->id, pin->id + (end - i) - 1);
      else if (pin->id != next_id)
        g_string_append_printf (text, "%u=", pin->id);
      g_string_append (text, cpus);
      next_id = pin->id + (end - i);
    }
  if (pins->len > 0)
    pin_xml_add_text (parent, ns, name, text->str);
}

static void
append_pin (GArray *pins, guint *next_id, guint id, PinCpuset *cpus)
{
  PinPin pin = { id, cpus };

  g_array_append_val (pins, pin);
  *next_id = id + 1;
}

/* One item of a record's pins, "CPUS" or "THREADS=CPUS".  *@next_id is the thread that comes next. */
static gboolean
read_pin_item (GArray *pins, const char *item, guint *next_id)
{
  const char *equals = strchr (item, '=');
  g_autoptr (PinCpuset) cpus = pin_cpuset_parse (equals != NULL ? equals + 1 : item, NULL);
  g_autoptr (PinCpuset) ids = NULL;
  g_autofree char *ids_text = NULL;

  if (cpus == NULL || pin_cpuset_is_empty (cpus) || pins->len >= PINS_MAX)
    return FALSE;
  if (equals == NULL)
    {
      if (*next_id < PIN_CPUSET_MAX)
        append_pin (pins, next_id, *next_id, g_steal_pointer (&cpus));
      return cpus == NULL;
    }
  ids_text = g_strndup (item, (gsize) (equals - item));
  ids = pin_cpuset_parse (ids_text, NULL);
  if (ids == NULL || pin_cpuset_is_empty (ids) || pin_cpuset_count (ids) > PINS_MAX - pins->len)
    return FALSE;
  for (pin_cpuset_each (ids, id))
    append_pin (pins, next_id, id, pin_cpuset_copy (cpus));
  return TRUE;
}

gboolean
pin_pins_read (GArray *pins, const xmlNode *element, GError **error)
{
  g_autofree char *text = pin_xml_text (element);
  g_auto (GStrv) items = g_strsplit_set (text, " \n\t", -1);
  guint next_id = 0;
  guint i;

  for (i = 0; items[i] != NULL; i++)
    {
      g_autofree char *quoted = NULL;

      if (*items[i] == '\0' || read_pin_item (pins, items[i], &next_id))
        continue;
      quoted = pin_quote (items[i]);
      return pin_xml_error (error, element, "'%s' is not a pin, as in 4 or 0-3=8-11, or one of more than %d", quoted,
                            PINS_MAX);
    }
  return TRUE;
}
