/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The CPU of a host, from the first processor of /proc/cpuinfo. */
#include "host/sysfs-root.h"

#include "core/number.h"

#include <stdlib.h>
#include <string.h>

/* One processor takes less; the kernel writes a line per CPU only as far as it is read, and asks each CPU for its
 * speed. */
#define CPUINFO_HEAD 16384

/* The value of "key : value" in the first processor; NULL: it has no such line.  (transfer full) */
static char *
find_value (char **lines, const char *key)
{
  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      const char *colon = strchr (lines[i], ':');
      gsize length = strlen (key);

      if (colon != NULL && strncmp (lines[i], key, length) == 0
          && strspn (lines[i] + length, " \t") == (gsize)(colon - lines[i]) - length)
        return g_strstrip (g_strdup (colon + 1));
    }
  return NULL;
}

static int
compare_strings (const void *a, const void *b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

/* x86 calls them flags, arm64 Features, s390x features. */
static GStrv
find_features (char **lines)
{
  static const char *const names[] = { "flags", "Features", "features" };
  g_autofree char *text = NULL;
  GStrv features;

  for (guint i = 0; text == NULL && i < G_N_ELEMENTS (names); i++)
    text = find_value (lines, names[i]);
  if (text == NULL || *text == '\0')
    return NULL;
  features = g_strsplit (text, " ", -1);
  qsort (features, g_strv_length (features), sizeof *features, compare_strings);
  return features;
}

/* kvm's parameter is Y or N on Intel, 1 or 0 on AMD. */
static gboolean
read_nested (int sys)
{
  static const char *const parameters[] = { "module/kvm_intel/parameters/nested", "module/kvm_amd/parameters/nested" };

  for (guint i = 0; i < G_N_ELEMENTS (parameters); i++)
    {
      g_autofree char *text = pin_sysfs_read (sys, parameters[i], PIN_SYSFS_ATTRIBUTE_MAX, NULL);

      if (text != NULL && (*text == 'Y' || *text == '1'))
        return TRUE;
    }
  return FALSE;
}

static guint64
parse_microcode (const char *text)
{
  guint64 microcode = 0;

  if (text == NULL)
    return 0;
  if (g_str_has_prefix (text, "0x"))
    return pin_number_parse (text + 2, 16, 0, G_MAXUINT64, &microcode) ? microcode : 0;
  return pin_number_parse (text, 10, 0, G_MAXUINT64, &microcode) ? microcode : 0;
}

static gboolean
has_word (const char *words, const char *word)
{
  g_auto (GStrv) list = g_strsplit (words == NULL ? "" : words, " ", -1);

  return g_strv_contains ((const char *const *)list, word);
}

PinCpuModel *
pin_cpuinfo_read (PinSysfs *sysfs)
{
  g_autofree char *text = pin_sysfs_read_head (sysfs->proc, "cpuinfo", CPUINFO_HEAD);
  g_auto (GStrv) lines = text == NULL ? NULL : g_strsplit (text, "\n", -1);
  g_autofree char *microcode = NULL;
  g_autofree char *vmx = NULL;
  PinCpuModel *model;

  if (lines == NULL)
    return NULL;
  microcode = find_value (lines, "microcode");
  vmx = find_value (lines, "vmx flags");
  model = pin_cpu_model_new ();
  model->model = find_value (lines, "model name");
  model->vendor = find_value (lines, "vendor_id");
  model->microcode = parse_microcode (microcode);
  model->features = find_features (lines);
  model->tsc_hz = pin_sysfs_read_number (sysfs->sys, "devices/system/cpu/cpu0/tsc_freq_khz", 0) * 1000;
  model->tsc_scaling =
      has_word (vmx, "tsc_scaling")
      || (model->features != NULL && g_strv_contains ((const char *const *)model->features, "tsc_scale"));
  model->nested = read_nested (sysfs->sys);
  return model;
}
