/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus-snapshot.h"

#include "format/snapshot-json.h"
#include "service/errors.h"

struct _PinBusSnapshot
{
  PinHost1 *skeleton; /* borrowed */
  PinPicture *picture;
  PinTopology *topology; /* that the digest is of, or NULL */
  guint64 tsc_hz;
  char *hardware;
};

/* What a host is made of rarely changes, and its digest takes longer than all the rest.  Borrowed. */
static const char *
hardware_of (PinBusSnapshot *calls, const PinSnapshot *now)
{
  guint64 tsc_hz = now->cpu != NULL ? now->cpu->tsc_hz : 0;

  if (calls->topology == now->topology && calls->tsc_hz == tsc_hz)
    return calls->hardware;
  g_clear_pointer (&calls->topology, pin_topology_unref);
  calls->topology = pin_topology_ref (now->topology);
  calls->tsc_hz = tsc_hz;
  g_free (calls->hardware);
  calls->hardware = pin_snapshot_hardware (now);
  return calls->hardware;
}

static gboolean
handle_snapshot (PinHost1 *skeleton, GDBusMethodInvocation *invocation, gpointer data)
{
  PinBusSnapshot *calls = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PinSnapshot) now = pin_picture_now (calls->picture, &error);
  g_autofree char *text = now != NULL ? pin_snapshot_to_json (now, FALSE) : NULL;

  if (text == NULL)
    pin_bus_errors_return (invocation, error);
  else
    pin_host1_complete_snapshot (skeleton, invocation, text);
  return TRUE;
}

static gboolean
handle_present (PinHost1 *skeleton, GDBusMethodInvocation *invocation, const char *known, gpointer data)
{
  PinBusSnapshot *calls = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PinSnapshot) now = pin_picture_now (calls->picture, &error);
  g_autofree char *text = NULL;
  const char *hardware;

  if (now == NULL)
    {
      pin_bus_errors_return (invocation, error);
      return TRUE;
    }
  hardware = hardware_of (calls, now);
  text = g_str_equal (known, hardware) ? pin_snapshot_present_to_json (now) : pin_snapshot_to_json (now, FALSE);
  pin_host1_complete_present (skeleton, invocation, text, hardware);
  return TRUE;
}

PinBusSnapshot *
pin_bus_snapshot_new (PinHost1 *skeleton, PinPicture *picture)
{
  PinBusSnapshot *calls = g_new0 (PinBusSnapshot, 1);

  calls->skeleton = skeleton;
  calls->picture = picture;
  g_signal_connect (skeleton, "handle-snapshot", G_CALLBACK (handle_snapshot), calls);
  g_signal_connect (skeleton, "handle-present", G_CALLBACK (handle_present), calls);
  return calls;
}

void
pin_bus_snapshot_free (PinBusSnapshot *calls)
{
  if (calls == NULL)
    return;
  g_signal_handlers_disconnect_by_data (calls->skeleton, calls);
  g_clear_pointer (&calls->topology, pin_topology_unref);
  g_free (calls->hardware);
  g_free (calls);
}
