/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files in the language of libvirt's *.conf: key = 'text', "text", """text""", 12 or [ list ], # comments (libvirt: virconf.c). */
#pragma once

#include <glib.h>

/*
 * Returns: (transfer full) GVariant by name: s, x, or () for a list, which nobody here asks for; of a name that is given several times the first, as
 * libvirt has it.  NULL: libvirt would not take @text.
 */
GHashTable *pin_exam_conf_parse (const char *text);

/* Each: FALSE if @key has a value of another type.  If it has none, *ret is as it was.  Strings are borrowed from @conf. */
gboolean pin_exam_conf_text (GHashTable *conf, const char *key, const char **ret);
gboolean pin_exam_conf_number (GHashTable *conf, const char *key, gint64 *ret);
