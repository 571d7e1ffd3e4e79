/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the hook was sent out for, how long it may take, and how it comes home with empty hands. */

#include "errand.h"

#include "line.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <syslog.h>
#include <unistd.h>

/* libvirt holds the domain's lock while it waits for a release. */
#define RELEASE_DEADLINE_MS 500

/* The signals that end an errand. All but the first come from a crash. */
static const int endings[] = { SIGALRM, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL };

/* A handler is given nothing but its signal, so these two are the only state outside of a function. */
static const PinErrand *volatile on_the_way;
static const char *volatile stage = "starting";

const char *
pin_errand_word (const PinErrand *errand)
{
  static const char *const words[] = { "", "migrate", "restore", "release" };

  return words[errand->operation];
}

static unsigned
deadline_ms (const PinErrand *errand)
{
  unsigned limit = errand->conf.deadline_ms;

  if (errand->operation == PIN_OPERATION_RELEASE && limit > RELEASE_DEADLINE_MS)
    return RELEASE_DEADLINE_MS;
  return limit;
}

static bool
is_refused (const PinErrand *errand)
{
  return errand->conf.refuse_on_failure && errand->conf.mode == PIN_MODE_ENFORCE && !errand->untuned
         && errand->operation != PIN_OPERATION_RELEASE;
}

static void
handle_ending (int number)
{
  PinLine why = PIN_LINE_INIT;

  if (number == SIGALRM)
    {
      pin_line_add (&why, "no answer within ");
      pin_line_add_number (&why, deadline_ms (on_the_way));
      pin_line_add (&why, " ms (");
    }
  else
    {
      pin_line_add (&why, "the hook crashed with signal ");
      pin_line_add_number (&why, (unsigned long) number);
      pin_line_add (&why, " (");
    }
  pin_line_add (&why, stage);
  pin_line_add (&why, ")");
  pin_errand_give_up (on_the_way, why.text);
}

static void
set_handlers (void (*handler) (int))
{
  struct sigaction action = { .sa_handler = handler };
  sigset_t ours;

  sigemptyset (&ours);
  for (unsigned i = 0; i < sizeof endings / sizeof endings[0]; i++)
    {
      sigaction (endings[i], &action, NULL);
      sigaddset (&ours, endings[i]);
    }
  /* Who started us may have blocked them. */
  sigprocmask (SIG_UNBLOCK, &ours, NULL);
}

static void
set_timer (unsigned ms)
{
  struct itimerval timer = {
    .it_value = { .tv_sec = ms / 1000, .tv_usec = (suseconds_t) (ms % 1000) * 1000 },
  };

  setitimer (ITIMER_REAL, &timer, NULL);
}

void
pin_errand_start (const PinErrand *errand)
{
  on_the_way = errand;
  set_handlers (handle_ending);
  set_timer (deadline_ms (errand));
}

void
pin_errand_stage (const char *doing)
{
  stage = doing;
}

void
pin_errand_stop (void)
{
  set_timer (0);
  set_handlers (SIG_DFL);
}

/* "migration of GUEST", the beginning of every message. */
static void
add_subject (PinLine *line, const PinErrand *errand)
{
  static const char *const subjects[] = { "", "migration of ", "restore of ", "release of " };

  pin_line_add (line, subjects[errand->operation]);
  pin_line_add (line, errand->guest);
}

static int
failure_priority (const PinErrand *errand)
{
  if (errand->operation == PIN_OPERATION_RELEASE)
    return LOG_DEBUG;
  return errand->not_enabled && !is_refused (errand) ? LOG_INFO : LOG_WARNING;
}

static void
log_failure (const PinErrand *errand, const char *why)
{
  PinLine line = PIN_LINE_INIT;

  add_subject (&line, errand);
  pin_line_add (&line, ": ");
  pin_line_add (&line, why);
  if (errand->operation == PIN_OPERATION_RELEASE)
    pin_line_add (&line, "; its claim will run out");
  else
    pin_line_add (&line, is_refused (errand) ? "; refused" : "; passed as it is");
  pin_log (failure_priority (errand), line.text);
}

static void
complain_of_failure (const PinErrand *errand, const char *why)
{
  PinLine line = PIN_LINE_INIT;

  add_subject (&line, errand);
  pin_line_add (&line, " refused: ");
  pin_line_add (&line, why);
  pin_line_add (&line, errand->not_enabled ? "; on the destination, systemctl enable --now pinshiftd"
                                           : "; see to pinshiftd on the destination");
  pin_line_add (&line, ", or set on-failure = pass in its ");
  pin_line_add (&line, errand->conf_path);
  pin_complain (line.text);
}

_Noreturn void
pin_errand_give_up (const PinErrand *errand, const char *why)
{
  sigset_t alarm_only;

  /* A deadline that passes just now must not end the errand twice. */
  sigemptyset (&alarm_only);
  sigaddset (&alarm_only, SIGALRM);
  sigprocmask (SIG_BLOCK, &alarm_only, NULL);

  log_failure (errand, why);
  if (!is_refused (errand))
    _exit (EXIT_SUCCESS);

  complain_of_failure (errand, why);
  _exit (EXIT_FAILURE);
}
