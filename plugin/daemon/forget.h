/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Leaves a guest as if pinshift had never been there. */
#pragma once

#include "watch.h"

/*
 * Defines the persistent side with its original, takes both records out, and keeps nothing but the mark that no record is wanted.  A guest
 * that runs with less than its original, and has no persistent definition to have it, is left alone unless @force: PIN_ERROR_DENIED.
 * Takes @task, and returns TRUE or an error in it.
 */
void pin_forget_run (PinWatch *watch, const char *uuid, gboolean force, GTask *task);
