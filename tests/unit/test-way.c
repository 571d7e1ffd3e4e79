/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which command leads to another host. */
#include "rules/rules-file.h"
#include "way.h"

#include <glib/gstdio.h>

static void
test_command (void)
{
  static const char policy[] = "[host hosta]\nlink = local\n[host hostb]\nlink = nc hostb 7777\n[host hostc]\nuri = qemu+ssh://hostc/system\n";
  static const struct { const char *what, *host, *command; } rows[] = {
    { "the host's own bus", "hosta", "local" },
    { "the link that the policy has", "hostb", "nc hostb 7777" },
    { "a host without a link", "hostc", "ssh -o BatchMode=yes -- 'hostc' pinshift relay" },
    { "a host that the policy does not know", "root@hostd", "ssh -o BatchMode=yes -- 'root@hostd' pinshift relay" },
    { "a name that means something to a shell, or to ssh", "-oProxyCommand=a b", "ssh -o BatchMode=yes -- '-oProxyCommand=a b' pinshift relay" },
  };
  g_autofree char *path = NULL, *elsewhere = NULL;
  g_autoptr (PinRules) rules = NULL;
  g_autoptr (GError) error = NULL;
  int file = g_file_open_tmp ("pinshift-way-XXXXXX.conf", &path, &error);

  g_assert_no_error (error);
  g_close (file, NULL);
  g_assert_true (g_file_set_contents (path, policy, -1, &error));
  rules = pin_rules_file_load_one (path, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *command = pin_way_command (rules, rows[i].host, "hosta");

      g_test_message ("%s", rows[i].what);
      g_assert_cmpstr (command, ==, rows[i].command);
    }
  /* The same policy on another host. */
  elsewhere = pin_way_command (rules, "hosta", "hostb");
  g_assert_cmpstr (elsewhere, ==, "ssh -o BatchMode=yes -- 'hosta' pinshift relay");
  g_unlink (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/way/the-command-is-the-link-or-ssh", test_command);
  return g_test_run ();
}
