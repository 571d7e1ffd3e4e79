/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sections of policy files: one table for all, with the keys of each. */
#pragma once

#include "rules/rules.h"
#include "rules/rules-value.h"

typedef enum
{
  PIN_SECTION_FIT,
  PIN_SECTION_RESERVE,
  PIN_SECTION_HOME,
  PIN_SECTION_DRAIN,
  PIN_SECTION_BALANCE,
  PIN_SECTION_WEIGHTS,
  PIN_SECTION_MIGRATE,
  /* From here on: who is told what.  Hosts of one policy may differ in that. */
  PIN_SECTION_NOTIFY,
  PIN_SECTION_METRICS,
  /* From here on: sections with names of their own, as many as there are names. */
  PIN_SECTION_DOMAIN,
  PIN_SECTION_HOST,
  PIN_SECTION_GROUP,
  PIN_SECTION_PLACEMENT,
  PIN_SECTION_N
} PinSectionKind;

typedef struct
{
  const char *word;        /* "fit", or what stands before a name */
  const char *usage;       /* "domain NAME" */
  const char *missing;     /* what is wrong without a name, and what to do */
  const PinRulesKey *keys;
  guint n_keys;
} PinSection;

const PinSection *pin_section (PinSectionKind kind);

/* Whether there are many of it, each with a name. */
gboolean pin_section_is_named (PinSectionKind kind);

/*
 * The kind of the section @title ("fit", "domain rt-*", blanks already trimmed), and its name, which is borrowed from
 * @title, or NULL.  PIN_ERROR_INVALID for one that is not known, or lacks its name.
 */
gboolean pin_section_parse (const char *title, PinSectionKind *ret_kind, const char **ret_name,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * The key of that name, and of NAME.N the number (else 0); borrowed.  NULL with PIN_ERROR_INVALID if the section, which
 * is called @title, knows no such key.
 */
const PinRulesKey *pin_section_find (PinSectionKind kind, const char *name, const char *title, guint *ret_number,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
