/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Follows libvirt: keeps the picture true, writes records where guests start at home, greets those that arrive. */
#pragma once

#include "repin.h"

typedef struct
{
  void (*changed) (gpointer data);    /* the picture has: claims, guests or the connection */
  void (*adapted) (const char *guest, const char *uuid, const char *text, gpointer data);
  void (*restored) (const char *guest, const char *uuid, gpointer data);
} PinWatchListener;

typedef struct _PinWatch PinWatch;

/* Starts to follow libvirt at @uri; NULL: there is none to follow, all stays provisional.  @picture must outlive it. */
PinWatch *pin_watch_new (PinPicture *picture, const char *uri, const PinWatchListener *listener, gpointer data);
void pin_watch_free (PinWatch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinWatch, pin_watch_free)

gboolean pin_watch_is_connected (const PinWatch *watch);

/* What it works with, for those that change a guest because somebody asked; borrowed. */
const char *pin_watch_uri (const PinWatch *watch); /* NULL: it follows nobody */
PinPicture *pin_watch_picture (const PinWatch *watch);
PinVirt *pin_watch_virt (const PinWatch *watch);
PinRegistry *pin_watch_registry (const PinWatch *watch);
PinRepin *pin_watch_repin (const PinWatch *watch);
/* Tells the listener that the picture has changed, and has guests looked at again. */
void pin_watch_tell (PinWatch *watch);
/* The guest with @uuid, which was let in, has ended: its claim does, and what it may have left is looked at when libvirt has news of it. */
void pin_watch_release (PinWatch *watch, const char *uuid);
/* Asks libvirt anew what it has of @uuid. */
void pin_watch_read (PinWatch *watch, const char *uuid, const char *name);
