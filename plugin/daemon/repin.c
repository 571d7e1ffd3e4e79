/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "repin.h"

#include "claims.h"
#include "clock.h"
#include "core/error.h"
#include "core/live.h"
#include "format/plan-json.h"
#include "originals.h"
#include "report.h"

#include <string.h>

static const PinSetting cpu_settings[] = { PIN_SETTING_VCPU_PINS, PIN_SETTING_EMULATOR_PINS, PIN_SETTING_IOTHREAD_PINS };

struct _PinRepin
{
  PinPicture *picture;
  PinVirt *virt;
  PinRegistry *registry;
  PinRepinSettled settled;
  gpointer data;
  GCancellable *alive; /* cancelled at the end */
};

/* One guest, from one answer of libvirt to the next. */
typedef struct
{
  PinRepin *repin;
  GCancellable *alive;
  PinRepinMode mode;
  char *uuid;
  char *name;
  PinDomain *domain;
  PinRepinWish *wish;
  char *json; /* the answer */
} Job;

void
pin_repin_wish_free (PinRepinWish *wish)
{
  if (wish == NULL)
    return;
  pin_original_free (wish->original);
  pin_original_free (wish->here);
  pin_plan_free (wish->plan);
  pin_placement_free (wish->pins);
  g_free (wish);
}

/* Whether CPUs of the guest were written on another host, as far as anybody knows. */
static gboolean
is_from_elsewhere (const PinRecord *record, const char *host_uuid)
{
  for (guint i = 0; i < G_N_ELEMENTS (cpu_settings); i++)
    {
      const PinHome *home = pin_original_home (record->original, cpu_settings[i]);

      if (home != NULL && home->host_uuid != NULL && host_uuid != NULL && !g_str_equal (home->host_uuid, host_uuid)
          && pin_placement_has (record->original->placement, cpu_settings[i]))
        return TRUE;
    }
  return FALSE;
}

gboolean
pin_repin_is_visitor (const PinRecord *record, const char *host_uuid)
{
  return pin_live_cost (record->actions) > 0 || is_from_elsewhere (record, host_uuid);
}

static gboolean
is_in_the_way (const PinDomain *domain, const PinPlacement *original, const PinSnapshot *host)
{
  const PinPlacement *own = is_from_elsewhere (domain->record, host->uuid) ? NULL : original;

  return pin_live_is_in_the_way (domain->guest, own, domain->placement, host);
}

gboolean
pin_repin_is_in_the_way (const PinDomain *domain, const PinSnapshot *host)
{
  return is_in_the_way (domain, domain->record->original->placement, host);
}

PinRepinWish *
pin_repin_wish (const PinDomain *domain, const PinTerms *terms, const PinHostPlacement *assigned, const PinSnapshot *host)
{
  const PinOriginal *wanted;
  PinRepinWish *wish;

  if (domain->record == NULL)
    return NULL;
  wish = g_new0 (PinRepinWish, 1);
  wish->original = pin_originals_of (domain->guest, domain->record, domain->placement, NULL);
  wish->here = pin_originals_assigned (assigned, domain->guest, wish->original, host);
  wanted = wish->here != NULL ? wish->here : wish->original;
  wish->plan = pin_live_plan (domain->guest, wanted, domain->placement, terms, host);
  wish->pins = wish->plan->verdict != PIN_VERDICT_REFUSE
                   ? pin_live_pins (domain->guest, domain->placement, wish->plan->placement, host->allowed)
                   : pin_placement_new ();
  /* On CPUs that the policy assigns to it here, it is at home. */
  wish->in_the_way = wish->here != NULL ? pin_live_is_in_the_way (domain->guest, wanted->placement, domain->placement, host)
                                        : is_in_the_way (domain, wanted->placement, host);
  wish->better = wish->plan->verdict != PIN_VERDICT_REFUSE
                 && pin_live_cost (wish->plan->actions) < pin_live_cost (domain->record->actions);
  return wish;
}

/* A setting whose pins stay as they are has at once what the plan says of it: it may be more than before, the same CPUs as they lay at home. */
static void
intend (PinRecord *record, PinSetting setting, const PinPlacement *present, const PinPlacement *after, const PinPlan *plan,
        gboolean assigned)
{
  gboolean stays = pin_placement_equal_in (present, after, setting);

  pin_originals_keep (record, setting);
  if (stays && plan->actions[setting] <= PIN_ACTION_KEEP
      && pin_placement_equal_in (present, record->original->placement, setting))
    return;
  record->actions[setting] = plan->actions[setting];
  if (assigned && plan->actions[setting] <= PIN_ACTION_KEEP)
    record->reasons[setting] = g_strdup (PIN_ORIGINALS_ASSIGNED);
  for (guint i = 0; i < plan->reasons->len && record->reasons[setting] == NULL; i++)
    {
      const PinReason *reason = g_ptr_array_index (plan->reasons, i);

      if (reason->setting == setting && reason->action > PIN_ACTION_KEEP)
        record->reasons[setting] = g_strdup (reason->text);
    }
  pin_originals_give (record, setting, present);
  if (stays)
    return;
  record->intends |= 1u << setting;
  pin_placement_take (record->next, after, setting);
}

PinRecord *
pin_repin_intent (const PinDomain *domain, const PinRepinWish *wish)
{
  PinRecord *record = pin_record_copy (domain->record);
  g_autoptr (PinPlacement) after = pin_live_after (domain->placement, wish->pins);

  pin_original_free (record->original);
  record->original = pin_original_copy (wish->original);
  for (guint i = 0; i < G_N_ELEMENTS (cpu_settings); i++)
    {
      PinSetting setting = cpu_settings[i];
      gboolean assigned = wish->here != NULL && !pin_placement_equal_in (wish->here->placement, wish->original->placement, setting);

      intend (record, setting, domain->placement, after, wish->plan, assigned);
    }
  return record;
}

PinRepin *
pin_repin_new (PinPicture *picture, PinVirt *virt, PinRegistry *registry, PinRepinSettled settled, gpointer data)
{
  PinRepin *repin = g_new0 (PinRepin, 1);

  repin->picture = picture;
  repin->virt = virt;
  repin->registry = registry;
  repin->settled = settled;
  repin->data = data;
  repin->alive = g_cancellable_new ();
  return repin;
}

void
pin_repin_free (PinRepin *repin)
{
  if (repin == NULL)
    return;
  g_cancellable_cancel (repin->alive);
  g_object_unref (repin->alive);
  g_free (repin);
}

static void
job_free (Job *job)
{
  g_object_unref (job->alive);
  g_free (job->uuid);
  g_free (job->name);
  pin_domain_free (job->domain);
  pin_repin_wish_free (job->wish);
  g_free (job->json);
  g_free (job);
}

/* Whether nobody is left who would want the rest of @task. */
static gboolean
is_over (GTask *task)
{
  const Job *job = g_task_get_task_data (task);

  return g_cancellable_is_cancelled (job->alive);
}

/* Ends @task, with @error or with the plan.  @touched: the guest was held. */
static void
end (GTask *task, gboolean touched, GError *error)
{
  Job *job = g_task_get_task_data (task);
  PinRepin *repin = job->repin;

  if (touched)
    {
      pin_registry_let_go (repin->registry, job->uuid);
      repin->settled (job->uuid, job->name, repin->data);
    }
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&job->json), g_free);
}

static void
on_pinned (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  const Job *job = g_task_get_task_data (task);
  GError *error = NULL;

  if (is_over (task))
    return;
  if (pin_virt_pin_finish (job->repin->virt, result, &error))
    {
      g_autofree char *summary = pin_report_plan (job->wish->plan);

      pin_report (PIN_REPORT_REPINNED, job->name, job->uuid, job->domain->record->migration, "%s in place, %s",
                  job->wish->in_the_way ? "moved out of a resident's way" : "pinned anew", summary);
    }
  else
    g_prefix_error (&error, "%s: ", job->name);
  end (task, TRUE, error);
}

static void
on_intended (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  const Job *job = g_task_get_task_data (task);
  GError *error = NULL;

  if (is_over (task))
    return;
  if (!pin_virt_set_record_finish (job->repin->virt, result, &error))
    {
      g_prefix_error (&error, "%s: the record could not be written, so ask again: ", job->name);
      end (task, TRUE, error);
      return;
    }
  pin_virt_pin_async (job->repin->virt, job->uuid, job->wish->pins, on_pinned, g_object_ref (task));
}

/* Pins of which none holds as it was written are not shown by the record: for those only the asker knows. */
static gboolean
is_wanted (const Job *job)
{
  const PinRepinWish *wish = job->wish;
  gboolean unmarked = pin_live_cost (job->domain->record->actions) == 0;

  if (pin_placement_is_empty (wish->pins) || job->mode == PIN_REPIN_PLAN)
    return FALSE;
  return wish->in_the_way || (job->mode >= PIN_REPIN_BETTER && wish->better) || (job->mode == PIN_REPIN_ASKED && unmarked);
}

static gboolean
plan_job (Job *job, GError **error)
{
  PinPicture *picture = job->repin->picture;
  g_autoptr (PinSnapshot) now = pin_picture_now (picture, error);
  g_autoptr (PinTerms) terms = pin_rules_terms (picture->rules, job->name);

  if (now == NULL)
    return FALSE;
  job->wish = pin_repin_wish (job->domain, terms, pin_picture_assigned (picture, job->name), now);
  if (job->wish == NULL)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "%s has no record: nothing was changed that could be given back; see pinshift adopt", job->name);
      return FALSE;
    }
  job->json = pin_plan_to_json_live (job->wish->plan, job->domain->guest, job->wish->original->placement, job->wish->pins,
                                     picture->machine->name);
  return TRUE;
}

static gboolean
take_guest (Job *job, const PinVirtGuest *guest, GError **error)
{
  g_free (job->name);
  job->name = g_strdup (guest->name);
  if (guest->live_xml == NULL)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "%s %s; start it, or wait until it is here: only a running guest can be pinned anew", job->name,
                   guest->incoming ? "is on its way here" : "does not run here");
      return FALSE;
    }
  if (!pin_registry_is_free (job->repin->registry, guest, error))
    return FALSE;
  job->domain = pin_domain_parse (guest->live_xml, strlen (guest->live_xml), error);
  return job->domain != NULL && plan_job (job, error);
}

/* From now on nobody else is given these CPUs; once libvirt shows the guest on them, that counts. */
static void
claim_cpus (const Job *job)
{
  g_autoptr (PinTenant) cpus = pin_tenant_copy (job->wish->plan->claim);

  g_array_set_size (cpus->memory_kib, 0);
  g_array_set_size (cpus->pages, 0);
  pin_claims_make (job->repin->picture, cpus, 0, pin_clock_now_ms ());
}

static void
begin (GTask *task, Job *job)
{
  g_autoptr (PinRecord) intent = pin_repin_intent (job->domain, job->wish);
  g_autofree char *text = pin_record_format (intent);

  claim_cpus (job);
  pin_registry_hold (job->repin->registry, job->uuid);
  pin_virt_set_record_async (job->repin->virt, job->uuid, text, pin_virt_as_is, on_intended, g_object_ref (task));
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Job *job = g_task_get_task_data (task);
  g_autoptr (PinVirtGuest) guest = NULL;
  GError *error = NULL;

  if (is_over (task))
    return;
  guest = pin_virt_read_finish (job->repin->virt, result, &error);
  if (guest == NULL || !take_guest (job, guest, &error) || !is_wanted (job))
    end (task, FALSE, error);
  else
    begin (task, job);
}

void
pin_repin_async (PinRepin *repin, const char *uuid, PinRepinMode mode, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, data);
  Job *job = g_new0 (Job, 1);

  job->repin = repin;
  job->alive = g_object_ref (repin->alive);
  job->mode = mode;
  job->uuid = g_strdup (uuid);
  g_task_set_task_data (task, job, (GDestroyNotify)job_free);
  pin_virt_read_async (repin->virt, uuid, on_read, g_steal_pointer (&task));
}

char *
pin_repin_finish (PinRepin *repin, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
