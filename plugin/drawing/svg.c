/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "svg.h"

struct _PinSvg
{
  GString *body;
};

PinSvg *
pin_svg_new (void)
{
  PinSvg *svg = g_new0 (PinSvg, 1);

  svg->body = g_string_new (NULL);
  return svg;
}

void
pin_svg_free (PinSvg *svg)
{
  if (svg == NULL)
    return;
  g_string_free (svg->body, TRUE);
  g_free (svg);
}

static void G_GNUC_PRINTF (2, 3)
add (PinSvg *svg, const char *format, ...)
{
  va_list args;
  g_autofree char *text = NULL;

  va_start (args, format);
  text = g_markup_vprintf_escaped (format, args);
  va_end (args);
  g_string_append (svg->body, text);
}

void
pin_svg_rect (PinSvg *svg, const PinSvgBox *box, const PinSvgPaint *paint, const char *title)
{
  add (svg, "<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" fill=\"%s\" stroke=\"%s\"", box->x, box->y, box->width, box->height, paint->fill,
       paint->stroke);
  g_string_append (svg->body, paint->dashed ? " stroke-dasharray=\"3 2\">" : ">");
  if (title != NULL)
    add (svg, "<title>%s</title>", title);
  g_string_append (svg->body, "</rect>\n");
}

void
pin_svg_text (PinSvg *svg, guint x, guint baseline, const char *style, const char *text)
{
  add (svg, "<text class=\"%s\" x=\"%u\" y=\"%u\">%s</text>\n", style, x, baseline, text);
}

void
pin_svg_letter (PinSvg *svg, const PinSvgBox *box, const char *colour, char letter)
{
  add (svg, "<text class=\"letter\" x=\"%u\" y=\"%u\" fill=\"%s\">%c</text>\n", box->x + box->width / 2, box->y + box->height - 5, colour, letter);
}

char *
pin_svg_end (const PinSvg *svg, guint width, guint height, const char *title)
{
  g_autofree char *head = g_markup_printf_escaped (
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" viewBox=\"0 0 %u %u\" role=\"img\" aria-label=\"%s\">\n"
      "<title>%s</title>\n"
      "<style>text { font-family: sans-serif } .head { font-size: 15px; font-weight: bold } .text { font-size: 12px }"
      " .small { font-size: 10px } .letter { font-size: 12px; text-anchor: middle; pointer-events: none }</style>\n"
      "<rect width=\"%u\" height=\"%u\" fill=\"#FFFFFF\"/>\n",
      width, height, width, height, title, title, width, height);

  return g_strconcat (head, svg->body->str, "</svg>\n", NULL);
}
