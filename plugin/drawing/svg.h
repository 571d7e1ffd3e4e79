/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes SVG 1.1: rectangles and texts, in pixels from the top left. */
#pragma once

#include <glib.h>

typedef struct
{
  guint x, y, width, height;
} PinSvgBox;

typedef struct
{
  const char *fill;   /* "#E69F00" */
  const char *stroke;
  gboolean dashed;
} PinSvgPaint;

/* Letters are this wide at most, whatever the font; a line needs PIN_SVG_LINE. */
#define PIN_SVG_CHAR 8
#define PIN_SVG_LINE 18

typedef struct _PinSvg PinSvg;

PinSvg *pin_svg_new (void);
void pin_svg_free (PinSvg *svg);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinSvg, pin_svg_free)

/* @title: what is shown to who points at it, or reads by ear; NULL: nothing. */
void pin_svg_rect (PinSvg *svg, const PinSvgBox *box, const PinSvgPaint *paint, const char *title);
/* @style: of "head", "text", "small". */
void pin_svg_text (PinSvg *svg, guint x, guint baseline, const char *style, const char *text);
/* One letter in the middle of @box. */
void pin_svg_letter (PinSvg *svg, const PinSvgBox *box, const char *colour, char letter);

/* The document, of @width by @height.  @title: what it is a picture of.  (transfer full) */
char *pin_svg_end (const PinSvg *svg, guint width, guint height, const char *title);
