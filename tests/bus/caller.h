/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs of several users that call org.pinshift.Host1 on a private bus. */
#pragma once

#include <gio/gio.h>

typedef enum
{
  WHO_ROOT,
  WHO_LIBVIRT, /* nobody, in the group libvirt */
  WHO_NOBODY
} Who;

typedef struct
{
  const char *address; /* of the bus */
  const char *dir;     /* that was opened; programs there come first */
  int terminal;        /* the caller's standard input; -1: it has no terminal */
} CallerPlace;

/* It must stay where it is. */
typedef struct
{
  GSubprocess *process;
  char *said; /* on standard error; NULL: it runs */
} Caller;

/* Whether callers can be others than who runs the test; if not, says that it is skipped. */
gboolean caller_can_be_others (void);

/* Lets everybody into @dir, and puts a copy of the command line there, wherever it was built. */
void caller_open (const char *dir);

/* @line: what follows "pinshift", which lets itself be asked for a password; or "Method arguments" of
 * org.pinshift.Host1, or "--dest ..." of any other, for gdbus, which does not. */
void caller_start (Caller *caller, const CallerPlace *place, Who who, const char *line);
/* Kills it, if it runs. */
void caller_clear (Caller *caller);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Caller, caller_clear)

/* Waits for its end, serving the main context; what it said is one line, and has @part. */
void caller_assert_line (Caller *caller, const char *part);
