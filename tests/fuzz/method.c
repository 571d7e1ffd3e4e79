/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "method.h"

#include "cluster1.h"
#include "host1.h"

#define HOST_PATH "/org/pinshift/Host1"
#define CLUSTER_PATH "/org/pinshift/Cluster1"
#define JOB_PATH CLUSTER_PATH "/job/1"
#define COMMON \
  "<node><interface name='org.freedesktop.DBus.Properties'><method name='Get'><arg name='interface' type='s' direction='in'/>" \
  "<arg name='property' type='s' direction='in'/><arg type='v' direction='out'/></method>" \
  "<method name='GetAll'><arg name='interface' type='s' direction='in'/><arg type='a{sv}' direction='out'/></method>" \
  "<method name='Set'><arg name='interface' type='s' direction='in'/><arg name='property' type='s' direction='in'/>" \
  "<arg name='value' type='v' direction='in'/></method></interface>" \
  "<interface name='org.freedesktop.DBus.Introspectable'><method name='Introspect'><arg type='s' direction='out'/></method>" \
  "</interface></node>"

static void
method_free (gpointer data)
{
  Method *method = data;

  g_clear_pointer (&method->out, g_variant_type_free);
  g_free (method);
}

/* (transfer full) */
static GVariantType *
tuple_of (GDBusArgInfo *const *arguments)
{
  g_autoptr (GString) tuple = g_string_new ("(");

  for (; arguments != NULL && *arguments != NULL; arguments++)
    g_string_append (tuple, (*arguments)->signature);
  g_string_append_c (tuple, ')');
  return g_variant_type_new (tuple->str);
}

static void
add_interface (GPtrArray *methods, const char *owner, const char *path, const GDBusInterfaceInfo *info)
{
  for (guint i = 0; info->methods != NULL && info->methods[i] != NULL; i++)
    {
      const GDBusMethodInfo *about = info->methods[i];
      gboolean answers = g_dbus_annotation_info_lookup (about->annotations, "org.freedesktop.DBus.Method.NoReply") == NULL;
      Method *method = g_new0 (Method, 1);

      *method = (Method){ owner, path, info->name, about->name, about->in_args, answers ? tuple_of (about->out_args) : NULL, 0 };
      g_ptr_array_add (methods, method);
    }
}

GDBusNodeInfo *
methods_common (void)
{
  return g_dbus_node_info_new_for_xml (COMMON, NULL);
}

static void
add_common (GPtrArray *methods, const char *owner, const char *path, const GDBusNodeInfo *common)
{
  for (guint i = 0; common->interfaces[i] != NULL; i++)
    add_interface (methods, owner, path, common->interfaces[i]);
}

GPtrArray *
methods_new (const char *host, const char *cluster, const GDBusNodeInfo *common)
{
  GPtrArray *methods = g_ptr_array_new_with_free_func (method_free);

  add_interface (methods, host, HOST_PATH, pin_host1_interface_info ());
  add_interface (methods, cluster, CLUSTER_PATH, pin_cluster1_interface_info ());
  add_interface (methods, cluster, JOB_PATH, pin_cluster1_job_interface_info ());
  add_common (methods, host, HOST_PATH, common);
  add_common (methods, cluster, CLUSTER_PATH, common);
  add_common (methods, cluster, JOB_PATH, common);
  return methods;
}
