/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "own-facts.h"

#include "pin-config.h"
#include "policy.h"

#include <sys/statvfs.h>

#define BYTES_OF_KIB 1024

static const char *
libvirt_problem_of (const PinPicture *picture, const char *problem)
{
  if (!picture->follows)
    return "pinshiftd was told to follow none";
  if (!picture->connected)
    return picture->libvirt_problem != NULL ? picture->libvirt_problem : "pinshiftd has not asked it yet";
  return problem != NULL ? problem : "";
}

static const char *
maintenance_of (const PinSnapshot *machine)
{
  if (!machine->maintenance)
    return "";
  return machine->maintenance_reason != NULL && *machine->maintenance_reason != '\0' ? machine->maintenance_reason : "no reason was given";
}

static void
add_directory (GVariantBuilder *space, const char *path)
{
  struct statvfs left;

  if (statvfs (path, &left) == 0)
    g_variant_builder_add (space, "{st}", path, (guint64)left.f_bavail * left.f_frsize / BYTES_OF_KIB);
}

/* Claims, and all else. */
static GVariant *
space_of (const PinPicture *picture)
{
  g_autofree char *claims = g_path_get_dirname (picture->ledger_path);
  GVariantBuilder space;

  g_variant_builder_init (&space, G_VARIANT_TYPE ("a{st}"));
  add_directory (&space, picture->state_dir);
  if (!g_str_equal (claims, picture->state_dir))
    add_directory (&space, claims);
  return g_variant_builder_end (&space);
}

void
pin_own_facts (const PinPicture *picture, const char *libvirt_problem, GVariantDict *facts)
{
  g_autofree char *policy_problem = pin_policy_problem (picture->policy_file, picture->rules);

  g_variant_dict_insert (facts, "version", "s", PIN_VERSION);
  g_variant_dict_insert (facts, "policy-digest", "s", pin_rules_digest (picture->rules));
  g_variant_dict_insert (facts, "policy-problem", "s", policy_problem);
  g_variant_dict_insert (facts, "libvirt-problem", "s", libvirt_problem_of (picture, libvirt_problem));
  g_variant_dict_insert (facts, "maintenance", "s", maintenance_of (picture->machine));
  g_variant_dict_insert (facts, "hook-called", "x", picture->hook_called_us);
  g_variant_dict_insert_value (facts, "space", space_of (picture));
  g_variant_dict_insert (facts, "time", "x", g_get_real_time ());
}
