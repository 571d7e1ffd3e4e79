/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "arrival.h"

#include "format/domain-write.h"
#include "originals.h"
#include "report.h"

void
pin_arrival_free (PinArrival *arrival)
{
  if (arrival == NULL)
    return;
  g_free (arrival->xml);
  g_free (arrival->text);
  g_free (arrival->uuid);
  g_free (arrival);
}

static PinPlan *
plan_domain (PinPicture *picture, const PinDomain *domain, const char *name, const PinOriginal *original, GError **error)
{
  g_autoptr (PinSnapshot) now = pin_picture_now (picture, error);
  g_autoptr (PinTerms) terms = NULL;

  if (now == NULL)
    return NULL;
  terms = pin_rules_terms (picture->rules, name);
  return pin_plan (domain->guest, original, terms, now);
}

PinPlan *
pin_arrival_plan (PinPicture *picture, const char *xml, gsize length, PinDomain **ret_domain, GError **error)
{
  g_autoptr (PinDomain) domain = pin_domain_parse (xml, length, error);
  g_autoptr (PinOriginal) original = NULL;
  g_autoptr (PinPlan) plan = NULL;

  if (domain == NULL)
    return NULL;
  original = pin_originals_of (domain->guest, domain->record, domain->placement, NULL);
  plan = plan_domain (picture, domain, domain->guest->name, original, error);
  if (plan != NULL && ret_domain != NULL)
    *ret_domain = g_steal_pointer (&domain);
  return g_steal_pointer (&plan);
}

static const char *
migration_of (const PinDomain *domain)
{
  return domain->record != NULL ? domain->record->migration : NULL;
}

static void
log_plan (const PinPicture *picture, const PinDomain *domain, const char *name, const PinPlan *plan, gboolean observe)
{
  g_autofree char *summary = pin_report_plan (plan);
  g_autofree char *reasons = pin_report_reasons (plan, PIN_ACTION_REMAP);

  if (domain->record_problem != NULL)
    pin_report (PIN_REPORT_RECORD_DROPPED, name, domain->guest->uuid, NULL,
                "its record is ignored, the present placement stands: %s", domain->record_problem);
  if (plan->verdict == PIN_VERDICT_KEEP && pin_placement_is_empty (domain->placement))
    return;
  pin_report (PIN_REPORT_PLANNED, name, domain->guest->uuid, migration_of (domain), "%s%s%s%s%s",
              observe ? "observing, would " : "", picture->heard ? "" : "provisional, ", summary, reasons[0] != '\0' ? "; " : "",
              reasons);
}

static char *
refusal_text (const PinPlan *plan)
{
  g_autofree char *reasons = pin_report_reasons (plan, PIN_ACTION_REFUSE);

  if (plan->remedy == NULL)
    return g_steal_pointer (&reasons);
  return g_strdup_printf ("%s; to make it fit: %s", reasons, plan->remedy);
}

/* The document changes only where the guest gets another placement than it comes with: an untouched domain is not tainted. */
static void
adapt (PinArrival *arrival, PinDomain *domain, const PinOriginal *original, const PinPlan *plan)
{
  g_autoptr (PinRecord) record = NULL;

  if (pin_placement_equal (domain->placement, plan->placement))
    return;
  record = pin_originals_record (domain->guest->uuid, original, plan, domain->record);
  pin_domain_set_placement (domain, plan->placement);
  pin_domain_set_record (domain, record);
  arrival->xml = pin_domain_format (domain, &arrival->length);
  arrival->verdict = PIN_VERDICT_ADAPT;
}

PinArrival *
pin_arrival_decide (PinPicture *picture, const char *name, const char *xml, gsize length, gboolean observe, gint64 now_ms,
                    GError **error)
{
  g_autoptr (PinArrival) arrival = g_new0 (PinArrival, 1);
  g_autoptr (PinDomain) domain = pin_domain_parse (xml, length, error);
  g_autoptr (PinOriginal) original = NULL;
  g_autoptr (PinPlan) plan = NULL;

  if (domain == NULL)
    return NULL;
  pin_picture_expire (picture, now_ms);
  original = pin_originals_of (domain->guest, domain->record, domain->placement, NULL);
  plan = plan_domain (picture, domain, name, original, error);
  if (plan == NULL)
    return NULL;
  log_plan (picture, domain, name, plan, observe);
  arrival->uuid = g_strdup (domain->guest->uuid);
  arrival->verdict = PIN_VERDICT_KEEP;
  if (observe)
    return g_steal_pointer (&arrival);
  if (plan->verdict == PIN_VERDICT_REFUSE)
    {
      arrival->verdict = PIN_VERDICT_REFUSE;
      arrival->text = refusal_text (plan);
      pin_report (PIN_REPORT_REFUSED, name, arrival->uuid, migration_of (domain), "refused: %s", arrival->text);
      return g_steal_pointer (&arrival);
    }
  pin_picture_claim (picture, plan->claim, now_ms);
  adapt (arrival, domain, original, plan);
  return g_steal_pointer (&arrival);
}
