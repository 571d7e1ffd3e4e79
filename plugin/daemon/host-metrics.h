/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What there is to measure of this host, for its file of metrics. */
#pragma once

#include "picture.h"

/* Adds it to @text, as exposition.h has it. */
void pin_host_metrics (GString *text, const PinPicture *picture);
