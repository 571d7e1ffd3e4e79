/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is not there is copied and freed as such: cleanup functions meet it wherever something could not be made. */
#include "core/fit.h"
#include "core/here.h"
#include "core/ledger.h"
#include "core/levels.h"
#include "core/original.h"
#include "core/plan.h"
#include "core/room.h"
#include "core/search.h"
#include "core/seating.h"
#include "core/snapshot.h"
#include "core/storing.h"
#include "core/terms.h"
#include "core/topology.h"

#define FREE(type, name) \
  static void \
  free_##name (void) \
  { \
    pin_##name##_free ((type *)NULL); \
  }

#define COPY(type, name) \
  static void \
  copy_##name (void) \
  { \
    g_assert_null (pin_##name##_copy ((const type *)NULL)); \
  }

#define FREED(X) \
  X (PinCpuset, cpuset) X (PinDemand, demand) X (PinFit, fit) X (PinCpuModel, cpu_model) X (PinGuest, guest) X (PinHere, here) \
  X (PinLedger, ledger) X (PinLadder, ladder) X (PinHome, home) X (PinOriginal, original) X (PinPlacement, placement) \
  X (PinSched, sched) X (PinPlan, plan) X (PinRoom, room) X (PinSearch, search) X (PinSeating, seating) X (PinTenant, tenant) \
  X (PinSnapshot, snapshot) X (PinStoring, storing) X (PinTerms, terms) X (PinTopologyBuilder, topology_builder)
#define COPIED(X) \
  X (PinCpuset, cpuset) X (PinCpuModel, cpu_model) X (PinOriginal, original) X (PinPlacement, placement) X (PinTenant, tenant) \
  X (PinSnapshot, snapshot) X (PinTerms, terms)

FREED (FREE)
COPIED (COPY)

#define ADD_FREE(type, name) g_test_add_func ("/lifetimes/free/" #name, free_##name);
#define ADD_COPY(type, name) g_test_add_func ("/lifetimes/copy/" #name, copy_##name);

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  FREED (ADD_FREE)
  COPIED (ADD_COPY)
  return g_test_run ();
}
