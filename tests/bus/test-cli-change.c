/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the verbs that change guests ask the service, what they print of its answers, and how they end. */
#include "cli-world.h"

#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define ALL_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

#define PLAN(verdict, action, pins) \
  "{\"version\":1,\"host\":\"here\",\"domain\":\"db1\",\"verdict\":\"" verdict "\",\"actions\":{\"vcpu-pins\":\"" action "\"}," \
  "\"cost\":0,\"reasons\":[]" pins "}"

/* The service, what it answers, and what it was asked. */
typedef struct
{
  PinCliService canned;
  const char *repin;    /* plan that Repin answers */
  const char *verdict;  /* of Fit */
  const char *text;     /* of Fit */
  const char *adapted;  /* XML of Fit; NULL: none */
  guint n_files;        /* how often it comes */
  GString *asked;       /* a line for each call */
} Service;

#define NEWER "its record stays as it is"

/* Guests "no-..." are not here, "bad-..." can't be changed, "new-..." have a record of another version. */
static gboolean
answers (Service *service, GDBusMethodInvocation *call, const char *domain, GVariant *options)
{
  g_autofree char *printed = g_variant_print (options, FALSE);

  g_string_append_printf (service->asked, "%s %s %s\n", g_dbus_method_invocation_get_method_name (call), domain, printed);
  if (g_str_has_prefix (domain, "no-"))
    g_dbus_method_invocation_return_dbus_error (call, "org.pinshift.Error.NotFound", "no domain 'no-one' here");
  else if (g_str_has_prefix (domain, "bad-"))
    g_dbus_method_invocation_return_dbus_error (call, "org.pinshift.Error.Failed", "it is transient and misses hugepages");
  else if (g_str_has_prefix (domain, "new-"))
    g_dbus_method_invocation_return_dbus_error (call, "org.pinshift.Error.Unsupported", NEWER);
  else
    return TRUE;
  return FALSE;
}

static gboolean
on_repin (PinHost1 *skeleton, GDBusMethodInvocation *call, const char *domain, GVariant *options, gpointer data)
{
  if (answers (data, call, domain, options))
    pin_host1_complete_repin (skeleton, call, ((Service *) data)->repin);
  return TRUE;
}

static gboolean
on_adopt (PinHost1 *skeleton, GDBusMethodInvocation *call, const char *domain, GVariant *options, gpointer data)
{
  if (answers (data, call, domain, options))
    pin_host1_complete_adopt (skeleton, call);
  return TRUE;
}

static gboolean
on_forget (PinHost1 *skeleton, GDBusMethodInvocation *call, const char *domain, GVariant *options, gpointer data)
{
  if (answers (data, call, domain, options))
    pin_host1_complete_forget (skeleton, call);
  return TRUE;
}

/* One "Fit" line: the guest, the operation, whether the file is sealed and what it has. */
static void
note_fit (Service *service, GUnixFDList *fds, const char *guest, const char *operation, GVariant *xml)
{
  int fd = g_unix_fd_list_get (fds, g_variant_get_handle (xml), NULL);
  g_autofree char *text = NULL;
  struct stat info;

  g_assert_cmpint (fstat (fd, &info), ==, 0);
  text = g_malloc0 ((gsize) info.st_size + 1);
  g_assert_cmpint (pread (fd, text, (gsize) info.st_size, 0), ==, info.st_size);
  g_string_append_printf (service->asked, "Fit %s %s %s %s", guest, operation,
                          fcntl (fd, F_GET_SEALS) == ALL_SEALS ? "sealed" : "unsealed", text);
  close (fd);
}

static gboolean
on_fit (PinHost1 *skeleton, GDBusMethodInvocation *call, GUnixFDList *fds, const char *guest, const char *operation,
        GVariant *xml, GVariant *options, gpointer data)
{
  Service *service = data;
  g_autoptr (GUnixFDList) files = g_unix_fd_list_new ();
  GVariantBuilder handles;

  note_fit (service, fds, guest, operation, xml);
  g_variant_builder_init (&handles, G_VARIANT_TYPE ("ah"));
  for (guint i = 0; i < service->n_files; i++)
    {
      int fd = memfd_create ("adapted", MFD_CLOEXEC);

      g_assert_cmpint (write (fd, service->adapted, strlen (service->adapted)), ==, strlen (service->adapted));
      g_variant_builder_add (&handles, "h", g_unix_fd_list_append (files, fd, NULL));
      close (fd);
    }
  pin_host1_complete_fit (skeleton, call, files, service->verdict, g_variant_builder_end (&handles), service->text);
  return TRUE;
}

static void
service_init (Service *service, PinCliWorld *world)
{
  pin_cli_service_init (&service->canned, world);
  service->asked = g_string_new (NULL);
  service->text = "";
  g_signal_connect (service->canned.skeleton, "handle-repin", G_CALLBACK (on_repin), service);
  g_signal_connect (service->canned.skeleton, "handle-adopt", G_CALLBACK (on_adopt), service);
  g_signal_connect (service->canned.skeleton, "handle-forget", G_CALLBACK (on_forget), service);
  g_signal_connect (service->canned.skeleton, "handle-fit", G_CALLBACK (on_fit), service);
}

static void
service_clear (Service *service)
{
  pin_cli_service_clear (&service->canned);
  g_string_free (service->asked, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Service, service_clear)

typedef struct
{
  const char *line;
  int code;
  const char *out;
  const char *err;
  const char *asked; /* NULL: does not matter */
} Row;

/* Runs each row; @out, @err and @asked are all that is printed, said and asked. */
static void
check_rows (PinCliWorld *world, Service *service, const Row *rows, guint n_rows)
{
  for (guint i = 0; i < n_rows; i++)
    {
      g_string_truncate (service->asked, 0);
      pin_cli_world_run (world, rows[i].line, NULL);
      g_assert_cmpstr (world->out, ==, rows[i].out);
      g_assert_cmpstr (world->err, ==, rows[i].err);
      g_assert_cmpint (world->code, ==, rows[i].code);
      if (rows[i].asked != NULL)
        g_assert_cmpstr (service->asked->str, ==, rows[i].asked);
    }
}

#define PINS ",\"pins\":{\"vcpupin\":{\"0\":\"4\",\"1\":\"5\"},\"emulatorpin\":\"6-7\",\"iothreadpin\":{\"1\":\"7\"}}"
#define TABLE "db1 on here\n Setting     Action   What and why\n------------------------------------\n"
#define RESTART "; is it of another version? try systemctl restart pinshiftd\n"
/* More than anything has that a daemon says; without a bound, enough of them end who reads them. */
#define DEEP "[[[[[[[[[[[[[[[["
#define KEPT TABLE " vcpu-pins   keep     as written\nVerdict: keep\n"

static void
test_repin (void)
{
  static const struct { const char *plan; Row row; } cases[] = {
    { PLAN ("keep", "keep", PINS),
      { "repin db1", 0,
        KEPT "\n Pinned         CPUs\n----------------------\n vCPU 0         4\n vCPU 1         5\n emulator       6-7\n"
             " I/O thread 1   7\n",
        "", "Repin db1 {}\n" } },
    { PLAN ("keep", "keep", ",\"pins\":{\"emulatorpin\":\"6\"}"),
      { "repin db1 --dry-run", 10, KEPT "\n Would be pinned   CPUs\n-------------------------\n emulator          6\n", "",
        "Repin db1 {'dry-run': <true>}\n" } },
    { PLAN ("keep", "keep", PINS), { "repin -q db1", 0, "", "", NULL } },
    { PLAN ("keep", "keep", ",\"pins\":{}"), { "repin db1", 0, KEPT "\nNothing to pin\n", "", NULL } },
    { PLAN ("adapt", "weaken", ",\"pins\":{}"),
      { "repin --dry-run db1", 0, TABLE " vcpu-pins   weaken\nVerdict: adapt, cost 0\n\nNothing to pin\n", "", NULL } },
    { PLAN ("refuse", "refuse", ",\"pins\":{}"), { "repin db1", 1, TABLE " vcpu-pins   refuse\nVerdict: refuse\n", "", NULL } },
    { PLAN ("refuse", "refuse", ",\"pins\":{}"),
      { "repin --dry-run --json db1", 1, PLAN ("refuse", "refuse", ",\"pins\":{}") "\n", "", NULL } },
    { PLAN ("keep", "keep", PINS), { "repin --json --dry-run db1", 10, PLAN ("keep", "keep", PINS) "\n", "", NULL } },
    { PLAN ("keep", "keep", ""), { "repin no-one", 1, "", "pinshift: no domain 'no-one' here\n", "Repin no-one {}\n" } },
    { PLAN ("keep", "keep", ""), { "repin new-one", 1, "", "pinshift: " NEWER "\n", "Repin new-one {}\n" } },
    { "{}", { "repin db1", 1, "", "pinshift: the answer is no plan: it has no verdict" RESTART, NULL } },
    { "{\"verdict\":" DEEP, { "repin db1", 1, "", "pinshift: the answer is no plan: not JSON at column 27: nested too deep" RESTART, NULL } },
  };
  g_auto (PinCliWorld) world = { NULL };
  g_auto (Service) service = { .repin = NULL };

  pin_cli_world_init (&world);
  service_init (&service, &world);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      service.repin = cases[i].plan;
      check_rows (&world, &service, &cases[i].row, 1);
    }
  service.repin = "[";
  pin_cli_world_run (&world, "repin db1", NULL);
  pin_cli_assert_one_line (&world);
  g_assert_cmpint (world.code, ==, 1);
}

static void
test_adopt (void)
{
  static const Row rows[] = {
    { "adopt db1", 0, "db1: adopted\n", "", "Adopt db1 {}\n" },
    { "adopt -q db1", 0, "", "", "Adopt db1 {}\n" },
    { "adopt --json db1", 0, "{\"version\":1,\"domains\":[{\"name\":\"db1\",\"result\":\"adopted\"}]}\n", "", NULL },
    { "adopt --dry-run db1", 0, "db1: would be adopted; it has now: hugepages: strip, vcpu-pins: remap\n", "", "" },
    { "adopt --dry-run C7A5FDBD-edaf-9455-926a-d65c16db1809", 0,
      "db1: would be adopted; it has now: hugepages: strip, vcpu-pins: remap\n", "", "" },
    { "adopt --dry-run no-one", 1, "", "pinshift: no domain 'no-one' here; see virsh list --all\n", "" },
    { "adopt no-one", 1, "", "pinshift: no domain 'no-one' here\n", "Adopt no-one {}\n" },
    { "adopt bad-one", 1, "", "pinshift: bad-one: it is transient and misses hugepages\n", "Adopt bad-one {}\n" },
    { "adopt new-one", 1, "", "pinshift: new-one: " NEWER "\n", "Adopt new-one {}\n" },
  };
  g_auto (PinCliWorld) world = { NULL };
  g_auto (Service) service = { .repin = NULL };

  pin_cli_world_init (&world);
  service_init (&service, &world);
  service.canned.domains = "[{\"name\":\"db1\",\"uuid\":\"c7a5fdbd-edaf-9455-926a-d65c16db1809\",\"state\":\"running\","
                           "\"actions\":{\"vcpu-pins\":\"remap\",\"hugepages\":\"strip\"}}]";
  check_rows (&world, &service, rows, G_N_ELEMENTS (rows));
}

static void
test_forget (void)
{
  static const Row rows[] = {
    { "forget db1", 0, "db1: forgotten\n", "", "Forget db1 {}\n" },
    { "forget --force bad-one", 1, "", "pinshift: bad-one: it is transient and misses hugepages\n",
      "Forget bad-one {'force': <true>}\n" },
    { "forget new-one", 1, "", "pinshift: new-one: " NEWER "\n", "Forget new-one {}\n" },
    { "forget --all", 1, "a: forgotten\nb: forgotten\n", "pinshift: bad-one: it is transient and misses hugepages\n",
      "Forget a {}\nForget bad-one {}\nForget b {}\n" },
    { "forget --all --force -q", 1, "", "pinshift: bad-one: it is transient and misses hugepages\n",
      "Forget a {'force': <true>}\nForget bad-one {'force': <true>}\nForget b {'force': <true>}\n" },
    { "forget --all --dry-run", 0,
      "a: would be forgotten; it has now: keep\nbad-one: would be forgotten; it has now: hugepages: strip\n"
      "b: would be forgotten\n", "", "" },
    { "forget --json --all", 1,
      "{\"version\":1,\"domains\":[{\"name\":\"a\",\"result\":\"forgotten\"},{\"name\":\"bad-one\",\"result\":\"failed\","
      "\"text\":\"it is transient and misses hugepages\"},{\"name\":\"b\",\"result\":\"forgotten\"}]}\n",
      "pinshift: bad-one: it is transient and misses hugepages\n", NULL },
    { "forget no-one --dry-run", 1, "", "pinshift: no domain 'no-one' here; see virsh list --all\n", "" },
  };
  g_auto (PinCliWorld) world = { NULL };
  g_auto (Service) service = { .repin = NULL };

  pin_cli_world_init (&world);
  service_init (&service, &world);
  service.canned.domains = "[{\"name\":\"a\",\"uuid\":\"u1\",\"actions\":{\"vcpu-pins\":\"keep\"}},"
                           "{\"name\":\"bad-one\",\"uuid\":\"u2\",\"actions\":{\"hugepages\":\"strip\"}},"
                           "{\"name\":\"b\",\"uuid\":\"u3\",\"actions\":{}}]";
  check_rows (&world, &service, rows, G_N_ELEMENTS (rows));
  service.canned.domains = "[]";
  pin_cli_world_run (&world, "forget --all", NULL);
  g_assert_cmpstr (world.out, ==, "");
  g_assert_cmpint (world.code, ==, 0);
  service.canned.domains = "{}";
  pin_cli_world_run (&world, "forget --all", NULL);
  pin_cli_assert_one_line (&world);
  g_assert_cmpint (world.code, ==, 1);
}

/* Longer than what it was made from, and without a newline at its end. */
#define LINE "<!-- adapted \303\244, and so there is more of it than of what it was made from, more than that -->"
#define ADAPTED "<domain>" LINE LINE LINE LINE LINE LINE "</domain>"

static void
test_adapt (void)
{
  static const struct { const char *verdict, *text, *plan; guint n_files; Row row; } cases[] = {
    { "keep", "", NULL, 0, { "adapt db1.xml", 0, PIN_CLI_GUEST, "", "Fit db1 adapt sealed " PIN_CLI_GUEST } },
    { "adapt", "", PLAN ("adapt", "remap", ""), 1, { "adapt db1.xml", 0, ADAPTED, "pinshift: adapted: vcpu-pins remap\n", NULL } },
    { "adapt", "", PLAN ("keep", "keep", ""), 1, { "adapt ./db1.xml", 0, ADAPTED, "pinshift: adapted: as its owner wrote\n", NULL } },
    { "adapt", "", PLAN ("adapt", "remap", ""), 1, { "adapt -q db1.xml", 0, ADAPTED, "", NULL } },
    { "refuse", "vcpu-pins: 4 wanted, 2 free", NULL, 0,
      { "adapt db1.xml", 1, "", "pinshift: db1 is refused: vcpu-pins: 4 wanted, 2 free\n", NULL } },
    { "refuse", "", NULL, 0, { "adapt -q db1.xml", 1, "", "pinshift: db1 is refused: pinshiftd gives no reason\n", NULL } },
    { "keep", "", PLAN ("adapt", "remap", ""), 0,
      { "adapt --dry-run db1.xml", 10, TABLE " vcpu-pins   remap\nVerdict: adapt, cost 0\n", "", "" } },
    { "keep", "", PLAN ("keep", "keep", ""), 0, { "adapt --dry-run db1.xml", 0, KEPT, "", "" } },
    { "keep", "", PLAN ("refuse", "refuse", ""), 0, { "adapt -q --dry-run --json db1.xml", 1, PLAN ("refuse", "refuse", "") "\n", "", "" } },
    { "adapt", "", PLAN ("adapt", "remap", ""), 1,
      { "adapt --json db1.xml", 0,
        "{\"version\":1,\"verdict\":\"adapt\",\"actions\":{\"vcpu-pins\":\"remap\"},\"xml\":\"" ADAPTED "\"}\n", "", NULL } },
    { "refuse", "no room", PLAN ("refuse", "refuse", ""), 0,
      { "adapt --json db1.xml", 1,
        "{\"version\":1,\"verdict\":\"refuse\",\"actions\":{\"vcpu-pins\":\"refuse\"},\"xml\":null,\"text\":\"no room\"}\n", "",
        NULL } },
    { "adapt", "", PLAN ("adapt", "remap", ""), 0,
      { "adapt db1.xml", 1, "", "pinshift: the answer of pinshiftd is adapt, but has 0 files; is it of another version? try systemctl restart pinshiftd\n", NULL } },
    { "keep", "", NULL, 2, { "adapt db1.xml", 1, "", "pinshift: the answer of pinshiftd is keep, but has 2 files; is it of another version? try systemctl restart pinshiftd\n", NULL } },
    { "perhaps", "", NULL, 0, { "adapt db1.xml", 1, "", "pinshift: the answer of pinshiftd is no verdict: perhaps; is it of another version? try systemctl restart pinshiftd\n", NULL } },
    { "adapt", "", "{}", 1, { "adapt db1.xml", 1, "", "pinshift: the answer is no plan: it has no verdict" RESTART, NULL } },
  };
  g_auto (PinCliWorld) world = { NULL };
  g_auto (Service) service = { .adapted = ADAPTED };

  pin_cli_world_init (&world);
  service_init (&service, &world);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      service.verdict = cases[i].verdict;
      service.text = cases[i].text;
      service.n_files = cases[i].n_files;
      service.canned.plan = cases[i].plan;
      check_rows (&world, &service, &cases[i].row, 1);
    }
  service.verdict = "keep";
  service.n_files = 0;
  pin_cli_world_run (&world, "adapt -", PIN_CLI_GUEST);
  g_assert_cmpstr (world.out, ==, PIN_CLI_GUEST);
}

/* What libvirt stores, passwords among it, goes to the service, and comes out as it is. */
static void
test_adapt_by_name (void)
{
  g_auto (PinCliWorld) world = { NULL };
  g_auto (Service) service = { .verdict = "keep" };
  g_autofree char *line = NULL;

  pin_cli_world_init (&world);
  service_init (&service, &world);
  pin_cli_world_put (&world, "node.xml",
                     "<node><domain type='test'><name>db2</name><memory>8192</memory><os><type>hvm</type></os><devices>"
                     "<graphics type='vnc' passwd='secret'/></devices></domain></node>");
  line = g_strdup_printf ("-c test://%s/node.xml adapt db2", world.dir);
  pin_cli_world_run (&world, line, NULL);
  g_assert_cmpstr (world.err, ==, "");
  g_assert_cmpint (world.code, ==, 0);
  /* It runs, but what is stored has no number. */
  g_assert_true (g_str_has_prefix (world.out, "<domain type='test'>"));
  pin_cli_assert_has (world.out, "passwd='secret'");
  g_assert_true (g_str_has_prefix (service.asked->str, "Fit db2 adapt sealed <domain type='test'>"));
  g_assert_true (g_str_has_suffix (service.asked->str, world.out));
}

/* JSON that a program can take apart, with the XML whole. */
static void
test_adapt_json (void)
{
  g_auto (PinCliWorld) world = { NULL };
  g_auto (Service) service = { .verdict = "keep" };
  g_autoptr (JsonNode) root = NULL;

  pin_cli_world_init (&world);
  service_init (&service, &world);
  service.canned.plan = PLAN ("keep", "keep", "");
  pin_cli_world_run (&world, "adapt --json -", PIN_CLI_GUEST);
  root = json_from_string (world.out, NULL);
  g_assert_nonnull (root);
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (root), "xml"), ==, PIN_CLI_GUEST);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli-change/repin-shows-the-plan-and-what-was-pinned", test_repin);
  g_test_add_func ("/cli-change/adopt-is-a-line", test_adopt);
  g_test_add_func ("/cli-change/forget-goes-on-after-a-failure", test_forget);
  g_test_add_func ("/cli-change/adapt-prints-the-xml-to-start-with", test_adapt);
  g_test_add_func ("/cli-change/adapt-takes-what-libvirt-stores", test_adapt_by_name);
  g_test_add_func ("/cli-change/adapt-as-json-has-the-xml-whole", test_adapt_json);
  return g_test_run ();
}
