/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift-hook: what libvirt runs around the life of every guest. A courier, and nothing else.
 *
 * libvirt kills running guests and fails every start when its hook fails, so the first thing that is decided is
 * whether this call concerns us at all, before anything that can go wrong. What concerns us is carried to pinshiftd
 * and back; if that can't be done in time, on-failure decides, and the guest is what stock libvirt makes of it. */

#include "bus.h"
#include "conf.h"
#include "errand.h"
#include "line.h"
#include "xml.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <syslog.h>
#include <unistd.h>

/* argv is GUEST OP SUBOP EXTRA, by position: a guest may be called "-v". */
static PinOperation
concerns_us (int argc, char **argv)
{
  static const struct
  {
    const char *operation, *phase;
    PinOperation errand;
  } table[] = {
    { "migrate", "begin", PIN_OPERATION_MIGRATE },
    { "restore", "begin", PIN_OPERATION_RESTORE },
    { "release", "end", PIN_OPERATION_RELEASE },
  };

  for (unsigned i = 0; argc == 5 && i < sizeof table / sizeof table[0]; i++)
    if (strcmp (argv[2], table[i].operation) == 0 && strcmp (argv[3], table[i].phase) == 0)
      return table[i].errand;

  return PIN_OPERATION_NONE;
}

/* A closed descriptor 0, 1 or 2 would be given to the next file that is opened. */
static void
fill_standard_descriptors (void)
{
  int fd;

  do
    fd = open ("/dev/null", O_RDWR | O_CLOEXEC);
  while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd >= 0)
    close (fd);
}

/* Observing goes all the way but for the output, so that it shows what enforcing would meet. */
static int
adapt (const PinErrand *errand, int fd)
{
  PinLine line = PIN_LINE_INIT;
  size_t size;
  const char *xml = pin_xml_map (fd, &size, &line);

  if (xml == NULL)
    pin_errand_give_up (errand, line.text);

  pin_errand_stop ();
  if (errand->conf.mode == PIN_MODE_OBSERVE || pin_xml_print (xml, size))
    return EXIT_SUCCESS;

  /* libvirt must not take half an XML for a whole one, whatever on-failure says. */
  pin_line_add (&line, "the adapted XML of ");
  pin_line_add (&line, errand->guest);
  pin_line_add (&line, " could not be handed to libvirt; migrate again");
  pin_log (LOG_ERR, line.text);
  pin_complain (line.text);
  return EXIT_FAILURE;
}

static int
refuse (const PinAnswer *answer)
{
  bool silent = answer->text.length == 0;

  pin_complain (silent ? "the guest does not fit on this host" : answer->text.text);
  return EXIT_FAILURE;
}

static int
fit (PinErrand *errand)
{
  PinLine why = PIN_LINE_INIT;
  PinReach reach = PIN_REACH_FAILED;
  PinAnswer answer;
  int xml_fd;

  pin_errand_stage ("reading the XML from libvirt");
  xml_fd = pin_xml_read (&why);
  errand->untuned = xml_fd >= 0 && errand->conf.refuse_on_failure && pin_xml_is_untuned (xml_fd);
  if (xml_fd >= 0)
    reach = pin_bus_fit (errand, xml_fd, &answer, &why);
  errand->not_enabled = reach == PIN_REACH_NOT_ENABLED;
  if (reach != PIN_REACH_ANSWERED)
    pin_errand_give_up (errand, why.text);

  if (answer.verdict == PIN_VERDICT_ADAPT)
    return adapt (errand, answer.xml_fd);

  pin_errand_stop ();
  if (answer.verdict == PIN_VERDICT_REFUSE && errand->conf.mode == PIN_MODE_ENFORCE)
    return refuse (&answer);
  return EXIT_SUCCESS;
}

static int
release (const PinErrand *errand)
{
  PinLine why = PIN_LINE_INIT;
  char uuid[PIN_UUID_SIZE];

  pin_errand_stage ("reading the XML from libvirt");
  if (!pin_xml_read_uuid (uuid))
    pin_line_add (&why, "no UUID in its XML");
  if (why.length > 0 || !pin_bus_release (errand, uuid, &why))
    pin_errand_give_up (errand, why.text);

  return EXIT_SUCCESS;
}

int
main (int argc, char **argv)
{
  PinErrand errand = { .operation = concerns_us (argc, argv) };

  if (errand.operation == PIN_OPERATION_NONE)
    return EXIT_SUCCESS;

  fill_standard_descriptors ();
  signal (SIGPIPE, SIG_IGN);
  /* The XML has passwords, which a core dump would keep. */
  prctl (PR_SET_DUMPABLE, 0);

  errand.guest = argv[1];
  errand.conf_path = pin_conf_path ();
  errand.conf = pin_conf_read (errand.conf_path);
  if (errand.conf.mode == PIN_MODE_OFF)
    return EXIT_SUCCESS;

  pin_errand_start (&errand);
  return errand.operation == PIN_OPERATION_RELEASE ? release (&errand) : fit (&errand);
}
