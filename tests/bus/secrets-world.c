/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "secrets-world.h"

#include <string.h>
#include <unistd.h>

#define CANARY "Canary"
/* What libvirt itself takes for a secret. */
#define SECRETS \
  "<graphics type='vnc' port='5900' passwd='Canary1'/><graphics type='spice' passwd='Canary2'/>" \
  "<disk type='network' device='disk'><driver name='qemu' type='raw'/><source protocol='https' name='image'>" \
  "<host name='hosta' port='443'/><cookies><cookie name='c'>Canary3</cookie></cookies></source><target dev='vda' bus='virtio'/></disk>"

char *
secrets_make_xml (const char *type, const char *name, const char *cpus, const char *more)
{
  return g_strdup_printf ("<domain type='%s' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>\n<name>%s</name>\n<uuid>" SECRETS_UUID
                          "</uuid>\n<memory unit='KiB'>65536</memory>\n<vcpu>1</vcpu>\n<cputune><vcpupin vcpu='0' cpuset='%s'/></cputune>\n"
                          "<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>\n<devices>\n" SECRETS "%s\n</devices>\n</domain>\n",
                          type, name, cpus, more);
}

/* libvirt's test driver has a guest with passwords. */
static char *
make_node (void)
{
  g_autofree char *domain = secrets_make_xml ("test", "db1", "0", "");
  g_autofree char *text = g_strdup_printf ("<node>%s</node>", domain);
  g_autoptr (GError) error = NULL;
  char *path = NULL;
  int fd = g_file_open_tmp ("pinshift-secrets-XXXXXX.xml", &path, &error);

  g_assert_no_error (error);
  close (fd);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

void
secrets_world_init (SecretsWorld *world)
{
  g_autofree char *node = make_node ();

  world->libvirt = g_strconcat ("test://", node, NULL);
  world->cluster.libvirt = world->libvirt;
  cluster_world_init (&world->cluster, FALSE);
  g_assert_true (g_file_set_contents (world->cluster.host_policy, "[domain refused*]\nvcpu-pins = keep\n", -1, NULL));
  pin_world_set_conf (world->cluster.world, "deadline = 50s\n");
  eavesdropper_init (&world->ear, world->cluster.world->address);
  cluster_world_start_host (&world->cluster);
  cluster_world_start (&world->cluster);
  cluster_world_wait (world->cluster.host, "LibvirtConnected", "true");
}

void
secrets_world_clear (SecretsWorld *world)
{
  unlink (world->libvirt + strlen ("test://"));
  g_free (world->libvirt);
  eavesdropper_clear (&world->ear);
  cluster_world_clear (&world->cluster);
}
void
secrets_assert_silent (const char *text, const char *where)
{
  const char *at = text != NULL ? strstr (text, CANARY) : NULL;

  if (at != NULL)
    g_error ("%s has a password in: %.60s", where, at - MIN (at - text, 30));
}

/* All files below @path. */
static void
assert_files_silent (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_DIR) ? g_dir_open (path, 0, NULL) : NULL;
  g_autofree char *text = NULL;
  const char *name;
  gsize n = 0;

  if (dir == NULL && g_file_test (path, G_FILE_TEST_IS_REGULAR))
    {
      g_assert_true (g_file_get_contents (path, &text, &n, NULL));
      if (memmem (text, n, CANARY, strlen (CANARY)) != NULL)
        g_error ("%s has a password", path);
    }
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      assert_files_silent (child);
    }
}

/* What pinshift-policyd has said, which ends. */
static void
assert_policyd_silent (SecretsWorld *world)
{
  char *line;

  cluster_world_end_well (&world->cluster);
  while ((line = g_data_input_stream_read_line (world->cluster.log, NULL, NULL, NULL)) != NULL)
    {
      secrets_assert_silent (line, "the log of pinshift-policyd");
      g_free (line);
    }
}

void
secrets_assert_nowhere (SecretsWorld *world)
{
  assert_policyd_silent (world);
  g_assert_true (eavesdropper_has_heard (&world->ear, world->cluster.connection, "org.pinshift.Host1"));
  g_assert_false (eavesdropper_has_heard (&world->ear, world->cluster.connection, CANARY));
  assert_files_silent (world->cluster.world->dir);
}

char *
secrets_read_log (const SecretsWorld *world)
{
  g_autofree char *path = g_build_filename (world->cluster.world->dir, "pinshiftd.err", NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}
