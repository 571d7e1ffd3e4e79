/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests that the policy keeps apart: who counts as being on a host. */
#include "core/plan.h"
#include "format/domain-read.h"
#include "format/synthetic.h"

#include <string.h>

#define OWN "6f1c2d3e-0000-4000-8000-000000000001"
#define OTHER "6f1c2d3e-0000-4000-8000-000000000002"
#define TEXT "strict group db keeps it apart from db-2, which "

typedef struct
{
  const char *path;
  const char *name;    /* of the guest that is on the host */
  const char *uuid;
  gboolean running;
  gboolean claimed;    /* it has a claim, and no domain */
  const char *reason;  /* why db-1 is refused; NULL: it is not */
} Case;

static const Case cases[] = {
  { "/apart/from-one-that-runs", "db-2", OTHER, TRUE, FALSE, TEXT "runs here" },
  { "/apart/from-one-that-comes", "db-2", OTHER, TRUE, TRUE, TEXT "is on its way here" },
  { "/apart/from-one-without-uuid", "db-2", NULL, TRUE, FALSE, TEXT "runs here" },
  { "/apart/not-from-one-that-is-only-defined", "db-2", OTHER, FALSE, FALSE, NULL },
  { "/apart/not-from-one-of-another-group", "web-2", OTHER, TRUE, FALSE, NULL },
  { "/apart/not-from-its-own-claim", "db-1", OWN, TRUE, TRUE, NULL },
  { "/apart/not-from-itself-under-its-old-name", "db-9", OWN, TRUE, FALSE, NULL },
};

static PinTerms *
make_terms (void)
{
  static const char *const members[] = { "db-*", NULL };
  PinTerms *terms = pin_terms_new ();

  pin_terms_add_apart (terms, "db", members);
  return terms;
}

static PinDomain *
make_guest (void)
{
  static const char xml[] = "<domain type='kvm'><name>db-1</name><uuid>" OWN "</uuid><memory unit='MiB'>512</memory><vcpu>1</vcpu>"
                            "<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os></domain>";
  g_autoptr (GError) error = NULL;
  PinDomain *domain = pin_domain_parse (xml, strlen (xml), &error);

  g_assert_no_error (error);
  return domain;
}

static PinSnapshot *
make_host (const Case *row)
{
  PinSnapshot *host = pin_synthetic_parse ("node:1 core:4 mem:4G", NULL);
  PinTenant *tenant = pin_tenant_new (row->name, row->uuid);

  tenant->running = row->running;
  g_ptr_array_add (row->claimed ? host->claims : host->domains, tenant);
  return host;
}

static void
test_case (gconstpointer data)
{
  const Case *row = data;
  g_autoptr (PinDomain) domain = make_guest ();
  g_autoptr (PinOriginal) original = pin_original_from (domain->placement, NULL);
  g_autoptr (PinTerms) terms = make_terms ();
  g_autoptr (PinTerms) copy = pin_terms_copy (terms);
  g_autoptr (PinSnapshot) host = make_host (row);
  g_autoptr (PinPlan) plan = pin_plan (domain->guest, original, copy, host);
  const PinReason *reason = plan->reasons->len > 0 ? g_ptr_array_index (plan->reasons, 0) : NULL;

  g_assert_cmpint (plan->verdict == PIN_VERDICT_REFUSE, ==, row->reason != NULL);
  if (row->reason == NULL)
    return;
  g_assert_cmpuint (plan->reasons->len, ==, 1);
  g_assert_cmpint (reason->code, ==, PIN_CODE_GROUP);
  g_assert_cmpint (reason->setting, ==, PIN_SETTING_MEMORY);
  g_assert_cmpint (reason->action, ==, PIN_ACTION_REFUSE);
  g_assert_cmpstr (reason->text, ==, row->reason);
  g_assert_null (plan->placement);
  g_assert_null (plan->claim);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add_data_func (cases[i].path, &cases[i], test_case);
  return g_test_run ();
}
