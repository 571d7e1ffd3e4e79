/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift doctor: what is asked of another host, what comes of the answers, and what is said where nobody answers. */
#include "cli-world.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#define COLUMNS 80
#define ADRIFT_US (90 * G_USEC_PER_SEC)
#define DISK "/srv/images/db1.qcow2"
#define GUEST \
  "<domain type='kvm'><name>db1</name><uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid><memory unit='MiB'>512</memory><vcpu>1</vcpu>" \
  "<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os><devices><disk type='file' device='disk'><source file='" DISK "'/>" \
  "<target dev='vda'/></disk></devices></domain>\n"
#define FACTS \
  "{'version': <'9.8.7'>, 'policy-digest': <'0123456789abcdef'>, 'policy-problem': <''>, 'libvirt-problem': <''>, 'maintenance': <'new disks'>, " \
  "'hook-called': <int64 0>, 'space': <@a{st} {}>, 'daemons': <['libvirtd']>, 'libvirt-hostname': <'hostb.invalid'>}"

/* hostb, behind a program called ssh; this host has no bus at first. */
typedef struct
{
  PinCliWorld world;
  PinCliService service;
  GPtrArray *asked;   /* options of Examine, printed */
  const char *refuse; /* the D-Bus error with which Examine is refused; NULL: it is answered */
} Ward;

static gboolean
on_examine (PinHost1 *skeleton, GDBusMethodInvocation *call, GVariant *options, gpointer data)
{
  Ward *ward = data;
  g_autoptr (GVariant) facts = g_variant_ref_sink (g_variant_new_parsed (FACTS));
  g_auto (GVariantDict) answer = G_VARIANT_DICT_INIT (facts);

  g_ptr_array_add (ward->asked, g_variant_print (options, FALSE));
  if (ward->refuse != NULL)
    {
      g_dbus_method_invocation_return_dbus_error (call, ward->refuse, "Rejected send message, 2 matched rules");
      return TRUE;
    }
  g_variant_dict_insert (&answer, "time", "x", g_get_real_time () + ADRIFT_US);
  pin_host1_complete_examine (skeleton, call, g_variant_dict_end (&answer));
  return TRUE;
}

static gboolean
on_guest (PinHost1 *skeleton, GDBusMethodInvocation *call, const char *domain, GVariant *options, gpointer data)
{
  pin_host1_complete_guest (skeleton, call, GUEST);
  return TRUE;
}

static void
put_ssh (const Ward *ward)
{
  g_autofree char *path = g_build_filename (ward->world.dir, "ssh", NULL);
  g_autofree char *text = g_strdup_printf (
      "#!/bin/sh\ntest \"$*\" = '-o BatchMode=yes -- hostb pinshift relay' || { echo \"ssh: no way: $*\" >&2; exit 255; }\n"
      "DBUS_SYSTEM_BUS_ADDRESS='%s' exec \"$PINSHIFT_CLI\" relay\n", ward->world.address);

  pin_cli_world_put (&ward->world, "ssh", text);
  g_assert_cmpint (g_chmod (path, 0755), ==, 0);
}

static void
ward_init (Ward *ward)
{
  g_autofree char *path = NULL;

  ward->asked = g_ptr_array_new_with_free_func (g_free);
  pin_cli_world_init (&ward->world);
  pin_cli_service_init (&ward->service, &ward->world);
  ward->service.domains = "[{\"name\":\"db1\",\"uuid\":\"c7a5fdbd-edaf-9455-926a-d65c16db1809\",\"id\":7,\"state\":\"running\",\"home\":\"hosta\","
                          "\"actions\":{},\"reasons\":{}}]";
  g_signal_connect (ward->service.skeleton, "handle-examine", G_CALLBACK (on_examine), ward);
  g_signal_connect (ward->service.skeleton, "handle-guest", G_CALLBACK (on_guest), ward);
  put_ssh (ward);
  path = g_strdup_printf ("%s:%s", ward->world.dir, g_getenv ("PATH"));
  g_setenv ("PATH", path, TRUE);
  g_free (ward->world.address);
  ward->world.address = g_strdup_printf ("unix:path=%s/no-bus", ward->world.dir);
}

static void
ward_clear (Ward *ward)
{
  pin_cli_service_clear (&ward->service);
  pin_cli_world_clear (&ward->world);
  g_ptr_array_unref (ward->asked);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ward, ward_clear)

/* The levels of @check for @subject in the JSON that was printed, "WARN" or "PASS,FAIL"; and the reason of the last.  (transfer full) */
static char *
levels_of (const Ward *ward, const char *check, const char *subject, char **ret_reason)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = json_from_string (ward->world.out, &error);
  g_autoptr (GString) levels = g_string_new (NULL);
  JsonArray *findings;

  g_assert_no_error (error);
  findings = json_object_get_array_member (json_node_get_object (root), "findings");
  *ret_reason = NULL;
  for (guint i = 0; i < json_array_get_length (findings); i++)
    {
      JsonObject *finding = json_array_get_object_element (findings, i);

      if (strcmp (json_object_get_string_member (finding, "check"), check) != 0
          || strcmp (json_object_get_string_member (finding, "subject"), subject) != 0)
        continue;
      g_string_append_printf (levels, "%s%s", levels->len > 0 ? "," : "", json_object_get_string_member (finding, "level"));
      g_free (*ret_reason);
      *ret_reason = g_strdup (json_object_get_string_member_with_default (finding, "reason", ""));
    }
  return g_string_free (g_steal_pointer (&levels), FALSE);
}

/* What comes of the facts of both hosts: this one is seen by the command alone. */
static void
test_findings (void)
{
  const char *here = g_get_host_name ();
  g_autofree char *both = g_strdup_printf ("%s and hostb", here);
  const struct { const char *check, *subject, *level, *reason; } rows[] = {
    { "service", here, "FAIL", "" },
    { "service", "hostb", "PASS", "" },
    { "policy-valid", here, "UNSEEN", "" },
    { "policy-valid", "hostb", "PASS", "" },
    { "maintenance", "hostb", "WARN", "new disks" },
    { "clocks", both, "WARN", "90" },
  };
  g_auto (Ward) ward = { { NULL } };

  ward_init (&ward);
  pin_cli_world_run (&ward.world, "doctor --json -c test:///default hostb", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *reason = NULL;
      g_autofree char *levels = levels_of (&ward, rows[i].check, rows[i].subject, &reason);

      g_test_message ("%s of %s: %s", rows[i].check, rows[i].subject, reason);
      g_assert_cmpstr (levels, ==, rows[i].level);
      pin_cli_assert_has (reason, rows[i].reason);
    }
  g_assert_cmpint (ward.world.code, ==, 1);
}

/* First nothing special, then names and disks, and the time at last. */
static void
test_asked (void)
{
  g_auto (Ward) ward = { { NULL } };

  ward_init (&ward);
  pin_cli_world_run (&ward.world, "doctor -c test:///default hostb", NULL);
  g_assert_cmpuint (ward.asked->len, >=, 3);
  g_assert_cmpstr (ward.asked->pdata[0], ==, "{}");
  pin_cli_assert_has (ward.asked->pdata[1], "'names': <['hostb.invalid', '");
  pin_cli_assert_has (ward.asked->pdata[1], "'paths': <['" DISK "']>");
  for (guint i = 2; i < ward.asked->len; i++)
    g_assert_cmpstr (ward.asked->pdata[i], ==, "{'brief': <true>}");
}

/* Its pinshiftd is there and says nothing: so much is said, and the rest looked at all the same. */
static void
test_silent (void)
{
  static const struct { const char *refuse, *level; } rows[] = {
    { "org.freedesktop.DBus.Error.AccessDenied", "UNSEEN" },
    { "org.freedesktop.DBus.Error.ServiceUnknown", "FAIL" },
    { "org.freedesktop.DBus.Error.UnknownMethod", "FAIL" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Ward) ward = { { NULL } };
      g_autofree char *levels = NULL, *reason = NULL, *others = NULL, *other = NULL;

      ward_init (&ward);
      ward.refuse = rows[i].refuse;
      pin_cli_world_run (&ward.world, "doctor --json -c test:///default hostb", NULL);
      levels = levels_of (&ward, "service", "hostb", &reason);
      g_assert_cmpstr (levels, ==, rows[i].level);
      others = levels_of (&ward, "maintenance", "hostb", &other);
      g_assert_cmpstr (others, ==, "UNSEEN");
      g_assert_cmpuint (ward.asked->len, ==, 1);
    }
}

static void
test_no_way (void)
{
  g_auto (Ward) ward = { { NULL } };
  g_autofree char *own = g_strdup_printf (" %s: Checking pinshiftd answers on the bus", g_get_host_name ());

  ward_init (&ward);
  pin_cli_world_run (&ward.world, "doctor -c test:///default hostc", NULL);
  pin_cli_assert_has (ward.world.out, own);
  pin_cli_assert_has (ward.world.out, " hostc: Checking the way to the host");
  pin_cli_assert_has (ward.world.out, "ssh: no way: -o BatchMode=yes -- hostc");
  pin_cli_assert_has (ward.world.out, "    do: see that ssh -o BatchMode=yes hostc pinshift relay");
  g_assert_cmpstr (ward.world.err, ==, "");
  g_assert_cmpint (ward.world.code, ==, 1);
}

static void
test_manners (void)
{
  static const struct { const char *line, *has, *has_not; } rows[] = {
    { "doctor -c test:///default", " : PASS", "\033[" },
    { "doctor -c test:///default", "could not be seen: ", "policy-valid could" },
    { "doctor -q -c test:///default", " : FAIL", " : PASS" },
    { "doctor -q -c test:///default", " : FAIL", " : NOTE" },
    { "doctor -v -c test:///default", "Checking the policy is valid", "could not be seen: " },
  };
  g_auto (Ward) ward = { { NULL } };

  ward_init (&ward);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      pin_cli_world_run (&ward.world, rows[i].line, NULL);
      pin_cli_assert_has (ward.world.out, rows[i].has);
      g_assert_null (strstr (ward.world.out, rows[i].has_not));
    }
}

/* Nothing is wider than the terminal, whatever hosts are called. */
static void
test_terminal (void)
{
  g_auto (Ward) ward = { { NULL } };
  g_auto (GStrv) lines = NULL;

  ward_init (&ward);
  pin_cli_world_run_at_terminal (&ward.world, "doctor --no-color -v -c test:///default hostb", COLUMNS);
  pin_cli_assert_has (ward.world.out, " : FAIL\r\n");
  lines = g_strsplit (ward.world.out, "\r\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (g_utf8_strlen (lines[i], -1) > COLUMNS)
      g_error ("more than %d columns: %s", COLUMNS, lines[i]);
  pin_cli_world_run_at_terminal (&ward.world, "doctor -c test:///default", COLUMNS);
  pin_cli_assert_has (ward.world.out, "\033[1;31mFAIL\033[0m");
}

static void
test_wrong (void)
{
  g_autofree char *own = g_strdup_printf ("doctor db1 %s", g_get_host_name ());
  const struct { const char *line; int code; const char *err; } rows[] = {
    { "doctor a b c", 2, "doctor: too many arguments; usage: pinshift doctor [[DOMAIN] HOST]" },
    { "-H hostb doctor", 2, "doctor: -H HOST is for verbs that ask one host's pinshiftd" },
    { own, 2, " is this host; name the one that db1 is to go to" },
    { "doctor -c test:///default nobody hostb", 1, "nobody: " },
  };
  g_auto (Ward) ward = { { NULL } };

  ward_init (&ward);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      pin_cli_world_run (&ward.world, rows[i].line, NULL);
      g_assert_cmpstr (ward.world.out, ==, "");
      pin_cli_assert_one_line (&ward.world);
      pin_cli_assert_has (ward.world.err, rows[i].err);
      g_assert_cmpint (ward.world.code, ==, rows[i].code);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli-doctor/facts-of-both-hosts-come-to-findings", test_findings);
  g_test_add_func ("/cli-doctor/another-host-is-asked-for-names-disks-and-the-time", test_asked);
  g_test_add_func ("/cli-doctor/a-service-that-says-nothing-is-a-finding", test_silent);
  g_test_add_func ("/cli-doctor/a-host-without-a-way-is-a-finding", test_no_way);
  g_test_add_func ("/cli-doctor/quiet-verbose-and-plain", test_manners);
  g_test_add_func ("/cli-doctor/no-line-is-wider-than-the-terminal", test_terminal);
  g_test_add_func ("/cli-doctor/what-is-wrong-with-a-command-is-one-line", test_wrong);
  return g_test_run ();
}
