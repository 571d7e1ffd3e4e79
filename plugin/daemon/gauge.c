/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gauge.h"

#include "core/error.h"

/* QEMU takes samples of memory for a second, and a while to compare them. */
#define MEASURED_MS 1250
/* Who has so much memory that it takes longer is given as much twice more. */
#define LOOKS_MAX 3

typedef struct
{
  PinGaugeRead read;
  gpointer data;
} Waiter;

struct _PinGauge
{
  PinVirt *virt;
  GArray *waiting;     /* Waiter; nobody: nothing is measured */
  GHashTable *usages;  /* from one look to the next; else NULL */
  guint timer;
  guint idle;
  guint n_looks;
};

/* Who asks again in its answer begins anew. */
static void
end (PinGauge *gauge, GHashTable *usages, const GError *error)
{
  g_autoptr (GArray) waiting = g_steal_pointer (&gauge->waiting);

  gauge->waiting = g_array_new (FALSE, FALSE, sizeof (Waiter));
  for (guint i = 0; i < waiting->len; i++)
    {
      const Waiter *waiter = &g_array_index (waiting, Waiter, i);

      waiter->read (usages, error, waiter->data);
    }
}

static gboolean
is_measuring (GHashTable *usages)
{
  GHashTableIter iter;
  gpointer usage;

  g_hash_table_iter_init (&iter, usages);
  while (g_hash_table_iter_next (&iter, NULL, &usage))
    if (((const PinVirtUsage *)usage)->measuring)
      return TRUE;
  return FALSE;
}

static void on_answer (GObject *source, GAsyncResult *result, gpointer data);

static gboolean
on_time (gpointer data)
{
  PinGauge *gauge = data;

  gauge->timer = 0;
  gauge->n_looks++;
  pin_virt_usage_look_async (gauge->virt, g_steal_pointer (&gauge->usages), on_answer, gauge);
  return G_SOURCE_REMOVE;
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  PinGauge *gauge = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) usages = pin_virt_usage_finish (gauge->virt, result, &error);

  if (usages == NULL || gauge->n_looks == LOOKS_MAX || (gauge->n_looks > 0 && !is_measuring (usages)))
    {
      end (gauge, usages, error);
      return;
    }
  gauge->usages = g_steal_pointer (&usages);
  gauge->timer = g_timeout_add (MEASURED_MS, on_time, gauge);
}

static gboolean
on_idle (gpointer data)
{
  PinGauge *gauge = data;
  g_autoptr (GError) error = NULL;

  gauge->idle = 0;
  gauge->n_looks = 0;
  if (gauge->virt != NULL)
    pin_virt_usage_begin_async (gauge->virt, on_answer, gauge);
  else
    {
      g_set_error (&error, PIN_ERROR, PIN_ERROR_FAILED, "pinshiftd does not follow libvirt");
      end (gauge, NULL, error);
    }
  return G_SOURCE_REMOVE;
}

PinGauge *
pin_gauge_new (PinVirt *virt)
{
  PinGauge *gauge = g_new0 (PinGauge, 1);

  gauge->virt = virt;
  gauge->waiting = g_array_new (FALSE, FALSE, sizeof (Waiter));
  return gauge;
}

void
pin_gauge_free (PinGauge *gauge)
{
  g_autoptr (GError) error = g_error_new (PIN_ERROR, PIN_ERROR_FAILED, "pinshiftd ends");

  if (gauge == NULL)
    return;
  g_clear_handle_id (&gauge->timer, g_source_remove);
  g_clear_handle_id (&gauge->idle, g_source_remove);
  end (gauge, NULL, error);
  g_clear_pointer (&gauge->usages, g_hash_table_unref);
  g_array_unref (gauge->waiting);
  g_free (gauge);
}

void
pin_gauge_ask (PinGauge *gauge, PinGaugeRead read, gpointer data)
{
  const Waiter waiter = { read, data };

  g_array_append_val (gauge->waiting, waiter);
  if (gauge->waiting->len == 1)
    gauge->idle = g_idle_add (on_idle, gauge);
}
