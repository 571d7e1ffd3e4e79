/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The checks, by subject; the table in checkup.c says which is which.  Each looks, and finds, or passes. */
#pragma once

#include "check.h"

/* check-hook.c: of a host */
void pin_check_hook_present (PinCheck *check);
void pin_check_hook_executable (PinCheck *check);
void pin_check_hook_known (PinCheck *check);
void pin_check_other_hooks (PinCheck *check);
void pin_check_selinux (PinCheck *check);
void pin_check_apparmor (PinCheck *check);

/* check-service.c: of a host, the last two of a pair */
void pin_check_libvirt_daemon (PinCheck *check);
void pin_check_service (PinCheck *check);
void pin_check_libvirt_heard (PinCheck *check);
void pin_check_policy_valid (PinCheck *check);
void pin_check_maintenance (PinCheck *check);
void pin_check_space (PinCheck *check);
void pin_check_policy_same (PinCheck *check);
void pin_check_pinshift_version (PinCheck *check);

/* check-names.c: of a host, of a pair (two), of a road */
void pin_check_host_name (PinCheck *check);
void pin_check_host_uuids (PinCheck *check);
void pin_check_host_names (PinCheck *check);
void pin_check_name_resolves (PinCheck *check);

/* check-pages.c: of a host, the last of a road */
void pin_check_pages_mounted (PinCheck *check);
void pin_check_pools (PinCheck *check);
void pin_check_pages_there (PinCheck *check);

/* check-tuning.c: of a host */
void pin_check_irqbalance (PinCheck *check);
void pin_check_tuned (PinCheck *check);
void pin_check_housekeeping (PinCheck *check);
void pin_check_one_owner (PinCheck *check);

/* check-needs.c: of a host, and the same three of a road */
void pin_check_numad (PinCheck *check);
void pin_check_resctrl (PinCheck *check);
void pin_check_memory_backing (PinCheck *check);
void pin_check_numad_there (PinCheck *check);
void pin_check_resctrl_there (PinCheck *check);
void pin_check_memory_backing_there (PinCheck *check);

/* check-tls.c: of a host, of a pair, of a road */
void pin_check_certificates (PinCheck *check);
void pin_check_tls_authority (PinCheck *check);
void pin_check_tls_name (PinCheck *check);

/* check-versions.c: of a road */
void pin_check_libvirt_version (PinCheck *check);
void pin_check_qemu_version (PinCheck *check);
void pin_check_machine_types (PinCheck *check);
void pin_check_guest_type (PinCheck *check);

/* check-reach.c: of a road, the last of a pair */
void pin_check_migration_ports (PinCheck *check);
void pin_check_migration_address (PinCheck *check);
void pin_check_clocks (PinCheck *check);

/* check-twins.c: of a road */
void pin_check_twins (PinCheck *check);

/* check-storage.c: of a road */
void pin_check_storage (PinCheck *check);

/* check-cpu.c: of a road */
void pin_check_cpu_features (PinCheck *check);
void pin_check_tsc (PinCheck *check);
void pin_check_nested (PinCheck *check);

/* check-move.c */
void pin_check_plan (PinCheck *check);
void pin_check_devices (PinCheck *check);
