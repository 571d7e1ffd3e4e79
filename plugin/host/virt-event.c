/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvirt's events: taken on its loop, told on the owner's main context.  RESUMED/MIGRATED comes on the destination
 * when a guest has arrived, and on the source when it could not leave; which of them it is, only the events before it
 * tell.
 */
#include "host/virt-link.h"

#include "core/error.h"
#include "format/record.h"

#include <string.h>

typedef struct
{
  PinVirt *virt;
  char *uuid; /* NULL: about the connection */
  char *name;
  gboolean connected;
  char *why;      /* it is not */
  gboolean tuned; /* not a lifecycle event */
  int event;
  int detail;
} Notice;

static void
notice_free (Notice *notice)
{
  pin_virt_unref (notice->virt);
  g_free (notice->uuid);
  g_free (notice->name);
  g_free (notice->why);
  g_free (notice);
}

static gboolean
map_started (int detail, PinPassage *passage, PinVirtEvent *ret_event)
{
  gboolean arriving = detail == VIR_DOMAIN_EVENT_STARTED_MIGRATED;
  gboolean restored = detail == VIR_DOMAIN_EVENT_STARTED_RESTORED || detail == VIR_DOMAIN_EVENT_STARTED_FROM_SNAPSHOT;

  *passage = arriving ? PIN_PASSAGE_IN : PIN_PASSAGE_NONE;
  *ret_event = arriving ? PIN_VIRT_ARRIVING : restored ? PIN_VIRT_RESTORED : PIN_VIRT_STARTED;
  return TRUE;
}

static gboolean
map_suspended (int detail, PinPassage *passage, PinVirtEvent *ret_event)
{
  if (detail == VIR_DOMAIN_EVENT_SUSPENDED_MIGRATED)
    *passage = PIN_PASSAGE_OUT;
  if (detail == VIR_DOMAIN_EVENT_SUSPENDED_FROM_SNAPSHOT)
    {
      *ret_event = PIN_VIRT_TUNED;
      return TRUE;
    }
  /* A guest that was paused at home arrives paused. */
  if (detail != VIR_DOMAIN_EVENT_SUSPENDED_PAUSED || *passage != PIN_PASSAGE_IN)
    return FALSE;
  *passage = PIN_PASSAGE_NONE;
  *ret_event = PIN_VIRT_ARRIVED;
  return TRUE;
}

static gboolean
map_resumed (int detail, PinPassage *passage, PinVirtEvent *ret_event)
{
  PinPassage before = *passage;

  /* In post-copy the guest runs while its memory still comes: RESUMED/MIGRATED will follow. */
  if (detail == VIR_DOMAIN_EVENT_RESUMED_MIGRATED)
    *passage = PIN_PASSAGE_NONE;
  if (detail == VIR_DOMAIN_EVENT_RESUMED_MIGRATED && before == PIN_PASSAGE_IN)
    *ret_event = PIN_VIRT_ARRIVED;
  else if (detail == VIR_DOMAIN_EVENT_RESUMED_FROM_SNAPSHOT)
    *ret_event = PIN_VIRT_TUNED;
  else
    return FALSE;
  return TRUE;
}

gboolean
pin_virt_event_map (int event, int detail, PinPassage *passage, PinVirtEvent *ret_event)
{
  switch (event)
    {
    case VIR_DOMAIN_EVENT_DEFINED:
      *ret_event = PIN_VIRT_DEFINED;
      return TRUE;
    case VIR_DOMAIN_EVENT_UNDEFINED:
      *ret_event = PIN_VIRT_UNDEFINED;
      return TRUE;
    case VIR_DOMAIN_EVENT_STARTED:
      return map_started (detail, passage, ret_event);
    case VIR_DOMAIN_EVENT_SUSPENDED:
      return map_suspended (detail, passage, ret_event);
    case VIR_DOMAIN_EVENT_RESUMED:
      return map_resumed (detail, passage, ret_event);
    case VIR_DOMAIN_EVENT_STOPPED:
      *passage = PIN_PASSAGE_NONE;
      *ret_event = PIN_VIRT_STOPPED;
      return TRUE;
    default: /* SHUTDOWN, CRASHED: STOPPED follows; PMSUSPENDED: still there */
      return FALSE;
    }
}

static void
tell_event (const Notice *notice)
{
  PinVirt *virt = notice->virt;
  PinVirtEvent event = PIN_VIRT_TUNED;
  gboolean means = notice->tuned || pin_virt_passage_follow (virt, notice->uuid, notice->event, notice->detail, &event);

  if (means && virt->listener.event != NULL)
    virt->listener.event (event, notice->uuid, notice->name, virt->data);
}

static gboolean
tell (gpointer data)
{
  const Notice *notice = data;
  PinVirt *virt = notice->virt;

  if (virt->closed)
    return G_SOURCE_REMOVE;
  if (notice->uuid != NULL)
    tell_event (notice);
  else if (notice->connected && virt->listener.connected != NULL)
    virt->listener.connected (virt->data);
  else if (!notice->connected && virt->listener.disconnected != NULL)
    virt->listener.disconnected (notice->why, virt->data);
  return G_SOURCE_REMOVE;
}

/* Takes @notice, with its reference. */
static void
post (Notice *notice)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, tell, notice, (GDestroyNotify)notice_free);
  g_source_attach (source, notice->virt->context);
}

void
pin_virt_notify_connected (PinVirt *virt)
{
  Notice *notice = g_new0 (Notice, 1);

  notice->virt = pin_virt_ref (virt);
  notice->connected = TRUE;
  post (notice);
}

void
pin_virt_notify_disconnected (PinVirt *virt, const char *why)
{
  Notice *notice = g_new0 (Notice, 1);

  notice->virt = pin_virt_ref (virt);
  notice->why = g_strdup (why);
  post (notice);
}

static Notice *
notice_new (PinVirt *virt, virDomainPtr domain)
{
  Notice *notice = g_new0 (Notice, 1);
  char uuid[VIR_UUID_STRING_BUFLEN] = "";

  notice->virt = pin_virt_ref (virt);
  virDomainGetUUIDString (domain, uuid);
  notice->uuid = g_strdup (uuid);
  notice->name = g_strdup (virDomainGetName (domain));
  return notice;
}

static int
on_lifecycle (virConnectPtr connection, virDomainPtr domain, int event, int detail, void *data)
{
  Notice *notice = notice_new (data, domain);

  notice->event = event;
  notice->detail = detail;
  post (notice);
  return 0;
}

static void
post_tuned (PinVirt *virt, virDomainPtr domain)
{
  Notice *notice = notice_new (virt, domain);

  notice->tuned = TRUE;
  post (notice);
}

static void
on_tunable (virConnectPtr connection, virDomainPtr domain, virTypedParameterPtr parameters, int n_parameters,
            void *data)
{
  post_tuned (data, domain);
}

static void
on_device (virConnectPtr connection, virDomainPtr domain, const char *alias, void *data)
{
  post_tuned (data, domain);
}

/* Other programs keep metadata of their own, and some change it often. */
static void
on_metadata (virConnectPtr connection, virDomainPtr domain, int type, const char *uri, void *data)
{
  if (type == VIR_DOMAIN_METADATA_ELEMENT && g_strcmp0 (uri, PIN_RECORD_NS) == 0)
    post_tuned (data, domain);
}

static void
release (void *data)
{
  pin_virt_unref (data);
}

gboolean
pin_virt_events_register (PinVirt *virt, virConnectPtr connection, GArray *ids, GError **error)
{
  const struct
  {
    int event;
    GCallback callback; /* its signature is the event's */
  } wanted[] = {
    { VIR_DOMAIN_EVENT_ID_LIFECYCLE, G_CALLBACK (on_lifecycle) },
    { VIR_DOMAIN_EVENT_ID_TUNABLE, G_CALLBACK (on_tunable) },
    { VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, G_CALLBACK (on_metadata) },
    { VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, G_CALLBACK (on_device) },
    { VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, G_CALLBACK (on_device) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      int id = virConnectDomainEventRegisterAny (connection, NULL, wanted[i].event,
                                                 (virConnectDomainEventGenericCallback)wanted[i].callback,
                                                 pin_virt_ref (virt), release);

      if (id < 0)
        {
          pin_virt_unref (virt);
          pin_virt_take_error (error);
          return FALSE;
        }
      g_array_append_val (ids, id);
    }
  return TRUE;
}

void
pin_virt_events_deregister (virConnectPtr connection, GArray *ids)
{
  for (guint i = 0; i < ids->len; i++)
    virConnectDomainEventDeregisterAny (connection, g_array_index (ids, int, i));
  g_array_set_size (ids, 0);
}
