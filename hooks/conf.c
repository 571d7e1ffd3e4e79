/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hook.conf: what the hook does, and what it does when it can't ask. */

#include "conf.h"

#include "line.h"
#include "pin-config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#define BLANK " \t\r\n"

static bool
set_mode (PinConf *conf, const char *value)
{
  static const char *const words[] = { "enforce", "observe", "off" };

  for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
    if (strcmp (value, words[i]) == 0)
      {
        conf->mode = (PinMode) i;
        return true;
      }

  return false;
}

static bool
set_on_failure (PinConf *conf, const char *value)
{
  conf->refuse_on_failure = strcmp (value, "refuse") == 0;
  return conf->refuse_on_failure || strcmp (value, "pass") == 0;
}

static bool
set_deadline (PinConf *conf, const char *value)
{
  size_t digits = strspn (value, "0123456789");
  const char *unit = value + digits + strspn (value + digits, BLANK);
  unsigned number = 0;

  if (digits == 0 || digits > 5)
    return false;
  for (size_t i = 0; i < digits; i++)
    number = number * 10 + (unsigned) (value[i] - '0');

  if (strcmp (unit, "s") == 0)
    number *= 1000;
  else if (strcmp (unit, "ms") != 0)
    return false;
  if (number < PIN_DEADLINE_MIN_MS || number > PIN_DEADLINE_MAX_MS)
    return false;

  conf->deadline_ms = number;
  return true;
}

static const struct
{
  const char *name;
  bool (*set) (PinConf *conf, const char *value);
  const char *values;
} keys[] = {
  { "mode", set_mode, "enforce, observe or off" },
  { "on-failure", set_on_failure, "pass or refuse" },
  { "deadline", set_deadline, "10ms to 60s, as in 3s or 500ms" },
};

/* One line about @path, naming its line @number unless that is 0. */
static void
warn (const char *path, unsigned number, const char *what, const char *detail)
{
  PinLine line = PIN_LINE_INIT;

  pin_line_add (&line, path);
  if (number > 0)
    {
      pin_line_add (&line, ":");
      pin_line_add_number (&line, number);
    }
  pin_line_add (&line, ": ");
  pin_line_add (&line, what);
  pin_line_add (&line, detail);
  pin_log (LOG_WARNING, line.text);
}

/* @text without the blanks around it; changed in place. */
static char *
strip (char *text)
{
  size_t length;

  text += strspn (text, BLANK);
  length = strlen (text);
  while (length > 0 && strchr (BLANK, text[length - 1]) != NULL)
    length--;
  text[length] = '\0';
  return text;
}

static void
read_setting (PinConf *conf, char *text, const char *path, unsigned number)
{
  char *value = strchr (text, '=');

  if (value == NULL)
    {
      warn (path, number, "line ignored; expected is KEY = VALUE", "");
      return;
    }
  *value++ = '\0';
  text = strip (text);

  for (unsigned i = 0; i < sizeof keys / sizeof keys[0]; i++)
    if (strcmp (text, keys[i].name) == 0)
      {
        PinConf changed = *conf;

        if (keys[i].set (&changed, strip (value)))
          *conf = changed;
        else
          warn (path, number, "bad value, the default holds; this key takes ", keys[i].values);
        return;
      }

  warn (path, number, "unknown key, ignored; known are mode, on-failure and deadline", "");
}

static void
read_line (PinConf *conf, char *text, const char *path, unsigned number)
{
  text = strip (text);
  if (text[0] != '\0' && text[0] != '#')
    read_setting (conf, text, path, number);
}

const char *
pin_conf_path (void)
{
  const char *path = secure_getenv ("PINSHIFT_HOOK_CONF");

  return path != NULL ? path : PIN_SYSCONFDIR "/pinshift/hook.conf";
}

PinConf
pin_conf_read (const char *path)
{
  PinConf conf = PIN_CONF_DEFAULT;
  FILE *file = fopen (path, "re");
  char *text = NULL;
  size_t size = 0;
  unsigned number = 0;

  if (file == NULL)
    {
      if (errno != ENOENT)
        warn (path, 0, "the defaults hold; it can't be read: ", strerror (errno));
      return conf;
    }

  while (getline (&text, &size, file) >= 0)
    read_line (&conf, text, path, ++number);
  if (ferror (file))
    warn (path, 0, "what was read of it holds; it can't be read: ", strerror (errno));

  free (text);
  fclose (file);
  return conf;
}
