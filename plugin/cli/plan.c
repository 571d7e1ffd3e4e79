/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift plan: what a domain would get on a host.  With a file and a snapshot it asks nobody. */
#include "cli.h"

#include "domain-source.h"
#include "format/domain-write.h"
#include "format/plan-json.h"
#include "host-source.h"
#include "host1-client.h"
#include "plan-here.h"
#include "plan-text.h"

#include <stdio.h>

typedef struct
{
  const PinCli *cli;
  gboolean many; /* one line of JSON for each host */
  PinPlanHere *here;
  int code;
} Job;

static gboolean
plan_on (const PinSnapshot *snapshot, gpointer data, GError **error)
{
  Job *job = data;
  g_autoptr (PinPlan) plan = pin_plan_here_on (job->here, snapshot);
  g_autofree char *json = pin_plan_to_json (plan, job->here->domain->guest, job->here->original->placement, snapshot->name,
                                            FALSE);

  if (job->many)
    {
      puts (json);
      return TRUE;
    }
  if (job->cli->json)
    {
      pin_cli_print_json (json);
      job->code = pin_plan_text_code (json, error);
    }
  else
    job->code = pin_plan_text_print (job->cli, json, plan->remedy, error);
  return job->code >= 0;
}

/* Plans here, in this process. */
static int
plan_here (const PinCli *cli, const PinDomain *domain, const char *on, const char *policy, GError **error)
{
  g_autoptr (PinRules) rules = pin_plan_here_rules (policy, error);
  g_auto (PinPlanHere) here = { NULL };
  Job job = { .cli = cli, .many = pin_host_source_is_many (on), .here = &here };

  if (rules == NULL)
    return -1;
  pin_plan_here_init (&here, domain, rules);
  if (domain->record_problem != NULL)
    fprintf (stderr, "pinshift: the record of %s is ignored: %s; what it has now %s\n", domain->guest->name, domain->record_problem,
             domain->is_beyond ? "is planned as if it were written, and pinshiftd leaves both as they are"
                               : "counts as written, and pinshift adopt records that");
  return pin_host_source_visit (cli, on, rules, plan_on, &job, error) ? job.code : -1;
}

/* Asks the service of this host, whose policy holds.  A file may have passwords, which the bus need not see. */
static int
plan_there (const PinCli *cli, PinDomain *domain, GError **error)
{
  g_autoptr (PinHost1) host = pin_cli_host1_new (cli, FALSE, error);
  g_autofree char *xml = NULL;
  g_autofree char *json = NULL;

  if (host == NULL)
    return -1;
  pin_domain_hide_secrets (domain);
  xml = pin_domain_format (domain, NULL);
  json = pin_cli_host1_plan (host, xml, error);
  return json != NULL ? pin_plan_text_show (cli, json, error) : -1;
}

static int
plan (const PinCli *cli, const char *name, const char *on, const char *policy, GError **error)
{
  gsize length;
  g_autofree char *xml = NULL;
  g_autoptr (PinDomain) domain = pin_domain_source_parse (cli, name, PIN_DOMAIN_PRESENT, &xml, &length, error);

  if (domain == NULL)
    return -1;
  if (on != NULL && cli->way != NULL)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "plan: both -H %s and --on are a host; give one of them", cli->host);
      return -1;
    }
  if (on == NULL && policy == NULL)
    return plan_there (cli, domain, error);
  return plan_here (cli, domain, on, policy, error);
}

static int
run (PinCli *cli, int argc, char **argv)
{
  g_autofree char *on = NULL, *policy = NULL;
  const GOptionEntry entries[] = {
    { "on", 0, 0, G_OPTION_ARG_FILENAME, &on,
      "A snapshot (.json, .jsonl), or \"node:2 core:8 ...\"", "HOST" },
    { "policy", 0, 0, G_OPTION_ARG_FILENAME, &policy, "Use this policy in place of the installed one",
      "FILE" },
    { NULL },
  };
  g_autoptr (GError) error = NULL;
  int code;

  if (!pin_cli_parse (cli, &pin_cli_plan, entries, &argc, &argv, 1, 1, &error))
    return pin_cli_fail (error);
  code = plan (cli, argv[1], on, policy, &error);
  return code >= 0 ? code : pin_cli_fail (error);
}

const PinCliVerb pin_cli_plan = {
  "plan",
  "DOMAIN|FILE|-",
  "Show what a domain would get on this host, or on another",
  run,
  .example = "pinshift plan db1 --on \"node:2 core:8 mem:64G huge2M:1024\"",
  .asks_host = TRUE,
};
