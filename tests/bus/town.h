/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host to which guests come: a machine of files and a real service on it, that real hooks ask. */

#pragma once

#include "fake-machine.h"
#include "hook-world.h"
#include "host1.h"

/* The machine: nodes with so many CPUs each, and pools of 2 MiB pages. A guest takes two CPUs and 64 MiB. */
#define TOWN_NODES 2
#define TOWN_NODE_CPUS 32
#define TOWN_PAGE_KIB 2048u
#define TOWN_GUEST_PAGES 32

typedef struct
{
  PinWorld *world;
  FakeMachine *machine;
  PinHost1 *service;
  const char *libvirt; /* URI that it follows; "none" */
  const char *preload; /* what stands between it and its libraries; NULL: nothing */
} Town;

/* What a hook is asked, and how that ended. */
typedef struct
{
  char *name;
  char *xml;
  GSubprocess *hook;
  int stdin_fd;
  gint64 asked_us;
  gint64 took_us; /* from the first byte that it could read to its end; 0: it runs, or has not been asked */
  PinRun run;
} Question;

/* A machine with pages for @guests_of_pages[node] guests, and a service whose [fit] moves settings and weakens none. */
Town *town_new (const guint *guests_of_pages);
/* The same with a service that follows @libvirt, and has @preload in it. */
Town *town_new_with_libvirt (const guint *guests_of_pages, const char *libvirt, const char *preload);
void town_free (Town *town);
/* Ends the service and starts it again. */
void town_restart (Town *town);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Town, town_free)

/* An array of Question that owns them, and the one at @i. (transfer full), borrowed */
GPtrArray *town_questions_new (void);
const Question *town_nth (const GPtrArray *questions, guint i);

/* The UUID of guest @number. (transfer full) */
char *town_uuid (guint number);

/* Adds the question whether guest @number may come, with CPUs of its own, @first and the one after it, and the pages of
 * their node. */
void town_add_question (GPtrArray *questions, guint number, guint first);

/* Starts a hook for each question, and only when all stand ready do they hear what they are to ask.  They may have been asked before. */
void town_begin (Town *town, GPtrArray *questions);
/* The same for hooks that wait for nobody: the first may have ended when the last is started. */
void town_begin_apart (Town *town, GPtrArray *questions);
/* Returns when all have ended. */
void town_finish (const GPtrArray *questions);
/* Both. */
void town_ask_at_once (Town *town, GPtrArray *questions);

/* Adds the question, asks it alone, and returns it; borrowed. */
const Question *town_ask (Town *town, GPtrArray *questions, guint number, guint first);

/* Guest @number is not coming: its release hook, and what the service then makes of it. */
void town_release (Town *town, guint number);

/* The UUIDs, sorted in place, with commas between. (transfer full) */
char *town_join_sorted (char **uuids);

/* The service's claims, so joined. (transfer full) */
char *town_claims (Town *town);
