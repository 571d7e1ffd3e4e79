/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pinshift complete, for the shell: names, one a line.  It is typed by nobody, so that it says nothing of what goes wrong, starts no service,
 * and ends soon.
 */
#include "cli.h"

#include "core/error.h"
#include "guests.h"
#include "peek.h"
#include "rules/rules-cluster.h"
#include "rules/rules-file.h"

#include <stdio.h>
#include <string.h>

/* Who types waits no longer. */
#define PATIENCE_MS 2000

/* A name that could be more than one to the shell is none. */
static void
print_name (const char *name)
{
  if (*name != '\0' && strpbrk (name, "\r\n") == NULL)
    puts (name);
}

/* FALSE: the service does not answer. */
static gboolean
print_guests (void)
{
  g_autoptr (GError) unsaid = NULL;
  g_autoptr (GVariant) answer
      = pin_peek (&pin_peek_host, "Domains", g_variant_new ("(a{sv})", NULL), G_VARIANT_TYPE ("(s)"), PATIENCE_MS, &unsaid);
  g_autoptr (JsonNode) guests = NULL;
  const char *text;

  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "(&s)", &text);
  guests = pin_guests_parse (text, &unsaid);
  for (guint i = 0; guests != NULL && i < json_array_get_length (json_node_get_array (guests)); i++)
    print_name (pin_guest_text (json_array_get_object_element (json_node_get_array (guests), i), "name"));
  return guests != NULL;
}

/* Those of all hosts; without a cluster those of this host. */
static gboolean
print_cluster_guests (void)
{
  g_autoptr (GError) unsaid = NULL;
  g_autoptr (GVariant) answer
      = pin_peek (&pin_peek_cluster, "Guests", g_variant_new ("(a{sv})", NULL), G_VARIANT_TYPE ("(a(sss))"), PATIENCE_MS, &unsaid);
  g_autoptr (GVariantIter) iter = NULL;
  const char *name;

  if (answer == NULL)
    return print_guests ();
  g_variant_get (answer, "(a(sss))", &iter);
  while (g_variant_iter_next (iter, "(&s&s&s)", &name, NULL, NULL))
    print_name (name);
  return TRUE;
}

/* This host alone, where there is no cluster. */
static gboolean
print_own_name (void)
{
  g_autoptr (GError) unsaid = NULL;
  g_autoptr (GVariant) answer = pin_peek (&pin_peek_properties, "Get", g_variant_new ("(ss)", "org.pinshift.Host1", "HostName"),
                                          G_VARIANT_TYPE ("(v)"), PATIENCE_MS, &unsaid);
  g_autoptr (GVariant) name = NULL;

  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "(v)", &name);
  if (g_variant_is_of_type (name, G_VARIANT_TYPE_STRING))
    print_name (g_variant_get_string (name, NULL));
  return TRUE;
}

static gboolean
print_hosts (void)
{
  g_autoptr (GError) unsaid = NULL;
  g_autoptr (GVariant) answer = pin_peek (&pin_peek_objects, "GetManagedObjects", NULL, G_VARIANT_TYPE ("(a{oa{sa{sv}}})"), PATIENCE_MS, &unsaid);
  g_autoptr (GVariantIter) iter = NULL;
  GVariant *interfaces;

  if (answer == NULL)
    return print_own_name ();
  g_variant_get (answer, "(a{oa{sa{sv}}})", &iter);
  while (g_variant_iter_next (iter, "{&o@a{sa{sv}}}", NULL, &interfaces))
    {
      g_autoptr (GVariant) owned = interfaces;
      g_autoptr (GVariant) host = g_variant_lookup_value (owned, "org.pinshift.Cluster1.Host", G_VARIANT_TYPE_VARDICT);
      const char *name;

      if (host != NULL && g_variant_lookup (host, "Name", "&s", &name))
        print_name (name);
    }
  return TRUE;
}

/* Both services go by the same policy. */
static gboolean
print_groups (void)
{
  g_autoptr (GError) unsaid = NULL;
  g_autoptr (PinRules) rules = pin_rules_file_load ("/", &unsaid);

  for (guint i = 0; rules != NULL && i < pin_rules_groups (rules)->len; i++)
    print_name (((const PinGroupRule *) g_ptr_array_index (pin_rules_groups (rules), i))->name);
  return rules != NULL;
}

static int
run (PinCli *cli, int argc, char **argv)
{
  static const struct { const char *word; gboolean (*print) (void); } kinds[] = {
    { "guests", print_guests }, { "cluster-guests", print_cluster_guests }, { "hosts", print_hosts }, { "groups", print_groups },
  };
  g_autoptr (GError) error = NULL;

  if (!pin_cli_parse (cli, &pin_cli_complete, NULL, &argc, &argv, 1, 1, &error))
    return pin_cli_fail (error);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (argv[1], kinds[i].word) == 0)
      return kinds[i].print () ? PIN_CLI_DONE : PIN_CLI_FAILED;
  error = g_error_new (PIN_ERROR, PIN_ERROR_INVALID, "complete: unknown word \"%s\"; known are: guests, cluster-guests, hosts, groups", argv[1]);
  return pin_cli_fail (error);
}

const PinCliVerb pin_cli_complete = {
  "complete",
  "guests|cluster-guests|hosts|groups",
  "Print names for the shell to complete",
  run,
  .example = "pinshift complete guests",
  .hidden = TRUE,
};
