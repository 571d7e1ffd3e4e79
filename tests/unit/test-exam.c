/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is seen of a host in files and processes: small trees, and the facts that come of them. */
#include "exam/libvirt-conf.h"
#include "exam/host-file.h"
#include "exam/exam-parts.h"
#include "fake-machine.h"

#include <linux/capability.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef struct
{
  const char *name;
  /* "f PATH TEXT" a file, "x PATH" a program, "l PATH TARGET" a link, "d PATH" a directory */
  const char *tree[12];
  /* "KEY VALUE" as g_variant_print() has it; "KEY" alone: it is absent */
  const char *facts[10];
} Case;

typedef void (*Look) (const PinExamOrder *order, GVariantDict *facts);

static void
make_link (FakeMachine *machine, const char *path, const char *target)
{
  g_autofree char *full = g_build_filename (machine->root, path, NULL);
  g_autofree char *directory = g_path_get_dirname (full);

  g_assert_cmpint (g_mkdir_with_parents (directory, 0755), ==, 0);
  g_assert_cmpint (symlink (target, full), ==, 0);
}

static void
make_program (FakeMachine *machine, const char *path)
{
  g_autofree char *full = g_build_filename (machine->root, path, NULL);

  fake_machine_write (machine, "#!/bin/sh", "%s", path);
  g_assert_cmpint (chmod (full, 0755), ==, 0);
}

static void
grow (FakeMachine *machine, const char *entry)
{
  g_auto (GStrv) words = g_strsplit (entry, " ", 3);

  switch (*entry)
    {
    case 'f':
      fake_machine_write (machine, words[2], "%s", words[1]);
      break;
    case 'x':
      make_program (machine, words[1]);
      break;
    case 'l':
      make_link (machine, words[1], words[2]);
      break;
    case 'd':
      fake_machine_mkdir (machine, words[1]);
      break;
    default:
      g_assert_not_reached ();
    }
}

/* Each fact has the type that facts.h gives it, and nobody adds others. */
static void
assert_types (GVariant *facts)
{
  static const char *const types[][2] = {
    { "hook", "s" },           { "hook-path", "s" },          { "hook-target", "s" },       { "hook-changed", "x" },
    { "other-hooks", "as" },   { "daemons", "as" },           { "daemon-started", "x" },    { "daemon-reloaded", "x" },
    { "apparmor", "s" },       { "selinux", "s" },            { "selinux-module", "b" },    { "selinux-hook", "s" },
    { "selinux-daemon", "s" }, { "migration-ports", "(qq)" }, { "migration-host", "s" },    { "migration-address", "s" },
    { "hugetlbfs", "at" },     { "pools", "a{tt}" },          { "memory-backing-dir", "s" }, { "memory-backing-filesystem", "s" },
    { "resctrl", "b" },        { "resctrl-able", "b" },       { "isolated", "s" },          { "nohz-full", "s" },
    { "irqbalance", "b" },     { "irqbalance-banned", "s" },  { "tuned-profile", "s" },     { "tuned-isolated", "s" },
    { "numad", "b" },
  };
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, facts);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    {
      const char *type = NULL;

      for (guint i = 0; i < G_N_ELEMENTS (types); i++)
        if (strcmp (types[i][0], key) == 0)
          type = types[i][1];
      g_assert_cmpstr (type, ==, g_variant_get_type_string (value));
    }
}

static void
assert_fact (const char *name, GVariant *facts, const char *expected)
{
  g_auto (GStrv) words = g_strsplit (expected, " ", 2);
  g_autoptr (GVariant) value = g_variant_lookup_value (facts, words[0], NULL);
  g_autofree char *printed = value == NULL ? NULL : g_variant_print (value, FALSE);

  if (g_strcmp0 (printed, words[1]) != 0)
    g_error ("%s: %s is %s, and should be %s", name, words[0], printed == NULL ? "absent" : printed, words[1] == NULL ? "absent" : words[1]);
}

/* What @look sees in @machine, after @before did. */
static GVariant *
see (const FakeMachine *machine, Look before, Look look)
{
  PinExamOrder order = { .root = machine->root };
  g_auto (GVariantDict) facts = G_VARIANT_DICT_INIT (NULL);

  if (before != NULL)
    before (&order, &facts);
  look (&order, &facts);
  return g_variant_ref_sink (g_variant_dict_end (&facts));
}

static void
check_cases (const Case *cases, gsize n_cases, Look before, Look look)
{
  for (gsize i = 0; i < n_cases; i++)
    {
      g_autoptr (FakeMachine) machine = fake_machine_new ();
      g_autoptr (GVariant) facts = NULL;

      for (guint j = 0; cases[i].tree[j] != NULL; j++)
        grow (machine, cases[i].tree[j]);
      facts = see (machine, before, look);
      assert_types (facts);
      for (guint j = 0; cases[i].facts[j] != NULL; j++)
        assert_fact (cases[i].name, facts, cases[i].facts[j]);
    }
}

#define HOOKS "etc/libvirt/hooks"
#define OURS "l " HOOKS "/qemu.d/60-pinshift ../../../../usr/sbin/pinshift-hook"
#define OUR_PATH "hook-path '/" HOOKS "/qemu.d/60-pinshift'"
#define OUR_TARGET "hook-target '/usr/sbin/pinshift-hook'"
#define NO_OTHERS "other-hooks []"

static void
test_hook (void)
{
  static const Case cases[] = {
    { "as packages make it", { OURS, "x usr/sbin/pinshift-hook" }, { "hook 'present'", OUR_PATH, OUR_TARGET, NO_OTHERS } },
    { "no libvirt", { NULL }, { "hook 'absent'", "hook-path", "hook-target", "hook-changed", NO_OTHERS } },
    { "no qemu.d", { "d " HOOKS }, { "hook 'absent'", NO_OTHERS } },
    { "an empty qemu.d", { "d " HOOKS "/qemu.d" }, { "hook 'absent'", NO_OTHERS } },
    { "program gone", { OURS }, { "hook 'dangling'", OUR_PATH, "hook-target" } },
    { "its directory gone", { "l " HOOKS "/qemu.d/60-pinshift /opt/a/../pinshift-hook" }, { "hook 'dangling'", OUR_PATH, "hook-target" } },
    { "in circles", { "l " HOOKS "/qemu.d/60-pinshift 60-pinshift" }, { "hook 'dangling'", OUR_PATH, "hook-target" } },
    { "by a directory in circles", { "l " HOOKS "/qemu.d/60-pinshift /opt/pinshift-hook", "l opt opt" }, { "hook 'dangling'", OUR_PATH } },
    { "not executable", { OURS, "f usr/sbin/pinshift-hook text" }, { "hook 'not-executable'", OUR_PATH, OUR_TARGET, NO_OTHERS } },
    { "an absolute link", { "l " HOOKS "/qemu.d/10-x /usr/sbin/pinshift-hook", "x usr/sbin/pinshift-hook" },
      { "hook 'present'", "hook-path '/" HOOKS "/qemu.d/10-x'", OUR_TARGET } },
    { "links of links", { OURS, "l usr/sbin /opt/sbin", "l opt/sbin/pinshift-hook ./../bin//pinshift-hook", "x opt/bin/pinshift-hook" },
      { "hook 'present'", "hook-target '/opt/bin/pinshift-hook'" } },
    { "above the root", { "l " HOOKS "/qemu.d/x ../../../../../../../../../usr/sbin/pinshift-hook", "x usr/sbin/pinshift-hook" },
      { "hook 'present'", OUR_TARGET } },
    { "libvirt's directory elsewhere", { "l etc/libvirt /srv/libvirt", "l srv/libvirt/hooks/qemu.d/60-pinshift /usr/sbin/pinshift-hook", "x usr/sbin/pinshift-hook" },
      { "hook 'present'", OUR_PATH, OUR_TARGET } },
    { "the main script", { "l " HOOKS "/qemu /usr/sbin/pinshift-hook", "x usr/sbin/pinshift-hook" },
      { "hook 'present'", "hook-path '/" HOOKS "/qemu'", OUR_TARGET, NO_OTHERS } },
    { "a copy", { "x " HOOKS "/qemu.d/60-pinshift" }, { "hook 'present'", "hook-target '/" HOOKS "/qemu.d/60-pinshift'" } },
    { "the usual name with another program", { "l " HOOKS "/qemu.d/60-pinshift /bin/x", "x bin/x" }, { "hook 'present'", "hook-target '/bin/x'" } },
    { "a dangling one and one that runs", { OURS, "l " HOOKS "/qemu.d/70-x /bin/pinshift-hook", "x bin/pinshift-hook" },
      { "hook 'present'", "hook-path '/" HOOKS "/qemu.d/70-x'", NO_OTHERS } },
    { "others", { OURS, "x usr/sbin/pinshift-hook", "x " HOOKS "/qemu", "x " HOOKS "/qemu.d/90-b", "x " HOOKS "/qemu.d/10-a",
                  "f " HOOKS "/qemu.d/README text", "d " HOOKS "/qemu.d/guest", "l " HOOKS "/qemu.d/20-gone /gone" },
      { "hook 'present'", "other-hooks ['/" HOOKS "/qemu', '/" HOOKS "/qemu.d/10-a', '/" HOOKS "/qemu.d/90-b']" } },
    { "only others", { "x " HOOKS "/qemu" }, { "hook 'absent'", "other-hooks ['/" HOOKS "/qemu']" } },
    { "a name that is no text", { "x " HOOKS "/qemu.d/\xff" }, { "hook 'absent'", "other-hooks ['/" HOOKS "/qemu.d/\xef\xbf\xbd']" } },
    { "a directory of the usual name", { "d " HOOKS "/qemu.d/60-pinshift" }, { "hook 'absent'", NO_OTHERS } },
    { "hooks can't be seen", { "l " HOOKS " hooks" }, { "hook", "hook-path", "hook-target", "hook-changed", "other-hooks" } },
    { "qemu.d can't be seen", { "l " HOOKS "/qemu.d qemu.d" }, { "hook", "other-hooks" } },
    { "qemu.d is a file", { "f " HOOKS "/qemu.d text" }, { "hook", "other-hooks" } },
  };

  check_cases (cases, G_N_ELEMENTS (cases), NULL, pin_exam_hook);
}

/* Two links made one after the other: the time of the link, not that of an older program. */
static void
test_hook_changed (void)
{
  g_autoptr (FakeMachine) machine = fake_machine_new ();
  g_autoptr (GVariant) facts = NULL;
  gint64 now = g_get_real_time ();
  gint64 changed = 0;

  grow (machine, "x usr/sbin/pinshift-hook");
  grow (machine, OURS);
  facts = see (machine, NULL, pin_exam_hook);
  g_assert_true (g_variant_lookup (facts, "hook-changed", "x", &changed));
  /* The kernel stamps files with the time of its last tick. */
  g_assert_cmpint (changed, >=, now - G_USEC_PER_SEC);
  g_assert_cmpint (changed, <=, g_get_real_time ());
}

/* What lets root, if that is who runs this, look into everything. */
#define ALL_SEEING (1u << CAP_DAC_OVERRIDE | 1u << CAP_DAC_READ_SEARCH)

/* The capabilities in effect, of the first 32: capabilities(7). */
static guint32
get_capabilities (void)
{
  struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
  struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

  g_assert_cmpint (syscall (SYS_capget, &header, data), ==, 0);
  return data[0].effective;
}

static void
set_capabilities (guint32 effective)
{
  struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
  struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

  g_assert_cmpint (syscall (SYS_capget, &header, data), ==, 0);
  data[0].effective = effective;
  g_assert_cmpint (syscall (SYS_capset, &header, data), ==, 0);
}

/* EACCES of a directory that is only root's, as Fedora has /etc/libvirt. */
static void
test_hook_forbidden (void)
{
  g_autoptr (FakeMachine) machine = fake_machine_new ();
  g_autofree char *directory = g_build_filename (machine->root, "etc/libvirt", NULL);
  g_autoptr (GVariant) facts = NULL;
  guint32 powers = get_capabilities ();

  grow (machine, OURS);
  grow (machine, "x usr/sbin/pinshift-hook");
  g_assert_cmpint (chmod (directory, 0), ==, 0);
  set_capabilities (powers & ~ALL_SEEING);
  facts = see (machine, NULL, pin_exam_hook);
  set_capabilities (powers);
  g_assert_cmpint (chmod (directory, 0755), ==, 0);
  g_assert_cmpuint (g_variant_n_children (facts), ==, 0);
}

#define INIT "f proc/1/comm systemd"
#define ROOT_STATUS "Name:\tx\nUid:\t0\t0\t0\t0\nNSpid:\t7"
#define PROCESS(pid, name) "f proc/" pid "/comm " name, "f proc/" pid "/status " ROOT_STATUS
#define APPARMOR "f sys/module/apparmor/parameters/enabled Y"

static void
test_daemon (void)
{
  static const Case cases[] = {
    { "none", { INIT, PROCESS ("7", "libvirt-dbus") }, { "daemons []", "daemon-started", "daemon-reloaded", "apparmor ''" } },
    { "libvirtd", { INIT, PROCESS ("7", "libvirtd") }, { "daemons ['libvirtd']", "daemon-reloaded", "apparmor ''" } },
    { "virtqemud", { INIT, PROCESS ("7", "virtqemud") }, { "daemons ['virtqemud']" } },
    { "both", { INIT, PROCESS ("7", "virtqemud"), PROCESS ("8", "libvirtd"), APPARMOR, "f proc/7/attr/current q (enforce)",
                "f proc/8/attr/current l (enforce)" },
      { "daemons ['libvirtd', 'virtqemud']", "apparmor 'q (enforce)'" } },
    { "of a user's session", { INIT, "f proc/7/comm libvirtd", "f proc/7/status Name:\tx\nUid:\t1000\t1000\t1000\t1000" }, { "daemons []" } },
    { "of a container", { INIT, "f proc/7/comm libvirtd", "f proc/7/status Name:\tx\nUid:\t0\t0\t0\t0\nNSpid:\t7\t1" }, { "daemons []" } },
    { "an old kernel", { INIT, "f proc/7/comm libvirtd", "f proc/7/status Name:\tx\nUid:\t0\t0\t0\t0" }, { "daemons ['libvirtd']" } },
    { "gone meanwhile", { INIT, "d proc/6", "f proc/7/comm libvirtd" }, { "daemons []" } },
    { "status cut short", { INIT, "f proc/7/comm libvirtd", "f proc/7/status Name:\tx\nUid:\t" }, { "daemons []" } },
    { "stat cut short", { INIT, PROCESS ("7", "libvirtd"), "f proc/7/stat 7 (libvirtd) S 1 2" }, { "daemons ['libvirtd']", "daemon-started" } },
    { "stat without numbers", { INIT, PROCESS ("7", "libvirtd"), "f proc/7/stat 7 (libvirtd) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 -1 20" },
      { "daemons ['libvirtd']", "daemon-started" } },
    { "the noted one", { INIT, PROCESS ("7", "libvirtd"), PROCESS ("8", "libvirtd"), "f run/libvirtd.pid 8", APPARMOR,
                         "f proc/7/attr/current seven", "f proc/8/attr/current eight" },
      { "apparmor 'eight'" } },
    { "noted, and another by now", { INIT, PROCESS ("7", "libvirtd"), PROCESS ("8", "bash"), "f run/libvirtd.pid 8", APPARMOR, "f proc/7/attr/current seven" },
      { "apparmor 'seven'" } },
    { "/proc can't be seen", { "d proc", APPARMOR }, { "daemons", "daemon-started", "apparmor" } },
    { "AppArmor", { INIT, PROCESS ("7", "libvirtd"), APPARMOR, "f proc/7/attr/apparmor/current libvirtd (enforce)", "f proc/7/attr/current x" },
      { "apparmor 'libvirtd (enforce)'" } },
    { "AppArmor leaves it alone", { INIT, PROCESS ("7", "libvirtd"), APPARMOR, "f proc/7/attr/current unconfined" }, { "apparmor ''" } },
    { "a profile that confines nothing", { INIT, PROCESS ("7", "libvirtd"), APPARMOR, "f proc/7/attr/current libvirtd (unconfined)" }, { "apparmor ''" } },
    { "AppArmor, and no daemon", { INIT, APPARMOR }, { "daemons []", "apparmor" } },
    { "AppArmor, and nothing to read", { INIT, PROCESS ("7", "libvirtd"), APPARMOR }, { "daemons ['libvirtd']", "apparmor" } },
    { "AppArmor is off", { INIT, PROCESS ("7", "libvirtd"), "f sys/module/apparmor/parameters/enabled N", "f proc/7/attr/current x" }, { "apparmor ''" } },
    { "whether AppArmor is on can't be seen", { INIT, PROCESS ("7", "libvirtd"), "l sys/module/apparmor/parameters/enabled enabled" }, { "apparmor" } },
    { "SELinux", { INIT, PROCESS ("7", "virtqemud"), "f sys/fs/selinux/enforce 1", "f proc/7/attr/current system_u:system_r:virtqemud_t:s0" },
      { "selinux-daemon 'system_u:system_r:virtqemud_t:s0'", "apparmor ''" } },
    { "no SELinux", { INIT, PROCESS ("7", "virtqemud"), "f proc/7/attr/current x" }, { "selinux-daemon" } },
  };

  check_cases (cases, G_N_ELEMENTS (cases), NULL, pin_exam_daemon);
}

/* The kernel's own account of when it was started, in seconds since the epoch. */
static gint64
read_btime (void)
{
  g_autofree char *text = NULL;
  const char *line;

  g_assert_true (g_file_get_contents ("/proc/stat", &text, NULL, NULL));
  line = strstr (text, "\nbtime ");
  g_assert_nonnull (line);
  return g_ascii_strtoll (line + strlen ("\nbtime "), NULL, 10);
}

static void
test_daemon_started (void)
{
  g_autoptr (FakeMachine) machine = fake_machine_new ();
  g_autoptr (GVariant) facts = NULL;
  g_autofree char *stat = g_strdup_printf ("7 (a) S (b) S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 19 0 %ld 100 200", 50 * sysconf (_SC_CLK_TCK));
  gint64 started = 0;

  grow (machine, INIT);
  grow (machine, "f proc/7/comm libvirtd");
  grow (machine, "f proc/7/status " ROOT_STATUS);
  fake_machine_write (machine, stat, "proc/7/stat");
  facts = see (machine, NULL, pin_exam_daemon);
  g_assert_true (g_variant_lookup (facts, "daemon-started", "x", &started));
  g_assert_cmpint (ABS (started - (read_btime () + 50) * G_USEC_PER_SEC), <, 5 * G_USEC_PER_SEC);
}

#define STORE "var/lib/selinux/targeted/active/modules"

static void
test_selinux (void)
{
  static const Case cases[] = {
    { "none", { NULL }, { "selinux 'disabled'", "selinux-module false", "selinux-hook" } },
    { "enforcing", { "f sys/fs/selinux/enforce 1", "d " STORE "/400/pinshift" }, { "selinux 'enforcing'", "selinux-module true" } },
    { "permissive", { "f sys/fs/selinux/enforce 0", "d " STORE "/400/virt" }, { "selinux 'permissive'", "selinux-module false" } },
    { "can't be seen", { "l sys/fs/selinux/enforce enforce" }, { "selinux" } },
    { "no modules", { "d " STORE }, { "selinux-module false" } },
    { "any priority", { "d " STORE "/100/virt", "d " STORE "/777/pinshift" }, { "selinux-module true" } },
    { "switched off", { "d " STORE "/400/pinshift", "f " STORE "/disabled/pinshift x" }, { "selinux-module false" } },
    { "of another policy", { "f etc/selinux/config # text\nSELINUXTYPE=mls", "d " STORE "/400/pinshift" }, { "selinux-module false" } },
    { "of the policy there is", { "f etc/selinux/config SELINUX=enforcing\nSELINUXTYPE=mls", "d var/lib/selinux/mls/active/modules/400/pinshift" },
      { "selinux-module true" } },
    { "of an image", { "d etc/selinux/targeted/active/modules/400/pinshift" }, { "selinux-module true" } },
    { "modules can't be seen", { "l var/lib/selinux/targeted/active active", "d etc/selinux/targeted/active/modules/400/pinshift" }, { "selinux-module" } },
    { "a priority in circles", { "l " STORE "/400 400" }, { "selinux-module false" } },
  };

  check_cases (cases, G_N_ELEMENTS (cases), NULL, pin_exam_selinux);
}

#define CPU "sys/devices/system/cpu"
#define BANNED(text) "f etc/default/irqbalance " text
#define TUNED "f etc/tuned/active_profile cpu-partitioning"
#define VARIABLES(text) "f etc/tuned/cpu-partitioning-variables.conf " text

static void
test_tuning (void)
{
  static const Case cases[] = {
    { "nothing", { NULL }, { "isolated ''", "nohz-full ''", "irqbalance", "irqbalance-banned ''", "tuned-profile ''", "tuned-isolated ''", "numad false" } },
    { "isolated", { "f " CPU "/isolated 2-3,6,7", "f " CPU "/nohz_full 4,5" }, { "isolated '2-3,6-7'", "nohz-full '4-5'" } },
    { "none isolated", { "f " CPU "/isolated ", "f " CPU "/nohz_full (null)" }, { "isolated ''", "nohz-full ''" } },
    { "isolated is no list", { "f " CPU "/isolated 2-x", "l " CPU "/nohz_full nohz_full" }, { "isolated", "nohz-full" } },
    { "irqbalance", { INIT, PROCESS ("7", "irqbalance") }, { "irqbalance true" } },
    { "no irqbalance", { INIT }, { "irqbalance false" } },
    { "a list", { BANNED ("IRQBALANCE_BANNED_CPULIST=\"2-5,3,7\"") }, { "irqbalance-banned '2-5,7'" } },
    { "of Fedora", { "f etc/sysconfig/irqbalance  export IRQBALANCE_BANNED_CPULIST='4' # text" }, { "irqbalance-banned '4'" } },
    { "a mask", { BANNED ("IRQBALANCE_BANNED_CPUS=00000001,0000ff00") }, { "irqbalance-banned '8-15,32'" } },
    { "a mask comes first", { BANNED ("IRQBALANCE_BANNED_CPULIST=1\nIRQBALANCE_BANNED_CPUS=4") }, { "irqbalance-banned '2'" } },
    { "an empty mask does not", { BANNED ("IRQBALANCE_BANNED_CPULIST=1\nIRQBALANCE_BANNED_CPUS=\"\"") }, { "irqbalance-banned '1'" } },
    { "the last one holds", { BANNED ("IRQBALANCE_BANNED_CPULIST=1\nIRQBALANCE_BANNED_CPULIST=2") }, { "irqbalance-banned '2'" } },
    { "comments and others", { BANNED ("#IRQBALANCE_BANNED_CPULIST=1\nXIRQBALANCE_BANNED_CPULIST=2\nIRQBALANCE_BANNED_CPULISTX=3\nIRQBALANCE_ARGS=\"\"") },
      { "irqbalance-banned ''" } },
    { "told to ban none", { BANNED ("IRQBALANCE_BANNED_CPULIST=-") }, { "irqbalance-banned '-'" } },
    { "a mask of none", { BANNED ("IRQBALANCE_BANNED_CPUS=0000,00000000") }, { "irqbalance-banned '-'" } },
    { "no list", { BANNED ("IRQBALANCE_BANNED_CPULIST=most") }, { "irqbalance-banned" } },
    { "no mask", { BANNED ("IRQBALANCE_BANNED_CPUS=0x3") }, { "irqbalance-banned" } },
    { "banned can't be seen", { "l etc/default/irqbalance irqbalance" }, { "irqbalance-banned" } },
    { "tuned", { TUNED, VARIABLES ("# isolated_cores=1\nisolated_cores = 2-7 # text\nother=1") }, { "tuned-profile 'cpu-partitioning'", "tuned-isolated '2-7'" } },
    { "tuned of two profiles", { "f etc/tuned/active_profile  a  b", "f etc/tuned/a-variables.conf isolated_cores=2", "f etc/tuned/b-variables.conf isolated_cores=3" },
      { "tuned-profile 'a  b'", "tuned-isolated '2-3'" } },
    { "tuned without variables", { TUNED }, { "tuned-profile 'cpu-partitioning'", "tuned-isolated ''" } },
    { "tuned without isolated ones", { TUNED, VARIABLES ("#isolated_cores=1\nisolated_cores=") }, { "tuned-isolated ''" } },
    { "tuned works it out", { TUNED, VARIABLES ("isolated_cores=${f:calc_isolated_cores:1}") }, { "tuned-profile 'cpu-partitioning'", "tuned-isolated" } },
    { "a profile that is a path", { "f etc/tuned/active_profile ../x", "f etc/x-variables.conf isolated_cores=1" }, { "tuned-profile '../x'", "tuned-isolated" } },
    { "tuned without a profile", { "f etc/tuned/active_profile ", "f etc/tuned/-variables.conf isolated_cores=1" }, { "tuned-profile ''", "tuned-isolated ''" } },
    { "tuned can't be seen", { "l etc/tuned tuned" }, { "tuned-profile", "tuned-isolated" } },
    { "numad", { "x usr/bin/numad" }, { "numad true" } },
    { "numad somewhere else", { "l usr/sbin/numad /opt/numad", "x opt/numad" }, { "numad true" } },
    { "numad that can't be run", { "f usr/bin/numad text" }, { "numad false" } },
  };

  check_cases (cases, G_N_ELEMENTS (cases), NULL, pin_exam_tuning);
}

#define MACHINE "d " CPU
#define MEMINFO "f proc/meminfo Hugepagesize:       2048 kB"
#define MOUNTS(text) "f proc/mounts /dev/sda / ext4 rw 0 0\n" text
#define HUGE(kib, pages) "f sys/kernel/mm/hugepages/hugepages-" kib "kB/nr_hugepages " pages

static void
test_memory (void)
{
  static const Case cases[] = {
    { "nothing to read", { NULL }, { "hugetlbfs", "pools", "resctrl", "resctrl-able", "memory-backing-filesystem" } },
    { "nothing there", { MACHINE, MOUNTS (""), "f proc/filesystems nodev\ttmpfs\n\text4" },
      { "hugetlbfs []", "pools {}", "resctrl false", "resctrl-able false", "memory-backing-filesystem 'ext4'" } },
    { "huge pages", { MACHINE, MEMINFO, MOUNTS ("h /h hugetlbfs rw 0 0\nh /g hugetlbfs rw,pagesize=1024M 0 0\nh /i hugetlbfs rw,pagesize=2M 0 0"),
                      HUGE ("2048", "512"), HUGE ("1048576", "0"), HUGE ("64", "many"), "d sys/kernel/mm/hugepages/other" },
      { "hugetlbfs [2048, 1048576]", "pools {1048576: 0, 2048: 512}" } },
    { "pools that nothing mounts", { MACHINE, MEMINFO, MOUNTS (""), HUGE ("2048", "3") }, { "hugetlbfs []", "pools {2048: 3}" } },
    { "no /proc", { MACHINE, HUGE ("2048", "3") }, { "hugetlbfs", "pools {2048: 3}", "resctrl", "resctrl-able", "memory-backing-filesystem" } },
    { "resctrl", { MACHINE, MOUNTS ("resctrl /sys/fs/resctrl resctrl rw 0 0"), "f proc/filesystems nodev\tresctrl" }, { "resctrl true", "resctrl-able true" } },
    { "resctrl elsewhere", { MACHINE, MOUNTS ("resctrl /mnt resctrl rw 0 0") }, { "resctrl false" } },
    { "libvirt's default on tmpfs", { MACHINE, MOUNTS ("t /var/lib/libvirt/qemu/ram tmpfs rw 0 0") }, { "memory-backing-filesystem 'tmpfs'" } },
    { "the last of two on one point", { MACHINE, MOUNTS ("t /var/lib xfs rw 0 0\nt /var/lib tmpfs rw 0 0") }, { "memory-backing-filesystem 'tmpfs'" } },
    { "a directory of one's own", { MACHINE, "f etc/libvirt/qemu.conf memory_backing_dir = \"/dev/shm\"", MOUNTS ("t /dev/shm tmpfs rw 0 0") },
      { "memory-backing-dir '/dev/shm'", "memory-backing-filesystem 'tmpfs'" } },
    { "by a link", { MACHINE, "l var/lib/libvirt /srv", MOUNTS ("t /srv xfs rw 0 0") }, { "memory-backing-filesystem 'xfs'" } },
    { "qemu.conf can't be seen", { MACHINE, MOUNTS (""), "l etc/libvirt/qemu.conf qemu.conf" }, { "memory-backing-dir", "memory-backing-filesystem" } },
    { "pools can't be seen", { MACHINE, "l sys/kernel/mm/hugepages hugepages" }, { "pools" } },
  };

  check_cases (cases, G_N_ELEMENTS (cases), pin_exam_qemu_conf, pin_exam_memory);
}

#define CONF "f etc/libvirt/qemu.conf "
#define DEFAULT_PORTS "migration-ports (49152, 49215)"

static void
test_qemu_conf (void)
{
  static const Case cases[] = {
    { "no file", { NULL }, { DEFAULT_PORTS, "migration-host ''", "migration-address ''", "memory-backing-dir '/var/lib/libvirt/qemu/ram'" } },
    { "an empty file", { CONF }, { DEFAULT_PORTS, "migration-host ''", "migration-address ''", "memory-backing-dir '/var/lib/libvirt/qemu/ram'" } },
    { "all of it", { CONF "migration_port_min = 50000\nmigration_port_max=50010\nmigration_host = \"a.example\"\nmigration_address = '10.0.0.1'\nmemory_backing_dir=\"/m\"" },
      { "migration-ports (50000, 50010)", "migration-host 'a.example'", "migration-address '10.0.0.1'", "memory-backing-dir '/m'" } },
    { "comments", { CONF "#migration_host = \"a\"\n  # migration_host = \"b\"\nmigration_host = \"c#d\" # e" }, { "migration-host 'c#d'" } },
    { "the first of two", { CONF "migration_host = \"a\"\nmigration_host = \"b\"" }, { "migration-host 'a'" } },
    { "other keys", { CONF "cgroup_device_acl = [\n  \"/dev/null\",\n  \"/dev/full\"\n]\nmigration_host = \"a\"" }, { "migration-host 'a'", DEFAULT_PORTS } },
    { "one port", { CONF "migration_port_min = 49215" }, { "migration-ports (49215, 49215)" } },
    { "ports that libvirt does not take", { CONF "migration_port_min = 50000\nmigration_host = \"a\"" }, { "migration-ports", "migration-host 'a'" } },
    { "no port", { CONF "migration_port_min = 0" }, { "migration-ports" } },
    { "ports above all", { CONF "migration_port_max = 65536" }, { "migration-ports" } },
    { "ports as text", { CONF "migration_port_min = \"50000\"" }, { "migration-ports", "migration-host ''" } },
    { "a host as number", { CONF "migration_host = 5" }, { DEFAULT_PORTS, "migration-host" } },
    { "a host as list", { CONF "migration_host = [ \"a\" ]" }, { "migration-host", "migration-address ''" } },
    { "what libvirt does not take", { CONF "migration_host = a" }, { "migration-ports", "migration-host", "migration-address", "memory-backing-dir" } },
    { "can't be seen", { "l etc/libvirt/qemu.conf qemu.conf" }, { "migration-ports", "migration-host", "migration-address", "memory-backing-dir" } },
  };

  check_cases (cases, G_N_ELEMENTS (cases), NULL, pin_exam_qemu_conf);
}

static void
test_conf (void)
{
  static const struct
  {
    const char *text;
    const char *expected; /* the value of key k; NULL: libvirt would not take the text */
  } cases[] = {
    { "k=1", "1" },
    { "k = -5", "-5" },
    { "k = +5", "5" },
    { "k = ''", "''" },
    { "k = \"\"", "''" },
    { "k = \"\"\"\"\"\"", "''" },
    { "k = \"a'b\"", "\"a'b\"" },
    { "k = 'a\"b'", "'a\"b'" },
    { "k = 'a\\'", "'a\\\\'" },
    { "k = \"\"\"a\nk2 = \"x\"\n\"\"\" # c", "'a\\nk2 = \"x\"\\n'" },
    { "k = []", "()" },
    { "k = [ \"a\", 'b',\n 1,\n]\n", "()" },
    { "k = [ [ 1 ], 2 ]", "()" },
    { "\r\n\tk=1\r\n", "1" },
    { "a=2;k=1; b='x'", "1" },
    { "a_1 = 1\nk = 1\n#", "1" },
    { "K = 2\nk = 1", "1" },
    { "k", NULL },
    { "k =", NULL },
    { "k =\n1", NULL },
    { "k 1", NULL },
    { "k = 1 2", NULL },
    { "k = -", NULL },
    { "k = 99999999999999999999", NULL },
    { "k = \"a", NULL },
    { "k = \"a\nb\"", NULL },
    { "k = \"\"\"a", NULL },
    { "k = [ 1", NULL },
    { "k = [ 1 2 ]", NULL },
    { "k = [ , ]", NULL },
    { "_k = 1", NULL },
    { "k = '\xff'", NULL },
    { "[k]", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GHashTable) conf = pin_exam_conf_parse (cases[i].text);
      g_autofree char *printed = conf == NULL ? NULL : g_variant_print (g_hash_table_lookup (conf, "k"), FALSE);

      g_assert_cmpstr (printed, ==, cases[i].expected);
    }
}

/* Lists in lists without end: libvirt's stack is not ours. */
static void
test_conf_deep (void)
{
  g_autoptr (GString) text = g_string_new ("k = ");

  for (guint i = 0; i < 1000000; i++)
    g_string_append_c (text, '[');
  g_assert_null (pin_exam_conf_parse (text->str));
}

/* Files that are longer than any is are not seen, and nobody reads them whole. */
static void
test_huge_files (void)
{
  g_autoptr (FakeMachine) machine = fake_machine_new ();
  PinExamOrder order = { .root = machine->root };
  g_autofree char *path = pin_exam_path (&order, "/etc/tuned/active_profile");
  g_autoptr (GVariant) facts = NULL;

  grow (machine, "f etc/tuned/active_profile x");
  g_assert_cmpint (truncate (path, (goffset)1 << 32), ==, 0);
  facts = see (machine, NULL, pin_exam_tuning);
  assert_fact ("huge", facts, "tuned-profile");
}

/* Nobody ever writes into it. */
static void
test_pipe (void)
{
  g_autoptr (FakeMachine) machine = fake_machine_new ();
  PinExamOrder order = { .root = machine->root };
  g_autofree char *path = pin_exam_path (&order, "/etc/libvirt/qemu.conf");
  g_autoptr (GVariant) facts = NULL;

  grow (machine, "d etc/libvirt");
  g_assert_cmpint (mkfifo (path, 0644), ==, 0);
  facts = see (machine, NULL, pin_exam_qemu_conf);
  g_assert_cmpuint (g_variant_n_children (facts), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exam/hook", test_hook);
  g_test_add_func ("/exam/hook-changed", test_hook_changed);
  g_test_add_func ("/exam/hook-forbidden", test_hook_forbidden);
  g_test_add_func ("/exam/daemon", test_daemon);
  g_test_add_func ("/exam/daemon-started", test_daemon_started);
  g_test_add_func ("/exam/selinux", test_selinux);
  g_test_add_func ("/exam/tuning", test_tuning);
  g_test_add_func ("/exam/memory", test_memory);
  g_test_add_func ("/exam/qemu-conf", test_qemu_conf);
  g_test_add_func ("/exam/conf", test_conf);
  g_test_add_func ("/exam/conf-deep", test_conf_deep);
  g_test_add_func ("/exam/huge-files", test_huge_files);
  g_test_add_func ("/exam/pipe", test_pipe);
  return g_test_run ();
}
