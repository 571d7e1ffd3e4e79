/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift snapshot: this host as JSON, for a what-if, a test or a bug report. */
#include "cli.h"

#include "format/snapshot-json.h"
#include "host/sysfs.h"
#include "host1-client.h"

#include <string.h>

#define MEMORY_BACKING_DIR "/var/lib/libvirt/qemu/ram"

static char *
ask_service (const PinCli *cli, GError **error)
{
  g_autoptr (PinHost1) host = pin_cli_host1_new (cli, FALSE, error);
  char *json = NULL;

  if (host == NULL)
    return NULL;
  if (!pin_host1_call_snapshot_sync (host, &json, NULL, error))
    pin_cli_host1_explain (host, error);
  return json;
}

/* "/" is named as this machine is, a captured tree as its directory. */
static char *
name_of (const char *root)
{
  g_autofree char *path = g_canonicalize_filename (root, NULL);

  return strcmp (path, "/") == 0 ? g_strdup (g_get_host_name ()) : g_path_get_basename (path);
}

static char *
read_root (const char *root, GError **error)
{
  g_autoptr (PinSysfs) sysfs = pin_sysfs_open (root, error);
  g_autoptr (PinTopology) topology = sysfs != NULL ? pin_sysfs_read_topology (sysfs, error) : NULL;
  g_autofree char *name = name_of (root);
  g_autoptr (PinSnapshot) snapshot = NULL;

  if (topology == NULL)
    return NULL;
  snapshot = pin_snapshot_new (name, topology);
  if (!pin_sysfs_read_host (sysfs, snapshot, MEMORY_BACKING_DIR, error)
      || !pin_sysfs_read_memory (sysfs, snapshot, NULL, error))
    return NULL;
  return pin_snapshot_to_json (snapshot, FALSE);
}

static int
run (PinCli *cli, int argc, char **argv)
{
  g_autofree char *root = NULL;
  const GOptionEntry entries[] = {
    { "sysroot", 0, 0, G_OPTION_ARG_FILENAME, &root,
      "Read DIR/sys and DIR/proc: no domains, no policy", "DIR" },
    { NULL },
  };
  g_autofree char *json = NULL;
  g_autoptr (GError) error = NULL;

  if (!pin_cli_parse (cli, &pin_cli_snapshot, entries, &argc, &argv, 0, 0, &error))
    return pin_cli_fail (error);
  json = root != NULL ? read_root (root, &error) : ask_service (cli, &error);
  if (json == NULL)
    {
      int code = pin_cli_fail (error);

      return root != NULL ? PIN_CLI_USAGE : code; /* a directory that is no machine is bad input */
    }
  pin_cli_print_json (json);
  return PIN_CLI_DONE;
}

const PinCliVerb pin_cli_snapshot = {
  "snapshot",
  "",
  "Print this host as JSON",
  run,
  .example = "pinshift -H hostb snapshot > hostb.json",
  .asks_host = TRUE,
};
