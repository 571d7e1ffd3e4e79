/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One bounded line of clean text, and the two places where the hook may say it. */

#include "line.h"

#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

size_t
pin_utf8_length (const char *text)
{
  static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
  const unsigned char *byte = (const unsigned char *) text;
  size_t length = byte[0] < 0xe0 ? 2 : byte[0] < 0xf0 ? 3 : 4;
  uint32_t code = byte[0] & (0x7f >> length);

  if (byte[0] < 0x80)
    return 1;
  if (byte[0] < 0xc2 || byte[0] > 0xf4)
    return 0;

  for (size_t i = 1; i < length; i++)
    {
      if ((byte[i] & 0xc0) != 0x80)
        return 0;
      code = code << 6 | (byte[i] & 0x3f);
    }

  if (code < smallest[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
    return 0;
  return length;
}

bool
pin_utf8_is_valid (const char *text)
{
  while (*text != '\0')
    {
      size_t length = pin_utf8_length (text);

      if (length == 0)
        return false;
      text += length;
    }

  return true;
}

/* C0, DEL and C1 (U+0080 to U+009F): what could end the line or steer a terminal. */
static bool
is_control (const char *text)
{
  const unsigned char *byte = (const unsigned char *) text;

  return byte[0] < 0x20 || byte[0] == 0x7f || (byte[0] == 0xc2 && byte[1] < 0xa0);
}

void
pin_line_add (PinLine *line, const char *text)
{
  while (*text != '\0')
    {
      size_t length = pin_utf8_length (text);
      size_t step = length == 0 ? 1 : length;
      const char *clean = length == 0 ? "?" : is_control (text) ? " " : text;
      size_t bytes = clean == text ? length : 1;

      if (line->length + bytes >= sizeof line->text)
        return;
      memcpy (line->text + line->length, clean, bytes);
      line->length += bytes;
      line->text[line->length] = '\0';
      text += step;
    }
}

void
pin_line_add_number (PinLine *line, unsigned long number)
{
  char digits[24];
  char *first = digits + sizeof digits - 1;

  *first = '\0';
  do
    *--first = (char) ('0' + number % 10);
  while ((number /= 10) != 0);

  pin_line_add (line, first);
}

/* syslog(3) waits for a logger that does not read, so the datagram is sent by hand. The time is left to the
 * receiver, as the formatting of one may take locks. */
void
pin_log (int priority, const char *text)
{
  const struct sockaddr_un logger = { .sun_family = AF_UNIX, .sun_path = "/dev/log" };
  PinLine line = PIN_LINE_INIT;
  int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  if (fd < 0)
    return;

  pin_line_add (&line, "<");
  pin_line_add_number (&line, (unsigned long) (LOG_DAEMON | priority));
  pin_line_add (&line, ">pinshift-hook[");
  pin_line_add_number (&line, (unsigned long) getpid ());
  pin_line_add (&line, "]: ");
  pin_line_add (&line, text);
  (void) sendto (fd, line.text, line.length, MSG_NOSIGNAL | MSG_DONTWAIT, (const struct sockaddr *) &logger,
                 sizeof logger);
  close (fd);
}

void
pin_complain (const char *text)
{
  PinLine line = PIN_LINE_INIT;

  pin_line_add (&line, "pinshift: ");
  pin_line_add (&line, text);
  if (line.length == sizeof line.text - 1)
    line.length--;
  line.text[line.length++] = '\n';

  /* Nobody is left to tell if stderr is gone. */
  if (write (STDERR_FILENO, line.text, line.length) < 0)
    return;
}
