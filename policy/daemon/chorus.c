/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "chorus.h"

#include "enquiry.h"

#include <string.h>

typedef struct
{
  gboolean spares_older;
  PinChorusHeard heard;
  gpointer data;
  GPtrArray *unreachable;
} Chorus;

static void
chorus_free (gpointer data)
{
  Chorus *chorus = data;

  g_clear_pointer (&chorus->unreachable, g_ptr_array_unref);
  g_free (chorus);
}

/* "hostc: Connection refused"; @why begins with the name of the host.  (transfer full) */
static char *
describe (const char *host, const char *why)
{
  g_autofree char *prefix = g_strdup_printf ("%s can't be reached: ", host);

  if (g_str_has_prefix (why, prefix))
    return g_strdup_printf ("%s: %s", host, why + strlen (prefix));
  return g_strdup (why);
}

static void
on_host (const PinEnquiryCall *asked, const char *text, const GError *error, gpointer data)
{
  const Chorus *chorus = g_task_get_task_data (data);
  g_autoptr (GError) problem = NULL;

  if (error != NULL)
    {
      if (!chorus->spares_older || !g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD))
        g_ptr_array_add (chorus->unreachable, describe (asked->host, error->message));
      return;
    }
  if (!chorus->heard (asked->host, text, chorus->data, &problem))
    g_ptr_array_add (chorus->unreachable, g_strdup_printf ("%s: %s", asked->host, problem->message));
}

static gint
compare_lines (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
on_all (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Chorus *chorus = g_task_get_task_data (task);
  GError *error = NULL;

  if (!pin_enquiry_finish (result, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  g_ptr_array_sort (chorus->unreachable, compare_lines);
  g_task_return_pointer (task, g_steal_pointer (&chorus->unreachable), (GDestroyNotify) g_ptr_array_unref);
}

/* A host that can't be reached is not asked: that would take its time, and start a pinshiftd that somebody has stopped. */
static void
address (Chorus *chorus, GPtrArray *calls, const PinHostRow *row, const char *what)
{
  if (row->presence == PIN_PRESENCE_REACHABLE)
    pin_enquiry_add (calls, row->name, what, NULL);
  else
    g_ptr_array_add (chorus->unreachable,
                     g_strdup_printf ("%s: %s", row->name, row->failure != NULL ? row->failure : "it was not heard yet"));
}

void
pin_chorus_ask (PinFleet *fleet, const PinChorusQuestion *question, GCancellable *cancellable, GAsyncReadyCallback over, gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, over, data);
  Chorus *chorus = g_new0 (Chorus, 1);
  GPtrArray *calls = pin_enquiry_calls_new ();
  guint n;
  const PinHostRow *rows = pin_fleet_rows (fleet, &n);

  chorus->spares_older = question->spares_older;
  chorus->heard = question->heard;
  chorus->data = data;
  chorus->unreachable = g_ptr_array_new_with_free_func (g_free);
  g_task_set_task_data (task, chorus, chorus_free);
  for (guint i = 0; i < n; i++)
    address (chorus, calls, &rows[i], question->what);
  pin_enquiry_ask (fleet, question->method, calls, question->options, on_host, cancellable, on_all, task);
}

GPtrArray *
pin_chorus_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
