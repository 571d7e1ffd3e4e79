/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "change.h"

#include "adopt.h"
#include "core/error.h"
#include "forget.h"

const char *
pin_change_find (const PinWatch *watch, const char *domain, GError **error)
{
  const PinResident *resident = pin_picture_find (pin_watch_picture (watch), domain);

  if (!pin_watch_is_connected (watch))
    g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "pinshiftd is not connected to libvirt; see systemctl status libvirtd, or virtqemud");
  else if (resident == NULL)
    g_set_error (error, PIN_ERROR, PIN_ERROR_NOT_FOUND, "no domain '%s' here; see virsh list --all", domain);
  else
    return resident->uuid;
  return NULL;
}

/* A task for what is asked of @domain, with its UUID in *ret_uuid (borrowed); NULL: it was answered. */
static GTask *
task_on (PinWatch *watch, const char *domain, const char **ret_uuid, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, data);
  GError *error = NULL;

  *ret_uuid = pin_change_find (watch, domain, &error);
  if (*ret_uuid != NULL)
    return g_steal_pointer (&task);
  g_task_return_error (task, error);
  return NULL;
}

static void
on_repinned (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  char *json = pin_repin_finish (NULL, result, &error);

  if (json != NULL)
    g_task_return_pointer (task, json, g_free);
  else
    g_task_return_error (task, error);
}

void
pin_change_repin_async (PinWatch *watch, const char *domain, gboolean dry_run, GAsyncReadyCallback callback, gpointer data)
{
  const char *uuid = NULL;
  GTask *task = task_on (watch, domain, &uuid, callback, data);

  if (task != NULL)
    pin_repin_async (pin_watch_repin (watch), uuid, dry_run ? PIN_REPIN_PLAN : PIN_REPIN_ASKED, on_repinned, task);
}

char *
pin_change_repin_finish (PinWatch *watch, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
pin_change_adopt_async (PinWatch *watch, const char *domain, GAsyncReadyCallback callback, gpointer data)
{
  const char *uuid = NULL;
  GTask *task = task_on (watch, domain, &uuid, callback, data);

  if (task != NULL)
    pin_adopt_run (watch, uuid, task);
}

gboolean
pin_change_adopt_finish (PinWatch *watch, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
pin_change_forget_async (PinWatch *watch, const char *domain, gboolean force, GAsyncReadyCallback callback, gpointer data)
{
  const char *uuid = NULL;
  GTask *task = task_on (watch, domain, &uuid, callback, data);

  if (task != NULL)
    pin_forget_run (watch, uuid, force, task);
}

gboolean
pin_change_forget_finish (PinWatch *watch, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
