/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SELinux: whether it is in force, whether its policy has our module, and what it calls the hook. */
#include "exam-parts.h"

#include "host-file.h"
#include "assignment.h"

#include <string.h>
#include <sys/xattr.h>

#define MODULE "pinshift"

static void
add_mode (const PinExamOrder *order, GVariantDict *facts)
{
  g_autofree char *enforce = NULL;
  PinExamSight sight = pin_exam_read (order, "/sys/fs/selinux/enforce", &enforce);

  if (sight == PIN_EXAM_MISSING)
    g_variant_dict_insert (facts, "selinux", "s", "disabled");
  else if (sight == PIN_EXAM_SEEN)
    g_variant_dict_insert (facts, "selinux", "s", strcmp (enforce, "0") == 0 ? "permissive" : "enforcing");
}

/* The policy that the host goes by.  (transfer full) */
static char *
policy_name (const PinExamOrder *order)
{
  g_autofree char *config = NULL;
  char *name = pin_exam_read (order, "/etc/selinux/config", &config) == PIN_EXAM_SEEN ? pin_exam_setting (config, "SELINUXTYPE") : NULL;

  return name != NULL ? name : g_strdup ("targeted");
}

/* Below the directory of modules there is one for each priority, and one for those that are switched off, all with an entry for each module. */
static PinExamSight
find_module (const PinExamOrder *order, const char *modules)
{
  g_autoptr (GPtrArray) names = NULL;
  PinExamSight found = pin_exam_list (order, modules, &names);

  if (found != PIN_EXAM_SEEN)
    return found;
  found = PIN_EXAM_MISSING;
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *path = g_build_filename (modules, name, MODULE, NULL);
      struct stat status;
      g_autofree char *target = pin_exam_follow (order, path, &status);

      if (target == NULL)
        return PIN_EXAM_HIDDEN;
      if (status.st_mode != 0 && strcmp (name, "disabled") == 0)
        return PIN_EXAM_MISSING;
      if (status.st_mode != 0)
        found = PIN_EXAM_SEEN;
    }
  return found;
}

static void
add_module (const PinExamOrder *order, GVariantDict *facts)
{
  /* The latter on hosts that are updated as images. */
  static const char *const stores[] = { "/var/lib/selinux", "/etc/selinux" };
  g_autofree char *policy = policy_name (order);
  gboolean loaded = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (stores) && !loaded; i++)
    {
      g_autofree char *modules = g_build_filename (stores[i], policy, "active/modules", NULL);
      PinExamSight sight = find_module (order, modules);

      if (sight == PIN_EXAM_HIDDEN)
        return;
      loaded = sight == PIN_EXAM_SEEN;
    }
  g_variant_dict_insert (facts, "selinux-module", "b", loaded);
}

/*
 * Of one whose type the policy does not know the kernel says that it has none ("unlabeled_t"), but to root, who is shown what is on the disk.
 * Where SELinux is off it may be there too, and means nothing.
 */
static void
add_label (const PinExamOrder *order, GVariantDict *facts)
{
  const char *target = NULL;
  const char *mode = "disabled";
  g_autofree char *real = NULL;
  char label[512];
  gssize length;

  g_variant_dict_lookup (facts, "selinux", "&s", &mode);
  if (strcmp (mode, "disabled") == 0 || !g_variant_dict_lookup (facts, "hook-target", "&s", &target))
    return;
  real = pin_exam_path (order, target);
  length = lgetxattr (real, "security.selinux", label, sizeof label - 1);
  if (length <= 0)
    return;
  label[length] = '\0';
  pin_exam_add_text (facts, "selinux-hook", label);
}

void
pin_exam_selinux (const PinExamOrder *order, GVariantDict *facts)
{
  add_mode (order, facts);
  add_module (order, facts);
  add_label (order, facts);
}
