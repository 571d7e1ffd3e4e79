/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A place in a JSON text: reads values there, and can say where it is ("nodes[1].pages[0].free"). */
#pragma once

#include "core/cpuset.h"

#include <json-glib/json-glib.h>

typedef struct _PinJsonSpot PinJsonSpot;

struct _PinJsonSpot
{
  const PinJsonSpot *up; /* NULL: the whole text */
  const char *member;    /* NULL: element @index of an array */
  guint index;
  JsonNode *node; /* borrowed; NULL: absent, or null */
  gboolean is_open; /* of the whole text: objects may have members that are not known */
};

PinJsonSpot pin_json_spot_root (JsonNode *root);
/* The same of a text that another program wrote, which may be of a newer version: what is not known there is passed over. */
PinJsonSpot pin_json_spot_open_root (JsonNode *root);
/* Whether @spot stands in such a text. */
gboolean pin_json_spot_is_open (const PinJsonSpot *spot);
/* Member @name of @up; what is absent, or no object, has none. */
PinJsonSpot pin_json_spot_member (const PinJsonSpot *up, const char *name);
/* Element @index of the array @up. */
PinJsonSpot pin_json_spot_item (const PinJsonSpot *up, guint index);
/* Elements of @up; 0 if it is absent, or no array. */
guint pin_json_spot_length (const PinJsonSpot *up);

/* Where @spot is.  (transfer full) */
char *pin_json_spot_path (const PinJsonSpot *spot);
/* Sets PIN_ERROR_INVALID "PATH: TEXT". */
void pin_json_spot_set_error (const PinJsonSpot *spot, GError **error, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* Each fails with PIN_ERROR_INVALID that says where. */
gboolean pin_json_spot_is_there (const PinJsonSpot *spot, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* An object, or absent, with no member but @known (ends with NULL; NULL itself, or in an open text: any). */
gboolean pin_json_spot_is_object (const PinJsonSpot *spot, const char *const *known,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* An array, or absent. */
gboolean pin_json_spot_is_array (const PinJsonSpot *spot, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @size_kib, which stands there, is a page size. */
gboolean pin_json_spot_is_page (const PinJsonSpot *spot, guint64 size_kib, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Member @name of @up must be there. */
gboolean pin_json_require (const PinJsonSpot *up, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Values of member @name of @up; what is absent leaves *ret_value as it was.  What is not a number is replaced and
 * freed. */
gboolean pin_json_get_number (const PinJsonSpot *up, const char *name, guint64 max, guint64 *ret_value,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pin_json_get_bool (const PinJsonSpot *up, const char *name, gboolean *ret_value,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pin_json_get_string (const PinJsonSpot *up, const char *name, char **ret_value,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same, in lower case. */
gboolean pin_json_get_uuid (const PinJsonSpot *up, const char *name, char **ret_value,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pin_json_get_strings (const PinJsonSpot *up, const char *name, GStrv *ret_value,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pin_json_get_set (const PinJsonSpot *up, const char *name, PinCpuset **ret_value,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The name of the member @spot as a number, as keys of maps are. */
gboolean pin_json_spot_key (const PinJsonSpot *spot, guint64 max, guint64 *ret_value,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Visits the members of the object @map.  Returns: FALSE after the last, and at once if it is absent. */
typedef struct
{
  const PinJsonSpot *map;
  JsonObjectIter iter;
} PinJsonWalk;
PinJsonWalk pin_json_walk (const PinJsonSpot *map);
gboolean pin_json_walk_next (PinJsonWalk *walk, PinJsonSpot *ret_spot);
