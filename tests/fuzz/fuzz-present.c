/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as what another host says of its present, by who knows what it is made of: refused in one line, or read, and whole. */
#include "fuzz.h"

#include "format/snapshot-json.h"
#include "format/synthetic.h"

#define HARDWARE "node:2 core:4 thread:2 mem:4G huge2M:512"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (PinSnapshot) hardware = pin_synthetic_parse (HARDWARE, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (PinSnapshot) snapshot = pin_snapshot_present_from_json ((const char *) data, (gssize) size, hardware, &error), again = NULL;
  g_autofree char *text = NULL, *rewritten = NULL;

  if (snapshot == NULL)
    {
      fuzz_assert_line (error->message);
      return 0;
    }
  g_assert_true (pin_topology_equal (snapshot->topology, hardware->topology));
  for (guint i = 0; i < snapshot->topology->n_nodes; i++)
    g_assert_cmpuint (snapshot->memory[i].free_kib, <=, snapshot->memory[i].total_kib);
  text = pin_snapshot_to_json (snapshot, FALSE);
  again = pin_snapshot_from_json (text, -1, &error);
  g_assert_no_error (error);
  rewritten = pin_snapshot_to_json (again, FALSE);
  g_assert_cmpstr (rewritten, ==, text);
  return 0;
}
