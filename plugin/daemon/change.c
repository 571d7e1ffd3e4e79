/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "change.h"

#include "core/error.h"

static void
refuse (GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, data);

  g_task_return_new_error (task, PIN_ERROR, PIN_ERROR_UNSUPPORTED, "this version of pinshiftd can't do that");
}

void
pin_change_repin_async (PinWatch *watch, const char *domain, gboolean dry_run, GAsyncReadyCallback callback, gpointer data)
{
  refuse (callback, data);
}

char *
pin_change_repin_finish (PinWatch *watch, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
pin_change_adopt_async (PinWatch *watch, const char *domain, GAsyncReadyCallback callback, gpointer data)
{
  refuse (callback, data);
}

gboolean
pin_change_adopt_finish (PinWatch *watch, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
pin_change_forget_async (PinWatch *watch, const char *domain, gboolean force, GAsyncReadyCallback callback, gpointer data)
{
  refuse (callback, data);
}

gboolean
pin_change_forget_finish (PinWatch *watch, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
