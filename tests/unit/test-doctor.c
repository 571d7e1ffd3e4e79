/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two hosts that are in order, and in each row one thing of them otherwise: the check whose thing that is says so, and all others pass, or say
 * that there is nothing to see.
 */
#include "doctor/checkup.h"
#include "doctor/facts.h"

#include "core/plan.h"
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

#define UUID_A "aaaaaaaa-0000-4000-8000-000000000001"
#define UUID_B "bbbbbbbb-0000-4000-8000-000000000002"

typedef enum { HOST, PAIR, ROAD } Scope;

typedef struct
{
  const char *features;
  guint64 microcode;
  guint64 tsc_khz;
  gboolean nested;
  gboolean nobody;       /* there is none that is known */
} Cpu;

typedef struct
{
  const char *name;
  const char *body;      /* of its <domain>, but for name, UUID, memory (1 GiB), vCPUs (2) and machine type */
  gboolean off;          /* is defined only */
  gboolean autostart;
  const char *written;   /* body of what its owner wrote; NULL: there is no record */
  const char *home;      /* UUID of the host where that was */
  const char *nodes;     /* of the host where its nodes were; NULL: the same */
  const Cpu *cpu;        /* on which it started; NULL: unknown */
  guint number;          /* of its UUID; 0: nobody else's */
} Guest;

/* A host as it differs from one that is in order. */
typedef struct
{
  const char *facts;     /* GVariant text, laid over the facts */
  const char *without;   /* keys that were not seen, or "all" */
  const char *snapshot;  /* NULL: as in order; "": none */
  const char *reserved;  /* CPUs */
  const Cpu *cpu;        /* NULL: as in order */
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
  " 'memory-backing-filesystem': <'tmpfs'>, 'resctrl': <true>, 'resctrl-able': <true>, 'isolated': <'2-7'>, 'nohz-full': <''>," \
  " 'irqbalance': <true>, 'irqbalance-banned': <''>, 'tuned-profile': <''>, 'tuned-isolated': <''>, 'numad': <true>}"

/* Two nodes of four CPUs. */
#define SNAPSHOT "node:2 core:4 mem:8G huge2M:512"

#define PINS(a, b) "<cputune><vcpupin vcpu='0' cpuset='" a "'/><vcpupin vcpu='1' cpuset='" b "'/></cputune>"
#define PAGES(size) "<memoryBacking><hugepages><page size='" size "' unit='KiB'/></hugepages></memoryBacking>"
#define ON_NODE(node) "<numatune><memory mode='strict' nodeset='" node "'/></numatune>"
#define SHARED "<memoryBacking><source type='file'/><access mode='shared'/></memoryBacking>"
#define SHARED_NUMA "<cpu><numa><cell cpus='0-1' memory='1048576' memAccess='shared'/></numa></cpu>"
#define DB1 "/images/db1.qcow2"
#define AUTO "<vcpu placement='auto'>2</vcpu>"
#define CACHE "<cputune><cachetune vcpus='0'><cache id='0' level='3' type='both' size='3' unit='MiB'/></cachetune></cputune>"

static const Cpu xeon = { "avx avx512f vmx", 0x20, 2000000, TRUE };
static const Cpu xeon_less = { "avx vmx", 0x20, 2000000, TRUE };
static const Cpu xeon_bare = { "avx", 0x20, 2000000, TRUE };
static const Cpu xeon_old = { "avx avx512f vmx", 0x1f, 2000000, TRUE };
static const Cpu xeon_fast = { "avx avx512f vmx", 0x20, 2400000, TRUE };
static const Cpu xeon_flat = { "avx avx512f vmx", 0x20, 2000000, FALSE };
static const Cpu xeon_unknown = { .nobody = TRUE };

static const Guest pinned[] = { { "db1", PINS ("2", "3") }, { "web1", PINS ("4", "5") }, { NULL } };
static const Guest plain[] = { { "db1", "" }, { NULL } };
static const Guest plain_off[] = { { "db1", "", TRUE }, { NULL } };
static const Guest seventh[] = { { "db1", "", .number = 7 }, { NULL } };
static const Guest seventh_off[] = { { "db1", "", TRUE, .number = 7 }, { NULL } };
static const Guest seventh_by_another_name[] = { { "old1", "", TRUE, .number = 7 }, { NULL } };
static const Guest pinned_there[] = { { "db2", PINS ("2", "3") }, { "web2", PINS ("4", "5") }, { NULL } };
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
static const Guest one_advised[] = { { "wise", AUTO }, { NULL } };
static const Guest another_advised[] = { { "witty", AUTO }, { NULL } };
static const Guest many_advised[] = { { "a", AUTO }, { "b", AUTO }, { "c", AUTO }, { "d", AUTO }, { "e", AUTO }, { "f", AUTO }, { NULL } };
static const Guest cpu_of_host[] = {
  { "pass", "<cpu mode='host-passthrough'/>" }, { "max", "<cpu mode='maximum'/>" }, { "model", "<cpu mode='host-model'/>" }, { NULL }
};
static const Guest sees_and_sees_less[] = {
  { "pass", "<cpu mode='host-passthrough'/>" }, { "less", "<cpu mode='host-passthrough'><feature name='vmx' policy='disable'/></cpu>" }, { NULL }
};
static const Guest nests[] = { { "nest", "<cpu mode='custom'><feature name='vmx' policy='require'/></cpu>" }, { NULL } };
static const Guest ticks[] = { { "tick", "<clock offset='utc'><timer name='tsc' frequency='2000000000'/></clock>" }, { NULL } };
static const Guest started_on_more[] = {
  { "pass", "<cpu mode='host-passthrough'/>", .written = "", .home = UUID_B, .cpu = &xeon }, { NULL }
};
static const Guest stripped_at_home[] = { { "db1", "", .written = PAGES ("1048576"), .home = UUID_A }, { NULL } };
static const Guest stripped_away[] = { { "db1", "", .written = PAGES ("1048576"), .home = UUID_B }, { NULL } };
static const Guest bound_at_home[] = { { "db1", "", .written = PAGES ("2048") ON_NODE ("1"), .home = UUID_A }, { NULL } };
static const Guest bound_away[] = { { "db1", "", .written = PAGES ("2048") ON_NODE ("1"), .home = UUID_A, .nodes = UUID_B }, { NULL } };
static const Guest pinned_away[] = { { "db1", PINS ("2", "3"), .written = PINS ("0", "1"), .home = UUID_B }, { NULL } };
static const Guest new_machine[] = { { "new", "<os><type arch='x86_64' machine='pc-q35-9.2'>hvm</type></os>" }, { "old", "" },
                                     { "off", "<os><type arch='x86_64' machine='pc-q35-9.1'>hvm</type></os>", TRUE }, { NULL } };
static const Guest foreign[] = { { "arm", "<os><type arch='aarch64' machine='virt-7.2'>hvm</type></os>" }, { NULL } };
static const Guest on_disk[] = { { "db1", "<devices><disk type='file' device='disk'><source file='" DB1 "'/></disk></devices>" }, { NULL } };
static const Guest on_block[] = { { "db1", "<devices><disk type='block' device='disk'><source dev='" DB1 "'/></disk></devices>" }, { NULL } };
static const Guest on_cdrom[] = { { "db1", "<devices><disk type='file' device='cdrom'><source file='" DB1 "'/><readonly/></disk></devices>" }, { NULL } };
static const Guest on_nothing[] = {
  { "db1", "<devices><disk type='file' device='cdrom'><source file='" DB1 "' startupPolicy='optional'/></disk>"
           "<disk type='network' device='disk'><source protocol='rbd' name='pool/db1'/></disk><disk type='file' device='cdrom'/></devices>" }, { NULL }
};
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

#define ON_DISK "{'memory-backing-filesystem': <'ext4'>}"
#define NO_NUMAD "{'numad': <false>}"
#define NO_RESCTRL "{'resctrl': <false>}"
#define NO_CERTIFICATES "{'certificates': <@aa{sv} []>}"

/* Of disks: what a host sees of one path. */
#define FILE_SEEN(path, inode, filesystem, source) \
  "{'paths': <{'" path "': {'exists': <true>, 'inode': <uint64 " inode ">, 'size': <uint64 4096>, 'filesystem': <'" filesystem "'>, 'source': <'" source "'>}}>}"
#define FILE_ABSENT(path) "{'paths': <{'" path "': {'exists': <false>}}>}"
#define FILE_UNSEEN(path) "{'paths': <{'" path "': @a{sv} {}}>}"

static const Row rows[] = {
  /* the daemons */
  { "service-silent", HOST, "service", FAIL, "pinshiftd of hosta does not answer", "systemctl", { .without = "version" } },
  { "service-silent-for-a-reason", HOST, "service", FAIL, "pinshiftd of hosta does not answer: it is not there", "systemctl",
    { "{'service-problem': <'it is not there'>, 'service-denied': <false>}", "version" } },
  { "service-denied", HOST, "service", UNSEEN, "does not let you ask", "group libvirt", { "{'service-denied': <true>}", "version" } },
  { "nothing-seen", HOST, "service", FAIL, "pinshiftd of hosta does not answer", "systemctl",
    { .without = "all", .snapshot = "", .guests_unknown = TRUE } },
  { "no-daemon", HOST, "libvirt-daemon", FAIL, "neither libvirtd nor virtqemud", "systemctl start",
    { "{'daemons': <@as []>, 'libvirt-problem': <'refused'>}" } },
  { "two-daemons", HOST, "libvirt-daemon", NOTE, "both", "disable", { "{'daemons': <['libvirtd', 'virtqemud']>}" } },
  { "modular-daemon", HOST, "libvirt-daemon", PASS, NULL, NULL, { "{'daemons': <['virtqemud']>}" } },
  { "daemons-unseen", HOST, "libvirt-daemon", UNSEEN, "hosta", "root", { .without = "daemons" } },
  { "libvirt-unheard", HOST, "libvirt-heard", FAIL, "does not hear libvirt: no access", "libvirtd|group libvirt|restart pinshiftd",
    { "{'libvirt-problem': <'no access'>}" } },
  { "libvirt-heard-unseen", HOST, "libvirt-heard", UNSEEN, "hosta", NULL, { .without = "libvirt-problem" } },
  { "no-daemon-to-hear", HOST, "libvirt-heard", UNSEEN, "no libvirt daemon runs", NULL,
    { "{'daemons': <@as []>, 'libvirt-problem': <'no access'>}" }, .also = "libvirt-daemon" },
  { "policy-invalid", HOST, "policy-valid", FAIL, "the policy that it had before: a.conf: line 3", "config check|reload pinshiftd",
    { "{'policy-problem': <'a.conf: line 3'>}" } },
  { "policy-unseen", HOST, "policy-valid", UNSEEN, "policy", "root", { .without = "policy-problem" } },
  { "in-maintenance", HOST, "maintenance", WARN, "no guest may come: new disks", "pinshift maintenance hosta off",
    { "{'maintenance': <'new disks'>}" } },
  { "maintenance-unseen", HOST, "maintenance", UNSEEN, "hosta", NULL, { .without = "maintenance" } },
  { "little-space", HOST, "space", WARN, "/run/pinshift has 16383 KiB left", "df -h /run/pinshift",
    { "{'space': <{'/run/pinshift': uint64 16383, '/var/lib/pinshift': 16384}>}" } },
  { "least-space", HOST, "space", WARN, "1024 KiB", "df", { "{'space': <{'/run': uint64 1024}>}" } },
  { "no-space", HOST, "space", FAIL, "1023 KiB", "df", { "{'space': <{'/run': uint64 1023}>}" } },
  { "space-unseen", HOST, "space", UNSEEN, "space", NULL, { .without = "space" } },
  /* the hook */
  { "hook-absent", HOST, "hook-present", FAIL, "60-pinshift is not there", "mkdir -p /etc/libvirt/hooks/qemu.d|ln -s /usr/sbin/pinshift-hook|reload libvirtd",
    { "{'hook': <'absent'>}", "hook-target hook-changed" } },
  { "hook-dangling", HOST, "hook-present", FAIL, "60-pinshift leads to a program that is not there", "ln -sf",
    { "{'hook': <'dangling'>}", "hook-target" } },
  { "hook-unseen", HOST, "hook-present", UNSEEN, "hook", "root", { .without = "hook" } },
  { "hook-not-executable", HOST, "hook-executable", FAIL, "/usr/sbin/pinshift-hook may not be executed", "chmod 755 /usr/sbin/pinshift-hook",
    { "{'hook': <'not-executable'>}" } },
  { "no-hook-to-execute", HOST, "hook-executable", UNSEEN, "no hook", NULL, { "{'hook': <'absent'>}" }, .also = "hook-present" },
  { "hook-new", HOST, "hook-known", WARN, "newer than libvirtd", "systemctl reload libvirtd", { "{'hook-changed': <int64 2001>}" } },
  { "hook-new-for-virtqemud", HOST, "hook-known", WARN, "virtqemud", "systemctl reload virtqemud",
    { "{'hook-changed': <int64 2001>, 'daemons': <['virtqemud']>}" } },
  { "hook-new-reload-unknown", HOST, "hook-known", WARN, "newer", "reload", { "{'hook-changed': <int64 2001>}", "daemon-reloaded hook-called" } },
  { "hook-new-but-reloaded", HOST, "hook-known", PASS, NULL, NULL, { "{'hook-changed': <int64 2001>, 'daemon-reloaded': <int64 2002>}" } },
  { "hook-new-but-called", HOST, "hook-known", PASS, NULL, NULL, { "{'hook-changed': <int64 2001>, 'hook-called': <int64 2002>}" } },
  { "hook-as-old-as-the-daemon", HOST, "hook-known", PASS, NULL, NULL, { "{'hook-changed': <int64 2000>}" } },
  { "hook-newer-than-its-call", HOST, "hook-known", WARN, "newer", "reload", { "{'hook-changed': <int64 2003>, 'hook-called': <int64 2002>}" } },
  { "hook-age-unseen", HOST, "hook-known", UNSEEN, "when the hook", "root", { .without = "hook-changed" } },
  { "daemon-age-unseen", HOST, "hook-known", UNSEEN, "when the hook", "root", { .without = "daemon-started" } },
  { "no-daemon-to-know", HOST, "hook-known", UNSEEN, "no libvirt daemon runs", NULL, { "{'daemons': <@as []>}", "daemon-started" },
    .also = "libvirt-daemon" },
  { "more-hooks", HOST, "other-hooks", NOTE, "qemu, qemu.d/10-vfio", NULL, { "{'other-hooks': <['qemu', 'qemu.d/10-vfio']>}" } },
  { "more-hooks-unseen", HOST, "other-hooks", UNSEEN, "hook directory", NULL, { .without = "other-hooks" } },
  { "selinux-without-module", HOST, "selinux", FAIL, "without the module pinshift", "pinshift-selinux|semodule", { "{'selinux': <'enforcing'>}" } },
  { "selinux-without-a-hook", HOST, "selinux", UNSEEN, "no hook", NULL, { "{'selinux': <'enforcing'>, 'hook': <'absent'>}" },
    .also = "hook-present" },
  { "selinux-with-module", HOST, "selinux", PASS, NULL, NULL, { "{'selinux': <'enforcing'>, 'selinux-module': <true>}" } },
  { "selinux-permissive", HOST, "selinux", PASS, NULL, NULL, { "{'selinux': <'permissive'>}" } },
  { "selinux-of-virtqemud", HOST, "selinux", FAIL, "without the module", "semodule",
    { "{'selinux': <'enforcing'>, 'selinux-daemon': <'system_u:system_r:virtqemud_t:s0'>}" } },
  { "selinux-of-virtd", HOST, "selinux", PASS, NULL, NULL,
    { "{'selinux': <'enforcing'>, 'selinux-daemon': <'system_u:system_r:virtd_t:s0-s0:c0.c1023'>}" } },
  { "selinux-label", HOST, "selinux", PASS, NULL, NULL,
    { "{'selinux': <'enforcing'>, 'selinux-hook': <'system_u:object_r:pinshift_hook_exec_t:s0'>}", "selinux-module" } },
  { "selinux-label-of-a-lost-module", HOST, "selinux", FAIL, "without the module", "semodule",
    { "{'selinux': <'enforcing'>, 'selinux-hook': <'system_u:object_r:pinshift_hook_exec_t:s0'>}" } },
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
  { "name-is-loopback", HOST, "host-name", WARN, "hosta leads to 127.0.1.1 here", "/etc/hosts|migration_host",
    { "{'names': <{'hosta': ['127.0.1.1']}>}" } },
  { "name-is-loopback-6", HOST, "host-name", WARN, "::1", "/etc/hosts", { "{'names': <{'hosta': ['::1', '127.0.0.1']}>}" } },
  { "name-is-loopback-too", HOST, "host-name", PASS, NULL, NULL, { "{'names': <{'hosta': ['127.0.1.1', '192.0.2.1']}>}" } },
  { "name-is-unknown-at-home", HOST, "host-name", PASS, NULL, NULL, { "{'names': <{'hosta': @as []}>}" } },
  { "name-unseen", HOST, "host-name", UNSEEN, "name", "root", { .without = "libvirt-hostname migration-host" } },
  { "names-unseen", HOST, "host-name", UNSEEN, "where its own name leads", "root", { .without = "names" } },
  /* certificates */
  { "certificates-none", HOST, "certificates", PASS, NULL, NULL, { NO_CERTIFICATES }, { NO_CERTIFICATES } },
  { "certificates-unseen", HOST, "certificates", UNSEEN, "certificates", "root", { .without = "certificates" } },
  { "certificate-broken", HOST, "certificates", FAIL, "/s.pem can't be used: no PEM", "make /s.pem anew",
    { CERTIFICATE ("no PEM", "0", "0", "", "false") } },
  { "certificate-to-come", HOST, "certificates", FAIL, "good from 2024-10-05 on", "clock",
    { CERTIFICATE ("", "1728086400000000", "3456000000000000", "ca1", "true") } },
  { "certificate-over", HOST, "certificates", FAIL, "good until 2024-10-03", "anew", { CERTIFICATE ("", "0", "1727913600000000", "ca1", "true") } },
  { "certificate-over-now", HOST, "certificates", FAIL, "was good until 2024-10-04", "anew",
    { CERTIFICATE ("", "0", "1728000000000000", "ca1", "true") } },
  { "certificate-ends-soon", HOST, "certificates", WARN, "good until 2024-10-18 only", "anew",
    { CERTIFICATE ("", "0", "1729209600000000", "ca1", "true") } },
  { "certificate-ends-later", HOST, "certificates", PASS, NULL, NULL, { CERTIFICATE ("", "0", "1729209600000001", "ca1", "true") } },
  { "certificate-of-others", HOST, "certificates", FAIL, "not signed by the CA", "anew",
    { CERTIFICATE ("", "0", "3456000000000000", "ca1", "false") } },
  { "certificate-alone", HOST, "certificates", FAIL, "no CA's certificate beside it", "/ca-cert.pem",
    { CERTIFICATE ("", "0", "3456000000000000", "", "false") } },
  /* huge pages */
  { "certificate-of-an-unknown-authority", HOST, "certificates", PASS, NULL, NULL,
    { "{'certificates': <[{'role': <'server'>, 'path': <'/s.pem'>, 'problem': <''>, 'names': <['hosta']>}]>}" } },
  { "pages-not-mounted", HOST, "pages-mounted", WARN, "libvirt can't use 1024 pages of 2 MiB: they are not mounted",
    "pagesize=2048K|restart libvirtd", { "{'hugetlbfs': <@at []>}", .guests = paged } },
  { "large-pages-not-mounted", HOST, "pages-mounted", WARN, "8 pages of 1 GiB", "pagesize=1048576K",
    { "{'pools': <{uint64 2048: uint64 1024, 1048576: 8}>}" } },
  { "no-pages-to-mount", HOST, "pages-mounted", PASS, NULL, NULL, { "{'hugetlbfs': <@at []>, 'pools': <{uint64 2048: uint64 0}>}" } },
  { "mounts-unseen", HOST, "pages-mounted", UNSEEN, "huge pages", "root", { .without = "hugetlbfs" } },
  { "pages-enough", HOST, "pools", PASS, NULL, NULL, { .guests = paged_twice } },
  { "pages-short", HOST, "pools", WARN, "guest db1 wants 512 pages of 2 MiB, the host has 511",
    "echo 512 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages",
    { "{'pools': <{uint64 2048: uint64 511}>}", .guests = paged } },
  { "pages-of-no-size", HOST, "pools", WARN, "guest db1 wants 1 page of 1 GiB, the host has 0", "hugepages-1048576kB", { .guests = paged_large } },
  { "pages-short-together", HOST, "pools", WARN, "guests that run or start with the host want 1536 pages of 2 MiB, the host has 1024", "echo 1536",
    { .guests = paged_thrice } },
  { "pages-short-some-day", HOST, "pools", PASS, NULL, NULL, { .guests = paged_some_day } },
  { "pages-short-of-each", HOST, "pools", WARN, "wants 512 pages", "512", { "{'pools': <{uint64 2048: uint64 511}>}", .guests = paged_twice },
    .n = 2 },
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
  { "memory-in-a-file", HOST, "memory-backing", WARN, "shared memory of guest vhost is a file in /var/lib/libvirt/qemu/ram on hosta, which is ext4",
    "memfd|memory_backing_dir", { ON_DISK, .guests = shared } },
  { "memory-of-a-cell-in-a-file", HOST, "memory-backing", WARN, "guest vhost", "memfd", { ON_DISK, .guests = shared_numa } },
  { "memory-in-no-file", HOST, "memory-backing", PASS, NULL, NULL, { ON_DISK, .guests = shared_paged } },
  { "memory-on-tmpfs", HOST, "memory-backing", PASS, NULL, NULL, { .guests = shared } },
  { "memory-files-unseen", HOST, "memory-backing", UNSEEN, "memory_backing_dir", "root",
    { .without = "memory-backing-filesystem", .guests = shared } },
  { "memory-files-unwanted", HOST, "memory-backing", PASS, NULL, NULL, { .without = "memory-backing-filesystem", .guests = floating } },
  { "numad-missing", HOST, "numad", WARN, "libvirt of hosta finds no numad, and refuses placement='auto' of guests wise and clever", "install numad",
    { NO_NUMAD, .guests = advised } },
  { "numad-missing-to-many", HOST, "numad", WARN, "guests a, b, c, d and 2 more", "numad", { NO_NUMAD, .guests = many_advised } },
  { "numad-there", HOST, "numad", PASS, NULL, NULL, { .guests = advised } },
  { "numad-unseen", HOST, "numad", UNSEEN, "numad", "root", { .without = "numad", .guests = advised } },
  { "numad-unwanted", HOST, "numad", PASS, NULL, NULL, { .without = "numad" } },
  { "resctrl-not-mounted", HOST, "resctrl", WARN, "guest fast|not mounted on hosta", "mount -t resctrl", { NO_RESCTRL, .guests = cached } },
  { "resctrl-unknown-to-the-kernel", HOST, "resctrl", WARN, "guest fast", "does not know it",
    { "{'resctrl': <false>, 'resctrl-able': <false>}", .guests = cached } },
  { "resctrl-mounted", HOST, "resctrl", PASS, NULL, NULL, { .guests = cached } },
  { "resctrl-unseen", HOST, "resctrl", UNSEEN, "resctrl", "root", { .without = "resctrl", .guests = cached } },
  /* CPUs */
  { "banned-too-few", HOST, "irqbalance", WARN, "CPUs 2-7 are isolated, irqbalance is told to keep off 2-5", "IRQBALANCE_BANNED_CPULIST=2-7",
    { "{'irqbalance-banned': <'2-5'>}" } },
  { "banned-more", HOST, "irqbalance", PASS, NULL, NULL, { "{'irqbalance-banned': <'1-7'>}" } },
  { "banned-none", HOST, "irqbalance", WARN, "told to keep off none", "IRQBALANCE_BANNED_CPULIST=2-7", { "{'irqbalance-banned': <'-'>}" } },
  { "irqbalance-off", HOST, "irqbalance", PASS, NULL, NULL, { "{'irqbalance': <false>, 'irqbalance-banned': <'2-5'>}" } },
  { "irqbalance-unwanted", HOST, "irqbalance", PASS, NULL, NULL, { "{'isolated': <''>, 'irqbalance-banned': <'2-5'>}", "irqbalance" } },
  { "irqbalance-unseen", HOST, "irqbalance", UNSEEN, "irqbalance", "root", { .without = "irqbalance-banned" } },
  { "isolated-unseen", HOST, "irqbalance", UNSEEN, "isolated", "root", { .without = "isolated" } },
  { "tuned-differs", HOST, "tuned", WARN, "tuned's profile realtime isolates CPUs 4-7, the kernel isolates 2-7",
    "/etc/tuned/realtime-variables.conf|reboot",
    { "{'tuned-profile': <'realtime'>, 'tuned-isolated': <'4-7'>}" } },
  { "tuned-alone", HOST, "tuned", WARN, "isolates CPUs 4-7, the kernel none", "reboot",
    { "{'tuned-profile': <'realtime'>, 'tuned-isolated': <'4-7'>, 'isolated': <''>}" } },
  { "tuned-agrees", HOST, "tuned", PASS, NULL, NULL, { "{'tuned-profile': <'realtime'>, 'tuned-isolated': <'2-7'>}" } },
  { "tuned-agrees-with-nohz", HOST, "tuned", PASS, NULL, NULL,
    { "{'tuned-profile': <'cpu'>, 'tuned-isolated': <'2-5'>, 'nohz-full': <'2-5'>, 'isolated': <''>}" } },
  { "tuned-isolates-none", HOST, "tuned", PASS, NULL, NULL, { "{'tuned-profile': <'virtual-host'>}" } },
  { "tuned-unseen", HOST, "tuned", UNSEEN, "tuned", "root", { .without = "tuned-profile" } },
  { "tuned-cpus-unseen", HOST, "tuned", UNSEEN, "tuned", "root", { "{'tuned-profile': <'realtime'>}", "tuned-isolated" } },
  { "own-cpus-isolated", HOST, "housekeeping", PASS, NULL, NULL, { .guests = pinned } },
  { "own-cpu-not-isolated", HOST, "housekeeping", WARN, "guest db1 has CPU 1 for its vCPUs alone: that is not isolated",
    "virsh edit db1: vcpupin to CPUs 2-7", { .guests = on_host_cpu } },
  { "nothing-isolated", HOST, "housekeeping", PASS, NULL, NULL, { "{'isolated': <''>}", .guests = on_host_cpu } },
  { "isolated-by-nohz", HOST, "housekeeping", WARN, "CPU 1 for its vCPUs alone: that is not isolated", "CPUs 2-7",
    { "{'isolated': <''>, 'nohz-full': <'2-7'>}", .guests = on_host_cpu } },
  { "own-cpu-reserved", HOST, "housekeeping", WARN, "guest db1 has CPU 3 for its vCPUs alone: that is kept for the host", "virsh edit db1",
    { .reserved = "0,3", .guests = pinned } },
  { "emulator-on-housekeeping", HOST, "housekeeping", PASS, NULL, NULL, { .reserved = "0", .guests = emulator_on_host_cpu } },
  { "mask-on-housekeeping", HOST, "housekeeping", PASS, NULL, NULL, { .guests = mask_on_host_cpus } },
  { "housekeeping-unseen", HOST, "housekeeping", UNSEEN, "isolated", "root", { .without = "isolated", .guests = pinned } },
  { "owners-of-one-cpu", HOST, "one-owner", WARN, "guests db1 and db2 both run on CPU 3, meant for one alone", "virsh vcpupin db2",
    { .guests = both_on_three } },
  { "another-on-own-cpu", HOST, "one-owner", WARN, "guests db1 and db2 both run on CPU 3, meant for one alone", "virsh vcpupin db2",
    { .guests = one_floats_on_three } },
  { "owners-some-day", HOST, "one-owner", NOTE, "db1 and db2: 3", NULL, { .guests = both_on_three_later } },
  { "another-some-day", HOST, "one-owner", PASS, NULL, NULL, { .guests = one_floats_later } },
  { "owners-unseen", HOST, "one-owner", UNSEEN, "which CPU", "root", { .snapshot = "" } },
  /* what was written and is not there */
  { "written-pages-at-home", HOST, "pools", WARN, "guest db1 wants 1 page of 1 GiB, the host has 0", "hugepages-1048576kB",
    { .guests = stripped_at_home }, { "{'pools': <{uint64 2048: uint64 1024, 1048576: 4}>, 'hugetlbfs': <[uint64 2048, 1048576]>}" } },
  { "written-pages-away", HOST, "pools", PASS, NULL, NULL, { .guests = stripped_away },
    { "{'pools': <{uint64 2048: uint64 1024, 1048576: 4}>, 'hugetlbfs': <[uint64 2048, 1048576]>}" } },
  { "written-nodes-at-home", HOST, "pools", WARN, "guest db1 wants 512 pages of 2 MiB, node 1 has 256", "node1",
    { .snapshot = "node:2 core:4 huge2M:256", .guests = bound_at_home } },
  { "written-nodes-away", HOST, "pools", PASS, NULL, NULL, { .snapshot = "node:2 core:4 huge2M:256", .guests = bound_away } },
  { "pinned-away", HOST, "housekeeping", PASS, NULL, NULL, { .guests = pinned_away } },
  /* a pair */
  { "one-uuid", PAIR, "host-uuids", FAIL, "both have the UUID " UUID_A, "host_uuid", { NULL }, { "{'host-uuid': <'" UUID_A "'>}" } },
  { "uuid-unseen", PAIR, "host-uuids", UNSEEN, "UUID", "on hostb, as root: pinshift doctor hosta", { NULL }, { .without = "host-uuid" } },
  { "uuid-unseen-here", PAIR, "host-uuids", UNSEEN, "UUID", "on hosta, as root: pinshift doctor hostb", { .without = "host-uuid" } },
  { "one-name", PAIR, "host-names", FAIL, "both are called hosta", "hostnamectl", { NULL }, { "{'libvirt-hostname': <'hosta'>}" } },
  { "name-of-pair-unseen", PAIR, "host-names", UNSEEN, "name", "root", { NULL }, { .without = "libvirt-hostname" } },
  { "versions-differ", PAIR, "pinshift-version", NOTE, "hosta has 0.9, hostb has 0.8", "one version", { NULL }, { "{'version': <'0.8'>}" } },
  { "version-unseen", PAIR, "pinshift-version", UNSEEN, "hostb", "systemctl start pinshiftd", { NULL }, { .without = "version" }, .also = "service" },
  { "policies-differ", PAIR, "policy-same", WARN, "hosta goes by policy 0123456789ab, hostb by fedcba987654", "config cat",
    { NULL }, { "{'policy-digest': <'fedcba9876543210'>}" } },
  { "policy-digest-unseen", PAIR, "policy-same", UNSEEN, "policy", "hostb", { NULL }, { .without = "policy-digest" } },
  { "policy-invalid-and-other", PAIR, "policy-same", UNSEEN, "not taken", NULL, { NULL },
    { "{'policy-digest': <'fedcba9876543210'>, 'policy-problem': <'a.conf: line 3'>}" }, .also = "policy-valid" },
  { "clocks-differ", PAIR, "clocks", WARN, "the clocks are 2.0 s apart", "timedatectl", { NULL }, { "{'clock-offset': <int64 -2000000>}" } },
  { "clocks-may-differ", PAIR, "clocks", PASS, NULL, NULL, { NULL }, { "{'clock-offset': <int64 2000000>, 'clock-doubt': <int64 1000000>}" } },
  { "clocks-as-the-first-says", PAIR, "clocks", WARN, "1.5 s", "timedatectl", { "{'clock-offset': <int64 1500000>}" },
    { .without = "clock-offset clock-doubt" } },
  { "clocks-unseen", PAIR, "clocks", UNSEEN, "nobody has compared the clocks", "on hosta: pinshift doctor hostb", { .without = "clock-offset" },
    { .without = "clock-offset" } },
  { "two-authorities", PAIR, "tls-authority", FAIL, "the CAs behind /etc/pki/CA/cacert.pem differ", "one CA", { NULL },
    { "{'certificates': <[{'role': <'ca'>, 'path': <'/etc/pki/CA/cacert.pem'>, 'problem': <''>, 'authority': <'ca2'>, 'signed': <true>}]>}" } },
  { "an-authority-that-has-not-signed", HOST, "certificates", FAIL, "servercert.pem is not signed by the CA", "systemctl restart libvirtd",
    { "{'certificates': <[{'role': <'ca'>, 'path': <'/etc/pki/CA/cacert.pem'>, 'problem': <''>, 'authority': <'ca2'>, 'signed': <true>},"
      " {'role': <'server'>, 'path': <'/etc/pki/libvirt/servercert.pem'>, 'problem': <''>, 'authority': <'ca2'>, 'signed': <false>}]>}" } },
  { "an-authority-that-is-missing", HOST, "certificates", FAIL, "servercert.pem has no CA's certificate", "into /etc/pki/CA/cacert.pem",
    { "{'certificates': <[{'role': <'server'>, 'path': <'/etc/pki/libvirt/servercert.pem'>, 'problem': <''>, 'authority': <''>, 'signed': <false>}]>}" } },
  { "an-authority-unknown", PAIR, "tls-authority", PASS, NULL, NULL, { NULL },
    { "{'certificates': <[{'role': <'ca'>, 'path': <'/etc/pki/CA/cacert.pem'>, 'problem': <''>, 'signed': <true>}]>}" } },
  { "tls-on-one-only", PAIR, "tls-authority", WARN, "hosta has certificates for TLS, hostb has none", "certificates for hostb", { NULL },
    { NO_CERTIFICATES } },
  { "tls-on-the-other-only", PAIR, "tls-authority", WARN, "hostb has certificates for TLS, hosta has none", "certificates for hosta",
    { NO_CERTIFICATES } },
  { "authorities-unseen", PAIR, "tls-authority", UNSEEN, "certificates", "on hostb", { NULL }, { .without = "certificates" } },
  /* a road: versions */
  { "libvirt-older", ROAD, "libvirt-version", WARN, "libvirt of hosta is 9.0.0, that of hostb 8.5.1", "upgrade hostb", { NULL },
    { "{'libvirt-version': <uint32 8005001>}" } },
  { "libvirt-newer", ROAD, "libvirt-version", PASS, NULL, NULL, { "{'libvirt-version': <uint32 9000000>}" } },
  { "libvirt-version-unseen", ROAD, "libvirt-version", UNSEEN, "the version of libvirt", "hostb", { NULL }, { .without = "libvirt-version" } },
  { "qemu-older", ROAD, "qemu-version", WARN, "QEMU of hosta is 7.2.0, that of hostb 6.2.0", "upgrade hostb", { NULL },
    { "{'qemu-version': <uint32 6002000>}" } },
  { "qemu-version-unseen", ROAD, "qemu-version", UNSEEN, "QEMU", "hosta", { .without = "qemu-version" } },
  { "machine-unknown", ROAD, "machine-types", FAIL, "QEMU of hostb does not know machine type pc-q35-9.2 of guest new", "upgrade QEMU of hostb",
    { .guests = new_machine } },
  { "machine-of-others", ROAD, "machine-types", PASS, NULL, NULL, { .guests = foreign } },
  { "machines-unseen", ROAD, "machine-types", UNSEEN, "machine types", "root", { NULL }, { .without = "machines" } },
  { "no-qemu", ROAD, "machine-types", FAIL, "libvirt of hostb finds no QEMU", "install QEMU", { .guests = pinned },
    { "{'machines': <@as []>, 'kvm': <false>}", "qemu-version" } },
  { "no-qemu-for-kvm", ROAD, "guest-type", UNSEEN, "finds no QEMU", NULL, { .guests = pinned },
    { "{'machines': <@as []>, 'kvm': <false>}", "qemu-version" },
    .also = "machine-types" },
  { "no-kvm", ROAD, "guest-type", FAIL, "hostb has no KVM, which type='kvm' of guests db1 and web1 needs", "modprobe", { .guests = pinned },
    { "{'kvm': <false>}" } },
  { "no-kvm-unwanted", ROAD, "guest-type", PASS, NULL, NULL, { NULL }, { "{'kvm': <false>}" } },
  { "libvirt-says-nothing", ROAD, "machine-types", UNSEEN, "could not be seen on hostb: no libvirt daemon runs", NULL, { NULL },
    { "{'daemons': <@as []>}", "machines kvm libvirt-hostname host-uuid libvirt-version qemu-version" }, .also = "libvirt-daemon" },
  { "kvm-unseen", ROAD, "guest-type", UNSEEN, "KVM", "root", { .guests = pinned }, { .without = "kvm" } },
  { "guests-of-road-unseen", ROAD, "machine-types", UNSEEN, "which guests run", "root", { .guests_unknown = TRUE } },
  /* names and ports */
  { "name-unknown", ROAD, "name-resolves", FAIL, "hosta does not know the name hostb", "/etc/hosts of hosta",
    { "{'names': <{'hosta': ['192.0.2.1'], 'hostb': @as []}>}" } },
  { "name-leads-back", ROAD, "name-resolves", FAIL, "on hosta the name hostb leads to 127.0.0.1", "/etc/hosts of hosta",
    { "{'names': <{'hosta': ['192.0.2.1'], 'hostb': ['127.0.0.1', '::1']}>}" } },
  { "chosen-name-unknown", ROAD, "name-resolves", FAIL, "hosta does not know the name mig.hostb", "/etc/hosts",
    { "{'names': <{'hosta': ['192.0.2.1'], 'hostb': ['192.0.2.2'], 'mig.hostb': @as []}>}" },
    { "{'migration-host': <'mig.hostb'>, 'names': <{'hosta': ['192.0.2.1'], 'mig.hostb': ['192.0.2.2']}>}" } },
  { "chosen-number", ROAD, "name-resolves", PASS, NULL, NULL, { NULL }, { "{'migration-host': <'192.0.2.2'>}" } },
  { "name-not-looked-up", ROAD, "name-resolves", UNSEEN, "hosta could not look up hostb: no server", "getent ahosts hostb",
    { "{'names': <{'hosta': ['192.0.2.1']}>, 'names-problem': <'no server'>}" } },
  { "name-not-asked-for", ROAD, "name-resolves", UNSEEN, "name", "hosta", { "{'names': <{'hosta': ['192.0.2.1']}>}" } },
  { "name-not-known-at-all", ROAD, "name-resolves", UNSEEN, "libvirt calls it", "hostb", { NULL }, { .without = "libvirt-hostname" } },
  { "name-is-localhost", ROAD, "name-resolves", UNSEEN, "localhost", NULL, { NULL }, { "{'libvirt-hostname': <'localhost'>}" }, .also = "host-name" },
  { "ports-silent", ROAD, "migration-ports", FAIL, "TCP ports 49214, 49215 of hostb can't be reached: no answer", "--add-port=49152-49215/tcp",
    { "{'reach': <{uint16 49215: 'silent', 49214: 'silent', 49213: 'refused'}>}" } },
  { "ports-without-a-road", ROAD, "migration-ports", FAIL, "No route to host", "--add-port=49215-49215/tcp",
    { "{'reach': <{uint16 49215: 'No route to host'}>}" }, { .without = "migration-ports" } },
  { "ports-untried", ROAD, "migration-ports", UNSEEN, "from hosta", "on hosta: pinshift doctor hostb", { .without = "reach" } },
  { "ports-none", ROAD, "migration-ports", UNSEEN, "from hosta", "pinshift doctor", { "{'reach': <@a{qs} {}>}" } },
  { "waits-on-loopback", ROAD, "migration-address", FAIL, "QEMU of hostb waits for guests on 127.0.0.1", "migration_address = ", { NULL },
    { "{'migration-address': <'127.0.0.1'>}" } },
  { "waits-on-localhost", ROAD, "migration-address", FAIL, "on localhost", "migration_address = ", { NULL },
    { "{'migration-address': <'localhost'>}" } },
  { "waits-on-one-address", ROAD, "migration-address", PASS, NULL, NULL, { NULL }, { "{'migration-address': <'192.0.2.2'>}" } },
  { "address-unseen", ROAD, "migration-address", UNSEEN, "migration_address", "root", { NULL }, { .without = "migration-address" } },
  { "certificate-for-another", ROAD, "tls-name", FAIL, "/s.pem of hostb is for hosta, not for that host", "DNS:hostb", { NULL },
    { CERTIFICATE ("", "0", "3456000000000000", "ca1", "true") } },
  { "certificate-for-a-domain", ROAD, "tls-name", PASS, NULL, NULL, { NULL },
    { "{'libvirt-hostname': <'b.example.org'>, 'names': <{'hosta': ['192.0.2.1'], 'b.example.org': ['192.0.2.2']}>, 'certificates': <[{'role': <'server'>, 'path': <'/s.pem'>,"
      " 'problem': <''>, 'names': <['*.example.org']>, 'authority': <'ca1'>, 'signed': <true>}]>}" } },
  { "certificate-for-a-domain-below", ROAD, "tls-name", FAIL, "*.example.org", "DNS:hostb", { NULL },
    { "{'libvirt-hostname': <'b.c.example.org'>, 'names': <{'b.c.example.org': ['192.0.2.2']}>, 'certificates': <[{'role': <'server'>, 'path': <'/s.pem'>,"
      " 'problem': <''>, 'names': <['*.example.org']>, 'authority': <'ca1'>, 'signed': <true>}]>}" } },
  { "certificate-for-a-client", ROAD, "tls-name", PASS, NULL, NULL, { NULL },
    { "{'certificates': <[{'role': <'client'>, 'path': <'/c.pem'>, 'problem': <''>, 'names': <['joe']>, 'authority': <'ca1'>, 'signed': <true>}]>}" } },
  { "certificate-names-unseen", ROAD, "tls-name", UNSEEN, "certificates", "hostb", { NULL }, { .without = "certificates" } },
  /* guests of one name, or one UUID */
  { "name-taken", ROAD, "twins", FAIL, "guest db1 can't arrive: hostb has another one of that name", "virsh domrename db1 NEWNAME",
    { .guests = plain }, { .guests = plain_off } },
  { "uuid-taken", ROAD, "twins", FAIL, "guest db1 can't arrive: hostb has one with its UUID, which is named old1", "on hostb|virsh undefine old1|<uuid>",
    { .guests = seventh }, { .guests = seventh_by_another_name } },
  { "running-twice", ROAD, "twins", WARN, "guest db1 runs on hostb, too", "virsh destroy db1", { .guests = seventh }, { .guests = seventh }, .also = "twins" },
  { "defined-twice", ROAD, "twins", NOTE, "guest db1 is defined on hostb, too", "on hostb|virsh undefine db1",
    { .guests = seventh }, { .guests = seventh_off } },
  { "off-on-both", ROAD, "twins", PASS, NULL, NULL, { .guests = seventh_off }, { .guests = seventh_off } },
  { "guests-there-unseen", ROAD, "twins", UNSEEN, "which guests there are", "root", { .guests = plain }, { .guests_unknown = TRUE } },
  { "nobody-to-arrive", ROAD, "twins", PASS, NULL, NULL, { .guests = plain_off }, { .guests_unknown = TRUE } },
  /* disks */
  { "disk-shared", ROAD, "storage", PASS, NULL, NULL, { FILE_SEEN (DB1, "7", "nfs4", "nas:/images"), .guests = on_disk },
    { FILE_SEEN (DB1, "7", "nfs4", "nas:/images") } },
  { "disk-of-the-server", ROAD, "storage", PASS, NULL, NULL, { FILE_SEEN (DB1, "7", "ext4", "/dev/sda1"), .guests = on_disk },
    { FILE_SEEN (DB1, "7", "nfs4", "hosta:/images") } },
  { "disk-of-one-server", ROAD, "storage", PASS, NULL, NULL, { FILE_SEEN (DB1, "7", "cifs", "//nas/images"), .guests = on_disk },
    { FILE_SEEN (DB1, "8", "cifs", "//nas/images") } },
  { "disk-missing", ROAD, "storage", FAIL, "guest db1 would miss files on hostb: " DB1, "--copy-storage-all",
    { FILE_SEEN (DB1, "7", "ext4", "/dev/sda1"), .guests = on_disk }, { FILE_ABSENT (DB1) } },
  { "disk-missing-unseen-here", ROAD, "storage", FAIL, "would miss files on hostb", "storage", { .guests = on_disk }, { FILE_ABSENT (DB1) } },
  { "disk-is-another", ROAD, "storage", FAIL, "guest db1 would find other files of the same name on hostb: " DB1, "storage that both",
    { FILE_SEEN (DB1, "7", "ext4", "/dev/sda1"), .guests = on_disk }, { FILE_SEEN (DB1, "8", "ext4", "/dev/sda1") } },
  { "disk-of-another-server", ROAD, "storage", FAIL, "other files", "storage", { FILE_SEEN (DB1, "7", "nfs4", "nas1:/images"), .guests = on_disk },
    { FILE_SEEN (DB1, "8", "nfs4", "nas2:/images") } },
  { "disk-of-blocks", ROAD, "storage", PASS, NULL, NULL, { FILE_SEEN (DB1, "7", "devtmpfs", "udev"), .guests = on_block },
    { FILE_SEEN (DB1, "8", "devtmpfs", "udev") } },
  { "disk-of-blocks-missing", ROAD, "storage", FAIL, "would miss files on hostb", "storage",
    { FILE_SEEN (DB1, "7", "devtmpfs", "udev"), .guests = on_block }, { FILE_ABSENT (DB1) } },
  { "cdrom-copied", ROAD, "storage", PASS, NULL, NULL, { FILE_SEEN (DB1, "7", "ext4", "/dev/sda1"), .guests = on_cdrom },
    { FILE_SEEN (DB1, "8", "ext4", "/dev/sda1") } },
  { "cdrom-missing", ROAD, "storage", FAIL, "would miss files on hostb", "storage",
    { FILE_SEEN (DB1, "7", "ext4", "/dev/sda1"), .guests = on_cdrom }, { FILE_ABSENT (DB1) } },
  { "no-file-needed", ROAD, "storage", PASS, NULL, NULL, { .guests = on_nothing } },
  { "disk-unseen", ROAD, "storage", UNSEEN, "disks", "root", { FILE_SEEN (DB1, "7", "ext4", "/dev/sda1"), .guests = on_disk },
    { FILE_UNSEEN (DB1) } },
  { "disk-unseen-here", ROAD, "storage", UNSEEN, "disks", "root", { .guests = on_disk }, { FILE_SEEN (DB1, "8", "ext4", "/dev/sda1") } },
  { "disk-of-a-blind-host", ROAD, "storage", UNSEEN, "disks", "root", { FILE_ABSENT (DB1), .guests = on_disk }, { FILE_ABSENT (DB1) } },
  /* CPUs */
  { "cpu-lacks", ROAD, "cpu-features", FAIL, "guests pass and max on hostb: the CPU here lacks avx512f", "virsh hypervisor-cpu-baseline",
    { .guests = cpu_of_host }, { .cpu = &xeon_less } },
  { "cpu-lacks-more-for-some", ROAD, "cpu-features", FAIL, " on hostb: the CPU here lacks avx512f", "virsh", { .guests = sees_and_sees_less },
    { .cpu = &xeon_bare }, .n = 2 },
  { "cpu-lacks-what-it-started-on", ROAD, "cpu-features", FAIL, "guest pass on hostb: the CPU here lacks avx512f", "virsh",
    { .cpu = &xeon_less, .guests = started_on_more }, { .cpu = &xeon_less } },
  { "cpu-has-more", ROAD, "cpu-features", PASS, NULL, NULL, { .cpu = &xeon_less, .guests = cpu_of_host } },
  { "cpu-old-microcode", ROAD, "cpu-features", WARN, "0x1f, is older than the 0x20", "microcode of hostb", { .guests = cpu_of_host },
    { .cpu = &xeon_old } },
  { "cpu-unseen", ROAD, "cpu-features", UNSEEN, "guests pass and max on hostb", NULL, { .guests = cpu_of_host }, { .cpu = &xeon_unknown } },
  { "cpu-of-nobody", ROAD, "cpu-features", PASS, NULL, NULL, { .guests = floating }, { .cpu = &xeon_less } },
  { "tsc-faster", ROAD, "tsc", WARN, "the guest started on a TSC of 2000000 kHz, here it has 2400000 kHz", "TSC frequency",
    { .guests = cpu_of_host }, { .cpu = &xeon_fast } },
  { "tsc-that-was-asked-for", ROAD, "tsc", FAIL, "guest tick on hostb: the guest wants a TSC of 2000000 kHz", "TSC", { .guests = ticks },
    { .cpu = &xeon_fast } },
  { "tsc-unseen", ROAD, "tsc", UNSEEN, "guest tick", NULL, { .guests = ticks }, { .cpu = &xeon_unknown } },
  { "nesting-off", ROAD, "nested", WARN, "guests pass and max on hostb: the guest could nest where it started", "nested=1",
    { .guests = cpu_of_host }, { .cpu = &xeon_flat } },
  { "nesting-off-that-was-asked-for", ROAD, "nested", FAIL, "guest nest on hostb: the guest wants to nest", "nested=1", { .guests = nests },
    { .cpu = &xeon_flat } },
  { "nesting-unseen", ROAD, "nested", UNSEEN, "guest nest", NULL, { .guests = nests }, { .cpu = &xeon_unknown } },
  /* what guests need there */
  { "no-pages-there", ROAD, "pages-there", WARN, "hostb has none of the 1024 pages of 2 MiB for guests db1 and db2", "on hostb: echo 1024",
    { .guests = paged_twice },
    { "{'pools': <{uint64 2048: uint64 0}>}" } },
  { "written-pages-there", ROAD, "pages-there", WARN, "hostb has none of the 1 page of 1 GiB for guest db1", "hugepages-1048576kB",
    { .guests = stripped_away } },
  { "pages-there-not-mounted", ROAD, "pages-there", PASS, NULL, NULL, { .guests = paged }, { "{'hugetlbfs': <@at []>}" }, .also = "pages-mounted" },
  { "pages-there-unseen", ROAD, "pages-there", UNSEEN, "huge pages", "hostb", { .guests = paged }, { .without = "pools" } },
  { "pages-there-unwanted", ROAD, "pages-there", PASS, NULL, NULL, { .guests = floating }, { .without = "pools" } },
  { "numad-not-there", ROAD, "numad-there", WARN, "libvirt of hostb finds no numad|guest wise", "on hostb: install numad", { .guests = one_advised },
    { NO_NUMAD } },
  { "numad-missed-there-already", ROAD, "numad-there", PASS, NULL, NULL, { .guests = another_advised }, { NO_NUMAD, .guests = advised },
    .also = "numad" },
  { "numad-there-unseen", ROAD, "numad-there", UNSEEN, "numad", "hostb", { .guests = one_advised }, { .without = "numad" } },
  { "resctrl-not-there", ROAD, "resctrl-there", WARN, "guest fast|not mounted on hostb", "on hostb: mount -t resctrl", { .guests = cached },
    { NO_RESCTRL } },
  { "resctrl-there-unseen", ROAD, "resctrl-there", UNSEEN, "resctrl", "hostb", { .guests = cached }, { .without = "resctrl" } },
  { "memory-in-a-file-there", ROAD, "memory-backing-there", WARN, "guest vhost|on hostb, which is ext4", "qemu.conf of hostb", { .guests = shared },
    { ON_DISK } },
  { "memory-files-there-unseen", ROAD, "memory-backing-there", UNSEEN, "memory_backing_dir", "hostb", { .guests = shared },
    { .without = "memory-backing-filesystem" } },
};

static PinCpuModel *
cpu_new (const Cpu *cpu)
{
  PinCpuModel *model;

  if (cpu == NULL || cpu->nobody)
    return NULL;
  model = pin_cpu_model_new ();
  model->vendor = g_strdup ("GenuineIntel");
  model->model = g_strdup ("Xeon");
  model->microcode = cpu->microcode;
  model->tsc_hz = cpu->tsc_khz * 1000;
  model->nested = cpu->nested;
  model->features = g_strsplit (cpu->features, " ", -1);
  return model;
}

static PinDomain *
domain_new (const char *name, guint number, const char *body)
{
  g_autofree char *xml = g_strdup_printf ("<domain type='kvm'><name>%s</name><uuid>%08u-0000-4000-8000-000000000001</uuid><memory>1048576</memory>%s%s%s</domain>",
                                          name, number, strstr (body, "<vcpu ") == NULL ? "<vcpu>2</vcpu>" : "",
                                          strstr (body, "<os>") == NULL ? "<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>" : "", body);
  g_autoptr (GError) error = NULL;
  PinDomain *domain = pin_domain_parse (xml, strlen (xml), &error);

  g_assert_no_error (error);
  return domain;
}

static void
add_record (PinDomain *domain, const Guest *guest)
{
  g_autoptr (PinDomain) written = domain_new (guest->name, 1, guest->written);

  domain->record = pin_record_new (domain->guest->uuid);
  pin_original_free (domain->record->original);
  domain->record->original = pin_original_from (written->placement, pin_home_new (guest->home, "home", NULL));
  domain->record->original->cpu = cpu_new (guest->cpu);
  if (guest->nodes == NULL)
    return;
  domain->record->original->home_of[PIN_SETTING_NUMA_MEMORY] = (gint)domain->record->original->homes->len;
  g_ptr_array_add (domain->record->original->homes, pin_home_new (guest->nodes, "nodes", NULL));
}

static void
add_guests (PinPatient *patient, const Guest *guests, guint first_number)
{
  patient->guests = g_ptr_array_new_with_free_func ((GDestroyNotify)pin_patient_guest_free);
  for (guint i = 0; guests != NULL && guests[i].name != NULL; i++)
    {
      guint number = guests[i].number != 0 ? guests[i].number : first_number + i;
      PinPatientGuest *guest = pin_patient_guest_new (domain_new (guests[i].name, number, guests[i].body), !guests[i].off);

      if (guests[i].written != NULL)
        add_record (guest->domain, &guests[i]);
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
  g_free (patient->snapshot->arch);
  patient->snapshot->arch = g_strdup ("x86_64");
  pin_cpu_model_free (patient->snapshot->cpu);
  patient->snapshot->cpu = cpu_new (change->cpu != NULL ? change->cpu : &xeon);
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

static void
lay_over (PinPatient *patient, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) facts = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);

  g_assert_no_error (error);
  pin_patient_add_facts (patient, facts);
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
    add_guests (patient, change->guests, strcmp (uuid, UUID_A) == 0 ? 100 : 200);
  add_snapshot (patient, change);
  if (g_strcmp0 (change->without, "all") == 0)
    return patient;
  lay_over (patient, healthy);
  if (change->facts != NULL)
    lay_over (patient, change->facts);
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

/* All that is said of both. */
static GPtrArray *
look (const PinPatient *a, const PinPatient *b)
{
  GPtrArray *findings = pin_checkup_host (a, NOW);

  g_ptr_array_extend_and_steal (findings, pin_checkup_host (b, NOW));
  g_ptr_array_extend_and_steal (findings, pin_checkup_pair (a, b));
  g_ptr_array_extend_and_steal (findings, pin_checkup_road (a, b, NULL));
  g_ptr_array_extend_and_steal (findings, pin_checkup_road (b, a, NULL));
  return findings;
}

static void
assert_found (const PinFinding *finding, const Row *row)
{
  g_test_message ("%s: %s: %s; %s", finding->check, pin_level_name (finding->level), finding->reason, finding->remedy);
  if (finding->level != row->level)
    complain ("it should be %s", pin_level_name (row->level));
  assert_words (finding->reason, row->reason);
  assert_words (finding->remedy, row->remedy);
}

static void
test_row (gconstpointer data)
{
  static const char *const subjects[] = { [HOST] = "hosta", [PAIR] = "hosta and hostb", [ROAD] = "hosta to hostb" };
  const Row *row = data;
  g_autoptr (PinPatient) a = patient_new ("hosta", UUID_A, &row->a);
  g_autoptr (PinPatient) b = patient_new ("hostb", UUID_B, &row->b);
  g_autoptr (GPtrArray) findings = look (a, b);
  guint n = 0;

  for (guint i = 0; i < findings->len; i++)
    {
      const PinFinding *finding = g_ptr_array_index (findings, i);
      gboolean is_it = strcmp (finding->check, row->check) == 0 && strcmp (finding->subject, subjects[row->scope]) == 0;

      assert_is_readable (finding);
      if (is_it)
        assert_found (finding, row);
      else if (finding->level != PASS && finding->level != UNSEEN && g_strcmp0 (finding->check, row->also) != 0)
        complain ("%s: %s also says %s: %s", finding->subject, finding->check, pin_level_name (finding->level), finding->reason);
      n += is_it;
    }
  g_assert_cmpuint (n, ==, MAX (row->n, 1));
}

/* All is looked at, and is in order. */
static void
test_healthy (void)
{
  const Change a_change = { FILE_SEEN (DB1, "7", "nfs4", "nas:/images"), .guests = on_disk };
  const Change b_change = { FILE_SEEN (DB1, "7", "nfs4", "nas:/images"), .guests = pinned_there };
  g_autoptr (PinPatient) a = patient_new ("hosta", UUID_A, &a_change);
  g_autoptr (PinPatient) b = patient_new ("hostb", UUID_B, &b_change);
  g_autoptr (GPtrArray) findings = look (a, b);

  g_assert_cmpuint (findings->len, ==, 2 * 23 + 6 + 2 * 17);
  for (guint i = 0; i < findings->len; i++)
    {
      const PinFinding *finding = g_ptr_array_index (findings, i);

      if (finding->level != PASS)
        complain ("%s: %s says %s: %s", finding->subject, finding->check, pin_level_name (finding->level), finding->reason);
    }
}

typedef struct
{
  const char *name;
  const char *body;
  const char *snapshot;
  PinAction action;      /* of vCPU pins, the only one that is allowed; NONE: as the policy is by itself */
  const char *check;
  PinLevel level;
  const char *reason;
  const char *remedy;
  gboolean maintenance;
  gboolean no_kvm;       /* in its snapshot */
  const char *facts;     /* of the destination, changed */
} Move;

static const Move moves[] = {
  { "fits", PINS ("2", "3"), SNAPSHOT, PIN_ACTION_NONE, "plan", PASS, NULL, NULL },
  { "fits-elsewhere", PINS ("20", "21"), SNAPSHOT, PIN_ACTION_NONE, "plan", NOTE, "vcpu-pins: |20", NULL },
  { "loses", PINS ("2", "3") PAGES ("1048576"), SNAPSHOT, PIN_ACTION_NONE, "plan", WARN, "hugepages: |1 GiB", "pinshift rank db1" },
  { "refused", PINS ("20", "21"), "node:1 core:1 mem:8G", PIN_ACTION_KEEP, "plan", FAIL, "hostb refuses it: vcpu-pins: ", "free 1 CPU on node 0" },
  { "refused-by-maintenance", "", SNAPSHOT, PIN_ACTION_NONE, "plan", FAIL, "hostb refuses it: memory: |is in maintenance", "pinshift rank db1", TRUE },
  { "cpu-is-told-by-the-road", "<cpu mode='host-passthrough'/>", SNAPSHOT, PIN_ACTION_NONE, "plan", PASS, NULL, NULL },
  { "kvm-is-told-by-the-road", "", SNAPSHOT, PIN_ACTION_NONE, "plan", PASS, NULL, NULL, .no_kvm = TRUE, .facts = "{'kvm': <false>}" },
  { "no-kvm-is-told-if-facts-do-not", "", SNAPSHOT, PIN_ACTION_NONE, "plan", FAIL, "hostb refuses it: cpu-model: |has no KVM", "pinshift rank db1", .no_kvm = TRUE },
  { "can-go", "", SNAPSHOT, PIN_ACTION_NONE, "devices", PASS, NULL, NULL },
  { "has-a-host-device", "<devices><hostdev mode='subsystem' type='pci'/></devices>", SNAPSHOT, PIN_ACTION_NONE, "devices", FAIL,
    "guest db1 has a host device of type pci: it can't be migrated", "virsh edit db1|--offline" },
  { "is-launched-securely", "<launchSecurity type='sev'/>", SNAPSHOT, PIN_ACTION_NONE, "devices", FAIL, "has launch security", "--offline" },
};

static void
test_move (gconstpointer data)
{
  const Move *move = data;
  const Guest guests[] = { { "db1", move->body }, { NULL } };
  const Change source = { .guests = guests };
  const Change destination = { .snapshot = move->snapshot, .facts = move->facts };
  g_autoptr (PinPatient) a = patient_new ("hosta", UUID_A, &source);
  g_autoptr (PinPatient) b = patient_new ("hostb", UUID_B, &destination);
  const PinPatientGuest *guest = g_ptr_array_index (a->guests, 0);
  g_autoptr (PinOriginal) original = pin_original_from (guest->domain->placement, NULL);
  g_autoptr (PinTerms) terms = pin_terms_new ();
  g_autoptr (PinPlan) plan = NULL;
  g_autoptr (GPtrArray) findings = NULL;

  if (move->action != PIN_ACTION_NONE)
    terms->actions[PIN_SETTING_VCPU_PINS] = 1u << move->action;
  b->snapshot->maintenance = move->maintenance;
  b->snapshot->cpu->no_kvm = move->no_kvm;
  plan = pin_plan (guest->domain->guest, original, terms, b->snapshot);
  findings = pin_checkup_move (b, guest, plan);
  g_assert_cmpuint (findings->len, ==, 2);
  for (guint i = 0; i < findings->len; i++)
    {
      const PinFinding *finding = g_ptr_array_index (findings, i);

      assert_is_readable (finding);
      g_assert_cmpstr (finding->subject, ==, "db1 to hostb");
      g_test_message ("%s: %s: %s; %s", finding->check, pin_level_name (finding->level), finding->reason, finding->remedy);
      if (finding->level != (strcmp (finding->check, move->check) == 0 ? move->level : PASS))
        complain ("%s says %s", finding->check, pin_level_name (finding->level));
      if (strcmp (finding->check, move->check) != 0)
        continue;
      assert_words (finding->reason, move->reason);
      assert_words (finding->remedy, move->remedy);
    }
}

/* With a guest that is named the road is for it alone, whether it runs or not, and what its plan tells is left out. */
static void
test_road_of_one (void)
{
  const Guest guests[] = { { "new", "<os><type arch='x86_64' machine='pc-q35-9.2'>hvm</type></os>" PAGES ("1048576"), TRUE }, { "db1", AUTO }, { NULL } };
  const Change source = { .guests = guests };
  const Change destination = { NO_NUMAD };
  g_autoptr (PinPatient) a = patient_new ("hosta", UUID_A, &source);
  g_autoptr (PinPatient) b = patient_new ("hostb", UUID_B, &destination);
  g_autoptr (GPtrArray) findings = pin_checkup_road (a, b, g_ptr_array_index (a->guests, 0));

  g_assert_cmpuint (findings->len, ==, 15);
  for (guint i = 0; i < findings->len; i++)
    {
      const PinFinding *finding = g_ptr_array_index (findings, i);

      if (finding->level != (strcmp (finding->check, "machine-types") == 0 ? FAIL : PASS))
        complain ("%s says %s: %s", finding->check, pin_level_name (finding->level), finding->reason);
    }
}

/* Paths for facts.h: each once, with what images are based on, and without what is no file. */
static void
test_paths (void)
{
  const Guest guests[] = {
    { "db1", "<devices><disk type='file' device='disk'><source file='/a'/><backingStore type='file'><source file='/base'/><backingStore/></backingStore></disk>"
             "<disk type='block' device='lun'><source dev='/dev/vg/b'/></disk><disk type='file' device='cdrom'><source file='/a'/></disk>"
             "<disk type='network'><source protocol='rbd' name='pool/c'/></disk><disk type='volume'><source pool='p' volume='v'/></disk></devices>" },
    { NULL }
  };
  const Change change = { .guests = guests };
  g_autoptr (PinPatient) a = patient_new ("hosta", UUID_A, &change);
  g_autoptr (GPtrArray) paths = pin_checkup_paths (g_ptr_array_index (a->guests, 0));
  g_autofree char *text = NULL;

  g_ptr_array_add (paths, NULL);
  text = g_strjoinv (" ", (char **)paths->pdata);
  g_assert_cmpstr (text, ==, "/a /base /dev/vg/b");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/doctor/healthy", test_healthy);
  g_test_add_func ("/doctor/road-of-one", test_road_of_one);
  g_test_add_func ("/doctor/paths", test_paths);
  for (guint i = 0; i < G_N_ELEMENTS (moves); i++)
    {
      g_autofree char *path = g_strdup_printf ("/doctor/move/%s", moves[i].name);

      g_test_add_data_func (path, &moves[i], test_move);
    }
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/doctor/%s", rows[i].name);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  return g_test_run ();
}
