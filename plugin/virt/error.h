/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What libvirt said last, in the words of this project. */
#pragma once

#include <glib.h>

/* libvirt's last error of this thread as a GError: the one place that reads it. */
void pin_virt_take_error (GError **error);

/* The code of libvirt's last error of this thread, VIR_ERR_HOOK_SCRIPT_FAILED say, which stays to be taken. */
int pin_virt_error_code (void);
