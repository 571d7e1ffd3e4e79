/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arguments of calls on the bus, of any type and without sense, or nearly with it. */
#pragma once

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

typedef struct
{
  GRand *rand;
  GPtrArray *texts; /* char *, UTF-8: what strings are, or are made of; words, then files */
  guint n_words;
  GUnixFDList *fds; /* what the handles of the present call are */
  GArray *writers;  /* int: what keeps pipes among them from ending */
} ArgumentSource;

void argument_source_init (ArgumentSource *source, guint32 seed);
void argument_source_clear (ArgumentSource *source);

/* Takes all that the file at @path has, or what of it is UTF-8, as a text. */
void argument_source_add_file (ArgumentSource *source, const char *path);

/* Forgets descriptors: another call begins. */
void argument_source_begin (ArgumentSource *source);

/* (floating) */
GVariant *argument_new (ArgumentSource *source, const GVariantType *type);
/* What @arguments (ends with NULL; NULL: none) of a call are, in a tuple.  (floating) */
GVariant *argument_new_tuple (ArgumentSource *source, GDBusArgInfo *const *arguments);
/* Of any type that arguments can have together, a tuple.  (floating) */
GVariant *argument_new_any (ArgumentSource *source);
