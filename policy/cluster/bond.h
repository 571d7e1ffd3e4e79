/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which of the guests that leave a host can only leave it together. */
#pragma once

#include "cluster/scene.h"

/*
 * @guests, by number in @scene, are lifted.  A strict group that has no other members anywhere keeps its members among them together; one that has
 * says itself where they go.  Returns: by place in @guests the place of the first of those that it is kept together with.  (transfer full)
 */
guint *pin_bonds_of (PinScene *scene, const guint *guests, guint n);
