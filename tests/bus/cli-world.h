/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A world for the command line: files to read, a bus that it takes for the system's, and a service with canned answers. */
#pragma once

#include "host1.h"

#include <gio/gio.h>

#define PIN_CLI_GUEST \
  "<domain type='kvm'><name>db1</name><uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid>" \
  "<memory unit='MiB'>512</memory><vcpu>2</vcpu>" \
  "<cputune><vcpupin vcpu='0' cpuset='1'/><vcpupin vcpu='1' cpuset='2'/></cputune>" \
  "<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os><devices/></domain>\n"

#define PIN_CLI_SNAPSHOT(name, last) \
  "{\"version\":1,\"host\":{\"name\":\"" name "\"},\"nodes\":[{\"id\":0,\"cpus\":\"0-" last "\"," \
  "\"total_kib\":8388608,\"free_kib\":8000000}]}"

typedef struct
{
  char *dir;            /* the program's working directory */
  char *address;        /* of the bus that it takes for the system's */
  GSubprocess *process; /* NULL: none runs */
  int code;
  char *out;
  char *err;
  int terminal;  /* our end of the one that the program runs at, while it does */
  GString *sent; /* what it was sent, as far as that was read */
} PinCliWorld;

/* A folder with guests, snapshots and policies, good and bad, and no bus. */
void pin_cli_world_init (PinCliWorld *world);
void pin_cli_world_clear (PinCliWorld *world);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PinCliWorld, pin_cli_world_clear)

/* Writes file @name. */
void pin_cli_world_put (const PinCliWorld *world, const char *name, const char *text);

/* Runs "pinshift @line" with @input (may be NULL), serving the main context meanwhile. */
void pin_cli_world_run (PinCliWorld *world, const char *line, const char *input);

/* The same on a terminal with so many columns; @world->out is all that it was sent. */
void pin_cli_world_run_at_terminal (PinCliWorld *world, const char *line, guint columns);

/* While it runs: the terminal has so many columns now, and the program is told. */
void pin_cli_world_resize (PinCliWorld *world, guint columns);
/* While it runs: whether @text is in all that was. */
gboolean pin_cli_world_was_sent (PinCliWorld *world, const char *text);

/* What was said on standard error is one line of pinshift's. */
void pin_cli_assert_one_line (const PinCliWorld *world);
void pin_cli_assert_has (const char *text, const char *part);

/* A service on a bus of its own that gives canned answers; a test connects what else it is to answer. */
typedef struct
{
  GSubprocess *bus;
  GDBusConnection *connection;
  PinHost1 *skeleton;
  const char *domains; /* answer to Domains */
  const char *plan;    /* to Plan, of a guest db1 */
} PinCliService;

void pin_cli_service_init (PinCliService *service, PinCliWorld *world);
void pin_cli_service_clear (PinCliService *service);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PinCliService, pin_cli_service_clear)
