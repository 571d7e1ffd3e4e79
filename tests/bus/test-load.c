/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Guests that come to one pinshiftd and leave it, thousands of them, each another one: what it has of the kernel in the end is what it
 * had after the first of them.  PINSHIFT_LOAD_MIGRATIONS says how many.
 */
#include "convoy.h"
#include "figures.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_MIGRATIONS 1500
#define BEGINNING (5 * CONVOY_WAYS) /* so many come before anything is measured */
#define DIARY_EVENTS 2000
/* Of the heap all is counted that nobody has freed.  The events of a full diary take some dozens of bytes more or less each. */
#define HEAP_GROWTH_BYTES (128 * 1024)
#define ANON_GROWTH_KIB 1024
#define LEDGER_BYTES 64
#define DIARY_BYTES (2 * 1024 * 1024)
#define RECORD_BYTES (32 * 1024)

typedef struct
{
  Convoy *convoy;
  gsize heap;
  Figures figures;
} Load;

static void
load_clear (Load *load)
{
  convoy_free (load->convoy);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Load, load_clear)

/* Until all have left. */
static void
run (Load *load, guint from, guint to)
{
  convoy_run (load->convoy, from, to);
  convoy_end (load->convoy);
}

static gsize
heap_of (Load *load)
{
  g_autofree char *said = traffic_ask (convoy_traffic (load->convoy), TRAFFIC_HEAP, "");
  guint64 bytes = 0;

  g_assert_true (g_ascii_string_to_unsigned (said, 10, 0, G_MAXSIZE, &bytes, NULL));
  return bytes;
}

static void
take_figures (Load *load)
{
  convoy_look (load->convoy);
  load->heap = heap_of (load);
  load->figures = figures_of (convoy_traffic (load->convoy)->town->world->service);
  g_test_message ("heap %" G_GSIZE_FORMAT " bytes, own memory %" G_GUINT64_FORMAT " KiB, %u descriptors, %u threads", load->heap,
                  load->figures.anon_kib, load->figures.fds, load->figures.threads);
}

/* Sanitizers keep what was freed. */
static void
assert_flat (const Load *before, const Load *after)
{
  g_assert_cmpuint (after->figures.fds, ==, before->figures.fds);
  g_assert_cmpuint (after->figures.threads, ==, before->figures.threads);
#ifndef PIN_LOAD_SANITIZED
  g_assert_cmpuint (after->heap, <=, before->heap + HEAP_GROWTH_BYTES);
  g_assert_cmpuint (after->figures.anon_kib, <=, before->figures.anon_kib + ANON_GROWTH_KIB);
#endif
}

static char *
path_of (const Load *load, const char *name)
{
  return g_build_filename (convoy_traffic (load->convoy)->town->world->dir, "run", name, NULL);
}

static gsize
size_of (const char *dir, const char *name)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  GStatBuf status;

  g_assert_cmpint (g_stat (path, &status), ==, 0);
  return (gsize)status.st_size;
}

/* Claims that have ended are not kept, nor are old events; of each guest that was here there is a record, for its next visit. */
static void
assert_files (const Load *load, guint n_migrations)
{
  g_autofree char *path = path_of (load, "");
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n_records = 0;
  const char *name;

  g_assert_cmpuint (size_of (path, "claims"), <=, LEDGER_BYTES);
  g_assert_cmpuint (size_of (path, "diary"), <=, DIARY_BYTES);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_uuid_string_is_valid (name))
      {
        n_records++;
        g_assert_cmpuint (size_of (path, name), <=, RECORD_BYTES);
      }
    else
      g_assert_true (g_str_equal (name, "claims") || g_str_equal (name, "diary"));
  g_test_message ("%u records; diary of %" G_GSIZE_FORMAT " bytes", n_records, size_of (path, "diary"));
  g_assert_cmpuint (n_records, <=, n_migrations);
}

static guint
migrations (void)
{
  const char *text = g_getenv ("PINSHIFT_LOAD_MIGRATIONS");
  guint64 number = DEFAULT_MIGRATIONS;

  g_assert_true (text == NULL || g_ascii_string_to_unsigned (text, 10, 5 * BEGINNING, G_MAXINT, &number, NULL));
  return (guint)number;
}

static char *
read_diary (const Load *load)
{
  g_autofree char *path = path_of (load, "diary");
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

/* A diary grows until it is full: this one is, with what is said of guests when as many are here as later. */
static void
fill_diary (Load *load)
{
  g_autofree char *path = path_of (load, "diary"), *first = NULL, *all = NULL;
  g_autoptr (GString) full = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  convoy_run (load->convoy, 0, CONVOY_WAYS);
  first = read_diary (load);
  convoy_run (load->convoy, CONVOY_WAYS, BEGINNING);
  all = read_diary (load);
  for (guint i = 0; i < DIARY_EVENTS / (BEGINNING - CONVOY_WAYS); i++)
    g_string_append (full, all + strlen (first));
  convoy_end (load->convoy);
  g_assert_true (g_file_set_contents (path, full->str, -1, &error));
  traffic_restart (convoy_traffic (load->convoy));
}

static void
test_load (void)
{
  g_auto (Load) load = { .convoy = convoy_new () };
  const guint *verdicts = convoy_verdicts (load.convoy);
  guint n = migrations ();
  Load before;

  fill_diary (&load);
  run (&load, BEGINNING, n / 5);
  take_figures (&load);
  before = load;
  run (&load, n / 5, n);
  take_figures (&load);
  g_test_message ("%u migrations: %u kept, %u adapted, %u refused", n, verdicts[0], verdicts[1], verdicts[2]);
  for (guint i = 0; i < CONVOY_VERDICTS; i++)
    g_assert_cmpuint (verdicts[i], >=, n / 20);
  assert_flat (&before, &load);
  assert_files (&load, n);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (geteuid () != 0)
    {
      g_print ("1..0 # SKIP what a service has of the kernel, only root can see\n");
      return 0;
    }
  g_test_add_func ("/load/memory-descriptors-threads-and-files-stay-as-they-are", test_load);
  return g_test_run ();
}
