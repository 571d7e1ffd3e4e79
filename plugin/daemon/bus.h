/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* org.pinshift.Host1 on the bus: takes calls apart, asks, puts answers together. */
#pragma once

#include "picture.h"
#include "service/diary.h"
#include "watch.h"

#include <gio/gio.h>

typedef struct _PinBus PinBus;

/* @picture and @diary must outlive it. */
PinBus *pin_bus_new (PinPicture *picture, const PinDiary *diary);
void pin_bus_free (PinBus *bus);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinBus, pin_bus_free)

/* Puts the object on @connection. */
gboolean pin_bus_export (PinBus *bus, GDBusConnection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The watch that changes guests for those who call.  NULL, before it goes: calls that wait for leave are refused. */
void pin_bus_set_watch (PinBus *bus, PinWatch *watch);

/* For the watch: properties and signals; the data of the listener is the bus. */
const PinWatchListener *pin_bus_listener (void);
/* Says whether libvirt is heard. */
void pin_bus_set_connected (PinBus *bus, gboolean connected);
