/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A world for one run of the hook: a system bus, a service and a syslog of its own. */

#pragma once

#include <gio/gio.h>

/* PinWorld: everything is below a temporary directory, and ends with it. */
typedef struct
{
  char *dir;
  char *conf;             /* what PINSHIFT_HOOK_CONF says to the hook */
  char *address;          /* what DBUS_SYSTEM_BUS_ADDRESS says to the hook */
  int log_fd;             /* the /dev/log of the hook */
  int trap_fd;            /* a listening socket at @address, or -1 */
  GSubprocess *bus;       /* NULL: none */
  GSubprocess *service;   /* NULL: none */
  GDataInputStream *said; /* what the service prints */
  char *policies;         /* of the bus, beside what a distribution has; NULL: everybody may all */
  gboolean hides_libdbus; /* the hook sees an empty libdbus-1.so.3 */
} PinWorld;

/* PinRun: how the hook ended. */
typedef struct
{
  int exit_status; /* -1 if a signal ended it */
  GBytes *out;
  char *err;
} PinRun;

/* A world with neither bus nor service: @address leads nowhere. Its /dev/log needs a mount namespace, thus root. */
PinWorld *pin_world_new (void);
void pin_world_free (PinWorld *world);

/* Starts @argv on the world's bus, with a pipe for its stdout, and its stderr in a file in @dir. It dies with the test.
 * (transfer full) */
GSubprocess *pin_world_start (PinWorld *world, const char *const *argv);

/* Stops @process by SIGSTOP and waits until it stands still. */
void pin_world_stop (GSubprocess *process);

/* Ends @process as systemd does, also one that is stopped, so that a sanitizer in it has its say; waits and clears it. NULL is fine. */
void pin_world_end (GSubprocess **process);

/* Starts a private dbus-daemon of type system. It can activate org.pinshift.Host1 as fake-host @activated, unless
 * that is NULL. */
void pin_world_start_bus (PinWorld *world, const char *activated);

/* Starts fake-host on the bus, to answer in @manner, and waits until it owns the name. */
void pin_world_start_service (PinWorld *world, const char *manner);

/* Puts a socket at @address that accepts nobody. */
void pin_world_set_trap (PinWorld *world);

/* Whether nobody has connected to the trap. */
gboolean pin_world_trap_is_untouched (PinWorld *world);

/* Replaces the hook's configuration; NULL puts a FIFO there that blocks whoever opens it. */
void pin_world_set_conf (PinWorld *world, const char *text);

/* The next line that the service has printed; NULL at its end. Waits for it. */
char *pin_world_hear (PinWorld *world);

/* Ends the service and returns all that it has printed and was not yet heard. */
char *pin_world_hear_rest (PinWorld *world);

/* The datagrams that have arrived in the syslog since the last call; NULL-terminated. */
char **pin_world_take_log (PinWorld *world);

/* A pipe that holds @text, with its writing end closed, or, if @ret_writer is given, open and the caller's. */
int pin_world_pipe (const char *text, int *ret_writer);

/* Runs the hook with @argv (without its own name) in @world. @stdin_fd is taken; @stdout_fd as well, or -1: then it
 * is collected. The hook must end within a generous time. */
PinRun pin_world_run (PinWorld *world, const char *const *argv, int stdin_fd, int stdout_fd);

/* The same in two halves, for hooks that run side by side: the caller asks the process to communicate, and gives the
 * result of that to pin_run_finish(). (transfer full) */
GSubprocess *pin_world_start_hook (PinWorld *world, const char *const *argv, int stdin_fd, int stdout_fd);
PinRun pin_run_finish (GSubprocess *process, GAsyncResult *result);
void pin_run_clear (PinRun *run);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinWorld, pin_world_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PinRun, pin_run_clear)
