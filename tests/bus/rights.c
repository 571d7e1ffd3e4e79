/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rights.h"

static const RightsRow rows[] = {
  { HOST, "Fit", RIGHT_ROOT, "('x', 'migrate', handle 0, @a{sv} {})" },
  { HOST, "Release", RIGHT_ROOT, "('x', 'y')" },
  { HOST, "Plan", RIGHT_LOOK, "('<x/>', @a{sv} {})" },
  { HOST, "Guest", RIGHT_LOOK, "('x', @a{sv} {})" },
  { HOST, "Snapshot", RIGHT_LOOK, "()" },
  { HOST, "Present", RIGHT_LOOK, "('',)" },
  { HOST, "Domains", RIGHT_LOOK, "(@a{sv} {},)" },
  { HOST, "Usage", RIGHT_LOOK, "(['x'], {'x': <true>})" },
  { HOST, "Log", RIGHT_LOOK, "('', @a{sv} {})" },
  { HOST, "Examine", RIGHT_LOOK, "({'brief': <true>},)" },
  { HOST, "Repin", RIGHT_CHANGE, "('x', @a{sv} {})", "org.pinshift.host1.repin" },
  { HOST, "Repin", RIGHT_DRY, "('x', {'dry-run': <true>})", "org.pinshift.host1.repin" },
  { HOST, "Adopt", RIGHT_CHANGE, "('x', @a{sv} {})", "org.pinshift.host1.adopt" },
  { HOST, "Forget", RIGHT_CHANGE, "('x', @a{sv} {})", "org.pinshift.host1.forget" },
  { HOST, "SetMaintenance", RIGHT_CHANGE, "(false, '')", "org.pinshift.host1.set-maintenance" },
  { CLUSTER, "Rank", RIGHT_LOOK, "('x', @a{sv} {})" },
  { CLUSTER, "Guests", RIGHT_LOOK, "(@a{sv} {},)" },
  { CLUSTER, "Domains", RIGHT_LOOK, "(@a{sv} {},)" },
  { CLUSTER, "Picture", RIGHT_LOOK, "('x', @a{sv} {})" },
  { CLUSTER, "Plan", RIGHT_LOOK, "('home', 'x', @a{sv} {})" },
  { CLUSTER, "Log", RIGHT_LOOK, "('', @a{sv} {})" },
  { CLUSTER, "Migrate", RIGHT_CHANGE, "('x', '', @a{sv} {})", "org.pinshift.cluster1.migrate" },
  { CLUSTER, "Migrate", RIGHT_CHANGE, "('x', '', {'make-room': <true>})", "org.pinshift.cluster1.migrate" },
  { CLUSTER, "Drain", RIGHT_CHANGE, "('x', @a{sv} {})", "org.pinshift.cluster1.drain" },
  { CLUSTER, "MigrateHome", RIGHT_CHANGE, "('x', @a{sv} {})", "org.pinshift.cluster1.migrate" },
  { CLUSTER, "Balance", RIGHT_CHANGE, "(@a{sv} {},)", "org.pinshift.cluster1.migrate" },
  { CLUSTER, "SetMaintenance", RIGHT_CHANGE, "('x', false, '')", "org.pinshift.cluster1.set-maintenance" },
  { CLUSTER ".Job", "Cancel", RIGHT_CHANGE, "()", "org.pinshift.cluster1.migrate" },
  { DBUS ".Properties", "Get", RIGHT_LOOK, "('x.y', 'z')" },
  { DBUS ".Properties", "GetAll", RIGHT_LOOK, "('x.y',)" },
  { DBUS ".Properties", "Set", RIGHT_ROOT, "('x.y', 'z', <1>)" },
  { DBUS ".Introspectable", "Introspect", RIGHT_LOOK, "()" },
  { DBUS ".Peer", "Ping", RIGHT_LOOK, "()" },
  { DBUS ".Peer", "GetMachineId", RIGHT_LOOK, "()" },
  { DBUS ".ObjectManager", "GetManagedObjects", RIGHT_LOOK, "()" },
};

const RightsRow *
rights_rows (guint *ret_n)
{
  *ret_n = G_N_ELEMENTS (rows);
  return rows;
}

gboolean
rights_ask_polkit (Right right, User user)
{
  return user != USER_ROOT && (right == RIGHT_CHANGE || (right == RIGHT_DRY && user == USER_OTHER));
}

End
rights_end (Right right, User user, gboolean polkit_lets)
{
  if (user == USER_ROOT)
    return END_LET;
  if (rights_ask_polkit (right, user))
    return polkit_lets ? END_LET : END_POLKIT;
  return right == RIGHT_ROOT || user == USER_OTHER ? END_BUS : END_LET;
}
