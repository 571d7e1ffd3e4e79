/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What pinshiftd knows of its host: the machine, its guests, the policy, the claims.  From it comes the snapshot of a moment. */
#pragma once

#include "core/ledger.h"
#include "format/domain-read.h"
#include "host/maintenance-file.h"
#include "host/sysfs.h"
#include "host/virt.h"
#include "rules/rules-cluster.h"

/* A domain of this host, as libvirt last told it. */
typedef struct
{
  char *uuid;
  char *name;
  int id;                /* libvirt's; -1: it is not active */
  gboolean running;
  gboolean incoming;
  gboolean persistent;
  PinTenant *tenant;     /* NULL while it is incoming: its claim counts */
  PinDomain *domain;     /* the live side if it runs, else the persistent one, without its document; NULL: not known */
} PinResident;

/* Its record, or NULL; borrowed. */
const PinRecord *pin_resident_record (const PinResident *resident);

typedef struct
{
  PinSysfs *sysfs;
  PinSnapshot *machine;      /* what changes seldom; no domains, no claims */
  PinCpuset *bound;          /* CPUs that processes of the host have for themselves */
  gboolean live;             /* the machine is the one that this runs on */
  PinNodeset *memory_nodes;  /* whose memory may be used; NULL: any */
  PinRules *rules;
  guint64 tsc_hz;            /* as libvirt tells it; 0: it has not */
  gboolean tsc_scaling;
  gboolean no_kvm;           /* it has no guests of type kvm */
  PinLedger *ledger;
  char *ledger_path;
  char *state_dir;           /* where records are kept */
  PinMaintenance maintenance; /* as an administrator has asked for it; the machine has what the policy adds */
  GHashTable *plans;         /* uuid -> PinPlan: what those that have a claim were promised */
  GHashTable *residents;     /* uuid -> PinResident */
  gboolean heard;            /* libvirt has told its domains at least once */
  gboolean follows;          /* there is one to be heard */
  gboolean connected;        /* it can be asked */
  char *libvirt_problem;     /* why it can't; NULL: it can, or nobody has tried yet */
  char *root;                /* of the machine, "/" */
  char *policy_file;         /* that the rules are read from; NULL: those that are installed */
  gint64 hook_called_us;     /* when the hook asked last, since the epoch; 0: never */
} PinPicture;

/* @sysfs and @rules become the picture's.  @live: @sysfs is this machine, so that libnuma can be asked too.  
 * @ledger_path: where claims are kept; they come back, those that have run out too.  @state_dir: where records are. */
PinPicture *pin_picture_new (PinSysfs *sysfs, gboolean live, PinRules *rules, const char *ledger_path,
                             const char *state_dir, gint64 now_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pin_picture_free (PinPicture *picture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinPicture, pin_picture_free)

/* Looks at the machine anew: CPUs come and go, pools are made. */
gboolean pin_picture_look (PinPicture *picture, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Another policy; it becomes the picture's. */
void pin_picture_set_rules (PinPicture *picture, PinRules *rules);

/* The host's UUID, as libvirt has it. */
void pin_picture_set_uuid (PinPicture *picture, const char *uuid);

/* The host's TSC, as libvirt has it from kvm, for Linux has no file for it; and whether it has guests of type kvm. */
void pin_picture_set_capabilities (PinPicture *picture, guint64 tsc_hz, gboolean tsc_scaling, gboolean no_kvm);

/* What libvirt says of a guest; @domain is its parsed live side, or its persistent one if it does not run; NULL while incoming.
 * It becomes the picture's, which needs no document of it. */
void pin_picture_put (PinPicture *picture, const PinVirtGuest *guest, PinDomain *domain);
/* The resident of that UUID, else that name; NULL: none.  Borrowed. */
const PinResident *pin_picture_find (const PinPicture *picture, const char *name_or_uuid);
void pin_picture_drop (PinPicture *picture, const char *uuid);
/* Drops residents that @guests (PinVirtGuest) does not have. */
void pin_picture_keep_only (PinPicture *picture, const GPtrArray *guests);

/* The host at this moment: memory and pools are read now.  (transfer full) */
PinSnapshot *pin_picture_now (PinPicture *picture, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Load of the last five minutes, in per mille of the CPUs that are online, read now; -1: unknown. */
gint pin_picture_load (const PinPicture *picture);

/* The host as if no guest ran on it and none was on its way: for what will start some day.  (transfer full) */
PinSnapshot *pin_picture_idle (PinPicture *picture, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What the policy writes for guest @name on this host, in place of what its owner wrote; NULL: nothing.  Borrowed. */
const PinHostPlacement *pin_picture_assigned (const PinPicture *picture, const char *name);

/* This host as a home, with all of its topology.  (transfer full) */
PinHome *pin_picture_home (const PinPicture *picture);
