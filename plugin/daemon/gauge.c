/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gauge.h"

#include "core/error.h"

/* From one look to the next. */
#define MEASURED_MS 1250
#define LOOKS 2
/* So much longer what guests write may take, which large ones need, before it is answered without. */
#define PATIENCE_MS 2750

typedef struct
{
  PinGaugeRead read;
  gpointer data;
} Waiter;

typedef enum
{
  DIRT_IDLE,
  DIRT_ASKED,
  DIRT_LATE /* asked for somebody who has been answered without */
} Dirt;

struct _PinGauge
{
  PinVirt *virt;
  GArray *waiting;     /* Waiter; nobody: nothing is measured */
  GHashTable *usages;  /* of the last look, or NULL */
  GHashTable *written; /* UUID -> guint64, what guests write; NULL: not known */
  Dirt dirt;
  guint n_looks;
  guint timer;
  guint idle;
};

/* Who asks again in its answer begins anew. */
static void
end (PinGauge *gauge, const GError *error)
{
  g_autoptr (GArray) waiting = g_steal_pointer (&gauge->waiting);
  g_autoptr (GHashTable) usages = g_steal_pointer (&gauge->usages);

  gauge->waiting = g_array_new (FALSE, FALSE, sizeof (Waiter));
  g_clear_pointer (&gauge->written, g_hash_table_unref);
  g_clear_handle_id (&gauge->timer, g_source_remove);
  if (gauge->dirt == DIRT_ASKED)
    gauge->dirt = DIRT_LATE;
  for (guint i = 0; i < waiting->len; i++)
    {
      const Waiter *waiter = &g_array_index (waiting, Waiter, i);

      waiter->read (error == NULL ? usages : NULL, error, waiter->data);
    }
}

static void
add_written (GHashTable *usages, GHashTable *written)
{
  GHashTableIter iter;
  gpointer uuid, usage;

  g_hash_table_iter_init (&iter, usages);
  while (g_hash_table_iter_next (&iter, &uuid, &usage))
    {
      const guint64 *kib_s = g_hash_table_lookup (written, uuid);

      ((PinVirtUsage *)usage)->dirty_kib_s = kib_s != NULL ? *kib_s : 0;
    }
}

static gboolean
on_patience (gpointer data)
{
  PinGauge *gauge = data;

  gauge->timer = 0;
  end (gauge, NULL);
  return G_SOURCE_REMOVE;
}

static void
end_if_all_is_known (PinGauge *gauge)
{
  if (gauge->n_looks < LOOKS)
    return;
  if (gauge->dirt == DIRT_ASKED)
    {
      gauge->timer = g_timeout_add (PATIENCE_MS, on_patience, gauge);
      return;
    }
  if (gauge->written != NULL)
    add_written (gauge->usages, gauge->written);
  end (gauge, NULL);
}

/* One that comes too late is of another time. */
static void
on_dirt (GObject *source, GAsyncResult *result, gpointer data)
{
  PinGauge *gauge = data;
  g_autoptr (GHashTable) written = pin_virt_dirt_finish (gauge->virt, result, NULL);
  gboolean was_late = gauge->dirt == DIRT_LATE;

  gauge->dirt = DIRT_IDLE;
  if (was_late)
    return;
  gauge->written = g_steal_pointer (&written);
  end_if_all_is_known (gauge);
}

static void on_usages (GObject *source, GAsyncResult *result, gpointer data);

static gboolean
on_time (gpointer data)
{
  PinGauge *gauge = data;

  gauge->timer = 0;
  pin_virt_usage_look_async (gauge->virt, g_steal_pointer (&gauge->usages), on_usages, gauge);
  return G_SOURCE_REMOVE;
}

static void
on_usages (GObject *source, GAsyncResult *result, gpointer data)
{
  PinGauge *gauge = data;
  g_autoptr (GError) error = NULL;

  gauge->usages = pin_virt_usage_finish (gauge->virt, result, &error);
  if (gauge->usages == NULL)
    end (gauge, error);
  else if (++gauge->n_looks == LOOKS)
    end_if_all_is_known (gauge);
  else
    gauge->timer = g_timeout_add (MEASURED_MS, on_time, gauge);
}

/* As long as some QEMU does not answer, no other is asked: one hangs at the most. */
static void
begin (PinGauge *gauge)
{
  gauge->n_looks = 0;
  pin_virt_usage_begin_async (gauge->virt, on_usages, gauge);
  if (gauge->dirt != DIRT_IDLE)
    return;
  gauge->dirt = DIRT_ASKED;
  pin_virt_dirt_async (gauge->virt, on_dirt, gauge);
}

static gboolean
on_idle (gpointer data)
{
  PinGauge *gauge = data;
  g_autoptr (GError) error = NULL;

  gauge->idle = 0;
  if (gauge->virt != NULL)
    begin (gauge);
  else
    {
      g_set_error (&error, PIN_ERROR, PIN_ERROR_FAILED, "pinshiftd is not connected to libvirt; see systemctl status libvirtd, or virtqemud");
      end (gauge, error);
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
  g_autoptr (GError) error = g_error_new (PIN_ERROR, PIN_ERROR_FAILED, "pinshiftd ends; ask again");

  if (gauge == NULL)
    return;
  g_clear_handle_id (&gauge->idle, g_source_remove);
  end (gauge, error);
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
