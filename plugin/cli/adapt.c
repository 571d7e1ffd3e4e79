/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift adapt: the XML with which a guest can be started on this host, where libvirt asks nobody. */
#include "cli.h"

#include "core/plan.h"
#include "domain-source.h"
#include "format/domain-write.h"
#include "format/guest-read.h"
#include "format/json-text.h"
#include "host/memfile.h"
#include "host1-client.h"
#include "plan-text.h"
#include "service/dump.h"

#include <gio/gunixfdlist.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

typedef struct
{
  const char *guest;
  const char *xml;      /* as it came */
  gsize length;
  char *open;           /* the same without passwords: to be sent where others may listen */
  char *verdict;        /* as pinshiftd gives them */
  char *reason;
  char *adapted;        /* NULL: as it came */
  gsize adapted_length;
  char *actions;        /* the plan's, as a JSON object; NULL: not asked */
  char *changes;        /* "vcpu-pins remap, hugepages strip" */
} Fitting;

static void
fitting_clear (Fitting *fitting)
{
  g_free (fitting->open);
  g_free (fitting->verdict);
  g_free (fitting->reason);
  g_free (fitting->adapted);
  g_free (fitting->actions);
  g_free (fitting->changes);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fitting, fitting_clear)

static gboolean
is_verdict (const Fitting *fitting, PinVerdict verdict)
{
  return g_strcmp0 (fitting->verdict, pin_verdict_name (verdict)) == 0;
}

/* The file in the answer, if the verdict is that there is one. */
static gboolean
take_answer (Fitting *fitting, GVariant *handles, GUnixFDList *fds, GError **error)
{
  __attribute__ ((cleanup (pin_memfile_close))) int fd = -1;
  gboolean adapted = is_verdict (fitting, PIN_VERDICT_ADAPT);
  gint32 handle;

  if (!adapted && !is_verdict (fitting, PIN_VERDICT_KEEP) && !is_verdict (fitting, PIN_VERDICT_REFUSE))
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "the answer of pinshiftd is no verdict: %s" PIN_CLI_RESTART ("pinshiftd"), fitting->verdict);
      return FALSE;
    }
  if (g_variant_n_children (handles) != (adapted ? 1 : 0) || (adapted && fds == NULL))
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "the answer of pinshiftd is %s, but has %" G_GSIZE_FORMAT " files" PIN_CLI_RESTART ("pinshiftd"),
                   fitting->verdict, g_variant_n_children (handles));
      return FALSE;
    }
  if (!adapted)
    return TRUE;
  g_variant_get_child (handles, 0, "h", &handle);
  fd = g_unix_fd_list_get (fds, handle, error);
  if (fd >= 0)
    fitting->adapted = pin_memfile_read (fd, PIN_DOMAIN_MAX_BYTES, "the adapted XML", &fitting->adapted_length, error);
  return fitting->adapted != NULL;
}

/* Asks for the verdict; what the guest will use is claimed from then on. */
static gboolean
ask_fit (PinHost1 *host, Fitting *fitting, GError **error)
{
  __attribute__ ((cleanup (pin_memfile_close))) int fd
      = pin_memfile_new (fitting->xml, fitting->length, "the domain XML", error);
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GUnixFDList) answered = NULL;
  g_autoptr (GVariant) handles = NULL;

  if (fd < 0 || g_unix_fd_list_append (fds, fd, error) < 0)
    return FALSE;
  if (!pin_host1_call_fit_sync (host, fitting->guest, "adapt", g_variant_new_handle (0), g_variant_new ("a{sv}", NULL), fds,
                                &fitting->verdict, &handles, &fitting->reason, &answered, NULL, error))
    {
      pin_cli_host1_explain (host, error);
      return FALSE;
    }
  return take_answer (fitting, handles, answered, error);
}

/* After the claim was made, so that the plan is that of the verdict. */
static gboolean
ask_plan (PinHost1 *host, Fitting *fitting, GError **error)
{
  g_autofree char *json = pin_cli_host1_plan (host, fitting->open, error);

  if (json == NULL)
    return FALSE;
  fitting->changes = pin_plan_text_changes (json, &fitting->actions, error);
  return fitting->changes != NULL;
}

static void
print_json (const Fitting *fitting)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;
  gboolean refused = is_verdict (fitting, PIN_VERDICT_REFUSE);

  json_builder_begin_object (builder);
  json_builder_add_int_value (json_builder_set_member_name (builder, "version"), 1);
  json_builder_add_string_value (json_builder_set_member_name (builder, "verdict"), fitting->verdict);
  json_builder_add_value (json_builder_set_member_name (builder, "actions"), pin_json_parse (fitting->actions, -1, NULL));
  json_builder_set_member_name (builder, "xml");
  if (refused)
    json_builder_add_null_value (builder);
  else
    json_builder_add_string_value (builder, fitting->adapted != NULL ? fitting->adapted : fitting->xml);
  if (refused)
    json_builder_add_string_value (json_builder_set_member_name (builder, "text"), fitting->reason);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);
  pin_cli_print_json (text);
}

static int
refuse (const Fitting *fitting, GError **error)
{
  g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "%s is refused: %s", fitting->guest,
               *fitting->reason != '\0' ? fitting->reason : "pinshiftd gives no reason");
  return -1;
}

/* The document byte for byte: what is right for a file is right for a pipe. */
static void
print_xml (const PinCli *cli, const Fitting *fitting)
{
  gboolean adapted = fitting->adapted != NULL;

  fwrite (adapted ? fitting->adapted : fitting->xml, 1, adapted ? fitting->adapted_length : fitting->length, stdout);
  if (adapted && !cli->quiet)
    fprintf (stderr, "pinshift: adapted: %s\n", *fitting->changes != '\0' ? fitting->changes : "as its owner wrote");
}

static int
adapt (const PinCli *cli, PinHost1 *host, Fitting *fitting, GError **error)
{
  if (!ask_fit (host, fitting, error))
    return -1;
  if ((cli->json || fitting->adapted != NULL) && !ask_plan (host, fitting, error))
    return -1;
  if (cli->json)
    print_json (fitting);
  else if (is_verdict (fitting, PIN_VERDICT_REFUSE))
    return refuse (fitting, error);
  else
    print_xml (cli, fitting);
  return is_verdict (fitting, PIN_VERDICT_REFUSE) ? PIN_CLI_FAILED : PIN_CLI_DONE;
}

/* Claims nothing. */
static int
foretell (const PinCli *cli, PinHost1 *host, const char *xml, GError **error)
{
  g_autofree char *json = pin_cli_host1_plan (host, xml, error);

  return json != NULL ? pin_plan_text_show (cli, json, error) : -1;
}

/* A claim is a guest's by its UUID.  Returns: FALSE with @error. */
static gboolean
can_claim (const PinDomain *domain, const char *name, GError **error)
{
  if (strcmp (domain->guest->uuid, PIN_UUID_NONE) != 0)
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s: has no <uuid>, by which what it will use is kept for it; write one, as uuidgen prints it",
               strcmp (name, "-") == 0 ? "standard input" : name);
  return FALSE;
}

static int
ask (const PinCli *cli, const char *name, gboolean dry_run, GError **error)
{
  g_auto (Fitting) fitting = { NULL };
  g_autofree char *xml = NULL;
  gsize length = 0;
  g_autoptr (PinDomain) domain
      = pin_domain_source_parse (cli, name, dry_run ? PIN_DOMAIN_STORED : PIN_DOMAIN_SECRET, &xml, &length, error);
  g_autoptr (PinHost1) host = NULL;

  if (domain == NULL || (!dry_run && !can_claim (domain, name, error)))
    return -1;
  host = pin_cli_host1_new (cli, FALSE, error);
  if (host == NULL)
    return -1;
  if (dry_run)
    return foretell (cli, host, xml, error);
  fitting.guest = domain->guest->name;
  fitting.xml = xml;
  fitting.length = length;
  pin_domain_hide_secrets (domain);
  fitting.open = pin_domain_format (domain, NULL);
  return adapt (cli, host, &fitting, error);
}

static int
run (PinCli *cli, int argc, char **argv)
{
  gboolean dry_run = FALSE;
  const GOptionEntry entries[] = {
    { "dry-run", 0, 0, G_OPTION_ARG_NONE, &dry_run, "Claim nothing, say what would be changed", NULL },
    { NULL },
  };
  g_autoptr (GError) error = NULL;
  int code;

  pin_dump_forbid ();
  if (!pin_cli_parse (cli, &pin_cli_adapt, entries, &argc, &argv, 1, 1, &error))
    return pin_cli_fail (error);
  code = ask (cli, argv[1], dry_run, &error);
  return code >= 0 ? code : pin_cli_fail (error);
}

const PinCliVerb pin_cli_adapt = {
  "adapt",
  "DOMAIN|FILE|-",
  "Print the XML with which a guest can be started on this host",
  run,
  .example = "pinshift adapt db1 --dry-run",
};
