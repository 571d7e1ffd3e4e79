/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What was seen of a host: a vardict (a{sv}).  A key that is absent was not seen, whether nobody looked or nobody could; a value that is
 * empty was: there is nothing.  The keys, with their types:
 *
 * of pinshiftd itself, which alone knows
 *   version s            of pinshiftd
 *   policy-digest s      of the policy it goes by
 *   policy-problem s     why the policy that is in the files now was not taken; empty: it was
 *   libvirt-problem s    why libvirt is not heard; empty: it is
 *   maintenance s        why no guest may come, in one line; empty: guests may
 *   hook-called x        when the hook asked it last, us since the epoch; 0: never since it started
 *   space a{st}          KiB that are left in each directory that it writes to
 *   service-problem s    why it told nothing of this, in one line; put in by who asked
 *   service-denied b     whether that is because who asked may not ask it
 *
 * of the hook and of libvirt's daemon
 *   hook s               present, absent, dangling (a link to nothing), not-executable
 *   hook-path s          the link or file in libvirt's hook directory
 *   hook-target s        the program that it leads to, links resolved; of one that is present or not-executable
 *   hook-changed x       when the link was put there, us since the epoch
 *   other-hooks as       other programs in that directory that libvirt runs too
 *   daemons as           of libvirtd and virtqemud those that run
 *   daemon-started x     when the one (virtqemud, if both) was started, us since the epoch
 *   daemon-reloaded x    when systemd reloaded it last; 0: never since it was started; absent: systemd does not run, or was not asked
 *   apparmor s           what confines it, "libvirtd (enforce)"; empty: AppArmor is not there, or leaves it alone
 *   selinux s            disabled, permissive, enforcing
 *   selinux-module b     whether the module pinshift is among those of the policy
 *   selinux-hook s       context of the program hook-target, "system_u:object_r:pinshift_hook_exec_t:s0"; absent also without SELinux.
 *                        To others than root the kernel shows a type that its policy does not know as unlabeled_t.
 *   selinux-daemon s     context of the daemon, "system_u:system_r:virtqemud_t:s0"; absent also without SELinux
 *
 * as libvirt says
 *   libvirt-version u    major * 1000000 + minor * 1000 + release
 *   qemu-version u       the same
 *   libvirt-hostname s   as libvirt names the host in migration URIs (virConnectGetHostname)
 *   host-uuid s          lower case
 *   machines as          machine types that its QEMU knows
 *   kvm b                whether guests of type kvm can run
 *
 * of the road between hosts
 *   time x               the clock, us since the epoch
 *   clock-offset x       of the other's clock against ours, us; put in by who asked
 *   clock-doubt x        how far that can be wrong, us
 *   names a{sas}         of each name that was asked for its addresses; none: it does not resolve
 *   names-problem s      why some names could not be asked for (no name server from there, say): those are absent in names
 *   migration-ports (qq) first and last (qemu.conf, migration_port_min and _max)
 *   migration-host s     qemu.conf, migration_host; empty: not set
 *   migration-address s  qemu.conf, migration_address; empty: not set
 *   reach a{qs}          of each TCP port of the other host that was tried: open, refused (nobody listens, the road is free),
 *                        silent (no answer in time), or the error of connect()
 *   certificates aa{sv}  of libvirt's TLS, each with role s (ca, server, client), path s, problem s (why it can't be used; empty), from x and
 *                        until x (us since the epoch), names as (whom it is for), authority s (SHA-256 of the CA's certificate there; empty: none),
 *                        signed b (by that CA); none: TLS is not set up.  One that is absent may be there and not be readable.
 *
 * of storage, for paths that were asked for
 *   paths a{sa{sv}}      of each: exists b, inode t, size t (bytes), filesystem s (type, "ext4"), source s (what is mounted, "nas:/images");
 *                        without exists: it could not be seen
 *
 * of memory and tuning
 *   hugetlbfs at         page sizes that are mounted, KiB
 *   pools a{tt}          pages of each size that the kernel has, by size in KiB, mounted or not
 *   memory-backing-dir s qemu.conf, or libvirt's default
 *   memory-backing-filesystem s   type of what it is on
 *   resctrl b            whether /sys/fs/resctrl is mounted
 *   resctrl-able b       whether the kernel knows it
 *   isolated s           CPU list (isolcpus)
 *   nohz-full s          CPU list
 *   irqbalance b         whether it runs
 *   irqbalance-banned s  CPU list that its configuration has; empty: none, then it leaves isolated CPUs alone by itself; "-": it is
 *                        told to leave no CPU alone, isolated ones neither
 *   tuned-profile s      the active one; empty: none
 *   tuned-isolated s     isolated_cores of that profile's variables, as a CPU list; empty: none
 *   numad b              whether libvirt finds it
 */
#pragma once

#include <glib.h>

/* Each looks @key up in @facts; FALSE: it is absent, or of another type, and *ret is as it was.  Strings are borrowed from @facts. */
gboolean pin_facts_text (GVariant *facts, const char *key, const char **ret);
gboolean pin_facts_flag (GVariant *facts, const char *key, gboolean *ret);
gboolean pin_facts_number (GVariant *facts, const char *key, guint *ret);
gboolean pin_facts_size (GVariant *facts, const char *key, guint64 *ret);
gboolean pin_facts_time (GVariant *facts, const char *key, gint64 *ret);
/* Of type as.  (transfer container), NULL if it is absent. */
const char **pin_facts_list (GVariant *facts, const char *key);
/* Of any other @type.  (transfer full), NULL if it is absent. */
GVariant *pin_facts_value (GVariant *facts, const char *key, const char *type);
