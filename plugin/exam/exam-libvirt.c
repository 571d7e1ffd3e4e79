/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What libvirt says.  A call that fails leaves its facts out: that libvirt is not heard is told elsewhere. */
#include "exam-parts.h"
#include "format/capabilities.h"
#include "host/virt-link.h"

#include <libvirt/virterror.h>

static void
add_versions (virConnectPtr connection, GVariantDict *facts)
{
  unsigned long libvirt = 0, qemu = 0;

  if (virConnectGetLibVersion (connection, &libvirt) == 0 && libvirt != 0)
    g_variant_dict_insert (facts, "libvirt-version", "u", (guint)libvirt);
  /* 0: there is no QEMU yet. */
  if (virConnectGetVersion (connection, &qemu) == 0 && qemu != 0)
    g_variant_dict_insert (facts, "qemu-version", "u", (guint)qemu);
}

static void
add_hostname (virConnectPtr connection, GVariantDict *facts)
{
  g_autofree char *name = pin_virt_take_text (virConnectGetHostname (connection));

  if (name != NULL && g_utf8_validate (name, -1, NULL))
    g_variant_dict_insert (facts, "libvirt-hostname", "s", name);
}

static void
add_capabilities (virConnectPtr connection, GVariantDict *facts)
{
  g_autofree char *xml = pin_virt_take_text (virConnectGetCapabilities (connection));
  g_autoptr (PinCapabilities) capabilities = xml != NULL ? pin_capabilities_parse (xml, NULL) : NULL;

  if (capabilities == NULL)
    return;
  if (capabilities->uuid != NULL)
    g_variant_dict_insert (facts, "host-uuid", "s", capabilities->uuid);
  g_variant_dict_insert (facts, "machines", "^as", capabilities->machines);
  g_variant_dict_insert (facts, "kvm", "b", capabilities->kvm);
}

void
pin_exam_libvirt (const PinExamOrder *order, GVariantDict *facts)
{
  if (order->connection == NULL)
    return;
  add_versions (order->connection, facts);
  add_hostname (order->connection, facts);
  add_capabilities (order->connection, facts);
  virResetLastError ();
}
