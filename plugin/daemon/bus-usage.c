/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus-usage.h"

#include "gauge.h"
#include "service/errors.h"
#include "service/options.h"

struct _PinBusUsage
{
  PinHost1 *skeleton;
  PinGauge *gauge;
};

typedef struct
{
  GDBusMethodInvocation *invocation; /* ours until it is answered */
  char **guests;                     /* nobody: all */
} Call;

static void
call_free (Call *call)
{
  g_strfreev (call->guests);
  g_free (call);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
add (GVariantBuilder *rows, const char *uuid, const PinVirtUsage *usage)
{
  g_variant_builder_add (rows, "(sit)", uuid, usage->cpu_permille, usage->dirty_kib_s);
}

static void
add_all (GVariantBuilder *rows, GHashTable *usages)
{
  GHashTableIter iter;
  gpointer uuid, usage;

  g_hash_table_iter_init (&iter, usages);
  while (g_hash_table_iter_next (&iter, &uuid, &usage))
    add (rows, uuid, usage);
}

static void
add_named (GVariantBuilder *rows, GHashTable *usages, char **guests)
{
  for (guint i = 0; guests[i] != NULL; i++)
    {
      g_autofree char *uuid = g_ascii_strdown (guests[i], -1);
      const PinVirtUsage *usage = g_hash_table_lookup (usages, uuid);

      if (usage != NULL)
        add (rows, uuid, usage);
    }
}

static void
on_read (GHashTable *usages, const GError *error, gpointer data)
{
  g_autoptr (Call) call = data;
  GVariantBuilder rows;

  if (usages == NULL)
    {
      pin_bus_errors_return (call->invocation, error);
      return;
    }
  g_variant_builder_init (&rows, G_VARIANT_TYPE ("a(sit)"));
  if (call->guests[0] == NULL)
    add_all (&rows, usages);
  else
    add_named (&rows, usages, call->guests);
  g_dbus_method_invocation_return_value (call->invocation, g_variant_new ("(a(sit))", &rows));
}

static gboolean
handle_usage (PinHost1 *skeleton, GDBusMethodInvocation *invocation, const char *const *guests, GVariant *options, gpointer data)
{
  const PinBusUsage *usage = data;
  const PinBusOption known[] = { { NULL, NULL } };
  g_autoptr (GError) error = NULL;
  Call *call;

  if (!pin_bus_options_read (options, known, &error))
    {
      pin_bus_errors_return (invocation, error);
      return TRUE;
    }
  call = g_new0 (Call, 1);
  call->invocation = invocation;
  call->guests = g_strdupv ((char **)guests);
  pin_gauge_ask (usage->gauge, on_read, call);
  return TRUE;
}

PinBusUsage *
pin_bus_usage_new (PinHost1 *skeleton, PinWatch *watch)
{
  PinBusUsage *usage = g_new0 (PinBusUsage, 1);

  usage->skeleton = g_object_ref (skeleton);
  usage->gauge = pin_gauge_new (pin_watch_virt (watch));
  g_signal_connect (skeleton, "handle-usage", G_CALLBACK (handle_usage), usage);
  return usage;
}

void
pin_bus_usage_free (PinBusUsage *usage)
{
  if (usage == NULL)
    return;
  g_signal_handlers_disconnect_by_data (usage->skeleton, usage);
  pin_gauge_free (usage->gauge);
  g_object_unref (usage->skeleton);
  g_free (usage);
}
