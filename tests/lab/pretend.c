/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Loaded before all else into the daemons of a host, it lets them pretend what one machine can't have twice: another libvirt, another QEMU, another
 * clock.  What is pretended stands in a file, a word and a value a line, that may come and go at any time:
 *
 *   libvirt-version N     as virConnectGetLibVersion gives it
 *   qemu-version N        as virConnectGetVersion does
 *   clock SECONDS         so much later than it is
 *   no-machine NAME       a machine type that QEMU does not know
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#define PRETENDED "/run/pinlab/pretend"
#define MACHINE "<machine "
#define MACHINE_END "</machine>"

typedef int (*Version) (void *connection, unsigned long *version);
typedef char *(*Capabilities) (void *connection);
typedef int (*Clock) (clockid_t clock, struct timespec *now);

/* The value of WORD; 0: nothing is pretended. */
static int
find_value (const char *word, char value[128])
{
  FILE *file = fopen (PRETENDED, "re");
  char line[192], found[64];
  int there = 0;

  while (file != NULL && !there && fgets (line, sizeof line, file) != NULL)
    there = sscanf (line, "%63s %127s", found, value) == 2 && strcmp (found, word) == 0;
  if (file != NULL)
    fclose (file);
  return there;
}

static int
answer_version (const char *function, const char *word, void *connection, unsigned long *version)
{
  Version real = (Version)dlsym (RTLD_NEXT, function);
  char value[128];
  int outcome = real (connection, version);

  if (outcome == 0 && find_value (word, value))
    *version = strtoul (value, NULL, 10);
  return outcome;
}

int
virConnectGetLibVersion (void *connection, unsigned long *version)
{
  return answer_version ("virConnectGetLibVersion", "libvirt-version", connection, version);
}

int
virConnectGetVersion (void *connection, unsigned long *version)
{
  return answer_version ("virConnectGetVersion", "qemu-version", connection, version);
}

/* <machine maxCpus='288'>NAME</machine>, and by another name <machine canonical='NAME' maxCpus='288'>q35</machine>. */
static void
drop_machine (char *text, const char *name)
{
  char *element = text;

  while ((element = strstr (element, MACHINE)) != NULL)
    {
      char *end = strstr (element, MACHINE_END);
      char *found = strstr (element, name);
      char after = found == NULL ? '\0' : found[strlen (name)];

      if (end == NULL)
        return;
      end += strlen (MACHINE_END);
      if (found != NULL && found < end && (after == '<' || after == '\''))
        memmove (element, end, strlen (end) + 1);
      else
        element = end;
    }
}

char *
virConnectGetCapabilities (void *connection)
{
  Capabilities real = (Capabilities)dlsym (RTLD_NEXT, "virConnectGetCapabilities");
  char *text = real (connection);
  char name[128];

  if (text != NULL && find_value ("no-machine", name))
    drop_machine (text, name);
  return text;
}

static long long
find_lead (void)
{
  char value[128];

  return find_value ("clock", value) ? strtoll (value, NULL, 10) : 0;
}

int
clock_gettime (clockid_t clock, struct timespec *now)
{
  Clock real = (Clock)dlsym (RTLD_NEXT, "clock_gettime");
  int outcome = real (clock, now);

  if (outcome == 0 && clock == CLOCK_REALTIME)
    now->tv_sec += find_lead ();
  return outcome;
}

int
gettimeofday (struct timeval *restrict now, void *restrict zone)
{
  struct timespec exact;

  (void)zone;
  clock_gettime (CLOCK_REALTIME, &exact);
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}
