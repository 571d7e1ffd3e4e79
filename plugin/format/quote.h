/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What others wrote, fit for a message. */
#pragma once

/* @value fit to be quoted: valid, one line, cut after 40 characters.  (transfer full) */
char *pin_quote (const char *value);
