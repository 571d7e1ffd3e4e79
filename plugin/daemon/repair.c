/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "repair.h"

#include "core/error.h"
#include "format/domain-write.h"
#include "host/kept-file.h"
#include "originals.h"
#include "report.h"

#include <string.h>

/* A definition that can't be written this often won't be. */
#define MAX_TRIES 10

typedef struct
{
  gboolean under_way;
  gboolean idle;      /* the guest does not run */
  gboolean expected;  /* there may be none: nobody has seen a definition yet */
  gint64 since_ms;    /* it is expected */
  guint n_tries;
} Debt;

struct _PinRepair
{
  PinPicture *picture;
  PinVirt *virt;
  GCancellable *alive; /* cancelled at the end */
  GHashTable *debts;   /* uuid -> Debt */
};

/* A repair under way, from one answer of libvirt to the next. */
typedef struct
{
  PinRepair *repair;
  GCancellable *alive;
  char *uuid;
  char *name;
  PinDomain *wanted; /* what is being defined */
} Job;

static void
job_free (Job *job)
{
  g_object_unref (job->alive);
  g_free (job->uuid);
  g_free (job->name);
  pin_domain_free (job->wanted);
  g_free (job);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Job, job_free)

static Job *
job_new (PinRepair *repair, const char *uuid, const char *name)
{
  Job *job = g_new0 (Job, 1);

  job->repair = repair;
  job->alive = g_object_ref (repair->alive);
  job->uuid = g_strdup (uuid);
  job->name = g_strdup (name);
  return job;
}

PinRepairVerdict
pin_repair_decide (PinDomain *stored, const PinRecord *live, const PinTerms *terms, const PinHostPlacement *assigned,
                   const PinSnapshot *host, PinPlan **ret_plan)
{
  const PinRecord *record = stored->record != NULL ? stored->record : live;
  g_autoptr (PinOriginal) original = pin_originals_of (stored->guest, record, stored->placement, NULL);
  g_autoptr (PinOriginal) here = pin_originals_assigned (assigned, stored->guest, original, host);
  g_autoptr (PinRecord) renewed = NULL;
  g_autoptr (PinPlan) plan = NULL;

  *ret_plan = NULL;
  if (record == NULL && pin_placement_is_empty (stored->placement))
    return PIN_REPAIR_NONE;
  plan = pin_plan (stored->guest, here != NULL ? here : original, terms, host);
  if (plan->verdict == PIN_VERDICT_REFUSE)
    {
      *ret_plan = g_steal_pointer (&plan);
      return PIN_REPAIR_REFUSE;
    }
  if (pin_placement_equal (stored->placement, plan->placement) && record == stored->record)
    return PIN_REPAIR_NONE;
  renewed = pin_originals_record (stored->guest->uuid, original, assigned, plan, record);
  pin_domain_set_placement (stored, plan->placement);
  pin_domain_set_record (stored, renewed);
  *ret_plan = g_steal_pointer (&plan);
  return PIN_REPAIR_WRITE;
}

PinRepair *
pin_repair_new (PinPicture *picture, PinVirt *virt)
{
  PinRepair *repair = g_new0 (PinRepair, 1);

  repair->picture = picture;
  repair->virt = virt;
  repair->alive = g_cancellable_new ();
  repair->debts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return repair;
}

void
pin_repair_free (PinRepair *repair)
{
  if (repair == NULL)
    return;
  g_cancellable_cancel (repair->alive);
  g_object_unref (repair->alive);
  g_hash_table_unref (repair->debts);
  g_free (repair);
}

static Debt *
find (const PinRepair *repair, const char *uuid)
{
  return g_hash_table_lookup (repair->debts, uuid);
}

static void
remember (const PinRepair *repair, const char *uuid, gboolean due)
{
  g_autoptr (PinKept) kept = pin_kept_file_load (repair->picture->state_dir, uuid);
  g_autoptr (GError) error = NULL;

  if (kept->repair_due == due)
    return;
  kept->repair_due = due;
  if (!pin_kept_file_save (repair->picture->state_dir, uuid, kept, &error))
    g_warning ("records: %s; if this service ends now, a persistent definition stays as the source had it", error->message);
}

static Debt *
add_debt (PinRepair *repair, const char *uuid, gboolean idle)
{
  Debt *debt = g_new0 (Debt, 1);

  debt->idle = idle;
  g_hash_table_replace (repair->debts, g_strdup (uuid), debt);
  return debt;
}

void
pin_repair_owe (PinRepair *repair, const char *uuid, gboolean idle)
{
  Debt *debt = find (repair, uuid);

  if (debt == NULL)
    debt = add_debt (repair, uuid, idle);
  debt->idle = idle;
  debt->expected = FALSE;
  remember (repair, uuid, TRUE);
}

void
pin_repair_expect (PinRepair *repair, const char *uuid, gint64 now_ms)
{
  Debt *debt;

  if (find (repair, uuid) != NULL)
    return;
  debt = add_debt (repair, uuid, TRUE);
  debt->expected = TRUE;
  debt->since_ms = now_ms;
}

/* One that was seen here may have gone while nobody could tell. */
static gboolean
is_in_vain (const PinRepair *repair, const char *uuid, const Debt *debt, gint64 asked_ms)
{
  if (debt->expected)
    return debt->since_ms < asked_ms;
  return !debt->under_way && !g_hash_table_contains (repair->picture->residents, uuid);
}

void
pin_repair_expire (PinRepair *repair, gint64 asked_ms)
{
  GHashTableIter iter;
  gpointer uuid, debt;

  g_hash_table_iter_init (&iter, repair->debts);
  while (g_hash_table_iter_next (&iter, &uuid, &debt))
    {
      if (!is_in_vain (repair, uuid, debt, asked_ms))
        continue;
      remember (repair, uuid, FALSE);
      g_hash_table_iter_remove (&iter);
    }
}

void
pin_repair_forget (PinRepair *repair, const char *uuid)
{
  g_hash_table_remove (repair->debts, uuid);
  remember (repair, uuid, FALSE);
}

/* Says why, unless the definition is gone, and leaves it due where a later try may do better. */
static void
put_off (const Job *job, const GError *error)
{
  Debt *debt = find (job->repair, job->uuid);
  gboolean may_pass = g_error_matches (error, PIN_ERROR, PIN_ERROR_BUSY)
                      || g_error_matches (error, PIN_ERROR, PIN_ERROR_STALE)
                      || g_error_matches (error, PIN_ERROR, PIN_ERROR_FAILED);

  if (debt != NULL && may_pass && ++debt->n_tries < MAX_TRIES)
    {
      debt->under_way = FALSE;
      g_message ("%s: its persistent definition waits for a later try: %s", job->name, error->message);
      return;
    }
  pin_repair_forget (job->repair, job->uuid);
  if (!g_error_matches (error, PIN_ERROR, PIN_ERROR_NOT_FOUND))
    pin_report (PIN_REPORT_UNREPAIRED, job->name, job->uuid, NULL,
                "its persistent definition is left as the source had it: %s", error->message);
}

static gboolean
is_as_wanted (const char *xml, const PinDomain *wanted)
{
  g_autoptr (PinDomain) seen = pin_domain_parse (xml, strlen (xml), NULL);

  return seen != NULL && seen->record != NULL && pin_placement_equal (seen->placement, wanted->placement);
}

static void
on_defined (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Job) job = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *xml = NULL;

  if (g_cancellable_is_cancelled (job->alive))
    return;
  xml = pin_virt_define_finish (job->repair->virt, result, &error);
  if (xml == NULL)
    {
      put_off (job, error);
      return;
    }
  pin_repair_forget (job->repair, job->uuid);
  if (!is_as_wanted (xml, job->wanted))
    pin_report (PIN_REPORT_UNREPAIRED, job->name, job->uuid, job->wanted->record->migration,
                "its persistent definition was written, but reads otherwise now");
}

static void
report_decision (const Job *job, const PinDomain *stored, PinRepairVerdict verdict, const PinPlan *plan)
{
  const char *migration = stored->record != NULL ? stored->record->migration : NULL;
  g_autofree char *summary = pin_report_plan (plan);
  PinAction worst_of = verdict == PIN_REPAIR_REFUSE ? PIN_ACTION_REFUSE : PIN_ACTION_REMAP;
  g_autofree char *reasons = pin_report_reasons (plan, worst_of);

  if (verdict == PIN_REPAIR_REFUSE)
    pin_report (PIN_REPORT_UNREPAIRED, job->name, job->uuid, migration,
                "its persistent definition is left as it is and will not start here: %s", reasons);
  else
    pin_report (PIN_REPORT_REPAIRED, job->name, job->uuid, migration, "persistent definition, %s%s%s", summary,
                reasons[0] != '\0' ? "; " : "", reasons);
}

static PinRepairVerdict
decide (const Job *job, PinDomain *stored, PinPlan **ret_plan, GError **error)
{
  PinPicture *picture = job->repair->picture;
  const PinResident *resident = g_hash_table_lookup (picture->residents, job->uuid);
  const Debt *debt = find (job->repair, job->uuid);
  gboolean idle = debt != NULL && debt->idle;
  g_autoptr (PinSnapshot) host = idle ? pin_picture_idle (picture, error) : pin_picture_now (picture, error);
  g_autoptr (PinTerms) terms = pin_rules_terms (picture->rules, stored->guest->name);
  const PinHostPlacement *assigned = pin_picture_assigned (picture, stored->guest->name);

  if (host == NULL)
    return PIN_REPAIR_NONE;
  /* A definition that is here does not come. */
  host->maintenance = FALSE;
  return pin_repair_decide (stored, resident != NULL ? pin_resident_record (resident) : NULL, terms, assigned, host, ret_plan);
}

/* Neither side's record is another version's. */
static gboolean
is_within (const Job *job, GError **error)
{
  const PinResident *resident = g_hash_table_lookup (job->repair->picture->residents, job->uuid);

  return pin_domain_is_within (job->wanted, error)
         && (resident == NULL || resident->domain == NULL || pin_domain_is_within (resident->domain, error));
}

/* Returns: whether @job->wanted is to be defined in place of @xml. */
static gboolean
mend (Job *job, const char *xml, GError **error)
{
  g_autoptr (PinPlan) plan = NULL;
  PinRepairVerdict verdict;

  job->wanted = pin_domain_parse (xml, strlen (xml), error);
  if (job->wanted == NULL || !is_within (job, error))
    return FALSE;
  verdict = decide (job, job->wanted, &plan, error);
  if (plan != NULL)
    report_decision (job, job->wanted, verdict, plan);
  return verdict == PIN_REPAIR_WRITE;
}

/* Takes @job on to libvirt. */
static void
define (Job *job, const char *before)
{
  g_autofree char *wanted = pin_domain_format (job->wanted, NULL);

  pin_virt_define_async (job->repair->virt, job->uuid, before, wanted, on_defined, job);
}

static void
on_stored (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Job) job = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *xml = NULL;

  if (g_cancellable_is_cancelled (job->alive))
    return;
  xml = pin_virt_read_stored_finish (job->repair->virt, result, &error);
  if (xml != NULL && mend (job, xml, &error))
    define (g_steal_pointer (&job), xml);
  else if (error != NULL)
    put_off (job, error);
  else
    pin_repair_forget (job->repair, job->uuid);
}

/* What a service before this one left undone; the guest need not run any more. */
static Debt *
take_up (PinRepair *repair, const char *uuid)
{
  g_autoptr (PinKept) kept = pin_kept_file_load (repair->picture->state_dir, uuid);

  return kept->repair_due ? add_debt (repair, uuid, FALSE) : NULL;
}

void
pin_repair_try (PinRepair *repair, const char *uuid, const char *name)
{
  Debt *debt = find (repair, uuid);

  if (debt == NULL)
    debt = take_up (repair, uuid);
  if (debt == NULL || debt->under_way)
    return;
  debt->expected = FALSE;
  debt->under_way = TRUE;
  pin_virt_read_stored_async (repair->virt, uuid, on_stored, job_new (repair, uuid, name));
}
