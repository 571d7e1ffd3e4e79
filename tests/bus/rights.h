/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may do what on the bus: a row for each method of both services. */
#pragma once

#include <gio/gio.h>

#define HOST "org.pinshift.Host1"
#define CLUSTER "org.pinshift.Cluster1"
#define DBUS "org.freedesktop.DBus"

typedef enum
{
  RIGHT_LOOK,   /* of root and the group libvirt */
  RIGHT_CHANGE, /* of root, and of whom polkit lets */
  RIGHT_DRY,    /* of root and the group libvirt, and of whom polkit lets */
  RIGHT_ROOT
} Right;

typedef struct
{
  const char *interface, *member;
  Right right;
  const char *parameters; /* in GVariant's notation, of what is not there */
  const char *action;     /* of polkit; NULL: it is never asked */
} RightsRow;

typedef enum
{
  USER_ROOT,
  USER_LIBVIRT, /* nobody, in the group libvirt */
  USER_POLICYD, /* that of pinshift-policyd's unit, in the group libvirt as its package has it */
  USER_OTHER,
  USER_N
} User;

typedef enum
{
  END_LET,
  END_BUS,   /* the bus says no */
  END_POLKIT /* the service says no */
} End;

/* The rows, *ret_n of them.  Those whose interface begins with DBUS are of both services. */
const RightsRow *rights_rows (guint *ret_n);
/* Whether polkit decides, as far as it is there. */
gboolean rights_ask_polkit (Right right, User user);
/* How a call has to end. */
End rights_end (Right right, User user, gboolean polkit_lets);
