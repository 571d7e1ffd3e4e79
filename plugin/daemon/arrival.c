/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "arrival.h"

#include "claims.h"
#include "company.h"
#include "core/tenancy.h"
#include "entry.h"
#include "format/domain-write.h"
#include "host/kept-file.h"
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

/* Maintenance keeps away what comes to the host, not what is its own: a reboot gives back the guests that it had. */
static gboolean
belongs_here (const PinPicture *picture, const PinDomain *domain, PinArrivalManner manner)
{
  return (manner & PIN_ARRIVAL_RESTORED) != 0
         || ((manner & PIN_ARRIVAL_WRITTEN) != 0 && g_hash_table_contains (picture->residents, domain->guest->uuid));
}

static PinPlan *
plan_domain (PinPicture *picture, const PinDomain *domain, const char *name, const PinOriginal *original, PinArrivalManner manner,
             GError **error)
{
  g_autoptr (PinSnapshot) now = pin_picture_now (picture, error);
  g_autoptr (PinTerms) terms = NULL;
  g_autoptr (PinOriginal) here = NULL;

  if (now == NULL)
    return NULL;
  here = pin_originals_assigned (pin_picture_assigned (picture, name), domain->guest, original, now);
  if (belongs_here (picture, domain, manner))
    now->maintenance = FALSE;
  terms = pin_rules_terms (picture->rules, name);
  return pin_plan (domain->guest, here != NULL ? here : original, terms, now);
}

/* What is kept here counts only where the domain does not say itself where it is at home. */
static PinOriginal *
original_of (const PinPicture *picture, const PinDomain *domain, PinArrivalManner manner)
{
  g_autoptr (PinKept) kept = NULL;
  PinKnown known = { NULL, FALSE };

  if (domain->record != NULL && pin_originals_have_home (domain->record))
    return pin_originals_of (domain->guest, domain->record, domain->placement, NULL);
  kept = pin_kept_file_load (picture->state_dir, domain->guest->uuid);
  if (!kept->forgotten && kept->live != NULL)
    {
      known = (PinKnown){ kept->live, (manner & PIN_ARRIVAL_WRITTEN) == 0 && pin_entry_is_at_home (picture, kept->live) };
      if (pin_originals_stand (domain->record, &known))
        pin_report (PIN_REPORT_RECORD_DROPPED, domain->guest->name, domain->guest->uuid, kept->live->migration,
                    "it comes without its record; what its owner wrote here is taken from what this host has kept");
    }
  return pin_originals_arriving (domain->guest, domain->record, &known, domain->placement);
}

PinPlan *
pin_arrival_plan (PinPicture *picture, const char *xml, gsize length, PinDomain **ret_domain, GError **error)
{
  g_autoptr (PinDomain) domain = pin_domain_parse (xml, length, error);
  g_autoptr (PinOriginal) original = NULL;
  g_autoptr (PinPlan) plan = NULL;

  if (domain == NULL || !pin_domain_is_within (domain, error))
    return NULL;
  original = original_of (picture, domain, PIN_ARRIVAL_WRITTEN);
  plan = plan_domain (picture, domain, domain->guest->name, original, PIN_ARRIVAL_WRITTEN, error);
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
  const char *assigned = pin_picture_assigned (picture, name) != NULL ? "with the placement of the policy for this host, " : "";
  g_autofree char *summary = pin_report_plan (plan);
  g_autofree char *reasons = pin_report_reasons (plan, PIN_ACTION_REMAP);

  if (domain->record_problem != NULL)
    pin_report (PIN_REPORT_RECORD_DROPPED, name, domain->guest->uuid, NULL,
                "its record is ignored, the present placement stands: %s", domain->record_problem);
  if (plan->verdict == PIN_VERDICT_KEEP && pin_placement_is_empty (domain->placement))
    return;
  pin_report (PIN_REPORT_PLANNED, name, domain->guest->uuid, migration_of (domain), "%s%s%s%s%s%s",
              observe ? "observing, would " : "", picture->heard ? "" : "provisional, ", assigned, summary,
              reasons[0] != '\0' ? "; " : "", reasons);
}

static char *
refusal_text (const PinPlan *plan)
{
  g_autofree char *reasons = pin_report_reasons (plan, PIN_ACTION_REFUSE);

  if (plan->remedy == NULL)
    return g_steal_pointer (&reasons);
  return g_strdup_printf ("%s; to make it fit: %s", reasons, plan->remedy);
}

static void
refuse (PinArrival *arrival, const PinDomain *domain, const char *name, const PinPlan *plan)
{
  arrival->verdict = PIN_VERDICT_REFUSE;
  arrival->text = refusal_text (plan);
  pin_report (PIN_REPORT_REFUSED, name, arrival->uuid, migration_of (domain), "refused: %s", arrival->text);
}

/* The document changes only where the guest gets another placement than it comes with: an untouched domain is not tainted. */
static void
adapt (PinArrival *arrival, PinDomain *domain, const PinOriginal *original, const PinHostPlacement *assigned, const PinPlan *plan)
{
  g_autoptr (PinRecord) record = NULL;

  if (pin_placement_equal (domain->placement, plan->placement))
    return;
  record = pin_originals_record (domain->guest->uuid, original, assigned, plan, domain->record);
  pin_domain_set_placement (domain, plan->placement);
  pin_domain_set_record (domain, record);
  arrival->xml = pin_domain_format (domain, &arrival->length);
  arrival->verdict = PIN_VERDICT_ADAPT;
}

/* FNV-1a: tells questions apart, not adversaries; those could as well ask for more. */
static guint64
digest_of (const char *name, const char *xml, gsize length)
{
  guint64 digest = G_GUINT64_CONSTANT (0xcbf29ce484222325);

  for (const char *at = name; *at != '\0'; at++)
    digest = (digest ^ (guint8)*at) * G_GUINT64_CONSTANT (0x100000001b3);
  for (gsize i = 0; i < length; i++)
    digest = (digest ^ (guint8)xml[i]) * G_GUINT64_CONSTANT (0x100000001b3);
  return digest;
}

/*
 * A guest that is being received holds what it was given first: libvirt will turn this attempt down.  One that seems to run here may
 * just have left, with libvirt's word of it still on its way.
 */
static gboolean
is_receiving (const PinPicture *picture, const char *uuid)
{
  const PinClaim *claim = pin_ledger_find (picture->ledger, uuid);

  return claim != NULL && claim->seen;
}

/* Claims what *@plan uses; NULL: it was promised before, and the claim is there. */
static void
hold (PinPicture *picture, const char *uuid, PinPlan **plan, guint64 digest, gint64 now_ms)
{
  if (is_receiving (picture, uuid))
    return;
  if (*plan == NULL)
    {
      pin_claims_renew (picture, uuid, now_ms);
      return;
    }
  pin_claims_make (picture, (*plan)->claim, digest, now_ms);
  pin_claims_promise (picture, g_steal_pointer (plan));
}

/*
 * It comes with a record that is not to be touched, so it comes as it is, or not at all: hook.conf says which.  Given another placement, it
 * would seem to those who can read the record as if its owner had edited that.  What it names is claimed all the same.
 */
static void
hold_as_it_comes (PinPicture *picture, const PinDomain *domain, PinArrivalManner manner, guint64 digest, gint64 now_ms)
{
  g_autoptr (PinTenant) tenant = pin_tenancy_new (domain->guest, domain->placement, NULL, picture->machine);

  if ((manner & PIN_ARRIVAL_OBSERVED) == 0 && !is_receiving (picture, domain->guest->uuid))
    pin_claims_make (picture, tenant, digest, now_ms);
}

PinArrival *
pin_arrival_decide (PinPicture *picture, const char *name, const char *xml, gsize length, PinArrivalManner manner,
                    gint64 now_ms, GError **error)
{
  g_autoptr (PinArrival) arrival = g_new0 (PinArrival, 1);
  g_autoptr (PinDomain) domain = pin_domain_parse (xml, length, error);
  g_autoptr (PinOriginal) original = NULL;
  g_autoptr (PinPlan) own = NULL;
  const PinPlan *plan;
  guint64 digest = digest_of (name, xml, length);

  if (domain == NULL)
    return NULL;
  if (!picture->connected)
    pin_claims_expire (picture, now_ms);
  if (!pin_domain_is_within (domain, error))
    {
      hold_as_it_comes (picture, domain, manner, digest, now_ms);
      return NULL;
    }
  original = original_of (picture, domain, manner);
  plan = pin_claims_promised (picture, domain->guest->uuid, digest);
  if (plan == NULL)
    plan = own = plan_domain (picture, domain, name, original, manner, error);
  if (plan == NULL)
    return NULL;
  log_plan (picture, domain, name, plan, (manner & PIN_ARRIVAL_OBSERVED) != 0);
  arrival->uuid = g_strdup (domain->guest->uuid);
  arrival->verdict = PIN_VERDICT_KEEP;
  if ((manner & PIN_ARRIVAL_OBSERVED) != 0)
    return g_steal_pointer (&arrival);
  if (plan->verdict == PIN_VERDICT_REFUSE)
    refuse (arrival, domain, name, plan);
  else
    {
      adapt (arrival, domain, original, pin_picture_assigned (picture, name), plan);
      if (manner == PIN_ARRIVAL_COMES && own != NULL)
        pin_company_warn (picture, name, arrival->uuid, migration_of (domain));
      hold (picture, arrival->uuid, &own, digest, now_ms);
    }
  return g_steal_pointer (&arrival);
}
