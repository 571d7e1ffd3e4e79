/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The call Examine of a real pinshiftd on a machine of files. */
#include "cluster-world.h"

#include <string.h>

#define HOST_NAME "org.pinshift.Host1"
#define HOST_PATH "/org/pinshift/Host1"
#define MANY 2000

/* (transfer full) a{sv}; NULL with @error. */
static GVariant *
ask (const ClusterWorld *world, GVariant *options, GError **error)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (world->connection, HOST_NAME, HOST_PATH, HOST_NAME, "Examine", options,
                                                            G_VARIANT_TYPE ("(a{sv})"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, error);

  return reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
}

static GVariant *
ask_plainly (const ClusterWorld *world, const char *options)
{
  g_autoptr (GError) error = NULL;
  GVariant *facts = ask (world, g_variant_new_parsed (options), &error);

  g_assert_no_error (error);
  return facts;
}

static char *
text_of (GVariant *facts, const char *key)
{
  char *text = NULL;

  g_assert_true (g_variant_lookup (facts, key, "s", &text));
  return text;
}

static void
start (ClusterWorld *world, const char *libvirt, const char *policy)
{
  world->libvirt = libvirt;
  cluster_world_init (world, FALSE);
  g_assert_true (g_file_set_contents (world->host_policy, policy, -1, NULL));
  cluster_world_start_host (world);
}

static void
test_own (void)
{
  static const struct { const char *options; } rows[] = {
    { "({'brief': <true>},)" },
    { "(@a{sv} {},)" },
    { "({'names': <['localhost', 'nobody.invalid']>, 'paths': <['/', '/nonexistent/disk']>},)" },
    { "({'names': <@as []>, 'paths': <@as []>},)" },
  };
  g_auto (ClusterWorld) world = { NULL };

  start (&world, NULL, "");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gint64 before_us = g_get_real_time (), time_us = 0, hook_us = -1;
      g_autoptr (GVariant) facts = ask_plainly (&world, rows[i].options);
      g_autofree char *policy = text_of (facts, "policy-problem");
      g_autofree char *libvirt = text_of (facts, "libvirt-problem");
      g_autofree char *maintenance = text_of (facts, "maintenance");
      g_autofree char *digest = text_of (facts, "policy-digest");
      g_autofree char *version = text_of (facts, "version");
      g_autoptr (GVariant) space = g_variant_lookup_value (facts, "space", G_VARIANT_TYPE ("a{st}"));

      g_assert_cmpstr (policy, ==, "");
      g_assert_cmpstr (libvirt, ==, "pinshiftd was told to follow none");
      g_assert_cmpstr (maintenance, ==, "");
      g_assert_cmpuint (strlen (digest), ==, 64);
      g_assert_cmpuint (strlen (version), >, 0);
      g_assert_cmpuint (g_variant_n_children (space), >=, 1);
      g_assert_true (g_variant_lookup (facts, "hook-called", "x", &hook_us) && hook_us == 0);
      g_assert_true (g_variant_lookup (facts, "time", "x", &time_us));
      g_assert_true (time_us >= before_us && time_us <= g_get_real_time ());
    }
}

static void
test_libvirt (void)
{
  static const struct { const char *uri, *problem; } rows[] = {
    { "test:///default", "" },
    { "test:///nonexistent/file", "nonexistent" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (ClusterWorld) world = { NULL };
      g_autofree char *problem = g_strdup ("has not asked");

      start (&world, rows[i].uri, "");
      while (strstr (problem, "has not asked") != NULL)
        {
          g_autoptr (GVariant) facts = ask_plainly (&world, "(@a{sv} {},)");

          g_free (problem);
          problem = text_of (facts, "libvirt-problem");
        }
      if (*rows[i].problem == '\0')
        g_assert_cmpstr (problem, ==, "");
      else
        g_assert_nonnull (strstr (problem, rows[i].problem));
    }
}

/* What the files say now, beside what the service goes by. */
static void
test_policy (void)
{
  static const struct { const char *then, *now, *problem; } rows[] = {
    { "[fit]\nvcpu-pins = keep\n", "[fit]\n# as it was\nvcpu-pins = keep\n", "" },
    { "", "[fit]\nvcpu-pins = keep\n", "its files were changed after pinshiftd read them" },
    { "", "[fit]\nvcpu-pins = maybe\n", ":2: " },
    { "[fat]\n", "[fat]\n", ":1: " },
    { "[fat]\n", "[fit]\nvcpu-pins = keep\n", "its files were changed after pinshiftd read them" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (ClusterWorld) world = { NULL };
      g_autoptr (GVariant) facts = NULL;
      g_autofree char *problem = NULL;

      start (&world, NULL, rows[i].then);
      g_assert_true (g_file_set_contents (world.host_policy, rows[i].now, -1, NULL));
      facts = ask_plainly (&world, "({'brief': <true>},)");
      problem = text_of (facts, "policy-problem");
      if (*rows[i].problem == '\0')
        g_assert_cmpstr (problem, ==, "");
      else
        g_assert_nonnull (strstr (problem, rows[i].problem));
    }
}

static GVariant *
many (const char *option, const char *entry, guint n)
{
  GVariantBuilder list;
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);

  g_variant_builder_init (&list, G_VARIANT_TYPE ("as"));
  for (guint i = 0; i < n; i++)
    g_variant_builder_add (&list, "s", entry);
  g_variant_dict_insert_value (&options, option, g_variant_builder_end (&list));
  return g_variant_new ("(@a{sv})", g_variant_dict_end (&options));
}

static void
test_refusals (void)
{
  g_autofree char *long_path = g_strnfill (5000, '/');
  g_autofree char *long_name = g_strnfill (300, 'a');
  const struct { GVariant *options; const char *error, *part; } rows[] = {
    { g_variant_new_parsed ("({'colour': <'red'>},)"), "Unsupported", "'colour'; known: names (as), paths (as), brief (b)" },
    { g_variant_new_parsed ("({'names': <'one'>},)"), "Invalid", "'names' must be a list of strings (as)" },
    { g_variant_new_parsed ("({'names': <['']>},)"), "Invalid", "a name has" },
    { g_variant_new_parsed ("({'paths': <['/', 'images/disk']>},)"), "Invalid", "begins with '/'" },
    { many ("paths", long_path, 1), "Invalid", "4095 bytes" },
    { many ("names", long_name, 1), "Invalid", "255 bytes" },
    { many ("names", "hosta", MANY), "Invalid", "2000 entries; give 64" },
    { many ("paths", "/disk", MANY), "Invalid", "2000 entries; give 1024" },
  };
  g_auto (ClusterWorld) world = { NULL };

  start (&world, NULL, "");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) facts = ask (&world, rows[i].options, &error);
      g_autofree char *name = NULL;

      g_assert_null (facts);
      name = g_dbus_error_get_remote_error (error);
      g_assert_true (g_str_has_suffix (name, rows[i].error));
      g_assert_nonnull (strstr (error->message, rows[i].part));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/examine/what-the-service-knows-of-itself-is-there-whatever-is-asked", test_own);
  g_test_add_func ("/examine/whether-libvirt-is-heard", test_libvirt);
  g_test_add_func ("/examine/whether-the-policy-in-the-files-holds", test_policy);
  g_test_add_func ("/examine/what-is-not-known-or-too-much-is-refused", test_refusals);
  return g_test_run ();
}
