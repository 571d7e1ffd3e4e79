/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The guests of this host for people and programs: where they are at home, and what they miss here. */
#pragma once

#include "picture.h"

/*
 * A JSON array, by name: { "name", "uuid", "id": number or null, "state": "running|receiving|defined", "home": name or null,
 * "actions": { setting: action }, "reasons": { setting: text }, "since": { setting: time }, "written": { setting: text },
 * "given": { setting: text }, "misses": [ setting ] }.  A guest misses what is weakened or stripped; since is of each setting that is
 * not as written.  Reads what this host has kept of those guests.  (transfer full)
 */
char *pin_domains_to_json (const PinPicture *picture);
