// SPDX-License-Identifier: LGPL-2.1-or-later
// The page begins here.

import { Application } from "./application.js";
import { Cluster } from "./cluster.js";
import { followTheme } from "./theme.js";

followTheme();
cockpit.transport.wait(() => new Application(document.getElementById("page"), new Cluster()).begin());
