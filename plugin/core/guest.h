/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a guest is and no migration changes: its size, its cells, its machine type, and what limits its placement. */
#pragma once

#include "cpuset.h"

/* The CPU of a host, or the CPU that a guest saw where it started. */
typedef struct
{
  char *model;           /* NULL: unknown */
  char *vendor;
  guint64 microcode;     /* 0: unknown */
  guint64 tsc_hz;        /* 0: unknown */
  gboolean tsc_scaling;
  gboolean nested;       /* kvm offers vmx or svm to guests */
  gboolean nested_unknown; /* nobody has said whether it does */
  gboolean no_kvm;       /* libvirt has no guests of type kvm on the host */
  GStrv features;        /* sorted; NULL: unknown */
} PinCpuModel;

PinCpuModel *pin_cpu_model_new (void);
PinCpuModel *pin_cpu_model_copy (const PinCpuModel *model);
void pin_cpu_model_free (PinCpuModel *model);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinCpuModel, pin_cpu_model_free)

typedef struct
{
  PinCpuset *vcpus;      /* may be empty */
  guint64 memory_kib;
} PinCell;

typedef struct
{
  guint64 size_kib;      /* of the host's memory: 0 of a file, what is plugged of virtio-mem */
  int cell;              /* guest cell it belongs to; -1: none */
} PinGuestDimm;

typedef enum
{
  PIN_CPU_MODE_NONE,     /* no <cpu>, or custom: libvirt checks it */
  PIN_CPU_MODE_HOST_PASSTHROUGH,
  PIN_CPU_MODE_MAXIMUM,
  PIN_CPU_MODE_HOST_MODEL
} PinCpuMode;

typedef enum
{
  PIN_BACKING_NONE,      /* no <source>: libvirt chooses */
  PIN_BACKING_ANONYMOUS,
  PIN_BACKING_FILE,
  PIN_BACKING_MEMFD
} PinBacking;

typedef struct
{
  char *name;
  char *uuid;            /* lower case, with dashes */
  char *arch;            /* "x86_64" */
  char *machine;         /* "pc-q35-7.2"; NULL: unknown */
  gboolean kvm;          /* it is of type kvm */
  guint n_vcpus;         /* maximum */
  PinCpuset *online;     /* vCPUs online at start */
  guint64 memory_kib;    /* at boot with DIMMs, as <memory> says, less what is not the host's memory */
  guint64 current_kib;   /* balloon */
  PinCell *cells;        /* by cell id 0 .. n_cells - 1 */
  guint n_cells;
  PinCpuset *iothreads;  /* ids; empty if none */
  PinGuestDimm *dimms;   /* by index, in the order of <devices> */
  guint n_dimms;
  PinBacking backing;
  gboolean shared_access;       /* some of its memory is shared: all of it, a cell's or a DIMM's */
  gboolean cell_access;         /* access or a cell's memAccess is written, shared or private */
  gboolean shared_devices;      /* vhost-user, virtiofs: they need shared memory */
  gboolean prealloc;            /* allocation mode='immediate' */
  gboolean locked;
  gboolean has_hostdevs;
  gboolean has_launch_security; /* SEV, TDX */
  PinCpuMode cpu_mode;
  gboolean wants_nested;        /* a vmx or svm feature that is required */
  GStrv hidden;                 /* CPU features that it is told not to see, as libvirt names them; NULL: none */
  guint64 tsc_hz;               /* timer tsc frequency; 0: not asked for */
} PinGuest;

PinGuest *pin_guest_new (void);
void pin_guest_free (PinGuest *guest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinGuest, pin_guest_free)

/* The cell of vCPU @vcpu, or -1 without cells. */
int pin_guest_cell_of (const PinGuest *guest, guint vcpu);
