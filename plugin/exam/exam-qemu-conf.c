/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exam-parts.h"

void
pin_exam_qemu_conf (const PinExamOrder *order, GVariantDict *facts)
{
}
