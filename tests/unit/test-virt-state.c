/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What libvirt's states mean: who has come from elsewhere, and who had better be left alone. */
#include "host/virt-link.h"

static void
test_come (void)
{
  static const struct
  {
    int state;
    int reason;
    gboolean incoming;
    gboolean expected;
  } rows[] = {
    { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_UNKNOWN, FALSE, FALSE },
    { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED, FALSE, FALSE },
    { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_MIGRATED, FALSE, TRUE },
    { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_RESTORED, FALSE, TRUE },
    { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_FROM_SNAPSHOT, FALSE, TRUE },
    { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_UNPAUSED, FALSE, FALSE },
    { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_MIGRATION_CANCELED, FALSE, FALSE },
    { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_SAVE_CANCELED, FALSE, FALSE },
    { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_WAKEUP, FALSE, FALSE },
    { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_CRASHED, FALSE, FALSE },
    { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_POSTCOPY, FALSE, TRUE },
    { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_POSTCOPY_FAILED, FALSE, TRUE },
    { VIR_DOMAIN_RUNNING, 99, FALSE, FALSE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_UNKNOWN, FALSE, FALSE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_USER, FALSE, FALSE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_MIGRATION, TRUE, TRUE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_MIGRATION, FALSE, FALSE }, /* about to leave */
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_SAVE, FALSE, FALSE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_DUMP, FALSE, FALSE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_IOERROR, FALSE, FALSE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_WATCHDOG, FALSE, FALSE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_FROM_SNAPSHOT, FALSE, TRUE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_SHUTTING_DOWN, FALSE, FALSE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_SNAPSHOT, FALSE, FALSE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_CRASHED, FALSE, FALSE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_STARTING_UP, TRUE, FALSE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_POSTCOPY, FALSE, FALSE }, /* has left */
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_POSTCOPY_FAILED, FALSE, FALSE },
    { VIR_DOMAIN_PAUSED, 99, FALSE, FALSE },
    /* Numbers of reasons mean something else in other states. */
    { VIR_DOMAIN_SHUTDOWN, VIR_DOMAIN_SHUTDOWN_USER, FALSE, FALSE },
    { VIR_DOMAIN_CRASHED, VIR_DOMAIN_RUNNING_MIGRATED, FALSE, FALSE },
    { VIR_DOMAIN_PMSUSPENDED, VIR_DOMAIN_RUNNING_MIGRATED, FALSE, FALSE },
    { VIR_DOMAIN_NOSTATE, VIR_DOMAIN_RUNNING_MIGRATED, FALSE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("state %d, reason %d, incoming %d", rows[i].state, rows[i].reason, rows[i].incoming);
      g_assert_cmpint (pin_virt_has_come (rows[i].state, rows[i].reason, rows[i].incoming), ==, rows[i].expected);
    }
}

static void
test_held (void)
{
  static const struct
  {
    virDomainControlInfo control;
    int job;
    gboolean expected;
  } rows[] = {
    { { .state = VIR_DOMAIN_CONTROL_OK }, VIR_DOMAIN_JOB_NONE, FALSE },
    { { .state = VIR_DOMAIN_CONTROL_JOB }, VIR_DOMAIN_JOB_NONE, TRUE },
    { { .state = VIR_DOMAIN_CONTROL_OCCUPIED, .stateTime = 20 }, VIR_DOMAIN_JOB_NONE, FALSE },
    { { .state = VIR_DOMAIN_CONTROL_OCCUPIED, .stateTime = 5000 }, VIR_DOMAIN_JOB_NONE, TRUE },
    { { .state = VIR_DOMAIN_CONTROL_ERROR, .stateTime = 5000 }, VIR_DOMAIN_JOB_NONE, FALSE },
    { { .state = VIR_DOMAIN_CONTROL_OK, .stateTime = 5000 }, VIR_DOMAIN_JOB_NONE, FALSE },
    { { .state = VIR_DOMAIN_CONTROL_OK }, VIR_DOMAIN_JOB_BOUNDED, TRUE },
    { { .state = VIR_DOMAIN_CONTROL_OK }, VIR_DOMAIN_JOB_UNBOUNDED, TRUE },
    { { .state = VIR_DOMAIN_CONTROL_OK }, VIR_DOMAIN_JOB_COMPLETED, FALSE },
    { { .state = VIR_DOMAIN_CONTROL_OK }, VIR_DOMAIN_JOB_FAILED, FALSE },
    { { .state = VIR_DOMAIN_CONTROL_OK }, VIR_DOMAIN_JOB_CANCELLED, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      virDomainJobInfo job = { .type = rows[i].job };

      g_test_message ("row %u", i);
      g_assert_cmpint (pin_virt_is_held (&rows[i].control, &job), ==, rows[i].expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/virt-state/tells-who-has-come-from-elsewhere", test_come);
  g_test_add_func ("/virt-state/tells-who-is-at-work", test_held);
  return g_test_run ();
}
