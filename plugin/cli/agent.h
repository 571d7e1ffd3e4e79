/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who types the password for which polkit may ask, where no desktop has somebody for that: polkit's own agent on this terminal. */
#pragma once

#include <gio/gio.h>

typedef GSubprocess PinAgent;

/* Lets pkttyagent ask on the terminal for what this process calls.  Returns: (transfer full); NULL where nobody needs it (root) or can be
 * asked (no terminal, no such program): polkit says then what it misses. */
PinAgent *pin_agent_start (void);
void pin_agent_stop (PinAgent *agent);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinAgent, pin_agent_stop)
