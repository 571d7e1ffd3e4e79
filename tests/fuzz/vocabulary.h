/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What arguments of calls on the bus are made of. */
#pragma once

static const char *const words[] = {
  "", "test", "6695eb01-f6a4-8304-79aa-97f2502e193f", "6695EB01-F6A4-8304-79AA-97F2502E193F", "nobody", "migrate", "restore", "adapt",
  "drain", "home", "balance", "room", "org.pinshift.Host1", "org.pinshift.Cluster1", "Version", "Claims", "../../etc/passwd", "/",
  "/nonexistent", "%s%n%s", "a\nb", "\033[31m", "\xc2\x85", "localhost", "<domain/>", "{}", "0", "-1", "*",
};

/* Options that some call knows, and of which type. */
static const struct
{
  const char *name;
  const char *type;
} options[] = {
  { "brief", "b" },     { "dry-run", "b" }, { "force", "b" },  { "guest", "s" }, { "host", "s" },    { "limit", "u" },
  { "make-room", "b" }, { "measure", "b" }, { "misses", "b" }, { "names", "as" }, { "observe", "b" }, { "paths", "as" },
  { "plans", "u" },     { "since", "t" },   { "x", "s" },      { "", "v" },
};

/* What arguments of some names may be; a host is this one, and XML that of a file. */
static const struct
{
  const char *argument;
  const char *text;
} likely[] = {
  { "guest", "test" },
  { "domain", "test" },
  { "what", "test" },
  { "what", "" },
  { "uuid", "6695eb01-f6a4-8304-79aa-97f2502e193f" },
  { "operation", "migrate" },
  { "operation", "adapt" },
  { "operation", "restore" },
  { "kind", "drain" },
  { "kind", "home" },
  { "kind", "balance" },
  { "kind", "migrate" },
  { "subject", "" },
  { "subject", "test" },
  { "reason", "disks" },
  { "interface", "org.pinshift.Host1" },
  { "interface", "org.pinshift.Cluster1" },
  { "interface", "org.pinshift.Cluster1.Job" },
  { "property", "Version" },
  { "property", "PolicyDigest" },
};

static const char *const types[] = { "b", "y", "i", "u", "x", "t", "d", "s", "as", "ay", "v", "h", "(s)", "a{sv}", "o" };
static const char *const tuples[] = { "()", "(s)", "(ss)", "(b)", "(a{sv})", "(sa{sv})", "(h)", "(ssha{sv})", "(asa{sv})", "(v)", "(aas)" };
