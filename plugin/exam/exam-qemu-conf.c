/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /etc/libvirt/qemu.conf, which distributions keep for root alone.  What it does not set is as libvirt has it (virQEMUDriverConfigNew()). */
#include "exam-parts.h"

#include "libvirt-conf.h"
#include "host-file.h"

/* libvirt's own example of it has 40 KiB. */
#define CONF_MAX (1024 * 1024)

static void
add_ports (GHashTable *conf, GVariantDict *facts)
{
  gint64 first = 49152;
  gint64 last = 49215;

  /* libvirt takes no others either. */
  if (pin_exam_conf_number (conf, "migration_port_min", &first) && pin_exam_conf_number (conf, "migration_port_max", &last) && first > 0
      && first <= last && last <= G_MAXUINT16)
    g_variant_dict_insert (facts, "migration-ports", "(qq)", (guint)first, (guint)last);
}

static void
add_text (GHashTable *conf, const char *key, const char *fallback, const char *fact, GVariantDict *facts)
{
  const char *text = fallback;

  if (pin_exam_conf_text (conf, key, &text))
    g_variant_dict_insert (facts, fact, "s", text);
}

void
pin_exam_qemu_conf (const PinExamOrder *order, GVariantDict *facts)
{
  g_autofree char *text = NULL;
  g_autoptr (GHashTable) conf = NULL;

  if (pin_exam_read_up_to (order, "/etc/libvirt/qemu.conf", CONF_MAX, &text) == PIN_EXAM_HIDDEN)
    return;
  conf = pin_exam_conf_parse (text == NULL ? "" : text);
  if (conf == NULL)
    return;
  add_ports (conf, facts);
  add_text (conf, "migration_host", "", "migration-host", facts);
  add_text (conf, "migration_address", "", "migration-address", facts);
  add_text (conf, "memory_backing_dir", "/var/lib/libvirt/qemu/ram", "memory-backing-dir", facts);
}
