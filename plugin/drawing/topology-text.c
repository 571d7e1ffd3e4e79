/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology-text.h"

#include "node-words.h"

#include <string.h>

/* "  cpu 0-7,16-23  ": of the row in front of its letters. */
#define LABEL_CHARS 16
#define LEAST_COLUMNS 40
/* Letters stand in groups. */
#define GROUP 8

typedef struct
{
  const PinSeats *seats;
  const PinTopologyTextManner *manner;
  GString *out;
} Page;

/* Of guests, in turn: red, green, yellow, blue, magenta, cyan; their letters tell them apart where these do not. */
static guint
colour_of (const PinSeat *seat)
{
  if (seat->guest >= 0)
    return 31 + (guint) seat->guest % 6;
  return seat->kind == PIN_SEAT_CROWDED ? 7 : 0;
}

static void
add_letter (const Page *page, const PinSeat *seat)
{
  guint colour = page->manner->colour ? colour_of (seat) : 0;

  if (colour == 0)
    g_string_append_c (page->out, seat->letter);
  else
    g_string_append_printf (page->out, "\033[%um%c\033[0m", colour, seat->letter);
}

/* How many letters go into a row: whole groups, each with a blank. */
static guint
cores_in_row (const Page *page)
{
  return MAX ((MAX (page->manner->columns, LEAST_COLUMNS) - LABEL_CHARS) / (GROUP + 1), 1) * GROUP;
}

static const guint *
thread_of (const GPtrArray *cores, guint core, guint thread)
{
  const GArray *threads = cores->pdata[core];

  return thread < threads->len ? &g_array_index (threads, guint, thread) : NULL;
}

/* The CPUs of a row: "0-7", or if that is too long "0..60". */
static char *
label_row (const Page *page, const GPtrArray *cores, guint first, guint end, guint thread)
{
  g_autoptr (PinCpuset) set = pin_cpuset_new ();
  g_autofree char *text = NULL;
  guint last = 0;

  for (guint core = first; core < end; core++)
    {
      const guint *n = thread_of (cores, core, thread);

      if (n == NULL)
        continue;
      last = page->seats->host->topology->cpus[*n].id;
      pin_cpuset_add (set, last);
    }
  text = pin_cpuset_format (set);
  if (strlen (text) <= LABEL_CHARS - 6)
    return g_steal_pointer (&text);
  return g_strdup_printf ("%u..%u", pin_cpuset_first (set), last);
}

static void
add_row (const Page *page, const GPtrArray *cores, guint first, guint end, guint thread)
{
  g_autofree char *label = label_row (page, cores, first, end, thread);
  gsize start = page->out->len;

  g_string_append_printf (page->out, "  cpu %-*s", LABEL_CHARS - 6, label);
  for (guint core = first; core < end; core++)
    {
      const guint *n = thread_of (cores, core, thread);

      if ((core - first) % GROUP == 0)
        g_string_append_c (page->out, ' ');
      if (n != NULL)
        add_letter (page, &page->seats->seats[*n]);
      else
        g_string_append_c (page->out, ' ');
    }
  while (page->out->len > start && page->out->str[page->out->len - 1] == ' ')
    g_string_truncate (page->out, page->out->len - 1);
  g_string_append_c (page->out, '\n');
}

/* All CPUs of a node in a few words, where they are alike and of nobody.  FALSE: they are not. */
static gboolean
add_alike (const Page *page, const GPtrArray *cores)
{
  PinSeatKind kind = PIN_SEAT_N;
  g_autoptr (PinCpuset) set = pin_cpuset_new ();
  g_autofree char *text = NULL;

  for (guint core = 0; core < cores->len; core++)
    for (guint thread = 0; thread_of (cores, core, thread) != NULL; thread++)
      {
        guint n = *thread_of (cores, core, thread);
        const PinSeat *seat = &page->seats->seats[n];

        if (seat->guest >= 0 || seat->kind == PIN_SEAT_CROWDED || (kind != PIN_SEAT_N && kind != seat->kind))
          return FALSE;
        kind = seat->kind;
        pin_cpuset_add (set, page->seats->host->topology->cpus[n].id);
      }
  text = pin_cpuset_format (set);
  if (cores->len == 0)
    g_string_append (page->out, "  no CPUs\n");
  else if (strlen (text) + 30 > page->manner->columns)
    g_string_append_printf (page->out, "  all %u CPUs: %s\n", pin_cpuset_count (set), pin_seat_kind_text (kind));
  else
    g_string_append_printf (page->out, "  cpu %s: %s\n", text, pin_seat_kind_text (kind));
  return TRUE;
}

static void
add_cpus (const Page *page, const GPtrArray *cores)
{
  guint width = cores_in_row (page);

  if (add_alike (page, cores))
    return;
  for (guint first = 0; first < cores->len; first += width)
    {
      guint end = MIN (first + width, cores->len);
      guint n_threads = pin_seats_threads (cores, first, end);

      for (guint thread = 0; thread < n_threads; thread++)
        add_row (page, cores, first, end, thread);
    }
}

/* Words that are too many for a line go on in the next, below the first. */
static void
add_words (const Page *page, const char *const *words, const char *separator, guint indent)
{
  gsize at = indent;

  g_string_append_printf (page->out, "%*s", (int) indent, "");
  for (guint i = 0; words[i] != NULL; i++)
    {
      gsize length = (gsize) g_utf8_strlen (words[i], -1);

      if (i > 0 && at + strlen (separator) + length > page->manner->columns)
        {
          g_string_append_printf (page->out, "\n%*s", (int) indent, "");
          at = indent;
        }
      else if (i > 0)
        {
          g_string_append (page->out, separator);
          at += strlen (separator);
        }
      g_string_append (page->out, words[i]);
      at += length;
    }
  g_string_append_c (page->out, '\n');
}

static void
add_node (const Page *page, guint node)
{
  g_autoptr (GPtrArray) cores = pin_seats_cores (page->seats, node);
  g_auto (GStrv) words = pin_node_words (page->seats->host, node);

  g_string_append_printf (page->out, "\nnode %u\n", page->seats->host->topology->nodes[node].id);
  add_words (page, (const char *const *) words, ", ", 2);
  add_cpus (page, cores);
}

static void
add_rest (const Page *page)
{
  g_autoptr (GPtrArray) cores = pin_seats_cores (page->seats, page->seats->host->topology->n_nodes);

  if (cores->len == 0)
    return;
  g_string_append (page->out, "\non no node\n");
  add_cpus (page, cores);
}

/* "A db1" of those that have CPUs, and who has none.  (transfer full) */
static GStrv
list_guests (const PinSeats *seats, gboolean with_cpus)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  guint n_more = 0;

  for (guint i = 0; i < seats->guests->len; i++)
    {
      const PinSeatGuest *guest = pin_seats_guest (seats, i);
      const char *coming = guest->coming ? " (on its way here)" : "";

      if ((guest->letter != 0) != with_cpus)
        continue;
      if (guest->letter == '#')
        n_more++;
      else if (with_cpus)
        g_ptr_array_add (words, g_strdup_printf ("%c %s%s", guest->letter, guest->tenant->name, coming));
      else
        g_ptr_array_add (words, g_strdup_printf ("%s%s", guest->tenant->name, coming));
    }
  if (n_more > 0)
    g_ptr_array_add (words, g_strdup_printf ("# %u other guests", n_more));
  g_ptr_array_add (words, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&words), FALSE);
}

/* ". free" of those kinds that there are.  (transfer full) */
static GStrv
list_kinds (const PinSeats *seats)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  char letters[PIN_SEAT_N] = { 0 };

  for (guint n = 0; n < seats->host->topology->n_cpus; n++)
    letters[seats->seats[n].kind] = seats->seats[n].letter;
  for (guint kind = 0; kind < PIN_SEAT_N; kind++)
    if (letters[kind] != 0 && kind != PIN_SEAT_OWN && kind != PIN_SEAT_SHARED)
      g_ptr_array_add (words, g_strdup_printf ("%c %s", letters[kind], pin_seat_kind_text (kind)));
  if (letters[PIN_SEAT_SHARED] != 0)
    g_ptr_array_add (words, g_strdup ("small letter: shared by the guest's threads"));
  g_ptr_array_add (words, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&words), FALSE);
}

static void
add_legend (const Page *page)
{
  g_auto (GStrv) seated = list_guests (page->seats, TRUE);
  g_auto (GStrv) others = list_guests (page->seats, FALSE);
  g_auto (GStrv) kinds = list_kinds (page->seats);

  g_string_append_c (page->out, '\n');
  if (seated[0] != NULL)
    add_words (page, (const char *const *) seated, "   ", 0);
  if (kinds[0] != NULL)
    add_words (page, (const char *const *) kinds, "   ", 0);
  if (others[0] != NULL)
    {
      g_string_append (page->out, "bound to no CPU:\n");
      add_words (page, (const char *const *) others, ", ", 2);
    }
}

char *
pin_topology_text (const PinSeats *seats, const char *title, const PinTopologyTextManner *manner)
{
  const PinTopology *topology = seats->host->topology;
  const Page page = { seats, manner, g_string_new (NULL) };

  g_string_append_printf (page.out, "%s: %u node%s, %u core%s, %u CPU%s\n", title, topology->n_nodes, topology->n_nodes == 1 ? "" : "s",
                          topology->n_cores, topology->n_cores == 1 ? "" : "s", topology->n_cpus, topology->n_cpus == 1 ? "" : "s");
  for (guint node = 0; node < topology->n_nodes; node++)
    add_node (&page, node);
  add_rest (&page);
  add_legend (&page);
  return g_string_free (page.out, FALSE);
}
