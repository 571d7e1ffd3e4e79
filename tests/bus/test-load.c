/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Guests that come to one pinshiftd and leave it, thousands of them, each another one: what it has of the kernel in the end is what it
 * had after the first of them.  PINSHIFT_LOAD_MIGRATIONS says how many.
 */
#include "convoy.h"
#include "figures.h"
#include "tally.h"

#include <glib/gstdio.h>
#include <unistd.h>

#define DEFAULT_MIGRATIONS 1500
#define LEAST_MIGRATIONS (25 * CONVOY_WAYS)
#define DIARY_EVENTS 2000 /* as many are kept */
#define TALLIES 10
/*
 * Libraries and libvirt's driver are counted, too: none of them keeps anything of a guest that has gone.  One object that were left in each
 * round of the ways would be a hundred in the end; a thread of GLib's that waits for work, or does not any more, is a dozen.
 */
#define MORE_OBJECTS 30
/* Buffers stay as large as they once had to be. */
#define MORE_BLOCK_BYTES (32 * 1024)
#define ANON_GROWTH_KIB 1024
#define LEDGER_BYTES 64
#define DIARY_BYTES (2 * 1024 * 1024)
#define RECORD_BYTES (32 * 1024)

typedef struct
{
  Convoy *convoy;
  Tally heap;
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

static Tally
count (Load *load)
{
  g_autofree char *said = traffic_ask (convoy_traffic (load->convoy), TRAFFIC_HEAP, "");
  Tally tally = { 0, 0 };

  g_assert_cmpint (sscanf (said, "%ld %ld", &tally.objects, &tally.block_bytes), ==, 2);
  return tally;
}

/*
 * What is kept of guests that were let in and did not come goes when libvirt is asked for all that it has.  An answer that has just been
 * given may be on its way still: the least of what is counted after several is what stays.
 */
static Tally
tally_of (Load *load)
{
  Tally least = { G_MAXLONG, G_MAXLONG };

  traffic_do (convoy_traffic (load->convoy), TRAFFIC_LISTED, "");
  for (guint i = 0; i < TALLIES; i++)
    {
      Tally tally;

      convoy_look (load->convoy);
      tally = count (load);
      least.objects = MIN (least.objects, tally.objects);
      least.block_bytes = MIN (least.block_bytes, tally.block_bytes);
    }
  return least;
}

/* What is kept of one event takes more or less than what is kept of another: the diary is full of one that is always the same. */
static void
fill_diary (Load *load)
{
  for (guint i = 0; i < DIARY_EVENTS; i++)
    {
      g_autoptr (GVariant) none = traffic_call (convoy_traffic (load->convoy), "Fit",
                                                g_variant_new_parsed ("('nobody', 'migrate', handle 0, @a{sv} {})"), NULL);

      g_assert_null (none);
    }
}

static void
take_figures (Load *load)
{
  fill_diary (load);
  load->heap = tally_of (load);
  load->figures = figures_of (convoy_traffic (load->convoy)->town->world->service);
  g_test_message ("%ld objects, %ld bytes in large ones, own memory %" G_GUINT64_FORMAT " KiB, %u descriptors, %u threads",
                  load->heap.objects, load->heap.block_bytes, load->figures.anon_kib, load->figures.fds, load->figures.threads);
}

/* A thread that waits for work ends when there is none.  Sanitizers keep what was freed. */
static void
assert_flat (const Load *before, const Load *after)
{
  g_assert_cmpuint (after->figures.fds, ==, before->figures.fds);
  g_assert_cmpuint (after->figures.threads, <=, before->figures.threads);
#ifndef PIN_SANITIZED
  g_assert_cmpint (before->heap.objects, >, 0);
  g_assert_cmpint (after->heap.objects, <=, before->heap.objects + MORE_OBJECTS);
  g_assert_cmpint (after->heap.block_bytes, <=, before->heap.block_bytes + MORE_BLOCK_BYTES);
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

  g_assert_true (text == NULL || g_ascii_string_to_unsigned (text, 10, LEAST_MIGRATIONS, G_MAXINT, &number, NULL));
  return (guint)number;
}

static void
test_load (void)
{
  g_auto (Load) load = { .convoy = convoy_new () };
  const guint *verdicts = convoy_verdicts (load.convoy);
  guint n = migrations ();
  Load before;

  run (&load, 0, n / 5);
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
  /* What GLib has for itself between the service and malloc can't be counted. */
  g_setenv ("G_SLICE", "always-malloc", TRUE);
  if (geteuid () != 0)
    {
      g_print ("1..0 # SKIP what a service has of the kernel, only root can see\n");
      return 0;
    }
  g_test_add_func ("/load/memory-descriptors-threads-and-files-stay-as-they-are", test_load);
  return g_test_run ();
}
