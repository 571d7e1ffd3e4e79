/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus-object.h"

#define PIN_TYPE_BUS_OBJECT (pin_bus_object_get_type ())
G_DECLARE_FINAL_TYPE (PinBusObject, pin_bus_object, PIN, BUS_OBJECT, PinHost1Skeleton)

struct _PinBusObject
{
  PinHost1Skeleton parent;
  const PinPicture *picture;
};

G_DEFINE_FINAL_TYPE (PinBusObject, pin_bus_object, PIN_TYPE_HOST1_SKELETON)

enum
{
  PROPERTY_LOAD = 1
};

static void
get_property (GObject *object, guint property, GValue *value, GParamSpec *spec)
{
  const PinBusObject *self = PIN_BUS_OBJECT (object);

  if (property == PROPERTY_LOAD)
    g_value_set_int (value, pin_picture_load (self->picture));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, spec);
}

/* Nobody sets it; the interface has it writable for its owner. */
static void
set_property (GObject *object, guint property, const GValue *value, GParamSpec *spec)
{
  G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, spec);
}

static void
pin_bus_object_class_init (PinBusObjectClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = get_property;
  object_class->set_property = set_property;
  g_object_class_override_property (object_class, PROPERTY_LOAD, "load");
}

static void
pin_bus_object_init (PinBusObject *self)
{
}

PinHost1 *
pin_bus_object_new (const PinPicture *picture)
{
  PinBusObject *self = g_object_new (PIN_TYPE_BUS_OBJECT, NULL);

  self->picture = picture;
  return PIN_HOST1 (self);
}
