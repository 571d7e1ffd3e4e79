/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two hosts that are in order, and in each row one thing of them otherwise: the check whose thing that is says so, and all others pass, or say
 * that there is nothing to see.
 */
#include "doctor/checkup.h"
#include "doctor/facts.h"

#include "core/tenancy.h"
#include "format/synthetic.h"

#include <string.h>

#define DAY G_GINT64_CONSTANT (86400000000)
#define NOW (20000 * DAY)

#define PASS PIN_FINDING_PASS
#define NOTE PIN_FINDING_NOTE
#define UNSEEN PIN_FINDING_UNSEEN
#define WARN PIN_FINDING_WARN
#define FAIL PIN_FINDING_FAIL

typedef enum { HOST, PAIR, ROAD } Scope;

typedef struct
{
  const char *name;
  const char *body;      /* of its <domain>, but for name, UUID, memory (1 GiB), vCPUs (2) and machine type */
  gboolean off;          /* is defined only */
  gboolean autostart;
} Guest;

/* A host as it differs from one that is in order. */
typedef struct
{
  const char *facts;     /* GVariant text, laid over the facts */
  const char *without;   /* keys that were not seen, or "all" */
  const char *snapshot;  /* NULL: as in order; "": none */
  const char *reserved;  /* CPUs */
  const Guest *guests;   /* up to one without a name; NULL: none */
  gboolean guests_unknown;
} Change;

typedef struct
{
  const char *name;
  Scope scope;
  const char *check;
  PinLevel level;
  const char *reason;    /* words that it must have, with "|" between */
  const char *remedy;
  Change a;              /* hosta, and where guests leave */
  Change b;              /* hostb, and where they arrive */
  guint n;               /* findings of that check; 0: one */
  const char *also;      /* another check, whose fault leaves nothing to this one */
} Row;

#define HEALTHY \
  "{'version': <'0.9'>, 'policy-digest': <'0123456789abcdef'>, 'policy-problem': <''>, 'libvirt-problem': <''>, 'maintenance': <''>," \
  " 'hook-called': <int64 0>, 'space': <{'/run/pinshift': uint64 500000, '/var/lib/pinshift': 900000}>," \
  " 'hook': <'present'>, 'hook-path': <'/etc/libvirt/hooks/qemu.d/60-pinshift'>, 'hook-target': <'/usr/sbin/pinshift-hook'>," \
  " 'hook-changed': <int64 1000>, 'other-hooks': <@as []>, 'daemons': <['libvirtd']>, 'daemon-started': <int64 2000>," \
  " 'daemon-reloaded': <int64 0>, 'apparmor': <'libvirtd (enforce)'>, 'selinux': <'disabled'>, 'selinux-module': <false>," \
  " 'libvirt-version': <uint32 9000000>, 'qemu-version': <uint32 7002000>, 'libvirt-hostname': <'%s'>, 'host-uuid': <'%s'>," \
  " 'machines': <['pc-q35-7.2', 'pc-i440fx-7.2']>, 'kvm': <true>, 'time': <int64 5000>, 'clock-offset': <int64 2000>," \
  " 'clock-doubt': <int64 3000>, 'names': <{'hosta': ['192.0.2.1'], 'hostb': ['192.0.2.2', '2001:db8::2']}>, 'names-problem': <''>," \
  " 'migration-ports': <(uint16 49152, uint16 49215)>, 'migration-host': <''>, 'migration-address': <''>," \
  " 'reach': <{uint16 49152: 'refused', 49215: 'open'}>," \
  " 'certificates': <[{'role': <'ca'>, 'path': <'/etc/pki/CA/cacert.pem'>, 'problem': <''>, 'from': <int64 0>, 'until': <int64 3456000000000000>," \
  "   'names': <@as []>, 'authority': <'ca1'>, 'signed': <true>}," \
  "  {'role': <'server'>, 'path': <'/etc/pki/libvirt/servercert.pem'>, 'problem': <''>, 'from': <int64 0>, 'until': <int64 3456000000000000>," \
  "   'names': <['%s', '192.0.2.9']>, 'authority': <'ca1'>, 'signed': <true>}]>," \
  " 'hugetlbfs': <[uint64 2048]>, 'pools': <{uint64 2048: uint64 1024, 1048576: 0}>, 'memory-backing-dir': <'/var/lib/libvirt/qemu/ram'>," \
  " 'memory-backing-filesystem': <'ext4'>, 'resctrl': <false>, 'resctrl-able': <true>, 'isolated': <'2-7'>, 'nohz-full': <''>," \
  " 'irqbalance': <true>, 'irqbalance-banned': <''>, 'tuned-profile': <''>, 'tuned-isolated': <''>, 'numad': <false>}"

/* Two nodes of four CPUs. */
#define SNAPSHOT "node:2 core:4 mem:8G huge2M:512"

#define PINS(a, b) "<cputune><vcpupin vcpu='0' cpuset='" a "'/><vcpupin vcpu='1' cpuset='" b "'/></cputune>"
#define PAGES(size) "<memoryBacking><hugepages><page size='" size "' unit='KiB'/></hugepages></memoryBacking>"
#define ON_NODE(node) "<numatune><memory mode='strict' nodeset='" node "'/></numatune>"
#define SHARED "<memoryBacking><source type='file'/><access mode='shared'/></memoryBacking>"
#define SHARED_NUMA "<cpu><numa><cell cpus='0-1' memory='1048576' memAccess='shared'/></numa></cpu>"
#define AUTO "<vcpu placement='auto'>2</vcpu>"
#define CACHE "<cputune><cachetune vcpus='0'><cache id='0' level='3' type='both' size='3' unit='MiB'/></cachetune></cputune>"

static const Guest pinned[] = { { "db1", PINS ("2", "3") }, { "web1", PINS ("4", "5") }, { NULL } };
static const Guest floating[] = { { "free", "" }, { NULL } };
static const Guest paged[] = { { "db1", PAGES ("2048") }, { NULL } };
static const Guest paged_twice[] = { { "db1", PAGES ("2048") }, { "db2", PAGES ("2048") }, { NULL } };
static const Guest paged_thrice[] = { { "db1", PAGES ("2048") }, { "db2", PAGES ("2048"), TRUE, TRUE }, { "db3", PAGES ("2048") }, { NULL } };
static const Guest paged_some_day[] = { { "db1", PAGES ("2048") }, { "db2", PAGES ("2048"), TRUE }, { "db3", PAGES ("2048"), TRUE }, { NULL } };
static const Guest paged_large[] = { { "db1", PAGES ("1048576"), TRUE }, { NULL } };
static const Guest paged_plain[] = { { "db1", PAGES ("4") }, { NULL } };
static const Guest paged_on_one[] = { { "db1", PAGES ("2048") ON_NODE ("1") }, { NULL } };
static const Guest paged_on_both[] = { { "db1", PAGES ("2048") ON_NODE ("0-1") }, { NULL } };
static const Guest shared[] = { { "vhost", SHARED }, { NULL } };
static const Guest shared_numa[] = { { "vhost", SHARED_NUMA }, { NULL } };
static const Guest shared_paged[] = {
  { "vhost", "<memoryBacking><hugepages/><access mode='shared'/></memoryBacking>" },
  { "memfd", "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>" },
  { "private", "<memoryBacking><source type='file'/></memoryBacking>" }, { NULL }
};
static const Guest advised[] = { { "wise", AUTO }, { "free", "" }, { "clever", AUTO, TRUE }, { NULL } };
static const Guest many_advised[] = { { "a", AUTO }, { "b", AUTO }, { "c", AUTO }, { "d", AUTO }, { "e", AUTO }, { "f", AUTO }, { NULL } };
static const Guest cached[] = { { "fast", CACHE }, { NULL } };
static const Guest on_host_cpu[] = { { "db1", PINS ("1", "2") }, { NULL } };
static const Guest emulator_on_host_cpu[] = {
  { "db1", "<cputune><vcpupin vcpu='0' cpuset='2'/><vcpupin vcpu='1' cpuset='3'/><emulatorpin cpuset='0-1'/></cputune>" }, { NULL }
};
static const Guest mask_on_host_cpus[] = { { "db1", PINS ("0-3", "0-3") }, { NULL } };
static const Guest both_on_three[] = { { "db1", PINS ("2", "3") }, { "db2", PINS ("3", "4") }, { NULL } };
static const Guest one_floats_on_three[] = { { "db1", PINS ("2-3", "2-3") }, { "db2", PINS ("3", "4") }, { NULL } };
static const Guest both_on_three_later[] = { { "db1", PINS ("2", "3") }, { "db2", PINS ("3", "4"), TRUE }, { NULL } };
static const Guest one_floats_later[] = { { "db1", PINS ("2-3", "2-3") }, { "db2", PINS ("3", "4"), TRUE }, { NULL } };

#define CERTIFICATE(problem, from, until, authority, signed) \
  "{'certificates': <[{'role': <'server'>, 'path': <'/s.pem'>, 'problem': <'" problem "'>, 'from': <int64 " from ">, 'until': <int64 " until \
  ">, 'names': <['hosta']>, 'authority': <'" authority "'>, 'signed': <" signed ">}]>}"

static const Row rows[] = {
  /* the daemons */
  { "service-silent", HOST, "service", FAIL, "pinshiftd of hosta does not answer", "systemctl", { .without = "version" } },
  { "service-silent-for-a-reason", HOST, "service", FAIL, "pinshiftd of hosta does not answer: it is not there", "systemctl",
    { "{'service-problem': <'it is not there'>, 'service-denied': <false>}", "version" } },
  { "service-denied", HOST, "service", UNSEEN, "does not let you ask", "group libvirt", { "{'service-denied': <true>}", "version" } },
  { "nothing-seen", HOST, "service", FAIL, "pinshiftd of hosta does not answer", "systemctl", { .without = "all", .snapshot = "", .guests_unknown = TRUE } },
  { "no-daemon", HOST, "libvirt-daemon", FAIL, "neither libvirtd nor virtqemud", "systemctl start", { "{'daemons': <@as []>, 'libvirt-problem': <'refused'>}" } },
  { "two-daemons", HOST, "libvirt-daemon", NOTE, "both", "disable", { "{'daemons': <['libvirtd', 'virtqemud']>}" } },
  { "modular-daemon", HOST, "libvirt-daemon", PASS, NULL, NULL, { "{'daemons': <['virtqemud']>}" } },
  { "daemons-unseen", HOST, "libvirt-daemon", UNSEEN, "hosta", "root", { .without = "daemons" } },
  { "libvirt-unheard", HOST, "libvirt-heard", FAIL, "does not hear libvirt: no access", "libvirtd|group libvirt", { "{'libvirt-problem': <'no access'>}" } },
  { "libvirt-heard-unseen", HOST, "libvirt-heard", UNSEEN, "hosta", NULL, { .without = "libvirt-problem" } },
  { "no-daemon-to-hear", HOST, "libvirt-heard", UNSEEN, "no libvirt daemon runs", NULL, { "{'daemons': <@as []>, 'libvirt-problem': <'no access'>}" }, .also = "libvirt-daemon" },
  { "policy-invalid", HOST, "policy-valid", FAIL, "the policy that it had before: a.conf: line 3", "config check|reload pinshiftd",
    { "{'policy-problem': <'a.conf: line 3'>}" } },
  { "policy-unseen", HOST, "policy-valid", UNSEEN, "policy", "root", { .without = "policy-problem" } },
  { "in-maintenance", HOST, "maintenance", WARN, "no guest may come: new disks", "pinshift maintenance hosta off", { "{'maintenance': <'new disks'>}" } },
  { "maintenance-unseen", HOST, "maintenance", UNSEEN, "hosta", NULL, { .without = "maintenance" } },
  { "little-space", HOST, "space", WARN, "/run/pinshift has 16383 KiB left", "df -h /run/pinshift",
    { "{'space': <{'/run/pinshift': uint64 16383, '/var/lib/pinshift': 16384}>}" } },
  { "least-space", HOST, "space", WARN, "1024 KiB", "df", { "{'space': <{'/run': uint64 1024}>}" } },
  { "no-space", HOST, "space", FAIL, "1023 KiB", "df", { "{'space': <{'/run': uint64 1023}>}" } },
  { "space-unseen", HOST, "space", UNSEEN, "space", NULL, { .without = "space" } },
  /* the hook */
  { "hook-absent", HOST, "hook-present", FAIL, "60-pinshift is not there", "ln -s /usr/sbin/pinshift-hook|reload libvirtd", { "{'hook': <'absent'>}", "hook-target hook-changed" } },
  { "hook-dangling", HOST, "hook-present", FAIL, "60-pinshift leads to a program that is not there", "ln -sf", { "{'hook': <'dangling'>}", "hook-target" } },
  { "hook-unseen", HOST, "hook-present", UNSEEN, "hook", "root", { .without = "hook" } },
  { "hook-not-executable", HOST, "hook-executable", FAIL, "/usr/sbin/pinshift-hook may not be executed", "chmod 755 /usr/sbin/pinshift-hook",
    { "{'hook': <'not-executable'>}" } },
  { "no-hook-to-execute", HOST, "hook-executable", UNSEEN, "no hook", NULL, { "{'hook': <'absent'>}" }, .also = "hook-present" },
  { "hook-new", HOST, "hook-known", WARN, "newer than libvirtd", "systemctl reload libvirtd", { "{'hook-changed': <int64 2001>}" } },
  { "hook-new-for-virtqemud", HOST, "hook-known", WARN, "virtqemud", "systemctl reload virtqemud", { "{'hook-changed': <int64 2001>, 'daemons': <['virtqemud']>}" } },
  { "hook-new-reload-unknown", HOST, "hook-known", WARN, "newer", "reload", { "{'hook-changed': <int64 2001>}", "daemon-reloaded hook-called" } },
  { "hook-new-but-reloaded", HOST, "hook-known", PASS, NULL, NULL, { "{'hook-changed': <int64 2001>, 'daemon-reloaded': <int64 2002>}" } },
  { "hook-new-but-called", HOST, "hook-known", PASS, NULL, NULL, { "{'hook-changed': <int64 2001>, 'hook-called': <int64 2002>}" } },
  { "hook-newer-than-its-call", HOST, "hook-known", WARN, "newer", "reload", { "{'hook-changed': <int64 2003>, 'hook-called': <int64 2002>}" } },
  { "hook-age-unseen", HOST, "hook-known", UNSEEN, "when the hook", "root", { .without = "hook-changed" } },
  { "daemon-age-unseen", HOST, "hook-known", UNSEEN, "when the hook", "root", { .without = "daemon-started" } },
  { "no-daemon-to-know", HOST, "hook-known", UNSEEN, "no libvirt daemon runs", NULL, { "{'daemons': <@as []>}", "daemon-started" }, .also = "libvirt-daemon" },
  { "more-hooks", HOST, "other-hooks", NOTE, "qemu, qemu.d/10-vfio", NULL, { "{'other-hooks': <['qemu', 'qemu.d/10-vfio']>}" } },
  { "more-hooks-unseen", HOST, "other-hooks", UNSEEN, "hook directory", NULL, { .without = "other-hooks" } },
  { "selinux-without-module", HOST, "selinux", FAIL, "without the module pinshift", "pinshift-selinux|semodule", { "{'selinux': <'enforcing'>}" } },
  { "selinux-with-module", HOST, "selinux", PASS, NULL, NULL, { "{'selinux': <'enforcing'>, 'selinux-module': <true>}" } },
  { "selinux-permissive", HOST, "selinux", PASS, NULL, NULL, { "{'selinux': <'permissive'>}" } },
  { "selinux-of-virtqemud", HOST, "selinux", FAIL, "without the module", "semodule", { "{'selinux': <'enforcing'>, 'selinux-daemon': <'system_u:system_r:virtqemud_t:s0'>}" } },
  { "selinux-of-virtd", HOST, "selinux", PASS, NULL, NULL, { "{'selinux': <'enforcing'>, 'selinux-daemon': <'system_u:system_r:virtd_t:s0-s0:c0.c1023'>}" } },
  { "selinux-label", HOST, "selinux", PASS, NULL, NULL, { "{'selinux': <'enforcing'>, 'selinux-hook': <'system_u:object_r:pinshift_hook_exec_t:s0'>}", "selinux-module" } },
  { "selinux-label-lost", HOST, "selinux", FAIL, "is system_u:object_r:bin_t:s0", "restorecon -v /usr/sbin/pinshift-hook",
    { "{'selinux': <'enforcing'>, 'selinux-module': <true>, 'selinux-hook': <'system_u:object_r:bin_t:s0'>}" } },
  { "selinux-modules-unseen", HOST, "selinux", UNSEEN, "modules", "root", { "{'selinux': <'enforcing'>}", "selinux-module" } },
  { "selinux-unseen", HOST, "selinux", UNSEEN, "SELinux", "root", { .without = "selinux" } },
  { "apparmor-in-the-way", HOST, "apparmor", FAIL, "AppArmor confines libvirtd|/usr/libexec/pinshift-hook", "/usr/sbin/pinshift-hook",
    { "{'hook-target': <'/usr/libexec/pinshift-hook'>}" } },
  { "apparmor-below-sbin", HOST, "apparmor", FAIL, "/usr/sbin/pinshift/hook", "/usr/sbin", { "{'hook-target': <'/usr/sbin/pinshift/hook'>}" } },
  { "apparmor-complains-only", HOST, "apparmor", PASS, NULL, NULL, { "{'hook-target': <'/opt/hook'>, 'apparmor': <'libvirtd (complain)'>}" } },
  { "apparmor-off", HOST, "apparmor", PASS, NULL, NULL, { "{'hook-target': <'/opt/hook'>, 'apparmor': <''>}" } },
  { "apparmor-bin", HOST, "apparmor", PASS, NULL, NULL, { "{'hook-target': <'/bin/hook'>}" } },
  { "apparmor-unseen", HOST, "apparmor", UNSEEN, "AppArmor", "root", { .without = "apparmor" } },
  { "apparmor-target-unseen", HOST, "apparmor", UNSEEN, "where the hook leads", "root", { .without = "hook-target" } },
  /* the name */
  { "called-localhost", HOST, "host-name", FAIL, "calls this host localhost", "hostnamectl", { "{'libvirt-hostname': <'localhost'>}" } },
  { "called-localhost-more", HOST, "host-name", FAIL, "localhost.localdomain", "hostnamectl", { "{'libvirt-hostname': <'localhost.localdomain'>}" } },
  { "chosen-localhost", HOST, "host-name", FAIL, "localhost", "migration_host|qemu.conf", { "{'migration-host': <'localhost'>}" } },
  { "chosen-better", HOST, "host-name", PASS, NULL, NULL, { "{'libvirt-hostname': <'localhost'>, 'migration-host': <'hosta'>}" } },
  { "name-is-loopback", HOST, "host-name", WARN, "hosta leads to 127.0.1.1 here", "/etc/hosts|migration_host", { "{'names': <{'hosta': ['127.0.1.1']}>}" } },
  { "name-is-loopback-6", HOST, "host-name", WARN, "::1", "/etc/hosts", { "{'names': <{'hosta': ['::1', '127.0.0.1']}>}" } },
  { "name-is-loopback-too", HOST, "host-name", PASS, NULL, NULL, { "{'names': <{'hosta': ['127.0.1.1', '192.0.2.1']}>}" } },
  { "name-is-unknown-at-home", HOST, "host-name", PASS, NULL, NULL, { "{'names': <{'hosta': @as []}>}" } },
  { "name-unseen", HOST, "host-name", UNSEEN, "name", "root", { .without = "libvirt-hostname migration-host" } },
  { "names-unseen", HOST, "host-name", UNSEEN, "where its own name leads", "root", { .without = "names" } },
  /* certificates */
  { "certificates-none", HOST, "certificates", PASS, NULL, NULL, { "{'certificates': <@aa{sv} []>}" } },
  { "certificates-unseen", HOST, "certificates", UNSEEN, "certificates", "root", { .without = "certificates" } },
  { "certificate-broken", HOST, "certificates", FAIL, "/s.pem can't be used: no PEM", "make /s.pem anew", { CERTIFICATE ("no PEM", "0", "0", "", "false") } },
  { "certificate-to-come", HOST, "certificates", FAIL, "good from 2024-10-05 on", "clock", { CERTIFICATE ("", "1728086400000000", "3456000000000000", "ca1", "true") } },
  { "certificate-over", HOST, "certificates", FAIL, "good until 2024-10-03", "anew", { CERTIFICATE ("", "0", "1727913600000000", "ca1", "true") } },
  { "certificate-over-now", HOST, "certificates", FAIL, "was good until 2024-10-04", "anew", { CERTIFICATE ("", "0", "1728000000000000", "ca1", "true") } },
  { "certificate-ends-soon", HOST, "certificates", WARN, "good until 2024-10-18 only", "anew", { CERTIFICATE ("", "0", "1729209600000000", "ca1", "true") } },
  { "certificate-ends-later", HOST, "certificates", PASS, NULL, NULL, { CERTIFICATE ("", "0", "1729209600000001", "ca1", "true") } },
  { "certificate-of-others", HOST, "certificates", FAIL, "not signed by the CA", "anew", { CERTIFICATE ("", "0", "3456000000000000", "ca1", "false") } },
  { "certificate-alone", HOST, "certificates", FAIL, "no CA's certificate beside it", "/etc/pki/CA/cacert.pem", { CERTIFICATE ("", "0", "3456000000000000", "", "false") } },
  /* huge pages */
  { "certificate-of-an-unknown-authority", HOST, "certificates", PASS, NULL, NULL,
    { "{'certificates': <[{'role': <'server'>, 'path': <'/s.pem'>, 'problem': <''>, 'names': <['hosta']>}]>}" } },
  { "pages-not-mounted", HOST, "pages-mounted", WARN, "1024 pages of 2 MiB are not mounted", "pagesize=2048K|restart libvirtd", { "{'hugetlbfs': <@at []>}", .guests = paged } },
  { "large-pages-not-mounted", HOST, "pages-mounted", WARN, "8 pages of 1 GiB", "pagesize=1048576K", { "{'pools': <{uint64 2048: uint64 1024, 1048576: 8}>}" } },
  { "no-pages-to-mount", HOST, "pages-mounted", PASS, NULL, NULL, { "{'hugetlbfs': <@at []>, 'pools': <{uint64 2048: uint64 0}>}" } },
  { "mounts-unseen", HOST, "pages-mounted", UNSEEN, "huge pages", "root", { .without = "hugetlbfs" } },
  { "pages-enough", HOST, "pools", PASS, NULL, NULL, { .guests = paged_twice } },
  { "pages-short", HOST, "pools", WARN, "guest db1 wants 512 pages of 2 MiB, the host has 511", "echo 512 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages",
    { "{'pools': <{uint64 2048: uint64 511}>}", .guests = paged } },
  { "pages-of-no-size", HOST, "pools", WARN, "guest db1 wants 1 pages of 1 GiB, the host has 0", "hugepages-1048576kB", { .guests = paged_large } },
  { "pages-short-together", HOST, "pools", WARN, "guests that run or start with the host want 1536 pages of 2 MiB, the host has 1024", "echo 1536", { .guests = paged_thrice } },
  { "pages-short-some-day", HOST, "pools", PASS, NULL, NULL, { .guests = paged_some_day } },
  { "pages-short-of-each", HOST, "pools", WARN, "wants 512 pages", "512", { "{'pools': <{uint64 2048: uint64 511}>}", .guests = paged_twice }, .n = 2 },
  { "pages-short-on-a-node", HOST, "pools", WARN, "guest db1 wants 512 pages of 2 MiB, node 1 has 256", "/sys/devices/system/node/node1/hugepages",
    { .snapshot = "node:2 core:4 huge2M:256", .guests = paged_on_one } },
  { "pages-enough-on-a-node", HOST, "pools", PASS, NULL, NULL, { .guests = paged_on_one } },
  { "pages-on-several-nodes", HOST, "pools", PASS, NULL, NULL, { .snapshot = "node:2 core:4 huge2M:256", .guests = paged_on_both } },
  { "pages-on-a-node-unseen", HOST, "pools", PASS, NULL, NULL, { .snapshot = "node:2 core:4", .guests = paged_on_one } },
  { "pages-of-the-kernel", HOST, "pools", PASS, NULL, NULL, { .guests = paged_plain } },
  { "pools-unwanted", HOST, "pools", PASS, NULL, NULL, { .without = "pools", .guests = floating } },
  { "pools-unseen", HOST, "pools", UNSEEN, "huge pages", "root", { .without = "pools", .guests = paged } },
  { "guests-unseen", HOST, "pools", UNSEEN, "guests", "root", { .guests_unknown = TRUE } },
  /* what guests need */
  { "memory-in-a-file", HOST, "memory-backing", WARN, "shared memory of guest vhost is a file in /var/lib/libvirt/qemu/ram on hosta, which is ext4", "memfd|memory_backing_dir", { .guests = shared } },
  { "memory-of-a-cell-in-a-file", HOST, "memory-backing", WARN, "guest vhost", "memfd", { .guests = shared_numa } },
  { "memory-in-no-file", HOST, "memory-backing", PASS, NULL, NULL, { .guests = shared_paged } },
  { "memory-on-tmpfs", HOST, "memory-backing", PASS, NULL, NULL, { "{'memory-backing-filesystem': <'tmpfs'>}", .guests = shared } },
  { "memory-files-unseen", HOST, "memory-backing", UNSEEN, "memory_backing_dir", "root", { .without = "memory-backing-filesystem", .guests = shared } },
  { "memory-files-unwanted", HOST, "memory-backing", PASS, NULL, NULL, { .without = "memory-backing-filesystem", .guests = floating } },
  { "numad-missing", HOST, "numad", WARN, "guests wise and clever|hosta", "install numad", { .guests = advised } },
  { "numad-missing-to-many", HOST, "numad", WARN, "guests a, b, c, d and 2 more", "numad", { .guests = many_advised } },
  { "numad-there", HOST, "numad", PASS, NULL, NULL, { "{'numad': <true>}", .guests = advised } },
  { "numad-unseen", HOST, "numad", UNSEEN, "numad", "root", { .without = "numad", .guests = advised } },
  { "numad-unwanted", HOST, "numad", PASS, NULL, NULL, { .without = "numad" } },
  { "resctrl-not-mounted", HOST, "resctrl", WARN, "guest fast|not mounted on hosta", "mount -t resctrl", { .guests = cached } },
  { "resctrl-unknown-to-the-kernel", HOST, "resctrl", WARN, "guest fast", "does not know it", { "{'resctrl-able': <false>}", .guests = cached } },
  { "resctrl-mounted", HOST, "resctrl", PASS, NULL, NULL, { "{'resctrl': <true>}", .guests = cached } },
  { "resctrl-unseen", HOST, "resctrl", UNSEEN, "resctrl", "root", { .without = "resctrl", .guests = cached } },
  /* CPUs */
  { "banned-too-few", HOST, "irqbalance", WARN, "CPUs 2-7 are isolated, irqbalance is told to keep off 2-5", "IRQBALANCE_BANNED_CPULIST=2-7", { "{'irqbalance-banned': <'2-5'>}" } },
  { "banned-more", HOST, "irqbalance", PASS, NULL, NULL, { "{'irqbalance-banned': <'1-7'>}" } },
  { "banned-none", HOST, "irqbalance", WARN, "told to keep off none", "IRQBALANCE_BANNED_CPULIST=2-7", { "{'irqbalance-banned': <'-'>}" } },
  { "irqbalance-off", HOST, "irqbalance", PASS, NULL, NULL, { "{'irqbalance': <false>, 'irqbalance-banned': <'2-5'>}" } },
  { "irqbalance-unwanted", HOST, "irqbalance", PASS, NULL, NULL, { "{'isolated': <''>, 'irqbalance-banned': <'2-5'>}", "irqbalance" } },
  { "irqbalance-unseen", HOST, "irqbalance", UNSEEN, "irqbalance", "root", { .without = "irqbalance-banned" } },
  { "isolated-unseen", HOST, "irqbalance", UNSEEN, "isolated", "root", { .without = "isolated" } },
  { "tuned-differs", HOST, "tuned", WARN, "tuned's profile realtime isolates CPUs 4-7, the kernel isolates 2-7", "/etc/tuned/realtime-variables.conf|reboot",
    { "{'tuned-profile': <'realtime'>, 'tuned-isolated': <'4-7'>}" } },
  { "tuned-alone", HOST, "tuned", WARN, "isolates CPUs 4-7, the kernel none", "reboot", { "{'tuned-profile': <'realtime'>, 'tuned-isolated': <'4-7'>, 'isolated': <''>}" } },
  { "tuned-agrees", HOST, "tuned", PASS, NULL, NULL, { "{'tuned-profile': <'realtime'>, 'tuned-isolated': <'2-7'>}" } },
  { "tuned-agrees-with-nohz", HOST, "tuned", PASS, NULL, NULL, { "{'tuned-profile': <'cpu'>, 'tuned-isolated': <'2-5'>, 'nohz-full': <'2-5'>, 'isolated': <''>}" } },
  { "tuned-isolates-none", HOST, "tuned", PASS, NULL, NULL, { "{'tuned-profile': <'virtual-host'>}" } },
  { "tuned-unseen", HOST, "tuned", UNSEEN, "tuned", "root", { .without = "tuned-profile" } },
  { "tuned-cpus-unseen", HOST, "tuned", UNSEEN, "tuned", "root", { "{'tuned-profile': <'realtime'>}", "tuned-isolated" } },
  { "own-cpus-isolated", HOST, "housekeeping", PASS, NULL, NULL, { .guests = pinned } },
  { "own-cpu-not-isolated", HOST, "housekeeping", WARN, "guest db1 has vCPUs of its own on CPUs 1, which are not isolated", "virsh edit db1: vcpupin to CPUs of 2-7", { .guests = on_host_cpu } },
  { "nothing-isolated", HOST, "housekeeping", PASS, NULL, NULL, { "{'isolated': <''>}", .guests = on_host_cpu } },
  { "isolated-by-nohz", HOST, "housekeeping", WARN, "CPUs 1, which are not isolated", "CPUs of 2-7", { "{'isolated': <''>, 'nohz-full': <'2-7'>}", .guests = on_host_cpu } },
  { "own-cpu-reserved", HOST, "housekeeping", WARN, "guest db1 has vCPUs of its own on CPUs 3, which are kept for the host", "virsh edit db1", { .reserved = "0,3", .guests = pinned } },
  { "emulator-on-housekeeping", HOST, "housekeeping", PASS, NULL, NULL, { .reserved = "0", .guests = emulator_on_host_cpu } },
  { "mask-on-housekeeping", HOST, "housekeeping", PASS, NULL, NULL, { .guests = mask_on_host_cpus } },
  { "housekeeping-unseen", HOST, "housekeeping", UNSEEN, "isolated", "root", { .without = "isolated", .guests = pinned } },
  { "owners-of-one-cpu", HOST, "one-owner", WARN, "guests db1 and db2 both run on CPUs 3", "pinshift repin db2", { .guests = both_on_three } },
  { "another-on-own-cpu", HOST, "one-owner", WARN, "guests db1 and db2 both run on CPUs 3", "pinshift repin db2", { .guests = one_floats_on_three } },
  { "owners-some-day", HOST, "one-owner", NOTE, "db1 and db2: 3", NULL, { .guests = both_on_three_later } },
  { "another-some-day", HOST, "one-owner", PASS, NULL, NULL, { .guests = one_floats_later } },
  { "owners-unseen", HOST, "one-owner", UNSEEN, "which CPU", "root", { .snapshot = "" } },
};

static void
add_guests (PinPatient *patient, const Guest *guests)
{
  patient->guests = g_ptr_array_new_with_free_func ((GDestroyNotify)pin_patient_guest_free);
  for (guint i = 0; guests != NULL && guests[i].name != NULL; i++)
    {
      g_autofree char *xml = g_strdup_printf ("<domain type='kvm'><name>%s</name><uuid>%08u-0000-4000-8000-000000000001</uuid><memory>1048576</memory>%s%s"
                                              "<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os></domain>", guests[i].name, i + 1,
                                              strstr (guests[i].body, "<vcpu ") == NULL ? "<vcpu>2</vcpu>" : "", guests[i].body);
      g_autoptr (GError) error = NULL;
      PinDomain *domain = pin_domain_parse (xml, strlen (xml), &error);
      PinPatientGuest *guest;

      g_assert_no_error (error);
      guest = pin_patient_guest_new (domain, !guests[i].off);
      guest->autostart = guests[i].autostart;
      g_ptr_array_add (patient->guests, guest);
    }
}

static void
add_snapshot (PinPatient *patient, const Change *change)
{
  g_autoptr (GError) error = NULL;

  if (g_strcmp0 (change->snapshot, "") == 0)
    return;
  patient->snapshot = pin_synthetic_parse (change->snapshot != NULL ? change->snapshot : SNAPSHOT, &error);
  g_assert_no_error (error);
  if (change->reserved != NULL)
    {
      pin_cpuset_free (patient->snapshot->reserved);
      patient->snapshot->reserved = pin_cpuset_parse (change->reserved, &error);
      g_assert_no_error (error);
    }
  for (guint i = 0; patient->guests != NULL && i < patient->guests->len; i++)
    {
      const PinPatientGuest *guest = g_ptr_array_index (patient->guests, i);
      PinTenant *tenant = pin_tenancy_new (guest->domain->guest, guest->domain->placement, NULL, patient->snapshot);

      tenant->running = guest->running;
      g_ptr_array_add (patient->snapshot->domains, tenant);
    }
}

static GVariant *
parse_facts (const char *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *facts = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);

  g_assert_no_error (error);
  return facts;
}

static void
drop_facts (PinPatient *patient, const char *without)
{
  g_auto (GStrv) keys = g_strsplit (without, " ", -1);
  g_auto (GVariantDict) facts = G_VARIANT_DICT_INIT (patient->facts);

  for (guint i = 0; keys[i] != NULL; i++)
    g_assert_true (g_variant_dict_remove (&facts, keys[i]));
  g_variant_unref (patient->facts);
  patient->facts = g_variant_ref_sink (g_variant_dict_end (&facts));
}

static PinPatient *
patient_new (const char *name, const char *uuid, const Change *change)
{
  PinPatient *patient = pin_patient_new (name);
  g_autofree char *healthy = g_strdup_printf (HEALTHY, name, uuid, name);

  if (!change->guests_unknown)
    add_guests (patient, change->guests);
  add_snapshot (patient, change);
  if (g_strcmp0 (change->without, "all") == 0)
    return patient;
  pin_patient_add_facts (patient, parse_facts (healthy));
  if (change->facts != NULL)
    pin_patient_add_facts (patient, parse_facts (change->facts));
  if (change->without != NULL)
    drop_facts (patient, change->without);
  return patient;
}

static void G_GNUC_PRINTF (1, 2)
complain (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_test_message ("%s", text);
  g_test_fail ();
}

static void
assert_words (const char *text, const char *words)
{
  g_auto (GStrv) parts = g_strsplit (words != NULL ? words : "", "|", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (text == NULL || strstr (text, parts[i]) == NULL)
      complain ("\"%s\" does not have \"%s\"", text, parts[i]);
}

/* People read all of it on one line each. */
static void
assert_is_readable (const PinFinding *finding)
{
  g_assert_cmpuint (strlen (finding->title), <=, 46);
  g_assert_cmpuint (strlen (finding->subject), >, 0);
  g_assert_true ((finding->level == PASS) == (finding->reason == NULL));
  g_assert_true (finding->level != PASS || finding->remedy == NULL);
  g_assert_true (finding->level < WARN || finding->remedy != NULL);
  for (guint i = 0; i < 2; i++)
    {
      const char *text = i == 0 ? finding->reason : finding->remedy;

      if (text == NULL)
        continue;
      g_assert_null (strchr (text, '\n'));
      g_assert_false (g_str_has_suffix (text, "."));
    }
}

static GPtrArray *
look (const Row *row, const PinPatient *a, const PinPatient *b)
{
  switch (row->scope)
    {
    case HOST:
    default:
      return pin_checkup_host (a, NOW);
    }
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (PinPatient) a = patient_new ("hosta", "aaaaaaaa-0000-4000-8000-000000000001", &row->a);
  g_autoptr (PinPatient) b = patient_new ("hostb", "bbbbbbbb-0000-4000-8000-000000000002", &row->b);
  g_autoptr (GPtrArray) findings = look (row, a, b);
  guint n = 0;

  for (guint i = 0; i < findings->len; i++)
    {
      const PinFinding *finding = g_ptr_array_index (findings, i);

      assert_is_readable (finding);
      if (strcmp (finding->check, row->check) != 0)
        {
          if (finding->level != PASS && finding->level != UNSEEN && g_strcmp0 (finding->check, row->also) != 0)
            complain ("%s also says %s: %s", finding->check, pin_level_name (finding->level), finding->reason);
          continue;
        }
      n++;
      g_test_message ("%s: %s: %s; %s", finding->check, pin_level_name (finding->level), finding->reason, finding->remedy);
      g_assert_cmpstr (pin_level_name (finding->level), ==, pin_level_name (row->level));
      assert_words (finding->reason, row->reason);
      assert_words (finding->remedy, row->remedy);
    }
  g_assert_cmpuint (n, ==, MAX (row->n, 1));
}

static void
assert_healthy (GPtrArray *findings, guint n)
{
  g_assert_cmpuint (findings->len, ==, n);
  for (guint i = 0; i < findings->len; i++)
    {
      const PinFinding *finding = g_ptr_array_index (findings, i);

      if (finding->level != PASS)
        complain ("%s says %s: %s", finding->check, pin_level_name (finding->level), finding->reason);
    }
}

/* All is looked at, and is in order. */
static void
test_healthy (void)
{
  const Change change = { .guests = pinned };
  g_autoptr (PinPatient) a = patient_new ("hosta", "aaaaaaaa-0000-4000-8000-000000000001", &change);
  g_autoptr (GPtrArray) host = pin_checkup_host (a, NOW);

  assert_healthy (host, 23);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/doctor/healthy", test_healthy);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/doctor/%s", rows[i].name);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  return g_test_run ();
}
