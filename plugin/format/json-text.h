/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON text to nodes, and nothing that is not JSON; and values to JSON text. */
#pragma once

#include "core/cpuset.h"

#include <json-glib/json-glib.h>

/* More than any host needs: 16384 CPUs are 2 MB. */
#define PIN_JSON_MAX_BYTES (16 * 1024 * 1024)
#define PIN_JSON_MAX_DEPTH 16

/*
 * Parses @length bytes (-1: up to NUL) as RFC 8259 has it.  json-glib alone takes comments, octal and hexadecimal
 * numbers, doubled members and a text behind the text, makes -1 of 18446744073709551615, and runs out of stack where
 * brackets nest too deep. Returns: (transfer full); NULL with PIN_ERROR_INVALID that names column, and line of several.
 */
JsonNode *pin_json_parse (const char *text, gssize length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Members for the object that @builder is in; a NULL @value is left out. */
void pin_json_add_string (JsonBuilder *builder, const char *name, const char *value);
void pin_json_add_number (JsonBuilder *builder, const char *name, guint64 value);
void pin_json_add_bool (JsonBuilder *builder, const char *name, gboolean value);
void pin_json_add_null (JsonBuilder *builder, const char *name);
void pin_json_add_set (JsonBuilder *builder, const char *name, const PinCpuset *value);
/* Begins an object or array that is member @name. */
void pin_json_begin_object (JsonBuilder *builder, const char *name);
void pin_json_begin_array (JsonBuilder *builder, const char *name);
/* The name of the member that comes next, as a number. */
void pin_json_set_key (JsonBuilder *builder, guint64 key);
/* The text of what @builder has built: one line without a line feed, or indented if @pretty.  (transfer full) */
char *pin_json_end (JsonBuilder *builder, gboolean pretty);
