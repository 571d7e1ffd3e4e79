/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "adopt.h"

#include "host/kept-file.h"
#include "report.h"

#include <string.h>

typedef struct
{
  PinWatch *watch;
  char *uuid;
  char *name;
} Job;

static void
job_free (Job *job)
{
  g_free (job->uuid);
  g_free (job->name);
  g_free (job);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  const Job *job = g_task_get_task_data (task);
  GError *error = NULL;

  pin_registry_let_go (pin_watch_registry (job->watch), job->uuid);
  pin_watch_read (job->watch, job->uuid, job->name);
  if (pin_virt_set_record_finish (pin_watch_virt (job->watch), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    {
      g_prefix_error (&error, "%s: the record could not be written, so ask again: ", job->name);
      g_task_return_error (task, error);
    }
}

/* The record's text for one side, as it is to be written.  (transfer full); NULL: that side has nothing to record. */
static char *
adopt_side (const Job *job, const char *xml, const char *migration)
{
  g_autoptr (PinDomain) domain = xml != NULL ? pin_domain_parse (xml, strlen (xml), NULL) : NULL;
  g_autoptr (PinRecord) record = domain != NULL ? pin_entry_adopt (pin_watch_picture (job->watch), domain, migration) : NULL;

  return record != NULL ? pin_record_format (record) : NULL;
}

static gboolean
clear_mark (const Job *job, GError **error)
{
  const char *directory = pin_watch_picture (job->watch)->state_dir;
  g_autoptr (PinKept) kept = pin_kept_file_load (directory, job->uuid);

  kept->forgotten = FALSE;
  return pin_kept_file_save (directory, job->uuid, kept, error);
}

static void
write_records (GTask *task, const Job *job, const PinVirtGuest *guest)
{
  g_autofree char *migration = g_uuid_string_random ();
  g_autofree char *live = adopt_side (job, guest->live_xml, migration);
  g_autofree char *stored = adopt_side (job, guest->inactive_xml, migration);

  pin_report (PIN_REPORT_ADOPTED, job->name, job->uuid, migration, "its present placement is the original now, as was asked");
  pin_registry_hold (pin_watch_registry (job->watch), job->uuid);
  pin_virt_set_record_async (pin_watch_virt (job->watch), job->uuid, live, stored, on_written, task);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Job *job = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (PinVirtGuest) guest = pin_virt_read_finish (pin_watch_virt (job->watch), result, &error);

  if (guest == NULL || !pin_registry_is_free (pin_watch_registry (job->watch), guest, &error) || !clear_mark (job, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  job->name = g_strdup (guest->name);
  write_records (g_steal_pointer (&task), job, guest);
}

void
pin_adopt_run (PinWatch *watch, const char *uuid, GTask *task)
{
  Job *job = g_new0 (Job, 1);

  job->watch = watch;
  job->uuid = g_strdup (uuid);
  g_task_set_task_data (task, job, (GDestroyNotify)job_free);
  pin_virt_read_async (pin_watch_virt (watch), uuid, on_read, task);
}
