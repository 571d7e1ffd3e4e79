/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guise.h"

#include <grp.h>
#include <pwd.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef struct
{
  const char *address;
  const struct passwd *user;
  const struct group *group; /* NULL: none */
} Guise;

/* The kernel gives each thread its own user, which the C library hides; a bus asks the kernel who has connected. */
static void
become (const Guise *guise)
{
  gsize n = guise->group != NULL ? 1 : 0;
  gid_t gid = guise->user->pw_gid;
  uid_t uid = guise->user->pw_uid;

  g_assert_cmpint (syscall (SYS_setgroups, n, n > 0 ? &guise->group->gr_gid : NULL), ==, 0);
  g_assert_cmpint (syscall (SYS_setresgid, gid, gid, gid), ==, 0);
  g_assert_cmpint (syscall (SYS_setresuid, uid, uid, uid), ==, 0);
}

static gpointer
connect_as (gpointer data)
{
  const Guise *guise = data;
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection;

  become (guise);
  connection = g_dbus_connection_new_for_address_sync (
      guise->address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, &error);
  g_assert_no_error (error);
  return connection;
}

GDBusConnection *
guise_connect (const char *address, const char *user, gboolean is_libvirt)
{
  const Guise guise = { address, getpwnam (user), is_libvirt ? getgrnam ("libvirt") : NULL };

  g_assert_true (guise.user != NULL && guise.user->pw_uid != 0);
  return g_thread_join (g_thread_new ("guise", connect_as, (gpointer) &guise));
}
