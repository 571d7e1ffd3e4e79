/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host-side tuning of a domain, as typed values: all of libvirt's <vcpu>, <cputune>, <numatune>, <memoryBacking> and
 * memory device sources that names CPUs, nodes or page sizes of the host.  It is what a migration may change, and just that.
 */
#pragma once

#include "cpuset.h"
#include "setting.h"

typedef enum
{
  PIN_MEMORY_MODE_STRICT,
  PIN_MEMORY_MODE_PREFERRED,
  PIN_MEMORY_MODE_INTERLEAVE,
  PIN_MEMORY_MODE_RESTRICTIVE,
  PIN_MEMORY_MODE_N
} PinMemoryMode;

typedef enum
{
  PIN_SCHED_BATCH,
  PIN_SCHED_IDLE,
  PIN_SCHED_FIFO,
  PIN_SCHED_RR,
  PIN_SCHED_N
} PinSchedPolicy;

typedef struct
{
  guint id;          /* vCPU number, or I/O thread id */
  PinCpuset *cpuset; /* never NULL */
} PinPin;

typedef struct
{
  PinCpuset *ids;    /* vCPUs or I/O threads it is for; NULL: the emulator */
  PinSchedPolicy policy;
  gint priority;     /* with fifo and rr; else 0 */
} PinSched;

typedef struct
{
  PinCellId cell;
  PinMemoryMode mode;
  PinNodeset *nodeset;
} PinMemnode;

typedef struct
{
  guint64 size_kib;      /* 0: the host's default huge page (<hugepages/> without <page>) */
  PinNodeset *cells;     /* guest cells (libvirt's nodeset attribute); NULL: all that no other page names */
} PinPage;

typedef struct
{
  guint index;           /* which <memory> device, counted from 0 in the order of <devices> */
  guint64 page_kib;      /* <source><pagesize>; 0: none */
  PinNodeset *nodeset;   /* <source><nodemask>; NULL: none */
} PinDimm;

/* A <cache> or <monitor> of a cachetune, or a <node> or <monitor> of a memorytune. */
typedef enum
{
  PIN_RESCTRL_CACHE,
  PIN_RESCTRL_CACHE_MONITOR,
  PIN_RESCTRL_BANDWIDTH,
  PIN_RESCTRL_BANDWIDTH_MONITOR,
  PIN_RESCTRL_N
} PinResctrlKind;

typedef struct
{
  PinResctrlKind kind;
  guint id;              /* cache id, or node id of a bandwidth */
  guint level;           /* cache level of a cache or monitor */
  char type[5];          /* "both", "code" or "data", of a cache */
  guint64 size_bytes;    /* of a cache; its ways need not be whole KiB */
  guint bandwidth;       /* of a bandwidth, percent or MB/s as the host has it */
  PinCpuset *vcpus;      /* of a monitor; else NULL */
} PinResctrlPart;

typedef struct
{
  PinCpuset *vcpus;
  GArray *parts;         /* PinResctrlPart, in document order */
} PinResctrl;

typedef struct
{
  PinCpuset *vcpu_cpuset;      /* vcpu@cpuset; NULL: none, as with vcpu_auto */
  gboolean vcpu_auto;          /* vcpu@placement='auto': numad's, never touched */
  GArray *vcpupin;             /* PinPin, by id upwards */
  PinCpuset *emulatorpin;      /* NULL: none */
  GArray *iothreadpin;         /* PinPin, by id upwards */
  GArray *vcpusched;           /* PinSched, in document order */
  GArray *iothreadsched;       /* PinSched, in document order */
  PinSched *emulatorsched;     /* NULL: none */
  gboolean has_memory;         /* <numatune><memory> is there */
  gboolean memory_auto;        /* its placement='auto': never touched */
  PinMemoryMode memory_mode;
  PinNodeset *memory_nodeset;  /* NULL with memory_auto */
  GArray *memnode;             /* PinMemnode, by cell upwards */
  gboolean has_hugepages;      /* <memoryBacking><hugepages> is there; without pages: one PinPage of size 0 */
  GArray *hugepages;           /* PinPage, in document order */
  GArray *dimm;                /* PinDimm, by index upwards: just devices that have a page size or node mask */
  GArray *cachetune;           /* PinResctrl, in document order */
  GArray *memorytune;          /* PinResctrl, in document order */
} PinPlacement;

PinPlacement *pin_placement_new (void);
PinPlacement *pin_placement_copy (const PinPlacement *placement);
void pin_placement_free (PinPlacement *placement); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinPlacement, pin_placement_free)

/* Element types of the arrays, for those that fill them: arrays made here own what their elements hold. */
GArray *pin_placement_pins_new (void);     /* of PinPin */
GArray *pin_placement_scheds_new (void);   /* of PinSched */
GArray *pin_placement_memnodes_new (void); /* of PinMemnode */
GArray *pin_placement_pages_new (void);    /* of PinPage */
GArray *pin_placement_dimms_new (void);    /* of PinDimm */
GArray *pin_placement_parts_new (void);    /* of PinResctrlPart */
GArray *pin_placement_resctrls_new (void); /* of PinResctrl */
void pin_sched_free (PinSched *sched);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinSched, pin_sched_free)

/* The pin of vCPU or I/O thread @id in @pins, or NULL; borrowed. */
const PinPin *pin_placement_find (const GArray *pins, guint id);

/* Whether the placement has anything of @setting (cpu-model and memory are the guest's: always FALSE). */
gboolean pin_placement_has (const PinPlacement *placement, PinSetting setting);
/* Whether it has anything at all. */
gboolean pin_placement_is_empty (const PinPlacement *placement);

/* Equal in meaning, for one setting or for all: order of elements and the way a set was written do not count. */
gboolean pin_placement_equal_in (const PinPlacement *a, const PinPlacement *b, PinSetting setting);
gboolean pin_placement_equal (const PinPlacement *a, const PinPlacement *b);

/*
 * Takes into @original what was edited in @present: each element of @setting that is neither as in @original nor as in one of the
 * @n_known placements @known.  An element is vcpu@cpuset (with its placement), a vcpupin, the emulatorpin, an iothreadpin, all schedulers of a
 * kind, all of cachetune, all of memorytune, numatune's memory, a memnode, all of <hugepages>, a memory device's page size, or its nodes.
 * Absence counts as a value: what is absent in @present, but nowhere else, was removed, and goes.
 * Returns: whether anything was taken.
 */
gboolean pin_placement_follow (PinPlacement *original, const PinPlacement *present, PinSetting setting,
                               const PinPlacement *const *known, guint n_known);

/* Takes all of @setting from @source into @target, replacing what was there. */
void pin_placement_take (PinPlacement *target, const PinPlacement *source, PinSetting setting);

/* All CPUs, or nodes, of the host that it names.  (transfer full) */
PinCpuset *pin_placement_cpus (const PinPlacement *placement);
PinNodeset *pin_placement_nodes (const PinPlacement *placement);

/*
 * The vCPUs whose CPU is their own: a vcpupin of exactly one CPU that no other vCPU's vcpupin names.  Floating vCPUs do not
 * count against it.  (transfer full) a set of vCPU numbers.
 */
PinCpuset *pin_placement_dedicated_vcpus (const PinPlacement *placement);

/* Names of libvirt's attributes and back ("strict", "fifo"); FALSE if unknown. */
const char *pin_memory_mode_name (PinMemoryMode mode);
gboolean pin_memory_mode_from_name (const char *name, PinMemoryMode *ret_mode);
const char *pin_sched_policy_name (PinSchedPolicy policy);
gboolean pin_sched_policy_from_name (const char *name, PinSchedPolicy *ret_policy);
