/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is made of the properties that a host sends, also of one that is no pinshiftd. */
#include "core/error.h"
#include "host-facts.h"

static PinHostFacts *
read_text (const char *text, GError **error)
{
  g_autoptr (GVariant) properties = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);

  g_assert_nonnull (properties);
  return pin_host_facts_read (properties, error);
}

static void
test_whole (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PinHostFacts) facts
      = read_text ("{'Version': <'1.2'>, 'HostName': <'hosta'>, 'HostUuid': <'u'>, 'PolicyDigest': <'d'>, "
                   "'LibvirtConnected': <true>, 'Claims': <['c1']>, 'Adapted': <['a1', 'a2']>, 'New': <(1, 2)>}",
                   &error);

  g_assert_no_error (error);
  g_assert_cmpstr (facts->version, ==, "1.2");
  g_assert_cmpstr (facts->uuid, ==, "u");
  g_assert_cmpstr (facts->policy_digest, ==, "d");
  g_assert_true (facts->libvirt_connected);
  g_assert_cmpuint (g_strv_length (facts->claims), ==, 1);
  g_assert_cmpstr (facts->claims[0], ==, "c1");
  g_assert_cmpuint (g_strv_length (facts->adapted), ==, 2);
  g_assert_cmpstr (facts->adapted[1], ==, "a2");
}

static void
test_other_version (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PinHostFacts) facts = read_text ("{'Version': <'0.1'>}", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (facts->uuid, ==, "");
  g_assert_cmpstr (facts->policy_digest, ==, "");
  g_assert_false (facts->libvirt_connected);
  g_assert_cmpuint (g_strv_length (facts->claims) + g_strv_length (facts->adapted), ==, 0);
}

static void
test_wrong (void)
{
  static const struct { const char *properties; const char *error; } rows[] = {
    { "@a{sv} {}", "it has no property Version: is that pinshiftd?" },
    { "{'Version': <''>}", "it has no property Version: is that pinshiftd?" },
    { "{'Version': <1>}", "its property Version has the type 'i', not 's': is that pinshiftd?" },
    { "{'Version': <'1'>, 'Adapted': <'a'>}", "its property Adapted has the type 's', not 'as': is that pinshiftd?" },
    { "{'Version': <'1'>, 'Claims': <[1]>}", "its property Claims has the type 'ai', not 'as': is that pinshiftd?" },
    { "{'Version': <'1'>, 'LibvirtConnected': <'yes'>, 'Claims': <1>}",
      "its property LibvirtConnected has the type 's', not 'b': is that pinshiftd?" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (PinHostFacts) facts = read_text (rows[i].properties, &error);

      g_assert_null (facts);
      g_assert_error (error, PIN_ERROR, PIN_ERROR_INVALID);
      g_assert_cmpstr (error->message, ==, rows[i].error);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/host-facts/all-that-a-host-says", test_whole);
  g_test_add_func ("/host-facts/what-another-version-lacks-is-empty", test_other_version);
  g_test_add_func ("/host-facts/what-is-wrong-is-named", test_wrong);
  return g_test_run ();
}
