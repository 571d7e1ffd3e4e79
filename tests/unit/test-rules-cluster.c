/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the policy says of a cluster: hosts, groups, placements and weights, and what is wrong with them. */
#include "rules/rules-cluster.h"

#include "core/error.h"
#include "pin-config.h"
#include "rules/rules-file.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  char *folder;
  char *path;
} Place;

static void
place_init (Place *place)
{
  place->folder = g_dir_make_tmp ("pinshift-cluster-XXXXXX", NULL);
  g_assert_nonnull (place->folder);
  place->path = g_build_filename (place->folder, "x", NULL);
}

static void
place_clear (Place *place)
{
  g_remove (place->path);
  g_rmdir (place->folder);
  g_free (place->path);
  g_free (place->folder);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

/* The policy that @text is, or NULL with what is wrong, "LINE: ..." in @ret_wrong. */
static PinRules *
load (const char *text, char **ret_wrong)
{
  g_auto (Place) place = { NULL };
  g_autoptr (GError) error = NULL;
  PinRules *rules;

  place_init (&place);
  g_assert_true (g_file_set_contents (place.path, text, -1, NULL));
  rules = pin_rules_file_load_one (place.path, &error);
  if (error != NULL)
    {
      g_auto (GStrv) parts = g_strsplit (error->message, place.path, -1);

      g_assert_error (error, PIN_ERROR, PIN_ERROR_INVALID);
      if (ret_wrong == NULL)
        g_error ("%s", error->message);
      if (ret_wrong == NULL)
        g_error ("%s", error->message);
      *ret_wrong = g_strjoinv ("F", parts);
    }
  return rules;
}

static void
test_defaults (void)
{
  static const guint weights[PIN_SCORE_N] = { 1000, 100, 50, 50, 200, 300 };
  g_autoptr (PinRules) rules = pin_rules_new ();
  PinMigrateRule migrate = pin_rules_migrate (rules);

  g_assert_cmpuint (pin_rules_hosts (rules)->len, ==, 0);
  g_assert_cmpuint (pin_rules_groups (rules)->len, ==, 0);
  for (guint i = 0; i < PIN_SCORE_N; i++)
    g_assert_cmpuint (pin_rules_weight (rules, i), ==, weights[i]);
  g_assert_false (pin_rules_has_placements (rules, "db1"));
  g_assert_null (pin_rules_placement (rules, "db1", "hostb"));
  g_assert_false (migrate.auto_converge || migrate.post_copy || migrate.compressed);
  g_assert_cmpuint (migrate.bandwidth_kib_s, ==, 0);
  g_assert_cmpint (pin_rules_home_mode (rules), ==, PIN_HOME_SUGGEST);
  g_assert_cmpuint (pin_rules_drain_parallel (rules), ==, 2);
  g_assert_cmpuint (pin_rules_balance_threshold (rules), ==, 30);
  g_assert_cmpuint (pin_rules_balance_gain (rules), ==, 10);
  g_assert_null (pin_rules_notify (rules));
  g_assert_null (pin_rules_metrics_file (rules));
  g_assert_null (pin_rules_metrics_cluster_file (rules));
}

static void
test_score_names (void)
{
  static const char *const names[PIN_SCORE_N] = { "fit", "load", "memory", "pinned", "home", "affinity" };

  for (guint i = 0; i < PIN_SCORE_N; i++)
    g_assert_cmpstr (pin_score_name (i), ==, names[i]);
}

static void
test_plain_sections (void)
{
  static const char text[] = "[weights]\nfit = 1\nload = 2\nmemory = 3\npinned = 4\nhome = 0\naffinity = 1000000\n"
                             "[migrate]\nauto-converge = yes\npost-copy = yes\ncompression = yes\nbandwidth = 100MiB\n"
                             "[home]\nmode = auto\n[drain]\nparallel = 5\n[balance]\nthreshold = 40\ngain = 20\n"
                             "[notify]\ncommand = /bin/echo \"a b\"\n[metrics]\nfile = /m/a.prom\ncluster-file = /m/b.prom\n";
  static const guint weights[PIN_SCORE_N] = { 1, 2, 3, 4, 0, 1000000 };
  g_autoptr (PinRules) rules = load (text, NULL);
  PinMigrateRule migrate = pin_rules_migrate (rules);

  for (guint i = 0; i < PIN_SCORE_N; i++)
    g_assert_cmpuint (pin_rules_weight (rules, i), ==, weights[i]);
  g_assert_true (migrate.auto_converge && migrate.post_copy && migrate.compressed);
  g_assert_cmpuint (migrate.bandwidth_kib_s, ==, 100 * 1024);
  g_assert_cmpint (pin_rules_home_mode (rules), ==, PIN_HOME_AUTO);
  g_assert_cmpuint (pin_rules_drain_parallel (rules), ==, 5);
  g_assert_cmpuint (pin_rules_balance_threshold (rules), ==, 40);
  g_assert_cmpuint (pin_rules_balance_gain (rules), ==, 20);
  g_assert_cmpstr (pin_rules_notify (rules), ==, "/bin/echo \"a b\"");
  g_assert_cmpstr (pin_rules_metrics_file (rules), ==, "/m/a.prom");
  g_assert_cmpstr (pin_rules_metrics_cluster_file (rules), ==, "/m/b.prom");
}

static void
test_hosts (void)
{
  static const char text[] = "[host hostb]\n[host hosta]\nuri = qemu+tls://hosta/system\n"
                             "link = ssh root@hosta pinshift relay\n"
                             "maintenance = yes\n[host hostc]\nlink =\n";
  g_autoptr (PinRules) rules = load (text, NULL);
  const GPtrArray *hosts = pin_rules_hosts (rules);
  const PinHostRule *a, *b, *c;

  g_assert_cmpuint (hosts->len, ==, 3);
  a = g_ptr_array_index (hosts, 0);
  b = g_ptr_array_index (hosts, 1);
  c = g_ptr_array_index (hosts, 2);
  g_assert_cmpstr (a->name, ==, "hosta");
  g_assert_cmpstr (a->uri, ==, "qemu+tls://hosta/system");
  g_assert_cmpstr (a->link, ==, "ssh root@hosta pinshift relay");
  g_assert_true (a->maintenance);
  g_assert_cmpstr (b->name, ==, "hostb");
  g_assert_cmpstr (b->uri, ==, "qemu+ssh://hostb/system");
  g_assert_null (b->link);
  g_assert_false (b->maintenance);
  g_assert_null (c->link); /* nothing written is as good as no line */
}

static void
test_groups (void)
{
  static const char text[] = "[group zoo]\nmembers = x; y*\npolicy = affinity\npriority = 7\n"
                             "[group all]\nmembers = *\npolicy = affinity\n"
                             "[group db]\nmembers = db-*; web1;\npolicy = anti-affinity\nstrict = yes\npriority = 7\n";
  static const struct { const char *guest; gboolean all, db, zoo; } rows[] = {
    { "db-1", TRUE, TRUE, FALSE }, { "db", TRUE, FALSE, FALSE }, { "web1", TRUE, TRUE, FALSE },
    { "web11", TRUE, FALSE, FALSE }, { "y", TRUE, FALSE, TRUE }, { "xx", TRUE, FALSE, FALSE },
  };
  g_autoptr (PinRules) rules = load (text, NULL);
  const GPtrArray *groups = pin_rules_groups (rules);
  const PinGroupRule *db = g_ptr_array_index (groups, 0);
  const PinGroupRule *zoo = g_ptr_array_index (groups, 1);
  const PinGroupRule *all = g_ptr_array_index (groups, 2);

  g_assert_cmpstr (db->name, ==, "db"); /* by priority, then by name */
  g_assert_cmpstr (zoo->name, ==, "zoo");
  g_assert_cmpstr (all->name, ==, "all");
  g_assert_true (db->apart && db->strict && !zoo->apart && !zoo->strict);
  g_assert_cmpuint (db->priority, ==, 7);
  g_assert_cmpuint (all->priority, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].guest);
      g_assert_cmpint (pin_group_rule_has (all, rows[i].guest), ==, rows[i].all);
      g_assert_cmpint (pin_group_rule_has (db, rows[i].guest), ==, rows[i].db);
      g_assert_cmpint (pin_group_rule_has (zoo, rows[i].guest), ==, rows[i].zoo);
    }
}

/* Terms name the strict groups that keep the guest apart, and no others. */
static void
test_terms_of_groups (void)
{
  static const char text[] = "[group db]\nmembers = db-*\npolicy = anti-affinity\nstrict = yes\npriority = 1\n"
                             "[group soft]\nmembers = db-*\npolicy = anti-affinity\n"
                             "[group one]\nmembers = db-1; web1\npolicy = anti-affinity\nstrict = yes\n"
                             "[group near]\nmembers = web*\npolicy = affinity\nstrict = yes\n";
  g_autoptr (PinRules) rules = load (text, NULL);
  g_autoptr (PinTerms) first = pin_rules_terms (rules, "db-1");
  g_autoptr (PinTerms) second = pin_rules_terms (rules, "db-2");
  g_autoptr (PinTerms) none = pin_rules_terms (rules, "web2");

  g_assert_cmpuint (first->apart->len, ==, 2);
  g_assert_cmpstr (pin_terms_apart_from (first, "db-7")->group, ==, "db");
  g_assert_cmpstr (pin_terms_apart_from (first, "web1")->group, ==, "one");
  g_assert_null (pin_terms_apart_from (first, "web2"));
  g_assert_cmpuint (second->apart->len, ==, 1);
  g_assert_null (none->apart);
}

static char *
say_set (const PinCpuset *set)
{
  return set != NULL ? pin_cpuset_format (set) : g_strdup ("-");
}

static char *
say_placement (const PinHostPlacement *rule)
{
  const PinPlacement *placement = rule->placement;
  GString *text = g_string_new (NULL);
  g_autofree char *vcpus = say_set (placement->vcpu_cpuset);
  g_autofree char *emulator = say_set (placement->emulatorpin);

  g_string_append_printf (text, "%s %s", vcpus, emulator);
  for (guint i = 0; i < placement->vcpupin->len + placement->iothreadpin->len; i++)
    {
      gboolean vcpu = i < placement->vcpupin->len;
      const PinPin *pin = vcpu ? &g_array_index (placement->vcpupin, PinPin, i)
                               : &g_array_index (placement->iothreadpin, PinPin, i - placement->vcpupin->len);
      g_autofree char *cpus = pin_cpuset_format (pin->cpuset);

      g_string_append_printf (text, " %c%u:%s", vcpu ? 'v' : 'i', pin->id, cpus);
    }
  if (placement->has_memory)
    {
      g_autofree char *nodes = pin_cpuset_format (placement->memory_nodeset);

      g_string_append_printf (text, " %s %s", pin_memory_mode_name (placement->memory_mode), nodes);
    }
  for (guint i = 0; i < placement->memnode->len; i++)
    {
      const PinMemnode *memnode = &g_array_index (placement->memnode, PinMemnode, i);
      g_autofree char *nodes = pin_cpuset_format (memnode->nodeset);

      g_string_append_printf (text, " m%u:%s %s", memnode->cell, pin_memory_mode_name (memnode->mode), nodes);
    }
  for (guint i = 0; i < placement->hugepages->len; i++)
    {
      const PinPage *page = &g_array_index (placement->hugepages, PinPage, i);
      g_autofree char *cells = say_set (page->cells);

      g_string_append_printf (text, " %" G_GUINT64_FORMAT "KiB@%s", page->size_kib, cells);
    }
  return g_string_free (text, FALSE);
}

static void
test_placements (void)
{
  static const char text[]
      = "[placement db1 on hostb]\nvcpupin.10 = 9\nvcpupin.0 = 4-5,8\nemulatorpin = 0-1\niothreadpin.1 = 3\n"
        "memory = strict 1\nmemnode.1 = preferred 0\nmemnode.0 = strict 1\nhugepages = 1GiB 0; 2 MiB\n"
        "[placement db1 on hosta]\nvcpu-cpuset = 0-7,^3\n[placement my guest on hosta]\nmemory = interleave 0-1\n"
        "[placement idle on hosta]\n";
  g_autoptr (PinRules) rules = load (text, NULL);
  const PinHostPlacement *b = pin_rules_placement (rules, "db1", "hostb");
  const PinHostPlacement *a = pin_rules_placement (rules, "db1", "hosta");
  const PinHostPlacement *blank = pin_rules_placement (rules, "my guest", "hosta");
  g_autofree char *said_b = say_placement (b), *said_a = say_placement (a), *said_blank = say_placement (blank);

  g_assert_cmpstr (said_b, ==,
                   "- 0-1 v0:4-5,8 v10:9 i1:3 strict 1 m0:strict 1 m1:preferred 0 1048576KiB@0 2048KiB@-");
  g_assert_cmphex (b->settings, ==,
                   1u << PIN_SETTING_VCPU_PINS | 1u << PIN_SETTING_EMULATOR_PINS | 1u << PIN_SETTING_IOTHREAD_PINS
                       | 1u << PIN_SETTING_NUMA_MEMORY | 1u << PIN_SETTING_HUGEPAGES);
  g_assert_cmpstr (said_a, ==, "0-2,4-7 -");
  g_assert_cmphex (a->settings, ==, 1u << PIN_SETTING_VCPU_PINS);
  g_assert_cmpstr (said_blank, ==, "- - interleave 0-1");
  g_assert_true (pin_rules_has_placements (rules, "db1"));
  g_assert_false (pin_rules_has_placements (rules, "db2"));
  g_assert_null (pin_rules_placement (rules, "db1", "hostc"));
  g_assert_null (pin_rules_placement (rules, "idle", "hosta")); /* it says nothing */
}

#define GROUP(name, members, policy, strict) \
  "[group " name "]\nmembers = " members "\npolicy = " policy "\nstrict = " strict "\n"

static const struct { const char *text, *wrong; } bad_sections[] = {
  { "[host]\n", "F:1: section [host] names no host; write its name, as in [host hostb]" },
  { "[host -oProxyCommand=x]\n", "F:1: section [host]: \"-oProxyCommand=x\" is no host name; write one as in [host hostb]" },
  { "[host a b]\n", "F:1: section [host]: \"a b\" is no host name; write one as in [host hostb]" },
  { "[host b]\nuri =\n", "F:2: uri: is empty; write one as qemu+ssh://hostb/system" },
  { "[host b]\nuri = qemu:///system x\n", "F:2: uri: \"qemu:///system x\" is no URI: it has a blank; write one as qemu+ssh://hostb/system" },
  { "[host b]\nlink = ssh 'b pinshift relay\n",
    "F:2: link: \"ssh 'b pinshift relay\" is no command that a shell could split; close its quotes" },
  { "[host b]\nlink = ssh\\nb\n",
    "F:2: link: \"ssh?b\" is no command that a shell could split; close its quotes" },
  { "[host b]\nmaintenance = maybe\n", "F:2: maintenance: unknown value \"maybe\"; known are: yes, no" },
  { "[host b]\nhost = b\n", "F:2: unknown key \"host\" in [host b]; known are: uri, link, maintenance" },
  { "[notify]\ncommand = \"\n", "F:2: command: \"\"\" is no command that a shell could split; close its quotes" },
  { "[metrics]\nfile = x.prom\n", "F:2: file: \"x.prom\" is no file for metrics; write a path from \"/\" that ends in \".prom\"" },
  { "[metrics]\nfile = /x\n", "F:2: file: \"/x\" is no file for metrics; write a path from \"/\" that ends in \".prom\"" },
  { "[metrics]\ncluster-file = /x\\n.prom\n",
    "F:2: cluster-file: \"/x?.prom\" is no file for metrics; write a path from \"/\" that ends in \".prom\"" },
  { "[metrics]\nfile = /x.prom\n\ncluster-file = /x.prom\n",
    "F:4: cluster-file: it is that of pinshiftd, too; give pinshift-policyd one of its own" },
  { "[weights]\nfit = -1\n", "F:2: fit: \"-1\" is no number; write one from 0 to 1000000" },
  { "[weights]\nfit = 1000001\n", "F:2: fit: \"1000001\" is no number; write one from 0 to 1000000" },
  { "[weights]\nfit =\n", "F:2: fit: \"\" is no number; write one from 0 to 1000000" },
  { "[drain]\nparallel = 0\n", "F:2: parallel: \"0\" is no number; write one from 1 to 64" },
  { "[weights best]\nfit = 1\n", NULL },
  { "[group a\rb]\n", "F:1: \"[group a?b]\" is no section; write it alone on its line, as in [fit]" },
  { "[group a]\nmembers = a\\nb\n", "F:2: members: \"a?b\" is no name of a guest; write names with \";\" between them" },
  { "[domain a]\nhosts = a\\rb\n", "F:2: hosts: \"a?b\" is no host name; write names with \";\" between them" },
  { "[group]\n", "F:1: section [group] has no name; write one, as in [group db]" },
  { "\n[group db]\npolicy = affinity\n", "F:2: group \"db\" has no members; write them as in members = db-1; db-2" },
  { "[group db]\nmembers = ; ;\npolicy = affinity\n",
    "F:1: group \"db\" has no members; write them as in members = db-1; db-2" },
  { "[group db]\nmembers = a\n", "F:1: group \"db\" has no policy; write policy = affinity or policy = anti-affinity" },
  { "[group db]\nmembers = a, b\n", "F:2: members: \"a, b\" is no name of a guest; write names with \";\" between them" },
  { "[group db]\npolicy = anti\n", "F:2: policy: unknown value \"anti\"; known are: affinity, anti-affinity" },
  { "[group db]\npriority = high\n", "F:2: priority: \"high\" is no number; write one from 0 to 1000000" },
  { "[placement db1]\n",
    "F:1: section [placement] is for a guest on a host, not for \"db1\"; write both, as in [placement db1 on hostb]" },
  { "[placement]\n", "F:1: section [placement] names no guest and host; write both, as in [placement db1 on hostb]" },
  { "[placement on hostb]\n", NULL },
  { "[placement db1 on ]\n", NULL },
  { "[placement db* on hostb]\n",
    "F:1: section [placement] is for one guest, not for a pattern as in \"db* on hostb\"; "
    "write one for each guest" },
  { "[placement a on b]\nvcpupin.x = 1\n",
    "F:2: \"vcpupin.x\": N of vcpupin.N is the number of a vCPU; write one from 0 to 16383" },
  { "[placement a on b]\nvcpupin.00 = 1\n", NULL },
  { "[placement a on b]\nvcpupin.16384 = 1\n", NULL },
  { "[placement a on b]\niothreadpin.0 = 1\n",
    "F:2: \"iothreadpin.0\": N of iothreadpin.N is the number of an I/O thread; write one from 1 to 16383" },
  { "[placement a on b]\nvcpupin = 1\n",
    "F:2: unknown key \"vcpupin\" in [placement a on b]; did you mean \"vcpupin.N\"? known are: vcpu-cpuset, "
    "vcpupin.N, emulatorpin, iothreadpin.N, memory, memnode.N, hugepages" },
  { "[placement a on b]\nemulatorpin.0 = 1\n", NULL },
  { "[placement a on b]\nvcpupin.0 =\n", "F:2: vcpupin.0: no CPU; write one at least, or leave the key out" },
  { "[placement a on b]\nemulatorpin = 1,^1\n", "F:2: emulatorpin: no CPU; write one at least, or leave the key out" },
  { "[placement a on b]\nmemory = 1\n",
    "F:2: memory: \"1\" has no mode; write strict, preferred, interleave or restrictive, as in \"strict 0-1\"" },
  { "[placement a on b]\nmemory = strict\n", "F:2: memory: no node; write one at least, or leave the key out" },
  { "[placement a on b]\nmemnode.0 = preferred 0-1\n",
    "F:2: memnode.0: \"preferred 0-1\" names several nodes; write the one that is preferred" },
  { "[placement a on b]\nhugepages = 0\n", "F:2: hugepages: \"0\" is no size of a page; write one as 2MiB or 1GiB" },
  { "[placement a on b]\nhugepages =\n",
    "F:2: hugepages: \"\" has no size; write one as 2MiB or 1GiB, or leave the key out" },
  { "[placement a on b]\nhugepages = 1GiB 0-1; 2MiB 1\n",
    "F:2: hugepages: \"1GiB 0-1; 2MiB 1\" has two sizes for one NUMA cell of the guest; write one" },
  { "[placement a on b]\nhugepages = 1GiB; 2MiB\n", NULL },
};

static void
test_bad_sections (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_sections); i++)
    {
      g_autofree char *wrong = NULL;
      g_autoptr (PinRules) rules = load (bad_sections[i].text, &wrong);

      g_test_message ("%s", bad_sections[i].text);
      g_assert_null (rules);
      if (bad_sections[i].wrong != NULL)
        g_assert_cmpstr (wrong, ==, bad_sections[i].wrong);
      g_assert_null (strpbrk (wrong, "\r\n"));
    }
}

/* Strict groups that no host can suit, and others that look like them. */
static void
test_contradictions (void)
{
  static const struct { const char *text; gboolean wrong; } rows[] = {
    { GROUP ("x", "a; b", "affinity", "yes") GROUP ("y", "b; a", "anti-affinity", "yes"), TRUE },
    { GROUP ("x", "a; b", "affinity", "yes") GROUP ("y", "b; a", "anti-affinity", "no"), FALSE },
    { GROUP ("x", "a; b", "affinity", "no") GROUP ("y", "b; a", "anti-affinity", "yes"), FALSE },
    { GROUP ("x", "a; b", "affinity", "yes") GROUP ("y", "b; a", "affinity", "yes"), FALSE },
    { GROUP ("x", "a; b", "affinity", "yes") GROUP ("y", "b; c", "anti-affinity", "yes"), FALSE },
    { GROUP ("x", "a; a", "affinity", "yes") GROUP ("y", "a; a", "anti-affinity", "yes"), FALSE },
    { GROUP ("x", "db-*", "affinity", "yes") GROUP ("y", "db-*", "anti-affinity", "yes"), TRUE },
    { GROUP ("x", "db-*", "affinity", "yes") GROUP ("y", "db-1; db-2", "anti-affinity", "yes"), TRUE },
    { GROUP ("x", "db-*", "affinity", "yes") GROUP ("y", "db-1; web", "anti-affinity", "yes"), FALSE },
    { GROUP ("x", "a1; b*", "affinity", "yes") GROUP ("y", "a*; b1", "anti-affinity", "yes"), TRUE },
    { GROUP ("x", "a*", "affinity", "yes") GROUP ("y", "*b", "anti-affinity", "yes"), FALSE },
  };
  g_autofree char *wrong = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *found = NULL;
      g_autoptr (PinRules) rules = load (rows[i].text, &found);

      g_test_message ("%s", rows[i].text);
      g_assert_cmpint (rules == NULL, ==, rows[i].wrong);
    }
  g_assert_null (load (rows[0].text, &wrong));
  g_assert_cmpstr (wrong, ==,
                   "F:5: group \"y\" keeps apart, strictly, guests that group \"x\" (F:1) keeps together, strictly; "
                   "no host suits them: take strict from one of them");
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);

      remove_tree (inner);
    }
  g_remove (path);
}

/* The policy of two drop-ins. */
static PinRules *
load_two (const char *first, const char *second)
{
  g_autofree char *root = g_dir_make_tmp ("pinshift-cluster-XXXXXX", NULL);
  g_autofree char *folder = g_build_filename (root, PIN_SYSCONFDIR, "pinshift", "pinshift.conf.d", NULL);
  g_autofree char *a = g_build_filename (folder, "a.conf", NULL);
  g_autofree char *b = g_build_filename (folder, "b.conf", NULL);
  g_autoptr (GError) error = NULL;
  PinRules *rules;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (a, first, -1, NULL));
  g_assert_true (g_file_set_contents (b, second, -1, NULL));
  rules = pin_rules_file_load (root, &error);
  g_assert_no_error (error);
  remove_tree (root);
  return rules;
}

/* A section of several files is one, key by key; what none of them has is missed at the end. */
static void
test_several_files (void)
{
  g_autoptr (PinRules) rules = load_two ("[group db]\nmembers = a\npriority = 1\n[host b]\nuri = x:/\n"
                                         "[placement a on b]\nvcpupin.0 = 1\nvcpupin.1 = 2\n",
                                         "[group db]\npolicy = affinity\npriority = 2\n[host b]\nlink = local\n"
                                         "[placement a  on  b]\nvcpupin.1 = 3\n");
  const PinGroupRule *group = g_ptr_array_index (pin_rules_groups (rules), 0);
  const PinHostRule *host = g_ptr_array_index (pin_rules_hosts (rules), 0);
  g_autofree char *placement = say_placement (pin_rules_placement (rules, "a", "b"));
  g_autofree char *said
      = g_strdup_printf ("%s %u %s %s %s", group->members[0], group->priority, host->uri, host->link, placement);

  g_assert_cmpuint (pin_rules_hosts (rules)->len, ==, 1);
  g_assert_cmpuint (pin_rules_groups (rules)->len, ==, 1);
  g_assert_cmpstr (said, ==, "a 2 x:/ local - - v0:1 v1:3");
}

/* Pairs of policies and whether they mean the same. */
static void
test_digest (void)
{
  static const struct { const char *a, *b; gboolean same; } rows[] = {
    { "", "[weights]\nfit = 1000\n[migrate]\n[home]\nmode = suggest\n", TRUE },
    { "", "[weights]\nfit = 1001\n", FALSE },
    { "[weights]\nmemory = 7\n", "[weights]\npinned = 7\n", FALSE },
    { "", "[home]\nmode = off\n", FALSE },
    { "", "[notify]\ncommand = x\n[metrics]\nfile = /x.prom\ncluster-file = /y.prom\n", TRUE },
    { "", "[host b]\n", FALSE },
    { "[host a]\n[host b]\n", "[host b]\n[host a]\nmaintenance = no\n", TRUE },
    { "[host b]\n", "[host b]\nuri = qemu+ssh://b/system\n", TRUE },
    { "[host b]\n", "[host b]\nlink = local\n", FALSE },
    { "[group g]\nmembers = a; b\npolicy = affinity\n",
      "[group g]\npolicy = affinity\nmembers = b;a;\nstrict = no\n", TRUE },
    { "[group g]\nmembers = a; b\npolicy = affinity\n", "[group g]\nmembers = a; b; b\npolicy = affinity\n", TRUE },
    { "[group g]\nmembers = a; b\npolicy = affinity\n", "[group g]\nmembers = a; c\npolicy = affinity\n", FALSE },
    { "[group g]\nmembers = a\npolicy = affinity\n", "[group g]\nmembers = a\npolicy = anti-affinity\n", FALSE },
    { "[placement a on b]\nvcpupin.0 = 1,2\nvcpupin.1 = 3\n",
      "[placement a on b]\nvcpupin.1 = 3\nvcpupin.0 = 1-2\n", TRUE },
    { "[placement a on b]\nvcpupin.0 = 1\n", "[placement a on c]\nvcpupin.0 = 1\n", FALSE },
    { "[placement a on b]\nvcpupin.0 = 1\n", "[placement a on b]\nvcpupin.1 = 1\n", FALSE },
    { "[placement a on b]\n", "", TRUE },
    { "[domain a]\nhosts = x; y\n", "[domain a]\nhosts = y; x; x\n", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PinRules) a = load (rows[i].a, NULL);
      g_autoptr (PinRules) b = load (rows[i].b, NULL);

      g_test_message ("%s--\n%s", rows[i].a, rows[i].b);
      g_assert_cmpint (strcmp (pin_rules_digest (a), pin_rules_digest (b)) == 0, ==, rows[i].same);
    }
}

/* What "config cat" shows: values in one spelling, and what no file has written where there is one of it. */
static void
test_entries (void)
{
  g_autoptr (PinRules) rules
      = load ("[host b]\nlink=ssh b\n[group g]\nmembers= x ;y\npolicy=affinity\n[weights]\nfit=007\n"
              "[placement a  on b]\nmemory =  strict   2,1\nhugepages = 2048KiB 0,1;1GiB\nvcpupin.3=5,4\n", NULL);
  g_autoptr (GPtrArray) entries = pin_rules_entries (rules);
  g_autoptr (GString) set = g_string_new (NULL);

  for (guint i = 0; i < entries->len; i++)
    {
      const PinRulesEntry *entry = g_ptr_array_index (entries, i);

      if (entry->file != NULL)
        g_string_append_printf (set, "%u [%s] %s=%s\n", entry->line, entry->section, entry->key, entry->value);
      else
        g_assert_null (strchr (entry->section, ' '));
    }
  g_assert_cmpstr (set->str, ==,
                   "2 [host b] link=ssh b\n4 [group g] members=x; y\n5 [group g] policy=affinity\n7 [weights] fit=7\n"
                   "9 [placement a on b] memory=strict 1-2\n10 [placement a on b] hugepages=2MiB 0-1; 1GiB\n"
                   "11 [placement a on b] vcpupin.3=4-5\n");
}

/* As many hosts as a cluster may have, and a placement on each. */
static void
test_many_hosts (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (PinRules) rules = NULL;

  for (guint i = 0; i < 10000; i++)
    g_string_append_printf (text, "[host h%u]\n[placement a on h%u]\nvcpupin.0 = %u\n", i, i, i);
  rules = load (text->str, NULL);
  g_assert_cmpuint (pin_rules_hosts (rules)->len, ==, 10000);
  for (guint i = 0; i < 10000; i++)
    {
      g_autofree char *host = g_strdup_printf ("h%u", i);
      const PinHostPlacement *placement = pin_rules_placement (rules, "a", host);

      g_assert_true (pin_cpuset_contains (pin_placement_find (placement->placement->vcpupin, 0)->cpuset, i));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules-cluster/without-files-the-defaults-hold", test_defaults);
  g_test_add_func ("/rules-cluster/terms-of-a-score-have-their-keys-names", test_score_names);
  g_test_add_func ("/rules-cluster/every-key-is-read", test_plain_sections);
  g_test_add_func ("/rules-cluster/hosts-are-by-name", test_hosts);
  g_test_add_func ("/rules-cluster/groups-are-by-priority", test_groups);
  g_test_add_func ("/rules-cluster/strict-groups-keep-apart", test_terms_of_groups);
  g_test_add_func ("/rules-cluster/placements-are-for-one-guest-on-one-host", test_placements);
  g_test_add_func ("/rules-cluster/a-fault-is-told-by-file-and-line", test_bad_sections);
  g_test_add_func ("/rules-cluster/strict-groups-may-not-contradict", test_contradictions);
  g_test_add_func ("/rules-cluster/several-files-make-one-section", test_several_files);
  g_test_add_func ("/rules-cluster/the-digest-is-of-the-meaning", test_digest);
  g_test_add_func ("/rules-cluster/entries-tell-what-is-written", test_entries);
  g_test_add_func ("/rules-cluster/ten-thousand-hosts-are-read", test_many_hosts);
  return g_test_run ();
}
