/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the verbs of pinshift share: options, exit codes, how they print and how they fail. */
#pragma once

#include "core/error.h"

#include <gio/gio.h>

/* Exit codes, as the manual has them. */
enum
{
  PIN_CLI_DONE = 0,    /* done, or fits as written */
  PIN_CLI_FAILED = 1,  /* failed, or refused */
  PIN_CLI_USAGE = 2,   /* usage, or bad input */
  PIN_CLI_CHANGES = 10 /* fits with changes; a guest misses something */
};

typedef struct _PinWay PinWay; /* way.h */

typedef struct
{
  gboolean json;
  gboolean quiet;
  gboolean verbose;
  gboolean plain;  /* --no-color */
  gboolean colour; /* standard output takes it, and nobody minds */
  char *uri;       /* NULL: qemu:///system */
  char *host;      /* -H; NULL: this one */
  PinWay *way;     /* there; NULL: this host */
  char *guest;     /* UUID of the guest that was named by its ID, or NULL */
} PinCli;

typedef struct
{
  const char *name;
  const char *parameters; /* "DOMAIN" as the help shows it */
  const char *summary;
  /* @argv[0] is the verb.  Returns: an exit code. */
  int (*run) (PinCli *cli, int argc, char **argv);
  const char *example; /* a line to type, for the help */
  gboolean has_guest;  /* the first parameter is a guest: its ID will do, besides name and UUID */
  gboolean hidden;     /* for programs, not in the list of verbs */
  gboolean asks_host;  /* one host's pinshiftd can do it: takes -H */
} PinCliVerb;

/* The end of what is said of an answer that is none. */
#define PIN_CLI_RESTART(service) "; is it of another version? try systemctl restart " service

/* The end of what is said of a file. */
#define PIN_CLI_READABLE "; see that it is there and can be read"

extern const PinCliVerb pin_cli_adapt, pin_cli_adopt, pin_cli_balance, pin_cli_complete, pin_cli_config, pin_cli_doctor, pin_cli_drain, pin_cli_forget, pin_cli_log, pin_cli_maintenance,
    pin_cli_migrate, pin_cli_migrate_home, pin_cli_plan, pin_cli_rank, pin_cli_relay, pin_cli_repin, pin_cli_snapshot, pin_cli_status, pin_cli_topology;

/* Lets go of all that options have left. */
void pin_cli_clear (PinCli *cli);

/* What parses @own options (ended by an empty entry, or NULL) and those that all verbs have.  (transfer full) */
GOptionContext *pin_cli_options (PinCli *cli, const char *parameters, const GOptionEntry *own);

/*
 * Parses the options of @verb; what is left in @argv are the verb and @least to @most parameters, a guest by its name or UUID.  Goes to
 * the host of -H.
 * Returns: FALSE with PIN_ERROR_INVALID, or why that host can't be reached.
 */
gboolean pin_cli_parse (PinCli *cli, const PinCliVerb *verb, const GOptionEntry *own, int *argc, char ***argv,
                        int least, int most, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @text in one line that a terminal can show.  (transfer full) */
char *pin_cli_one_line (const char *text);

/* Says "pinshift: MESSAGE" on standard error.  Returns: the exit code for @error. */
int pin_cli_fail (const GError *error);

/*
 * Reads all of @path, "-" for standard input, at most @limit bytes.
 * Returns: (transfer full), NUL behind the last byte; NULL with PIN_ERROR_INVALID for a file that is not there, can't
 * be read or is too long: all of them bad input.
 */
char *pin_cli_read (const char *path, gsize limit, gsize *ret_length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Prints @text, JSON: indented for people, one line for programs. */
void pin_cli_print_json (const char *text);

/* @text in bold or a colour of @code (an SGR parameter) where that is wanted.  (transfer full) */
char *pin_cli_paint (const PinCli *cli, const char *code, const char *text);

/*
 * Prints a table as virsh does: a header, a line of dashes, the rows.  @rows: GPtrArray of GStrv, the header first, all
 * of equal length.  @quiet: the rows only.  On a terminal it is as narrow as that.
 */
void pin_cli_print_table (const GPtrArray *rows, gboolean quiet);
