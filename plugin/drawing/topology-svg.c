/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology-svg.h"

#include "node-words.h"
#include "svg.h"

#include <string.h>

#define MARGIN 16
#define CELL 18
#define CORE_GAP 2
#define GROUP 8 /* cores that stand together */
#define GROUP_GAP 6
#define ROW_CORES 32
#define ROW_GAP 6
#define NODE_GAP 14
#define LABEL 64 /* in front of a row: its first CPU */
#define LEAST_NODE 400 /* room for words */

typedef struct
{
  PinSvg *svg;
  const PinSeats *seats;
  guint width;
  guint x;
  guint y; /* grows */
} Column;

/* How the nodes of a host stand: side by side, row below row. */
typedef struct
{
  guint abreast; /* nodes in a row: two, where there are more, so that a host is about as high as it is wide */
  guint width;   /* of a node */
} Order;

typedef struct
{
  PinSvgPaint paint;
  const char *letter; /* colour */
} Look;

/* Okabe and Ito's colours, which those who see few colours tell apart. */
static const Look guest_looks[] = {
  { { "#E69F00", "#222222", FALSE }, "#000000" }, { { "#56B4E9", "#222222", FALSE }, "#000000" }, { { "#009E73", "#222222", FALSE }, "#FFFFFF" },
  { { "#F0E442", "#222222", FALSE }, "#000000" }, { { "#0072B2", "#222222", FALSE }, "#FFFFFF" }, { { "#D55E00", "#222222", FALSE }, "#FFFFFF" },
  { { "#CC79A7", "#222222", FALSE }, "#000000" },
};

static const Look kind_looks[] = {
  [PIN_SEAT_FREE] = { { "#FFFFFF", "#888888", FALSE }, "#888888" },
  [PIN_SEAT_ISOLATED] = { { "#FFFFFF", "#000000", TRUE }, "#000000" },
  [PIN_SEAT_OWN] = { { "#FFFFFF", "#000000", FALSE }, "#000000" },
  [PIN_SEAT_SHARED] = { { "#FFFFFF", "#000000", FALSE }, "#000000" },
  [PIN_SEAT_CROWDED] = { { "#000000", "#000000", FALSE }, "#FFFFFF" },
  [PIN_SEAT_RESERVED] = { { "#BBBBBB", "#888888", FALSE }, "#000000" },
  [PIN_SEAT_CLOSED] = { { "#DDDDDD", "#888888", FALSE }, "#000000" },
  [PIN_SEAT_OFFLINE] = { { "#FFFFFF", "#BBBBBB", TRUE }, "#888888" },
};
G_STATIC_ASSERT (G_N_ELEMENTS (kind_looks) == PIN_SEAT_N);

static Look
look_of (const PinSeat *seat)
{
  Look look = seat->guest >= 0 ? guest_looks[(guint) seat->guest % G_N_ELEMENTS (guest_looks)] : kind_looks[seat->kind];

  look.paint.dashed |= seat->kind == PIN_SEAT_SHARED;
  return look;
}

/* "CPU 12, core 6, node 0: db1" (transfer full) */
static char *
describe (const PinSeats *seats, guint n)
{
  const PinCpu *cpu = &seats->host->topology->cpus[n];
  const PinSeat *seat = &seats->seats[n];
  const char *kind = pin_seat_kind_text (seat->kind);

  if (seat->guest >= 0)
    return g_strdup_printf ("CPU %u, core %u, node %u: %s, %s", cpu->id, cpu->core_label, cpu->node,
                            pin_seats_guest (seats, (guint) seat->guest)->tenant->name,
                            seat->kind == PIN_SEAT_OWN ? "its own" : "shared by its threads");
  if (cpu->node == PIN_CPUSET_END)
    return g_strdup_printf ("CPU %u, on no node: %s", cpu->id, kind);
  return g_strdup_printf ("CPU %u, core %u, node %u: %s", cpu->id, cpu->core_label, cpu->node, kind);
}

static void
draw_seat (PinSvg *svg, const PinSeats *seats, guint n, guint x, guint y)
{
  const PinSeat *seat = &seats->seats[n];
  const Look look = look_of (seat);
  const PinSvgBox box = { x, y, CELL, CELL };
  g_autofree char *title = describe (seats, n);

  pin_svg_rect (svg, &box, &look.paint, title);
  pin_svg_letter (svg, &box, look.letter, seat->letter);
}

/* From the left of a row to its core number @place. */
static guint
core_offset (guint place)
{
  return LABEL + place * (CELL + CORE_GAP) + place / GROUP * GROUP_GAP;
}

/* The cores from @first to before @end, their threads below each other. */
static void
draw_cores (Column *column, const GPtrArray *cores, guint first, guint end)
{
  guint n_threads = pin_seats_threads (cores, first, end);

  for (guint core = first; core < end; core++)
    {
      const GArray *threads = cores->pdata[core];

      for (guint thread = 0; thread < threads->len; thread++)
        {
          guint n = g_array_index (threads, guint, thread);
          g_autofree char *label = g_strdup_printf ("%u", column->seats->host->topology->cpus[n].id);

          if (core == first)
            pin_svg_text (column->svg, column->x, column->y + thread * CELL + CELL - 5, "text", label);
          draw_seat (column->svg, column->seats, n, column->x + core_offset (core - first), column->y + thread * CELL);
        }
    }
  column->y += n_threads * CELL + ROW_GAP;
}

static void
draw_rows (Column *column, const GPtrArray *cores)
{
  column->y += CORE_GAP;
  for (guint first = 0; first < cores->len; first += ROW_CORES)
    draw_cores (column, cores, first, MIN (first + ROW_CORES, cores->len));
  column->y += NODE_GAP;
}

static void
draw_text (Column *column, const char *style, const char *text)
{
  column->y += PIN_SVG_LINE;
  pin_svg_text (column->svg, column->x, column->y - 5, style, text);
}

/* @words in as few lines as they need. */
static void
draw_words (Column *column, const char *const *words)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (; *words != NULL; words++)
    {
      if (line->len > 0 && (line->len + strlen (*words) + 3) * PIN_SVG_CHAR > column->width)
        {
          draw_text (column, "text", line->str);
          g_string_truncate (line, 0);
        }
      g_string_append_printf (line, "%s%s", line->len > 0 ? " · " : "", *words);
    }
  draw_text (column, "text", line->str);
}

static void
draw_node (Column *column, guint node)
{
  g_autoptr (GPtrArray) cores = pin_seats_cores (column->seats, node);
  g_auto (GStrv) words = pin_node_words (column->seats->host, node);
  g_autofree char *head = g_strdup_printf ("node %u", column->seats->host->topology->nodes[node].id);

  draw_text (column, "head", head);
  draw_words (column, (const char *const *) words);
  if (cores->len == 0)
    draw_text (column, "text", "no CPUs");
  draw_rows (column, cores);
}

static void
draw_rest (Column *column)
{
  g_autoptr (GPtrArray) cores = pin_seats_cores (column->seats, column->seats->host->topology->n_nodes);

  if (cores->len == 0)
    return;
  draw_text (column, "head", "on no node");
  draw_rows (column, cores);
}

/* A box as in the picture, and what it means. */
static void
draw_key (Column *column, const PinSeat *seat, const char *text)
{
  const PinSvgBox box = { column->x, column->y, CELL, CELL };
  const Look look = look_of (seat);

  pin_svg_rect (column->svg, &box, &look.paint, NULL);
  pin_svg_letter (column->svg, &box, look.letter, seat->letter);
  pin_svg_text (column->svg, column->x + CELL + 6, column->y + CELL - 5, "text", text);
  column->y += CELL + 4;
}

static void
draw_guest_keys (Column *column)
{
  for (guint i = 0; i < column->seats->guests->len; i++)
    {
      const PinSeatGuest *guest = pin_seats_guest (column->seats, i);
      const PinSeat seat = { PIN_SEAT_OWN, (gint) i, guest->letter != 0 ? guest->letter : ' ' };
      g_autofree char *text = g_strdup_printf ("%s%s%s", guest->tenant->name, guest->coming ? ", on its way here" : "",
                                               guest->letter == 0 ? ", bound to no CPU" : "");

      draw_key (column, &seat, text);
    }
}

/* Of kinds that nobody sits on, those that there are. */
static void
draw_kind_keys (Column *column)
{
  PinSeat seen[PIN_SEAT_N] = { { 0 } };

  for (guint n = 0; n < column->seats->host->topology->n_cpus; n++)
    seen[column->seats->seats[n].kind] = column->seats->seats[n];
  for (guint kind = 0; kind < PIN_SEAT_N; kind++)
    if (seen[kind].letter != 0 && kind != PIN_SEAT_OWN && kind != PIN_SEAT_SHARED)
      draw_key (column, &seen[kind], pin_seat_kind_text (kind));
}

static Order
choose_order (const PinSeats *seats)
{
  guint most = 0;

  for (guint node = 0; node < seats->host->topology->n_nodes; node++)
    {
      g_autoptr (GPtrArray) cores = pin_seats_cores (seats, node);

      most = MAX (most, cores->len);
    }
  return (Order){ seats->host->topology->n_nodes > 2 ? 2 : 1, MAX (core_offset (MIN (most, ROW_CORES)), LEAST_NODE) };
}

static guint
panel_width (const Order *order)
{
  return order->abreast * (order->width + 2 * MARGIN) - 2 * MARGIN;
}

/* The nodes from @first on that stand in one row; @column comes to stand below the longest. */
static void
draw_node_row (Column *column, const Order *order, guint first)
{
  guint end = MIN (first + order->abreast, column->seats->host->topology->n_nodes), lowest = column->y;

  for (guint node = first; node < end; node++)
    {
      Column one = *column;

      one.x += (node - first) * (order->width + 2 * MARGIN);
      draw_node (&one, node);
      lowest = MAX (lowest, one.y);
    }
  column->y = lowest;
}

/* Returns: where it ends. */
static guint
draw_panel (PinSvg *svg, const PinTopologyPanel *panel, const Order *order, guint x)
{
  Column column = { svg, panel->seats, order->width, x, MARGIN };

  draw_text (&column, "head", panel->title);
  column.y += NODE_GAP / 2;
  for (guint node = 0; node < panel->seats->host->topology->n_nodes; node += order->abreast)
    draw_node_row (&column, order, node);
  draw_rest (&column);
  draw_guest_keys (&column);
  draw_kind_keys (&column);
  return column.y;
}

char *
pin_topology_svg (const PinTopologyPanel *panels, guint n_panels)
{
  g_autoptr (PinSvg) svg = pin_svg_new ();
  g_autoptr (GString) title = g_string_new (NULL);
  guint x = MARGIN, height = 0;

  for (guint i = 0; i < n_panels; i++)
    {
      const Order order = choose_order (panels[i].seats);
      guint end = draw_panel (svg, &panels[i], &order, x);

      height = MAX (height, end);
      x += panel_width (&order) + 2 * MARGIN;
      g_string_append_printf (title, "%s%s", i > 0 ? ", " : "", panels[i].title);
    }
  return pin_svg_end (svg, x - MARGIN, height + MARGIN, title->str);
}
