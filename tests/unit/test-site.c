/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a cluster keeps of a host: all of it, in little memory. */
#include "cluster/make.h"
#include "cluster/pack.h"
#include "cluster/site.h"
#include "format/snapshot-json.h"
#include "format/synthetic.h"

#define TWO_BY_32 "node:2 core:16 thread:2 mem:256G huge2M:2048 huge1G:16"
#define EIGHT_BY_16 "node:8 core:8 thread:2 mem:64G huge2M:2048 huge1G:8"
/* What a host may take in memory, beside the connection to it. */
#define MOST_BYTES 2048

static PinTenant *
make_tenant (const char *name, guint number, gboolean running)
{
  g_autofree char *uuid = g_strdup_printf ("0123abcd-0000-4000-8000-%012x", number);
  PinTenant *tenant = pin_tenant_new (name, uuid);

  tenant->running = running;
  pin_cpuset_add_range (tenant->dedicated, 4 * number, 4 * number + 3);
  pin_cpuset_add (tenant->shared, 60);
  if (running)
    {
      pin_tenant_add_memory (tenant, number % 2, 4 << 20);
      pin_tenant_add_pages (tenant, number % 2, 2048, 512);
    }
  return tenant;
}

static PinSnapshot *
make_snapshot (const char *synthetic, guint n_guests)
{
  g_autoptr (GError) error = NULL;
  PinSnapshot *snapshot = pin_synthetic_parse (synthetic, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < n_guests; i++)
    {
      g_autofree char *name = g_strdup_printf ("guest-%u", i);

      g_ptr_array_add (i == n_guests - 1 ? snapshot->claims : snapshot->domains, make_tenant (name, i, i % 4 != 3));
    }
  return snapshot;
}

static void
assert_same (const PinSnapshot *wanted, const PinSnapshot *seen)
{
  g_autofree char *wanted_json = pin_snapshot_to_json (wanted, TRUE);
  g_autofree char *seen_json = pin_snapshot_to_json (seen, TRUE);

  g_assert_cmpstr (wanted_json, ==, seen_json);
}

static void
test_all_of_it (void)
{
  static const char *const hosts[] = { TWO_BY_32, EIGHT_BY_16, "node:1 core:1 mem:1G", "node:3 core:100 thread:4 mem:16G huge1G:3" };
  static const guint guests[] = { 0, 1, 10 };
  g_autoptr (PinMakes) makes = pin_makes_new ();

  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    for (guint j = 0; j < G_N_ELEMENTS (guests); j++)
      {
        g_autoptr (PinSnapshot) snapshot = make_snapshot (hosts[i], guests[j]);
        g_autoptr (PinSite) site = NULL;
        g_autoptr (PinSnapshot) again = NULL;

        snapshot->maintenance = i % 2 == 0;
        snapshot->maintenance_reason = i % 2 == 0 ? g_strdup ("disks") : NULL;
        snapshot->load_permille = (gint) i - 1;
        site = pin_site_new (snapshot, makes);
        again = pin_site_snapshot (site);
        assert_same (snapshot, again);
      }
}

/* A site of a host that differs from others in one thing.  (transfer full) */
static PinSite *
make_changed (guint change, PinMakes *makes)
{
  g_autoptr (PinSnapshot) snapshot = make_snapshot (change == 1 ? EIGHT_BY_16 : TWO_BY_32, change == 2 ? 9 : 10);

  snapshot->maintenance = change == 3;
  snapshot->memory[1].free_kib -= change == 4;
  snapshot->policy_digest = g_strdup (change == 5 ? "other" : "one");
  if (change == 6)
    pin_cpuset_add (snapshot->reserved, 7);
  if (change == 7)
    pin_cpuset_remove (((PinTenant *) snapshot->domains->pdata[2])->dedicated, 8);
  return pin_site_new (snapshot, makes);
}

/* Whatever a snapshot says is in its digest, also where nobody has a host of that make any more. */
static void
test_digest (void)
{
  g_autoptr (PinMakes) makes = pin_makes_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  for (guint change = 0; change < 8; change++)
    {
      g_autoptr (PinSite) one = make_changed (change, makes), other = make_changed (change, makes);
      guint64 digest = pin_site_digest (one);

      g_assert_cmpuint (pin_site_digest (other), ==, digest);
      g_assert_true (g_hash_table_add (seen, g_memdup2 (&digest, sizeof digest)));
    }
}

static void
test_odd_names (void)
{
  g_autoptr (PinMakes) makes = pin_makes_new ();
  g_autoptr (PinSnapshot) snapshot = make_snapshot (TWO_BY_32, 0);
  g_autoptr (PinSite) site = NULL;
  g_autoptr (PinSnapshot) again = NULL;

  g_ptr_array_add (snapshot->domains, pin_tenant_new ("", "0123ABCD-0000-4000-8000-000000000000"));
  g_ptr_array_add (snapshot->domains, pin_tenant_new ("gäste", "none"));
  site = pin_site_new (snapshot, makes);
  again = pin_site_snapshot (site);
  assert_same (snapshot, again);
}

static void
test_size (void)
{
  static const char *const hosts[] = { TWO_BY_32, EIGHT_BY_16 };
  g_autoptr (PinMakes) makes = pin_makes_new ();

  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autoptr (PinSnapshot) snapshot = make_snapshot (hosts[i], 10);
      g_autoptr (PinSite) site = pin_site_new (snapshot, makes);

      g_test_message ("%s: %" G_GSIZE_FORMAT " bytes", hosts[i], pin_site_size (site));
      g_assert_cmpuint (pin_site_size (site), <=, MOST_BYTES);
    }
}

static void
test_makes_are_shared (void)
{
  g_autoptr (PinMakes) makes = pin_makes_new ();
  g_autoptr (PinSnapshot) one = make_snapshot (TWO_BY_32, 3);
  g_autoptr (PinSnapshot) same = make_snapshot (TWO_BY_32, 7);
  g_autoptr (PinSnapshot) other = make_snapshot (EIGHT_BY_16, 3);
  g_autoptr (PinSite) a = pin_site_new (one, makes);
  g_autoptr (PinSite) b = pin_site_new (same, makes);
  g_autoptr (PinSite) c = pin_site_new (other, makes);
  g_autoptr (PinSite) d = NULL;

  g_assert_true (pin_site_make (a) == pin_site_make (b));
  g_assert_true (pin_site_make (a) != pin_site_make (c));
  g_assert_cmpuint (pin_site_make_index (c), ==, 1);
  g_clear_pointer (&a, pin_site_free);
  g_clear_pointer (&b, pin_site_free);
  pin_cpuset_add (one->reserved, 5);
  d = pin_site_new (one, makes);
  g_assert_cmpuint (pin_site_make_index (d), ==, 0);
}

static void
test_walk (void)
{
  static const struct
  {
    const char *name;
    PinSiteGuestState state;
  } wanted[] = { { "guest-0", PIN_SITE_GUEST_RUNNING }, { "guest-1", PIN_SITE_GUEST_RUNNING }, { "guest-2", PIN_SITE_GUEST_RUNNING },
                 { "guest-3", PIN_SITE_GUEST_DEFINED }, { "guest-4", PIN_SITE_GUEST_COMING } };
  g_autoptr (PinMakes) makes = pin_makes_new ();
  g_autoptr (PinSnapshot) snapshot = make_snapshot (TWO_BY_32, 5);
  g_autoptr (PinSite) site = pin_site_new (snapshot, makes);
  PinSiteWalk walk = { NULL };
  PinSiteGuest guest;

  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      g_autofree char *uuid = g_strdup_printf ("0123abcd-0000-4000-8000-%012x", i);
      g_autoptr (PinSiteKey) key = pin_site_key_new (uuid);
      g_autoptr (PinSiteKey) other = pin_site_key_new ("0123abcd-0000-4000-8000-0000000000ff");
      g_autofree char *name = NULL;
      g_autofree char *seen = NULL;

      g_assert_true (pin_site_next (site, &walk, &guest));
      name = g_strndup (guest.name, guest.name_length);
      seen = pin_site_guest_uuid (&guest);
      g_assert_cmpstr (name, ==, wanted[i].name);
      g_assert_cmpstr (seen, ==, uuid);
      g_assert_true (guest.state == wanted[i].state);
      g_assert_true (pin_site_guest_is (&guest, key));
      g_assert_false (pin_site_guest_is (&guest, other));
      g_assert_true (pin_site_knows (site, key));
    }
  g_assert_false (pin_site_next (site, &walk, &guest));
}

static void
test_strangers (void)
{
  g_autoptr (PinMakes) makes = pin_makes_new ();
  g_autoptr (PinSnapshot) snapshot = make_snapshot (TWO_BY_32, 10);
  g_autoptr (PinSite) site = pin_site_new (snapshot, makes);

  for (guint i = 1000; i < 2000; i++)
    {
      g_autofree char *uuid = g_strdup_printf ("0123abcd-0000-4000-8000-%012x", i);
      g_autoptr (PinSiteKey) key = pin_site_key_new (uuid);

      g_assert_false (pin_site_knows (site, key));
    }
}

static void
test_numbers (void)
{
  static const guint64 numbers[] = { 0, 1, 127, 128, 16383, 16384, G_MAXUINT32, G_MAXUINT64 };
  g_autoptr (GByteArray) pack = g_byte_array_new ();
  const guint8 *at;

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    pin_pack_number (pack, numbers[i]);
  at = pack->data;
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    g_assert_cmpuint (pin_unpack_number (&at), ==, numbers[i]);
  g_assert_true (at == pack->data + pack->len);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/site/the-snapshot-comes-out-as-it-went-in", test_all_of_it);
  g_test_add_func ("/site/odd-names-and-uuids-too", test_odd_names);
  g_test_add_func ("/site/a-digest-of-all-that-it-is", test_digest);
  g_test_add_func ("/site/ten-thousand-fit-in-twenty-megabytes", test_size);
  g_test_add_func ("/site/hosts-that-are-built-alike-share-it", test_makes_are_shared);
  g_test_add_func ("/site/its-guests-are-found", test_walk);
  g_test_add_func ("/site/who-is-not-there-is-not-found", test_strangers);
  g_test_add_func ("/site/numbers-of-any-size", test_numbers);
  return g_test_run ();
}
