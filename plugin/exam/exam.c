/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exam.h"

#include "exam-parts.h"

void
pin_exam_files (const PinExamOrder *order, GVariantDict *facts)
{
  static void (*const parts[]) (const PinExamOrder *, GVariantDict *) = {
    pin_exam_hook,      pin_exam_daemon, pin_exam_selinux,      pin_exam_tuning,
    pin_exam_qemu_conf, pin_exam_memory, pin_exam_certificates,
  };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    parts[i](order, facts);
}

void
pin_exam_afar (const PinExamOrder *order, GVariantDict *facts)
{
  pin_exam_names (order, facts);
  pin_exam_paths (order, facts);
}

GVariant *
pin_exam (const PinExamOrder *order)
{
  g_auto (GVariantDict) facts = G_VARIANT_DICT_INIT (NULL);

  pin_exam_files (order, &facts);
  pin_exam_libvirt (order, &facts);
  pin_exam_afar (order, &facts);
  g_variant_dict_insert (&facts, "time", "x", g_get_real_time ());
  return g_variant_ref_sink (g_variant_dict_end (&facts));
}
