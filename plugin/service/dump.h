/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Core dumps of those who have domain XML in their memory: it has passwords in it. */
#pragma once

/* From now on neither this process nor one that it starts leaves a core dump, whoever would collect it.  Debuggers may look at it. */
void pin_dump_forbid (void);
