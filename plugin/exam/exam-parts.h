/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of an examination.  Each adds facts (doctor/facts.h names them) that it could see, and nothing else. */
#pragma once

#include "exam.h"

/* All parts but libvirt's that look at files here, and those that look further. */
void pin_exam_files (const PinExamOrder *order, GVariantDict *facts);
void pin_exam_afar (const PinExamOrder *order, GVariantDict *facts);

void pin_exam_hook (const PinExamOrder *order, GVariantDict *facts);         /* hook*, other-hooks */
void pin_exam_daemon (const PinExamOrder *order, GVariantDict *facts);       /* daemons, daemon-*, apparmor, selinux-daemon */
void pin_exam_selinux (const PinExamOrder *order, GVariantDict *facts);      /* selinux, selinux-module, selinux-hook: after hook */
void pin_exam_tuning (const PinExamOrder *order, GVariantDict *facts);       /* isolated, nohz-full, irqbalance*, tuned*, numad */
void pin_exam_memory (const PinExamOrder *order, GVariantDict *facts);       /* hugetlbfs, pools, memory-backing-filesystem, resctrl*: after qemu_conf */
void pin_exam_qemu_conf (const PinExamOrder *order, GVariantDict *facts);    /* migration-*, memory-backing-dir */
void pin_exam_libvirt (const PinExamOrder *order, GVariantDict *facts);      /* libvirt-version to kvm */
void pin_exam_names (const PinExamOrder *order, GVariantDict *facts);        /* names, names-problem */
void pin_exam_paths (const PinExamOrder *order, GVariantDict *facts);        /* paths */
void pin_exam_certificates (const PinExamOrder *order, GVariantDict *facts); /* certificates */
