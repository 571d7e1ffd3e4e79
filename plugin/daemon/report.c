/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report.h"

#include "service/event.h"

#include <stdarg.h>

static const PinEventKind kinds[] = {
  [PIN_REPORT_PLANNED] = { "planned", "5b1f1f2a6c0a4d6e9b7e0b4a5f5c7d01", FALSE },
  [PIN_REPORT_REFUSED] = { "refused", "c0f1b6d7c2e64b0c9f7a3d2e8b6a4c02", TRUE },
  [PIN_REPORT_UNPLANNED] = { "unplanned", "d6b92407b36d4d0596f366b3fe3aee5b", TRUE },
  [PIN_REPORT_ARRIVED] = { "arrived", "7e3d9a4c1b584f7da0c6e2f81d9b5a03", FALSE },
  [PIN_REPORT_ADAPTED] = { "adapted", "e2a94b8f6d3c4c11b5a7094f3e6d8b04", TRUE },
  [PIN_REPORT_RESTORED] = { "restored", "1d6c5b0e9f2a47d3865e7c1b0a4f3d05", FALSE },
  [PIN_REPORT_RECORDED] = { "recorded", "a8f07c3e5b1d4e92960d4c7f2b8e1a06", FALSE },
  [PIN_REPORT_RECORD_DROPPED] = { "record-dropped", "94c2e7d1f0b64a5c8e3d6b9a7f1c5e07", TRUE },
  [PIN_REPORT_REPAIRED] = { "repaired", "3f7a0d5c8e924b16a1d7c45e0b92f608", FALSE },
  [PIN_REPORT_UNREPAIRED] = { "unrepaired", "b86e13f94d0a4c7795c2a8e07d3f1b09", TRUE },
  [PIN_REPORT_REPINNED] = { "repinned", "0c47e1a95d3b4f6e8a12d7b3f5906c0a", FALSE },
  [PIN_REPORT_ADOPTED] = { "adopted", "6a92f0d4b71c4e058c3e5d1f7ab0260b", FALSE },
  [PIN_REPORT_FORGOTTEN] = { "forgotten", "f35d8c1709be4a6fb2047e6c91d5a80c", FALSE },
  [PIN_REPORT_ALONE] = { "alone", "7b30e5f8a1d24c96b8f2065ec39d1a0e", TRUE },
  [PIN_REPORT_MAINTENANCE] = { "maintenance", "d81f4a37c6e94b0eb23c95a0671f3e0d", FALSE },
};

G_STATIC_ASSERT (G_N_ELEMENTS (kinds) == PIN_REPORT_N);

void
pin_report (PinReport kind, const char *guest, const char *uuid, const char *migration, const char *format, ...)
{
  const PinEventAbout about = { .guest = guest, .uuid = uuid, .migration = migration != NULL ? migration : uuid };
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  line = g_strdup_printf ("%s: %s", guest, text);
  pin_event_log (&kinds[kind], &about, line);
}

void
pin_report_host (PinReport kind, const char *host, const char *format, ...)
{
  const PinEventAbout nothing = { NULL };
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  line = g_strdup_printf ("%s %s", host, text);
  pin_event_log (&kinds[kind], &nothing, line);
}

char *
pin_report_plan (const PinPlan *plan)
{
  g_autoptr (GString) text = g_string_new (pin_verdict_name (plan->verdict));
  const char *separator = ": ";

  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      if (plan->actions[setting] == PIN_ACTION_NONE)
        continue;
      g_string_append_printf (text, "%s%s %s", separator, pin_setting_name (setting), pin_action_name (plan->actions[setting]));
      separator = ", ";
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
pin_report_reasons (const PinPlan *plan, PinAction worst_of)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < plan->reasons->len; i++)
    {
      const PinReason *reason = g_ptr_array_index (plan->reasons, i);

      if (reason->action < worst_of)
        continue;
      g_string_append_printf (text, "%s%s: %s", text->len > 0 ? "; " : "", pin_setting_name (reason->setting), reason->text);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
