/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as hook.conf: what is wrong costs a line in the log and nothing else, and what is read stays within its bounds. */
#include "fuzz.h"

#include "conf.h"
#include "line.h"

#include <sys/mman.h>
#include <syslog.h>
#include <unistd.h>

void __wrap_pin_log (int priority, const char *text); /* the linker puts it in the place of pin_log() */

void
__wrap_pin_log (int priority, const char *text)
{
  g_assert_cmpint (priority, ==, LOG_WARNING);
  g_assert_true (g_str_has_prefix (text, "/proc/self/fd/"));
  fuzz_assert_line (text);
}

static PinConf
read_conf (const void *data, gsize size)
{
  int fd = memfd_create ("hook.conf", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  PinConf conf;

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, data, size), ==, (gssize) size);
  conf = pin_conf_read (path);
  close (fd);
  return conf;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const char *const modes[] = { "enforce", "observe", "off" };
  PinConf conf = read_conf (data, size), again;
  g_autofree char *written = NULL;

  g_assert_cmpuint (conf.mode, <, G_N_ELEMENTS (modes));
  g_assert_cmpuint (conf.deadline_ms, >=, PIN_DEADLINE_MIN_MS);
  g_assert_cmpuint (conf.deadline_ms, <=, PIN_DEADLINE_MAX_MS);
  written = g_strdup_printf ("mode=%s\non-failure=%s\ndeadline=%ums", modes[conf.mode], conf.refuse_on_failure ? "refuse" : "pass",
                             conf.deadline_ms);
  again = read_conf (written, strlen (written));
  g_assert_true (again.mode == conf.mode && again.refuse_on_failure == conf.refuse_on_failure);
  g_assert_cmpuint (again.deadline_ms, ==, conf.deadline_ms);
  return 0;
}
