/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "forget.h"

#include "core/error.h"
#include "format/domain-write.h"
#include "host/kept-file.h"
#include "originals.h"
#include "report.h"

#include <string.h>

typedef struct
{
  PinWatch *watch;
  gboolean force;
  gboolean held;
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
end (GTask *task, GError *error)
{
  const Job *job = g_task_get_task_data (task);

  if (job->held)
    {
      pin_registry_let_go (pin_watch_registry (job->watch), job->uuid);
      pin_watch_read (job->watch, job->uuid, job->name);
    }
  if (error == NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_removed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  const Job *job = g_task_get_task_data (task);
  const char *directory = pin_watch_picture (job->watch)->state_dir;
  g_autoptr (PinKept) kept = pin_kept_new ();
  GError *error = NULL;

  kept->forgotten = TRUE;
  if (!pin_virt_set_record_finish (pin_watch_virt (job->watch), result, &error))
    g_prefix_error (&error, "%s: its record could not be taken out: ", job->name);
  else if (pin_kept_file_save (directory, job->uuid, kept, &error))
    pin_report (PIN_REPORT_FORGOTTEN, job->name, job->uuid, NULL, "its record is removed, as was asked");
  end (task, error);
}

static void
remove_records (GTask *task)
{
  const Job *job = g_task_get_task_data (task);

  pin_virt_set_record_async (pin_watch_virt (job->watch), job->uuid, NULL, NULL, on_removed, task);
}

static void
on_defined (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  const Job *job = g_task_get_task_data (task);
  GError *error = NULL;
  g_autofree char *xml = pin_virt_define_finish (pin_watch_virt (job->watch), result, &error);

  if (xml != NULL)
    {
      remove_records (g_steal_pointer (&task));
      return;
    }
  g_prefix_error (&error, "%s: its original could not be put back into its definition: ", job->name);
  end (task, error);
}

/*
 * @xml with its original and without a record.  (transfer full); NULL: it has none, or *error.  Taking the record out as metadata would
 * leave an empty <metadata/>.
 */
static char *
restore (const char *xml, GError **error)
{
  g_autoptr (PinDomain) stored = pin_domain_parse (xml, strlen (xml), error);
  g_autoptr (PinOriginal) original = NULL;

  if (stored == NULL || stored->record == NULL)
    return NULL;
  original = pin_originals_of (stored->guest, stored->record, stored->placement, NULL);
  pin_domain_set_placement (stored, original->placement);
  pin_domain_set_record (stored, NULL);
  return pin_domain_format (stored, NULL);
}

static void
on_stored (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  const Job *job = g_task_get_task_data (task);
  PinVirt *virt = pin_watch_virt (job->watch);
  GError *error = NULL;
  g_autofree char *xml = pin_virt_read_stored_finish (virt, result, &error);
  g_autofree char *wanted = xml != NULL ? restore (xml, &error) : NULL;

  if (wanted != NULL)
    pin_virt_define_async (virt, job->uuid, xml, wanted, on_defined, g_steal_pointer (&task));
  else if (error == NULL)
    remove_records (g_steal_pointer (&task));
  else
    end (task, error);
}

/* What a newer version has recorded can't be put into the definition by this one. */
static gboolean
is_all_known (const char *xml, GError **error)
{
  g_autoptr (PinDomain) domain = xml != NULL ? pin_domain_parse (xml, strlen (xml), NULL) : NULL;

  if (domain == NULL || domain->record == NULL || domain->record->original->rest == NULL)
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_DENIED,
               "%s has a record of a newer pinshift, and what only that knows would be lost: forget it where that version runs, or use"
               " --force",
               domain->guest->name);
  return FALSE;
}

/* What the running guest misses would be lost with its record, if it has no definition to have it. */
static gboolean
may_forget (const Job *job, const PinVirtGuest *guest, GError **error)
{
  g_autoptr (PinDomain) live = NULL;
  g_autoptr (PinOriginal) original = NULL;

  if (!pin_registry_is_free (pin_watch_registry (job->watch), guest, error)
      || (!job->force && (!is_all_known (guest->live_xml, error) || !is_all_known (guest->inactive_xml, error))))
    return FALSE;
  live = guest->live_xml != NULL ? pin_domain_parse (guest->live_xml, strlen (guest->live_xml), NULL) : NULL;
  if (job->force || guest->persistent || live == NULL || live->record == NULL)
    return TRUE;
  original = pin_originals_of (live->guest, live->record, live->placement, NULL);
  if (pin_placement_equal (live->placement, original->placement))
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_DENIED,
               "%s is transient and runs with less than its owner wrote: that would be lost; migrate it home first, or use --force",
               guest->name);
  return FALSE;
}

static gboolean
has_record (const char *xml)
{
  g_autoptr (PinDomain) domain = xml != NULL ? pin_domain_parse (xml, strlen (xml), NULL) : NULL;

  return domain != NULL && (domain->record != NULL || domain->record_problem != NULL);
}

/* Of most guests there is nothing to forget. */
static gboolean
is_unknown (const Job *job, const PinVirtGuest *guest)
{
  g_autoptr (PinKept) kept = pin_kept_file_load (pin_watch_picture (job->watch)->state_dir, job->uuid);

  return kept->live == NULL && kept->stored == NULL && kept->damage == NULL && !kept->repair_due
         && !has_record (guest->live_xml) && !has_record (guest->inactive_xml);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Job *job = g_task_get_task_data (task);
  PinVirt *virt = pin_watch_virt (job->watch);
  GError *error = NULL;
  g_autoptr (PinVirtGuest) guest = pin_virt_read_finish (virt, result, &error);

  if (guest == NULL || is_unknown (job, guest) || !may_forget (job, guest, &error))
    {
      end (task, error);
      return;
    }
  job->name = g_strdup (guest->name);
  job->held = TRUE;
  pin_registry_hold (pin_watch_registry (job->watch), job->uuid);
  if (guest->persistent)
    pin_virt_read_stored_async (virt, job->uuid, on_stored, g_steal_pointer (&task));
  else
    remove_records (g_steal_pointer (&task));
}

void
pin_forget_run (PinWatch *watch, const char *uuid, gboolean force, GTask *task)
{
  Job *job = g_new0 (Job, 1);

  job->watch = watch;
  job->force = force;
  job->uuid = g_strdup (uuid);
  g_task_set_task_data (task, job, (GDestroyNotify)job_free);
  pin_virt_read_async (pin_watch_virt (watch), uuid, on_read, task);
}
