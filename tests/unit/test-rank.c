/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which hosts can take a guest, which is best, and what is said of the others. */
#include "cluster/rank.h"
#include "cluster/find.h"
#include "format/domain-read.h"
#include "format/synthetic.h"
#include "rules/rules-file.h"

#include <glib/gstdio.h>
#include <string.h>

#define UUID "6f1c2d3e-0000-4000-8000-000000000001"
#define OTHER "6f1c2d3e-0000-4000-8000-0000000000%02x"
#define MOST_HOSTS 6

#define TWO "node:2 core:4 mem:4G huge2M:512"
#define ONE "node:1 core:4 mem:4G"
#define SMALL "node:1 core:1 mem:4G"
#define PINNED "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='4'/><vcpupin vcpu='1' cpuset='5'/></cputune>"
#define BOUND PINNED "<numatune><memory mode='strict' nodeset='1'/></numatune>"
#define UNTUNED "<vcpu>1</vcpu>"
#define MASKED "<vcpu cpuset='4-7'>2</vcpu>"
#define FAST "<vcpu>1</vcpu><cpu mode='host-passthrough'/>"
#define STRICT "[fit]\nvcpu-pins = keep; remap\n"
#define AWAY "[group db]\nmembers = db-*\npolicy = anti-affinity\nstrict = yes\n"
#define TOGETHER "[group db]\nmembers = db-*\npolicy = affinity\nstrict = yes\n"

typedef struct
{
  const char *shape;      /* synthetic; NULL: never heard; "unmanaged" */
  const char *guests;     /* "db-2=4-5 web~=0": name, "~" if on its way, "-" if defined only, and own CPUs */
  const char *maintenance; /* NULL: it is not */
  gint load_permille;     /* 0: it does not say */
  const char *failure;    /* NULL: it is reachable */
  gboolean lacks_7;       /* of two nodes of four CPUs the last one is offline */
} HostCase;

typedef struct
{
  const char *name;
  const char *policy;
  const char *guest; /* what stands in the domain beside name and memory */
  const char *on;
  HostCase hosts[MOST_HOSTS]; /* a, b, c ... */
  const char *answer;  /* hosts, best first; those that are out with why */
  const char *said[3]; /* each part of what is said of a host, behind its name: "b: kept apart" */
} Case;

static const Case cases[] = {
  { "the-cheapest-plan-first", "", PINNED, "a", { { TWO }, { ONE }, { TWO }, { SMALL } }, "c b d | a:here",
    { "c: it fits as written", "b: its plan costs 16: vcpu-pins", "a: the guest is there" } },
  { "what-can't-be-is-out-with-figures", STRICT, PINNED, "a", { { TWO }, { SMALL }, { ONE } }, "c | a:here b:plan",
    { "b: 2 CPUs wanted" } },
  { "unreachable-is-not-full", "", PINNED, "a", { { TWO }, { TWO, .failure = "Connection refused" }, { NULL }, { "unmanaged" }, { ONE } },
    "e | a:here b:unreachable c:unreachable d:unmanaged",
    { "b: it can't be reached: Connection refused", "c: it was never heard", "d: it has no pinshift" } },
  { "maintenance-keeps-guests-out", "", PINNED, "a", { { TWO }, { TWO, .maintenance = "disks" }, { TWO, .maintenance = "" }, { ONE } },
    "d | a:here b:maintenance c:maintenance", { "b: it is in maintenance: disks", "c: it is in maintenance" } },
  { "assigned-hosts-only", "[domain db-*]\nhosts = c; d\n", PINNED, "a", { { TWO }, { TWO }, { ONE }, { SMALL } }, "c d | a:here b:assigned",
    { "b: the policy assigns the guest to c, d" } },
  { "a-strict-group-keeps-apart", AWAY, PINNED, "a", { { TWO, "db-2=0" }, { TWO, "db-3=0" }, { ONE, "db-4~=0" }, { ONE, "db-5-=0" }, { SMALL } },
    "d e | a:here b:group c:group", { "b: strict group db keeps it apart from db-3", "c: db-4 (on its way)" } },
  { "a-strict-group-keeps-together", TOGETHER, PINNED, "a", { { TWO }, { TWO }, { ONE, "db-3=0" }, { ONE, "db-4-=0" } }, "c | a:here b:group d:group",
    { "b: strict group db keeps it together with members on c" } },
  { "the-first-of-a-group-may-go-anywhere", TOGETHER, PINNED, "a", { { TWO }, { TWO }, { ONE } }, "b c | a:here" },
  { "a-host-that-is-gone-holds-its-guests", TOGETHER, PINNED, "a", { { TWO }, { TWO }, { ONE, "db-3=0", .failure = "gone" } },
    " | a:here b:group c:unreachable", { "b: members on c" } },
  { "groups-that-contradict-leave-nothing", AWAY "[group pair]\nmembers = db-1; web\npolicy = affinity\nstrict = yes\n", PINNED, "a",
    { { TWO }, { TWO }, { TWO, "db-2=0 web=1" } }, " | a:here b:group c:group", { "b: strict group pair", "c: strict group db" } },
  { "soft-groups-weigh", "[group x]\nmembers = db-1; web\npolicy = affinity\n", UNTUNED, "a", { { TWO }, { TWO }, { TWO, "web=0" } }, "c b | a:here",
    { "b: group x: 0 there", "c: it suits its groups" } },
  { "the-higher-priority-decides",
    "[weights]\nmemory = 0\npinned = 0\n[group x]\nmembers = db-1; web\npolicy = affinity\npriority = 1\n"
    "[group y]\nmembers = db-1; mail\npolicy = affinity\npriority = 2\n",
    UNTUNED, "a", { { TWO }, { TWO, "web=0" }, { TWO, "mail=0" } }, "c b | a:here" },
  { "home-draws", "", PINNED, "b", { { TWO }, { ONE }, { TWO, .maintenance = NULL } }, "a c | b:here", { "c: the guest is not at home there" } },
  { "the-less-loaded-first", "", UNTUNED, "a", { { TWO }, { TWO, .load_permille = 900 }, { TWO, .load_permille = 100 } }, "c b | a:here",
    { "b: load 90 %" } },
  { "a-load-that-one-keeps-to-itself-counts-for-none", "", UNTUNED, "a", { { TWO }, { TWO, .load_permille = 900 }, { TWO, .load_permille = 100 }, { TWO } },
    "b c d | a:here", { "c: as good; its name comes later" } },
  { "loads-that-hardly-differ-are-one", "", UNTUNED, "a", { { TWO }, { TWO, .load_permille = 120 }, { TWO, .load_permille = 110 } }, "b c | a:here" },
  { "one-wild-value-decides-nothing", "[weights]\nmemory = 0\npinned = 120\n", UNTUNED, "a",
    { { TWO }, { TWO, "x=0-3", .load_permille = 10 }, { TWO, .load_permille = 400 }, { TWO, .load_permille = 85366814 } }, "c d b | a:here" },
  { "more-memory-first", "", UNTUNED, "a", { { TWO }, { ONE }, { "node:1 core:4 mem:64G" } }, "c b | a:here", { "b: 87 % of its memory would be left" } },
  { "fewer-own-cpus-first", "", UNTUNED, "a", { { TWO }, { TWO, "x=0-5" }, { TWO, "x=0-1" } }, "c b | a:here",
    { "b: 75 % of its CPUs would be some guest's own" } },
  { "a-weight-of-nothing-counts-nothing", "[weights]\npinned = 0\nmemory = 0\n", UNTUNED, "a", { { TWO }, { TWO, "x=0-5" }, { TWO, "x=0-1" } },
    "b c | a:here" },
  { "a-placement-of-its-own-for-a-host", STRICT "[placement db-1 on b]\nvcpupin.0 = 2\nvcpupin.1 = 3\n", PINNED, "a", { { TWO }, { ONE }, { ONE } },
    "b c | a:here", { "b: it fits as written", "c: its plan costs 16" } },
  { "an-unlike-cpu-is-out-if-the-policy-says-so", "[fit]\ncpu-model = keep\n", FAST, "a", { { TWO }, { TWO } }, " | a:here b:cpu-model",
    { "b: CPU" } },
  { "or-warned-of", "", FAST, "a", { { TWO }, { TWO } }, "b | a:here", { "b: it fits, with a warning: cpu-model" } },
  { "what-one-host-has-as-written-is-not-had-by-the-next", STRICT, BOUND, "a", { { TWO }, { TWO }, { "node:1 core:1 thread:2 mem:4G" } },
    "b | a:here c:plan", { "c: 2 CPUs wanted" } },
  { "what-is-offline-at-home-is-missed-elsewhere-alone", "[weights]\nhome = 0\n", MASKED, "b",
    { { TWO, .lacks_7 = TRUE }, { TWO }, { TWO, .lacks_7 = TRUE }, { TWO } }, "a d c | b:here", { "a: it fits as written", "c: its plan costs" } },
  { "what-a-guest-holds-there-is-its-own", STRICT, PINNED, "a", { { TWO }, { "node:1 core:2 mem:4G", "db-1~=0-1" } }, "b | a:here" },
};

static PinRules *
make_rules (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  int file = g_file_open_tmp ("pinshift-rank-XXXXXX", &path, &error);
  PinRules *rules;

  g_assert_no_error (error);
  g_close (file, NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  rules = pin_rules_file_load_one (path, &error);
  g_unlink (path);
  g_assert_no_error (error);
  return rules;
}

static PinDomain *
make_guest (const char *inner)
{
  g_autofree char *xml = g_strdup_printf ("<domain type='kvm'><name>%s</name><uuid>" UUID "</uuid><memory unit='MiB'>512</memory>"
                                          "<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>%s</domain>",
                                          "db-1", inner);
  g_autoptr (GError) error = NULL;
  PinDomain *domain = pin_domain_parse (xml, strlen (xml), &error);

  g_assert_no_error (error);
  return domain;
}

/* "db-2=4-5" */
static void
add_guest (PinSnapshot *host, const char *text, guint number)
{
  g_auto (GStrv) parts = g_strsplit (text, "=", 2);
  gsize last = strlen (parts[0]) - 1;
  char sign = parts[0][last];
  g_autofree char *name = g_strndup (parts[0], sign == '~' || sign == '-' ? last : last + 1);
  g_autofree char *uuid = strcmp (name, "db-1") == 0 ? g_strdup (UUID) : g_strdup_printf (OTHER, 0x10 + number);
  PinTenant *tenant = pin_tenant_new (name, uuid);

  tenant->running = sign != '-';
  pin_cpuset_free (tenant->dedicated);
  tenant->dedicated = pin_cpuset_parse (parts[1], NULL);
  g_ptr_array_add (sign == '~' ? host->claims : host->domains, tenant);
}

/* As sysfs has it: where a CPU is that is offline is not known. */
static PinTopology *
make_topology_without_7 (void)
{
  g_autoptr (PinTopologyBuilder) builder = pin_topology_builder_new ();

  for (guint node = 0; node < 2; node++)
    pin_topology_builder_add_node (builder, node, NULL, NULL);
  for (guint cpu = 0; cpu < 8; cpu++)
    pin_topology_builder_add_cpu (builder, cpu, cpu < 7 ? cpu / 4 : PIN_CPUSET_END, 0, 0, cpu, NULL, cpu < 7);
  return pin_topology_builder_end (builder, NULL);
}

static void
take_7 (PinSnapshot *host)
{
  pin_topology_unref (host->topology);
  host->topology = make_topology_without_7 ();
  pin_cpuset_remove (host->allowed, 7);
}

/* Host a has the UUID that originals are at home at. */
static PinSite *
make_site (const HostCase *c, guint number, PinMakes *makes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PinSnapshot) host = pin_synthetic_parse (c->shape, &error);
  g_auto (GStrv) guests = g_strsplit (c->guests != NULL ? c->guests : "", " ", -1);

  g_assert_no_error (error);
  if (c->lacks_7)
    take_7 (host);
  g_free (host->uuid);
  host->uuid = g_strdup_printf ("40570000-0000-4000-8000-%012x", number);
  for (guint i = 0; guests[i] != NULL; i++)
    {
      if (*guests[i] != '\0')
        add_guest (host, guests[i], number * 8 + i);
    }
  return pin_site_new (host, makes);
}

static const char *const names[MOST_HOSTS] = { "a", "b", "c", "d", "e", "f" };

static guint
make_rows (const Case *c, PinHostRow rows[MOST_HOSTS], PinMakes *makes)
{
  guint n = 0;

  for (; n < MOST_HOSTS && (n == 0 || memcmp (&c->hosts[n], &(HostCase){ NULL }, sizeof (HostCase)) != 0
                            || (n + 1 < MOST_HOSTS && c->hosts[n + 1].shape != NULL));
       n++)
    {
      const HostCase *host = &c->hosts[n];
      gboolean unmanaged = g_strcmp0 (host->shape, "unmanaged") == 0;

      rows[n] = (PinHostRow){ .name = names[n], .failure = host->failure, .maintenance = host->maintenance != NULL,
                              .maintenance_reason = host->maintenance, .load_permille = host->load_permille > 0 ? host->load_permille : -1 };
      rows[n].presence = unmanaged ? PIN_PRESENCE_UNMANAGED : host->failure != NULL ? PIN_PRESENCE_UNREACHABLE : PIN_PRESENCE_REACHABLE;
      rows[n].site = host->shape != NULL && !unmanaged ? make_site (host, n, makes) : NULL;
    }
  return n;
}

static PinOriginal *
make_original (const PinDomain *domain)
{
  g_autoptr (PinSnapshot) home = pin_synthetic_parse (TWO, NULL);
  g_autoptr (PinTopology) shape = pin_original_shape (home->topology, domain->placement);

  return pin_original_from (domain->placement, pin_home_new ("40570000-0000-4000-8000-000000000000", "a", shape));
}

/* "c b | a:here" */
static char *
answer_of (PinRank *rank)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint n;
  const PinRanked *entries = pin_rank_all (rank, &n);

  for (guint i = 0; i < n; i++)
    {
      const char *name = pin_rank_row (rank, &entries[i])->name;

      if (i == pin_rank_n_candidates (rank))
        g_string_append (text, i > 0 ? " |" : " |");
      g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", name);
      if (entries[i].filter != PIN_FILTER_NONE)
        g_string_append_printf (text, ":%s", pin_filter_name (entries[i].filter));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assert_said (PinRank *rank, const char *wanted)
{
  guint n;
  const PinRanked *entries = pin_rank_all (rank, &n);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *why = NULL;

      if (pin_rank_row (rank, &entries[i])->name[0] != wanted[0])
        continue;
      why = pin_rank_why (rank, &entries[i], &entries[0]);
      g_test_message ("%c: %s", wanted[0], why);
      g_assert_nonnull (strstr (why, wanted + 3));
      g_assert_null (strchr (why, '\n'));
    }
}

/* What is judged is what is planned. */
static void
assert_planned (PinRank *rank)
{
  guint n;
  const PinRanked *entries = pin_rank_all (rank, &n);

  for (guint i = 0; i < pin_rank_n_candidates (rank); i++)
    {
      g_autoptr (PinPlan) plan = pin_rank_plan (rank, &entries[i]);

      g_assert_cmpint (plan->verdict, ==, entries[i].verdict);
      g_assert_cmpuint (plan->cost, ==, entries[i].cost);
    }
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (PinMakes) makes = pin_makes_new ();
  g_autoptr (PinRules) rules = make_rules (c->policy);
  g_autoptr (PinDomain) domain = make_guest (c->guest);
  g_autoptr (PinOriginal) original = make_original (domain);
  PinHostRow rows[MOST_HOSTS];
  guint n = make_rows (c, rows, makes);
  PinRankQuestion question = { domain->guest, original, rules, c->on };
  g_autoptr (PinRank) rank = pin_rank_new (&question, rows, n);
  g_autofree char *answer = answer_of (rank);

  for (guint i = 0; i < G_N_ELEMENTS (c->said) && c->said[i] != NULL; i++)
    assert_said (rank, c->said[i]);
  g_assert_cmpstr (answer, ==, c->answer);
  assert_planned (rank);
  for (guint i = 0; i < n; i++)
    pin_site_free ((PinSite *) rows[i].site);
}

/* The best few are the first of all. */
static void
test_best (void)
{
  g_autoptr (PinMakes) makes = pin_makes_new ();
  g_autoptr (PinRules) rules = make_rules ("");
  g_autoptr (PinDomain) domain = make_guest (PINNED);
  g_autoptr (PinOriginal) original = make_original (domain);
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  PinRankQuestion question = { domain->guest, original, rules, NULL };
  PinHostRow rows[200];
  g_autoptr (PinRank) all = NULL;
  guint n;
  const PinRanked *wanted;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *own = g_strdup_printf ("x=0-%d", g_rand_int_range (random, 0, 8));
      HostCase host = { i % 3 == 0 ? TWO : i % 3 == 1 ? ONE : SMALL, i % 3 == 0 ? own : "", NULL, 0, NULL };

      rows[i] = (PinHostRow){ .name = g_strdup_printf ("h%03u", i), .load_permille = g_rand_int_range (random, 0, 1000) };
      rows[i].site = make_site (&host, i, makes);
    }
  all = pin_rank_new (&question, rows, G_N_ELEMENTS (rows));
  wanted = pin_rank_all (all, &n);
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (rows));
  for (guint k = 1; k <= 64; k *= 2)
    {
      g_autoptr (PinRank) rank = pin_rank_new (&question, rows, G_N_ELEMENTS (rows));
      const PinRanked *best = pin_rank_best (rank, k, &n);

      for (guint i = 0; i < k; i++)
        g_assert_cmpuint (best[i].host, ==, wanted[i].host);
    }
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      pin_site_free ((PinSite *) rows[i].site);
      g_free ((char *) rows[i].name);
    }
}

static void
test_find (void)
{
  static const struct
  {
    const char *asked;
    const char *row; /* or what is wrong */
    gboolean found;
  } wanted[] = {
    { "db-1", "a", TRUE },           /* where it runs, not where it is defined */
    { UUID, "a", TRUE },             { "6F1C2D3E-0000-4000-8000-000000000001", "a", TRUE },
    { "web", "there are several guests \"web\": on b and on c; ask for one by its UUID", FALSE },
    { "mail", "b", TRUE },           { "db", "no guest \"db\" is known on any host that can be reached (see pinshift maintenance)", FALSE },
    { "new", "no guest \"new\" is known on any host that can be reached (see pinshift maintenance)", FALSE }, /* it is still on its way */
  };
  const HostCase hosts[] = { { TWO, "db-1=0" }, { TWO, "db-1-=0 web=1 mail=2 new~=3" }, { TWO, "web=1" } };
  g_autoptr (PinMakes) makes = pin_makes_new ();
  PinHostRow rows[G_N_ELEMENTS (hosts)];

  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    rows[i] = (PinHostRow){ .name = names[i], .site = make_site (&hosts[i], i, makes) };
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (PinFound) found = pin_find_guest (rows, G_N_ELEMENTS (rows), wanted[i].asked, &error);

      g_assert_cmpstr (found != NULL ? rows[found->row].name : error->message, ==, wanted[i].row);
      g_assert_true ((found != NULL) == wanted[i].found);
    }
  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    pin_site_free ((PinSite *) rows[i].site);
}

static void
test_find_host (void)
{
  const PinHostRow rows[] = { { .name = "hosta" }, { .name = "hostb" } };
  guint row;

  g_assert_true (pin_find_host (rows, 2, "hostb", &row));
  g_assert_cmpuint (row, ==, 1);
  g_assert_false (pin_find_host (rows, 2, "hostx", &row));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/rank/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/rank/the-best-few-are-the-first-of-all", test_best);
  g_test_add_func ("/rank/finds-guests-where-they-run", test_find);
  g_test_add_func ("/rank/finds-hosts-by-name", test_find_host);
  return g_test_run ();
}
