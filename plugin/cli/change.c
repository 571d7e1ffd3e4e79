/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "change.h"

#include "agent.h"
#include "guests.h"

#include <stdio.h>

typedef struct
{
  const PinCli *cli;
  const PinChange *change;
  const PinChangeRequest *request;
  PinHost1 *host;
  JsonBuilder *builder; /* what became of each guest; used with --json only */
  int code;
} Job;

/* One more guest in the JSON: @result of it, and why (NULL: nothing to say). */
static void
add_result (Job *job, const char *name, const char *result, const char *text)
{
  json_builder_begin_object (job->builder);
  json_builder_add_string_value (json_builder_set_member_name (job->builder, "name"), name);
  json_builder_add_string_value (json_builder_set_member_name (job->builder, "result"), result);
  if (text != NULL)
    json_builder_add_string_value (json_builder_set_member_name (job->builder, "text"), text);
  json_builder_end_object (job->builder);
}

static void
tell_failure (Job *job, const char *name, GError *error)
{
  int code;

  if (job->cli->json)
    add_result (job, name, "failed", error->message);
  /* "no domain 'x' here" names it already. */
  if (!g_error_matches (error, PIN_ERROR, PIN_ERROR_NOT_FOUND))
    g_prefix_error (&error, "%s: ", name);
  code = pin_cli_fail (error);
  job->code = job->request->domain != NULL ? code : PIN_CLI_FAILED;
  g_error_free (error);
}

static void
make (Job *job, const char *name)
{
  GError *error = NULL;

  if (!job->change->make (job->host, name, job->request->force, &error))
    tell_failure (job, name, error);
  else if (job->cli->json)
    add_result (job, name, job->change->done, NULL);
  else if (!job->cli->quiet)
    printf ("%s: %s\n", name, job->change->done);
}

/* What @guest has of its original tells what there is to be lost. */
static void
foretell (Job *job, JsonObject *guest)
{
  const char *name = pin_guest_text (guest, "name");
  g_autofree char *misses = NULL;
  g_autofree char *actions = pin_guest_actions (guest, &misses);
  g_autofree char *result = g_strdup_printf ("would be %s", job->change->done);

  if (job->cli->json)
    add_result (job, name, result, *actions != '\0' ? actions : NULL);
  else
    printf ("%s: %s%s%s\n", name, result, *actions != '\0' ? "; it has now: " : "", actions);
}

static void
visit (Job *job, JsonObject *guest)
{
  if (job->request->dry_run)
    foretell (job, guest);
  else
    make (job, pin_guest_text (guest, "name"));
}

static gboolean
visit_listed (Job *job, GError **error)
{
  g_autoptr (JsonNode) guests = pin_guests_ask (job->host, error);
  JsonArray *array = guests != NULL ? json_node_get_array (guests) : NULL;

  if (array == NULL)
    return FALSE;
  if (job->request->domain != NULL)
    {
      JsonObject *one = pin_guests_find (guests, job->request->domain, error);

      if (one != NULL)
        visit (job, one);
      return one != NULL;
    }
  for (guint i = 0; i < json_array_get_length (array); i++)
    visit (job, json_array_get_object_element (array, i));
  return TRUE;
}

static void
print_results (Job *job)
{
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_end_array (job->builder);
  json_builder_end_object (job->builder);
  root = json_builder_get_root (job->builder);
  text = json_to_string (root, FALSE);
  if (job->cli->json)
    pin_cli_print_json (text);
}

int
pin_change_run (const PinCli *cli, const PinChange *change, const PinChangeRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PinHost1) host = pin_cli_host1_new (cli, FALSE, &error);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (PinAgent) agent = NULL;
  Job job = { cli, change, request, host, builder, PIN_CLI_DONE };

  if (host == NULL)
    return pin_cli_fail (error);
  agent = request->dry_run ? NULL : pin_agent_start ();
  json_builder_begin_object (builder);
  json_builder_add_int_value (json_builder_set_member_name (builder, "version"), 1);
  json_builder_begin_array (json_builder_set_member_name (builder, "domains"));
  if (request->domain != NULL && !request->dry_run)
    make (&job, request->domain);
  else if (!visit_listed (&job, &error))
    return pin_cli_fail (error);
  print_results (&job);
  return job.code;
}
