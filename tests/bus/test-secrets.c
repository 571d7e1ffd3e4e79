/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Passwords in the XML of guests: they go to the service and back to libvirt, and nowhere else. */
#include "secrets-world.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What somebody may have written who knows no better. */
#define OTHERS \
  "<disk type='network' device='disk'><auth username='Canary4'><secret type='iscsi' usage='Canary5'/></auth>" \
  "<source protocol='iscsi' name='iqn.x/1'><host name='hosta'/></source><target dev='vdb' bus='virtio'/></disk>"

typedef struct
{
  const char *name; /* of the guest */
  const char *cpus;
  const char *from, *to; /* replaced; @to NULL: it ends behind @from */
  int status;            /* of the hook */
  const char *logged;
} Row;

/* (transfer full) */
static char *
xml_of_row (const Row *row)
{
  g_autofree char *xml = secrets_make_xml ("kvm", row->name, row->cpus,
                                   OTHERS "</devices><qemu:commandline><qemu:arg value='data=Canary6'/></qemu:commandline><devices>");
  g_autoptr (GString) text = NULL;

  /* One <devices> is enough. */
  *strstr (xml, "<devices>\n</devices>") = '\0';
  text = g_string_new (xml);
  g_string_append (text, "</domain>\n");
  if (row->to != NULL)
    g_assert_cmpuint (g_string_replace (text, row->from, row->to, 1), ==, 1);
  else if (row->from != NULL)
    g_string_truncate (text, (gsize) (strstr (text->str, row->from) - text->str) + strlen (row->from));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* A pipe would be full. */
static int
file_of (const char *text)
{
  int fd = memfd_create ("xml", MFD_CLOEXEC);
  gssize length = (gssize) strlen (text);

  g_assert_cmpint (write (fd, text, (gsize) length), ==, length);
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  return fd;
}

/* The hook's answer has all of them, and none in metadata. */
static void
assert_whole (GBytes *out)
{
  gsize n;
  const char *bytes = g_bytes_get_data (out, &n);
  g_autofree char *text = g_strndup (bytes, n);
  char *metadata = strstr (text, "<metadata>"), *end = strstr (text, "</metadata>");

  for (char digit = '1'; digit <= '6'; digit++)
    {
      const char canary[] = { 'C', 'a', 'n', 'a', 'r', 'y', digit, '\0' };

      g_assert_nonnull (strstr (text, canary));
    }
  g_assert_true (metadata != NULL && end != NULL);
  *end = '\0';
  g_assert_nonnull (strstr (metadata, "urn:pinshift:record:1"));
  secrets_assert_silent (metadata, "the metadata");
}

static void
assert_row (SecretsWorld *world, const Row *row)
{
  const char *argv[] = { row->name, "migrate", "begin", "-", NULL };
  g_autofree char *xml = xml_of_row (row);
  g_auto (PinRun) run = pin_world_run (world->cluster.world, argv, file_of (xml), -1);
  g_auto (GStrv) syslog = pin_world_take_log (world->cluster.world);
  g_autofree char *log = secrets_read_log (world);
  const char *line = strstr (log, row->name);

  g_test_message ("%s: %d %s", row->name, run.exit_status, run.err);
  g_assert_cmpint (run.exit_status, ==, row->status);
  secrets_assert_silent (run.err, "the hook's standard error");
  for (char **at = syslog; *at != NULL; at++)
    secrets_assert_silent (*at, "the syslog");
  g_assert_true (row->logged != NULL || *syslog != NULL);
  if (row->logged != NULL && (line == NULL || strstr (line, row->logged) == NULL))
    g_error ("\"%s\" is not logged of %s: %s", row->logged, row->name, log);
  secrets_assert_silent (line, "the log");
  g_assert_true (line == NULL || strstr (line, "<devices") == NULL);
  if (g_str_equal (row->name, "adapted"))
    assert_whole (run.out);
  else
    g_assert_cmpuint (g_bytes_get_size (run.out), ==, 0);
}

#define VNC " passwd='Canary1'"

static void
test_arriving (void)
{
  static const Row rows[] = {
    { "kept", "0", NULL, NULL, 0, "keep" },
    { "adapted", "77", NULL, NULL, 0, "adapt: vcpu-pins remap" },
    { "refused", "77", NULL, NULL, 1, "refused: vcpu-pins" },
    { "cut-within", "0", VNC, NULL, 0, "does not parse" },
    { "cut-in-a-password", "0", "Canary1", NULL, 0, "does not parse" },
    { "cut-behind-a-disk", "0", "Canary5'/></auth>", NULL, 0, "does not parse" },
    { "entity", "0", VNC, " passwd='&Canary1;'", 0, "does not parse" },
    { "half-an-entity", "0", VNC, " passwd='&Canary1'", 0, "does not parse" },
    { "bracket", "0", VNC, " passwd='<Canary1'", 0, "does not parse" },
    { "element", "0", "'>Canary3<", "'><Canary3<", 0, "does not parse" },
    { "no-quotes", "0", VNC, " passwd=Canary1", 0, "does not parse" },
    { "no-value", "0", VNC, " Canary1 passwd", 0, "does not parse" },
    { "one-quote", "0", VNC, " passwd='a'Canary1'", 0, "does not parse" },
    { "twice", "0", VNC, " Canary1='a' Canary1='b'", 0, "does not parse" },
    { "prefix", "0", VNC, " Canary1:passwd='a'", 0, "" },
    { "control", "0", VNC, " passwd='\001Canary1'", 0, "does not parse" },
    { "no-utf-8", "0", VNC, " passwd='\xff" "Canary1'", 0, "not UTF-8" },
    { "other-end", "0", "</disk>", "</Canary3>", 0, "does not parse" },
    { "other-root", "0", "<domain type='kvm'", "<domain type='kvm'></domain><Canary1", 0, "does not parse" },
    { "a-type", "0", "<domain type='kvm'", "<!DOCTYPE Canary1 [<!ENTITY Canary2 'Canary3'>]><domain type='kvm'", 0, "document type" },
    { "no-xml", "0", "<domain type='kvm'", "Canary1", 0, "does not parse" },
    { "no-uuid", "0", SECRETS_UUID, "x", 0, "<uuid>" },
  };
  g_auto (SecretsWorld) world = { { NULL } };

  secrets_world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_row (&world, &rows[i]);
  secrets_assert_nowhere (&world);
}

/* More than anybody reads: the hook, or the service. */
static void
test_large (void)
{
  static const gsize sizes[] = { 4 * 1024 * 1024, 17 * 1024 * 1024 };
  g_auto (SecretsWorld) world = { { NULL } };

  secrets_world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *filling = g_strnfill (sizes[i], ' ');
      const Row row = { i == 0 ? "large" : "huge", "0", VNC, filling, 0, NULL };

      memcpy (filling, VNC, strlen (VNC));
      assert_row (&world, &row);
    }
  secrets_assert_nowhere (&world);
}

/* All that "pinshift LINE" says.  (transfer full) */
static char *
run_command (SecretsWorld *world, const char *line)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_autofree char *whole = g_strdup_printf ("%s -c %s %s", g_getenv ("PINSHIFT_CLI"), world->libvirt, line);
  g_auto (GStrv) argv = g_strsplit (whole, " ", -1);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  char *said = NULL;

  g_subprocess_launcher_setenv (launcher, "DBUS_SYSTEM_BUS_ADDRESS", world->cluster.world->address, TRUE);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &said, NULL, NULL));
  g_test_message ("%s: %s", line, said);
  return said;
}

/* What a call of one of the services is answered, as text.  (transfer full) */
static char *
call (SecretsWorld *world, const char *name, const char *path, const char *method, const char *parameters)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply
      = g_dbus_connection_call_sync (world->cluster.connection, name, path, name, method, g_variant_new_parsed (parameters), NULL,
                                     G_DBUS_CALL_FLAGS_NONE, SECRETS_PATIENCE_MS, NULL, &error);

  g_assert_no_error (error);
  return g_variant_print (reply, FALSE);
}

#define HOST "org.pinshift.Host1", "/org/pinshift/Host1"
#define CLUSTER "org.pinshift.Cluster1", "/org/pinshift/Cluster1"

/* Until the service has written its record, which comes with the guest. */
static void
wait_for_record (SecretsWorld *world)
{
  gint64 end = g_get_monotonic_time () + SECRETS_PATIENCE_MS * 1000;
  gboolean has_record = FALSE;

  while (!has_record)
    {
      g_autofree char *guest = call (world, HOST, "Guest", "('db1', @a{sv} {})");

      g_assert_nonnull (strstr (guest, "<graphics type="));
      has_record = strstr (guest, "urn:pinshift:record:1") != NULL;
      g_assert_cmpint (g_get_monotonic_time (), <, end);
    }
}

static void
test_told (void)
{
  static const struct { const char *name, *path, *method, *parameters; } calls[] = {
    { HOST, "Guest", "('db1', @a{sv} {})" },
    { HOST, "Snapshot", "()" },
    { HOST, "Present", "('',)" },
    { HOST, "Domains", "(@a{sv} {},)" },
    { HOST, "Usage", "(@as [], @a{sv} {})" },
    { HOST, "Log", "('', @a{sv} {})" },
    { HOST, "Examine", "({'brief': <true>},)" },
    { HOST, "Repin", "('db1', {'dry-run': <true>})" },
    { CLUSTER, "Rank", "('db1', @a{sv} {})" },
    { CLUSTER, "Domains", "(@a{sv} {},)" },
    { CLUSTER, "Plan", "('migrate', 'db1', @a{sv} {})" },
    { CLUSTER, "Log", "('', @a{sv} {})" },
  };
  static const char *const lines[] = { "plan db1", "plan FILE", "adapt --dry-run db1", "status", "log", "snapshot", "topology", "adopt db1",
                                       "log --json", "rank db1", "forget db1" };
  g_auto (SecretsWorld) world = { { NULL } };
  g_autofree char *xml = secrets_make_xml ("kvm", "db2", "77", "");
  g_autofree char *path = NULL;

  secrets_world_init (&world);
  wait_for_record (&world);
  path = g_build_filename (world.cluster.machine->root, "db2.xml", NULL);
  g_assert_true (g_file_set_contents (path, xml, -1, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_autofree char *said = call (&world, calls[i].name, calls[i].path, calls[i].method, calls[i].parameters);

      secrets_assert_silent (said, calls[i].method);
    }
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (GString) line = g_string_new (lines[i]);
      g_autofree char *said = NULL;

      g_string_replace (line, "FILE", path, 0);
      said = run_command (&world, line->str);
      secrets_assert_silent (said, lines[i]);
    }
  secrets_assert_nowhere (&world);
}

int
main (int argc, char **argv)
{
  signal (SIGPIPE, SIG_IGN);
  g_setenv ("G_MESSAGES_DEBUG", "all", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/secrets/of-a-guest-that-arrives-are-seen-by-libvirt-alone", test_arriving);
  g_test_add_func ("/secrets/of-what-is-too-large-are-seen-by-nobody", test_large);
  g_test_add_func ("/secrets/of-a-guest-that-is-here-are-told-nobody", test_told);
  return g_test_run ();
}
