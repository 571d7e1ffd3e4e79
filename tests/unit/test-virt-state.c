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
    gboolean expected;
  } rows[] = {
    { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_UNKNOWN, FALSE },
    { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED, FALSE },
    { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_MIGRATED, TRUE },
    { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_RESTORED, TRUE },
    { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_FROM_SNAPSHOT, TRUE },
    { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_UNPAUSED, FALSE },
    { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_MIGRATION_CANCELED, FALSE },
    { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_SAVE_CANCELED, FALSE },
    { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_WAKEUP, FALSE },
    { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_CRASHED, FALSE },
    { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_POSTCOPY, TRUE },
    { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_POSTCOPY_FAILED, TRUE },
    { VIR_DOMAIN_RUNNING, 99, FALSE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_UNKNOWN, FALSE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_USER, FALSE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_MIGRATION, TRUE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_SAVE, FALSE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_DUMP, FALSE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_IOERROR, FALSE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_WATCHDOG, FALSE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_FROM_SNAPSHOT, TRUE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_SHUTTING_DOWN, FALSE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_SNAPSHOT, FALSE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_CRASHED, FALSE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_STARTING_UP, FALSE },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_POSTCOPY, FALSE }, /* has left */
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_POSTCOPY_FAILED, FALSE },
    { VIR_DOMAIN_PAUSED, 99, FALSE },
    /* Numbers of reasons mean something else in other states. */
    { VIR_DOMAIN_SHUTDOWN, VIR_DOMAIN_SHUTDOWN_USER, FALSE },
    { VIR_DOMAIN_CRASHED, VIR_DOMAIN_RUNNING_MIGRATED, FALSE },
    { VIR_DOMAIN_PMSUSPENDED, VIR_DOMAIN_RUNNING_MIGRATED, FALSE },
    { VIR_DOMAIN_NOSTATE, VIR_DOMAIN_RUNNING_MIGRATED, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("state %d, reason %d", rows[i].state, rows[i].reason);
      g_assert_cmpint (pin_virt_has_come (rows[i].state, rows[i].reason), ==, rows[i].expected);
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
