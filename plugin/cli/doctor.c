/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift doctor: looks for what is wrong on this host, between it and another, or in the way of one migration. */
#include "cli.h"

#include "consult.h"
#include "doctor-text.h"
#include "doctor/checkup.h"
#include "doctor/facts.h"
#include "domain-source.h"
#include "exam/exam.h"
#include "guests.h"
#include "plan-here.h"
#include "way.h"

#include <string.h>

#define PORT_PATIENCE_MS 3000
/* libvirt's default. */
#define LAST_PORT 49215

typedef struct
{
  PinCli *cli;
  PinCli far;             /* how the other host is asked */
  PinConsult *here;
  PinConsult *there;      /* NULL: no other, or it can't be reached */
  PinFinding *no_way;     /* that it can't; NULL: it can, or none is to be */
  const char *domain;     /* that is to be moved; NULL: any */
  PinPatientGuest *guest; /* the same; NULL: not found yet */
  PinPatientGuest *alone; /* the same if no pinshiftd has it; owned */
  GPtrArray *findings;
} Doctor;

static void
doctor_clear (Doctor *doctor)
{
  pin_consult_free (doctor->here);
  pin_consult_free (doctor->there);
  pin_way_free (doctor->far.way);
  pin_finding_free (doctor->no_way);
  pin_patient_guest_free (doctor->alone);
  g_ptr_array_unref (doctor->findings);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Doctor, doctor_clear)

/* Takes @findings. */
static void
add (Doctor *doctor, GPtrArray *findings)
{
  g_ptr_array_extend_and_steal (doctor->findings, findings);
}

/* Ways are in the policy: of one that is wrong none is known.  (transfer full) */
static char *
way_remedy (const char *host, const GError *error)
{
  if (!g_error_matches (error, PIN_ERROR, PIN_ERROR_FAILED))
    return g_strdup ("mend the policy here, until pinshift config check finds nothing wrong");
  return g_strdup_printf ("see that ssh -o BatchMode=yes %s pinshift relay asks for nothing, or name another way by link of [host %s] in the policy",
                          host, host);
}

/* The other host; where there is no way to it, that is the finding. */
static void
reach_host (Doctor *doctor, const char *host)
{
  g_autoptr (GError) error = NULL;

  doctor->far = *doctor->cli;
  doctor->far.host = (char *) host;
  doctor->far.way = pin_way_new (host, &error);
  if (doctor->far.way != NULL)
    doctor->there = pin_consult_new (&doctor->far, host);
  else
    doctor->no_way = pin_finding_new ("way", "the way to the host", g_strdup (host), PIN_FINDING_FAIL, g_strdup (error->message),
                                      way_remedy (host, error));
}

static void
wait_for_both (const Doctor *doctor)
{
  pin_consult_wait (doctor->here);
  if (doctor->there != NULL)
    pin_consult_wait (doctor->there);
}

/* First what hosts are called, and who is there. */
static void
look_first (Doctor *doctor)
{
  pin_consult_look (doctor->here, NULL, NULL);
  if (doctor->there != NULL)
    pin_consult_look (doctor->there, NULL, NULL);
  wait_for_both (doctor);
  pin_consult_read (doctor->here);
  if (doctor->there != NULL)
    pin_consult_read (doctor->there);
}

/* The guest that is named, which its host has, or else libvirt.  FALSE with @error. */
static gboolean
find_guest (Doctor *doctor, GError **error)
{
  const GPtrArray *guests = doctor->here->patient->guests;
  g_autofree char *uuid = pin_guests_uuid_of_id (doctor->cli, doctor->domain), *xml = NULL;
  const char *wanted = uuid != NULL ? uuid : doctor->domain;
  PinDomain *domain;
  gsize length;

  for (guint i = 0; guests != NULL && i < guests->len && doctor->guest == NULL; i++)
    {
      PinPatientGuest *guest = g_ptr_array_index (guests, i);
      const PinGuest *known = guest->domain->guest;

      if (strcmp (known->name, wanted) == 0 || g_ascii_strcasecmp (known->uuid, wanted) == 0)
        doctor->guest = guest;
    }
  if (doctor->guest != NULL)
    return TRUE;
  domain = pin_domain_source_parse (doctor->cli, wanted, PIN_DOMAIN_PRESENT, &xml, &length, error);
  if (domain != NULL)
    doctor->guest = doctor->alone = pin_patient_guest_new (domain, TRUE);
  return domain != NULL;
}

static void
add_name (GPtrArray *names, const PinConsult *consult, const char *key)
{
  const char *name;

  if (consult != NULL && pin_facts_text (consult->patient->facts, key, &name) && *name != '\0'
      && !g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
    g_ptr_array_add (names, g_strdup (name));
}

/* What @one has to find: itself, and @other.  (transfer full) strings, NULL at the end. */
static GPtrArray *
names_for (const PinConsult *one, const PinConsult *other)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  add_name (names, one, "libvirt-hostname");
  add_name (names, other, "libvirt-hostname");
  add_name (names, other, "migration-host");
  g_ptr_array_add (names, NULL);
  return names;
}

static void
add_paths (GHashTable *paths, const PinPatientGuest *guest)
{
  g_autoptr (GPtrArray) disks = pin_checkup_paths (guest);

  for (guint i = 0; i < disks->len; i++)
    g_hash_table_add (paths, g_strdup (g_ptr_array_index (disks, i)));
}

static void
add_paths_of_all (GHashTable *paths, const PinConsult *consult)
{
  const GPtrArray *guests = consult->patient->guests;

  for (guint i = 0; guests != NULL && i < guests->len; i++)
    if (((PinPatientGuest *) g_ptr_array_index (guests, i))->running)
      add_paths (paths, g_ptr_array_index (guests, i));
}

/* Then whether both hosts find each other, and the disks of those that may go from one to the other. */
static void
look_again (Doctor *doctor)
{
  g_autoptr (GHashTable) paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) names = names_for (doctor->here, doctor->there);
  g_autofree const char **list = NULL;

  if (doctor->guest != NULL)
    add_paths (paths, doctor->guest);
  else if (doctor->there != NULL)
    {
      add_paths_of_all (paths, doctor->here);
      add_paths_of_all (paths, doctor->there);
    }
  list = (const char **) g_hash_table_get_keys_as_array (paths, NULL);
  pin_consult_look (doctor->here, (const char *const *) names->pdata, list);
  if (doctor->there != NULL)
    {
      g_autoptr (GPtrArray) others = names_for (doctor->there, doctor->here);

      pin_consult_look (doctor->there, (const char *const *) others->pdata, list);
    }
  wait_for_both (doctor);
}

/* Where libvirt here would send a guest: to the last port, where none arrives in this moment. */
static void
try_port (Doctor *doctor)
{
  GVariant *facts = doctor->there->patient->facts;
  g_autoptr (GVariant) range = pin_facts_value (facts, "migration-ports", "(qq)");
  g_autoptr (GVariant) reach = NULL;
  guint16 ports[] = { LAST_PORT, 0 };
  const char *address = "";

  if (range != NULL)
    g_variant_get (range, "(qq)", NULL, &ports[0]);
  if ((!pin_facts_text (facts, "migration-host", &address) || *address == '\0') && !pin_facts_text (facts, "libvirt-hostname", &address))
    return;
  reach = pin_exam_reach (address, ports, PORT_PATIENCE_MS);
  pin_patient_add_facts (doctor->here->patient, g_variant_new_parsed ("{'reach': <%@a{qs}>}", reach));
}

/* By the policy here; where that is no good, which is a finding of its own, by the defaults. */
static void
judge_move (Doctor *doctor)
{
  const PinPatient *to = doctor->there->patient;
  g_autoptr (PinRules) rules = pin_plan_here_rules (NULL, NULL);
  g_auto (PinPlanHere) here = { NULL };
  g_autoptr (PinPlan) plan = NULL;

  if (rules == NULL)
    rules = pin_rules_new ();
  pin_plan_here_init (&here, doctor->guest->domain, rules);
  plan = to->snapshot != NULL ? pin_plan_here_on (&here, to->snapshot) : NULL;
  add (doctor, pin_checkup_move (to, doctor->guest, plan));
}

/* Ports of the other are tried from here; those of this host only the doctor there can try, so nothing is said of them. */
static void
judge_way_back (Doctor *doctor)
{
  GPtrArray *findings = pin_checkup_road (doctor->there->patient, doctor->here->patient, NULL);

  for (guint i = findings->len; i > 0; i--)
    {
      const PinFinding *finding = g_ptr_array_index (findings, i - 1);

      if (finding->level == PIN_FINDING_UNSEEN && strcmp (finding->check, "migration-ports") == 0)
        g_ptr_array_remove_index (findings, i - 1);
    }
  add (doctor, findings);
}

static void
judge (Doctor *doctor)
{
  const PinPatient *here = doctor->here->patient;
  const PinPatient *there = doctor->there != NULL ? doctor->there->patient : NULL;
  gint64 now_us = g_get_real_time ();

  add (doctor, pin_checkup_host (here, now_us));
  if (doctor->no_way != NULL)
    g_ptr_array_add (doctor->findings, g_steal_pointer (&doctor->no_way));
  if (there == NULL)
    return;
  add (doctor, pin_checkup_host (there, now_us));
  add (doctor, pin_checkup_pair (here, there));
  add (doctor, pin_checkup_road (here, there, doctor->guest));
  if (doctor->guest != NULL)
    judge_move (doctor);
  else
    judge_way_back (doctor);
}

static int
show (const Doctor *doctor)
{
  g_autofree char *json = doctor->cli->json ? pin_doctor_json (doctor->findings) : NULL;
  int code = PIN_CLI_DONE;

  if (json != NULL)
    pin_cli_print_json (json);
  else
    pin_doctor_text_print (doctor->cli, doctor->findings);
  for (guint i = 0; i < doctor->findings->len; i++)
    if (((PinFinding *) g_ptr_array_index (doctor->findings, i))->level == PIN_FINDING_FAIL)
      code = PIN_CLI_FAILED;
  return code;
}

/* @host: NULL, or the other one. */
static gboolean
examine (Doctor *doctor, const char *host, GError **error)
{
  doctor->here = pin_consult_new (doctor->cli, g_get_host_name ());
  if (host != NULL)
    reach_host (doctor, host);
  look_first (doctor);
  if (doctor->domain != NULL && !find_guest (doctor, error))
    return FALSE;
  look_again (doctor);
  if (doctor->there != NULL)
    {
      pin_consult_compare_clocks (doctor->here, doctor->there);
      try_port (doctor);
    }
  judge (doctor);
  return TRUE;
}

static int
run (PinCli *cli, int argc, char **argv)
{
  g_auto (Doctor) doctor = { .cli = cli, .findings = g_ptr_array_new_with_free_func ((GDestroyNotify) pin_finding_free) };
  g_autoptr (GError) error = NULL;
  const char *host;

  if (!pin_cli_parse (cli, &pin_cli_doctor, NULL, &argc, &argv, 0, 2, &error))
    return pin_cli_fail (error);
  host = argc > 1 ? argv[argc - 1] : NULL;
  doctor.domain = argc > 2 ? argv[1] : NULL;
  if (host != NULL && strcmp (host, g_get_host_name ()) == 0)
    host = NULL;
  if (host == NULL && doctor.domain != NULL)
    g_set_error (&error, PIN_ERROR, PIN_ERROR_INVALID, "doctor: %s is this host; name the one that %s is to go to", argv[2], doctor.domain);
  else if (examine (&doctor, host, &error))
    return show (&doctor);
  return pin_cli_fail (error);
}

const PinCliVerb pin_cli_doctor = {
  "doctor",
  "[[DOMAIN] HOST]",
  "Find what is wrong here, or between this host and another",
  run,
  .example = "pinshift doctor hostb",
};
