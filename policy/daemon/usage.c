/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "usage.h"

typedef struct
{
  GHashTable *usages;
  guint n_waiting; /* hosts */
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_hash_table_unref (question->usages);
  g_free (question);
}

/* A guest in mid-move is known to two hosts; the one where it works is right. */
static void
take_guest (GHashTable *usages, const char *uuid, PinUsage usage)
{
  const PinUsage *other = g_hash_table_lookup (usages, uuid);

  if (other == NULL || other->cpu_permille < usage.cpu_permille)
    g_hash_table_insert (usages, g_strdup (uuid), g_memdup2 (&usage, sizeof usage));
}

static void
take_reply (GHashTable *usages, GVariant *reply)
{
  g_autoptr (GVariantIter) iter = NULL;
  const char *uuid;
  gint cpu_permille;
  guint64 dirty_kib_s;

  g_variant_get (reply, "(a(sit))", &iter);
  while (g_variant_iter_next (iter, "(&sit)", &uuid, &cpu_permille, &dirty_kib_s))
    take_guest (usages, uuid, (PinUsage) { MAX (cpu_permille, -1), dirty_kib_s });
}

static void
end_if_all_answered (GTask *task)
{
  const Question *question = g_task_get_task_data (task);

  if (question->n_waiting == 0)
    g_task_return_pointer (task, g_hash_table_ref (question->usages), (GDestroyNotify) g_hash_table_unref);
}

static void
on_host (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Question *question = g_task_get_task_data (task);
  g_autoptr (GVariant) reply = pin_fleet_call_finish (result, NULL);

  question->n_waiting--;
  if (reply != NULL)
    take_reply (question->usages, reply);
  end_if_all_answered (task);
}

void
pin_usage_ask (PinFleet *fleet, const char *const *names, GCancellable *cancellable, GAsyncReadyCallback answered, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, answered, data);
  Question *question = g_new0 (Question, 1);

  question->usages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_task_set_task_data (task, question, question_free);
  for (; names[question->n_waiting] != NULL; question->n_waiting++)
    pin_fleet_call (fleet, names[question->n_waiting], "Usage", g_variant_new ("(asa{sv})", NULL, NULL), G_VARIANT_TYPE ("(a(sit))"),
                    cancellable, on_host, g_object_ref (task));
  end_if_all_answered (task);
}

GHashTable *
pin_usage_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
