/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "process.h"

#include "core/number.h"
#include "host-file.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

/* /proc/@pid/@name; NULL: the process has ended, or may not be seen.  (transfer full) */
static char *
read_process (const PinExamOrder *order, guint pid, const char *name)
{
  g_autofree char *path = g_strdup_printf ("/proc/%u/%s", pid, name);
  g_autofree char *text = NULL;

  pin_exam_read (order, path, &text);
  return g_steal_pointer (&text);
}

/* The numbers of the line @key of a status file; NULL: there is no such line.  (transfer full) */
static char **
find_numbers (const char *status, const char *key)
{
  g_autofree char *head = g_strdup_printf ("\n%s:\t", key);
  const char *line = strstr (status, head);
  g_autofree char *value = NULL;

  if (line == NULL)
    return NULL;
  line += strlen (head);
  value = g_strndup (line, strcspn (line, "\n"));
  return g_strsplit (value, "\t", -1);
}

/* Effective user 0, and in nobody's namespace of processes: NSpid has a number for each of those. */
static gboolean
is_of_host (const char *status)
{
  g_auto (GStrv) users = find_numbers (status, "Uid");
  g_auto (GStrv) ids = find_numbers (status, "NSpid");

  return users != NULL && g_strv_length (users) > 1 && strcmp (users[1], "0") == 0 && (ids == NULL || g_strv_length (ids) == 1);
}

static gboolean
is_service (const PinExamOrder *order, guint pid, const char *name)
{
  g_autofree char *comm = read_process (order, pid, "comm");
  g_autofree char *status = NULL;

  if (g_strcmp0 (comm, name) != 0)
    return FALSE;
  status = read_process (order, pid, "status");
  return status != NULL && is_of_host (status);
}

static guint
parse_pid (const char *text)
{
  guint64 pid = 0;

  return pin_number_parse (text, 10, 1, G_MAXINT32, &pid) ? (guint)pid : 0;
}

/* What /run/NAME.pid says; 0: nothing. */
static guint
noted_pid (const PinExamOrder *order, const char *name)
{
  g_autofree char *path = g_strdup_printf ("/run/%s.pid", name);
  g_autofree char *text = NULL;

  return pin_exam_read (order, path, &text) == PIN_EXAM_SEEN ? parse_pid (text) : 0;
}

gboolean
pin_exam_find_service (const PinExamOrder *order, const char *name, guint *ret_pid)
{
  g_autoptr (GPtrArray) names = NULL;
  g_autofree char *first = read_process (order, 1, "comm");
  guint noted = noted_pid (order, name);

  /* Where /proc is mounted with hidepid, process 1 is hidden like all others. */
  if (first == NULL || pin_exam_list (order, "/proc", &names) != PIN_EXAM_SEEN)
    return FALSE;
  *ret_pid = noted != 0 && is_service (order, noted, name) ? noted : 0;
  for (guint i = 0; i < names->len && *ret_pid == 0; i++)
    {
      guint pid = parse_pid (g_ptr_array_index (names, i));

      if (pid != 0 && is_service (order, pid, name))
        *ret_pid = pid;
    }
  return TRUE;
}

/* Field 22 of /proc/PID/stat: clock ticks from the start of the system.  The second is the name, which may have blanks and brackets. */
static gboolean
read_ticks (const PinExamOrder *order, guint pid, guint64 *ret_ticks)
{
  g_autofree char *text = read_process (order, pid, "stat");
  const char *bracket = text == NULL ? NULL : strrchr (text, ')');
  g_auto (GStrv) fields = NULL;

  if (bracket == NULL)
    return FALSE;
  fields = g_strsplit (bracket + 1, " ", -1);
  /* Before the third field there is a blank, so fields[0] is empty. */
  return g_strv_length (fields) > 20 && pin_number_parse (fields[20], 10, 0, G_MAXINT64 / G_USEC_PER_SEC - 1, ret_ticks);
}

gboolean
pin_exam_process_started (const PinExamOrder *order, guint pid, gint64 *ret_started)
{
  gint64 per_second = sysconf (_SC_CLK_TCK);
  struct timespec since_boot;
  guint64 ticks;

  if (!read_ticks (order, pid, &ticks) || per_second <= 0 || clock_gettime (CLOCK_BOOTTIME, &since_boot) != 0)
    return FALSE;
  *ret_started = g_get_real_time () - since_boot.tv_sec * G_USEC_PER_SEC - since_boot.tv_nsec / 1000;
  /* The kernel has rounded down; btime of /proc/stat is rounded to seconds, so the clocks are asked. */
  *ret_started += (gint64)(ticks + 1) * G_USEC_PER_SEC / per_second;
  return TRUE;
}
