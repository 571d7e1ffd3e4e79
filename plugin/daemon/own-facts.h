/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What pinshiftd alone knows of its host, for those who examine it: the first part of doctor/facts.h, and the time. */
#pragma once

#include "picture.h"

/* @libvirt_problem: why libvirt can't be asked though it is connected; NULL: it can. */
void pin_own_facts (const PinPicture *picture, const char *libvirt_problem, GVariantDict *facts);
