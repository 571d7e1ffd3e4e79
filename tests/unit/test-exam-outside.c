/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a host sees of what is outside of its files: libvirt, names, mounts, ports of others. */
#include "exam/errands.h"
#include "exam/exam-parts.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 60000

/* What @part adds.  (transfer full) a{sv} */
static GVariant *
seen_by (void (*part) (const PinExamOrder *, GVariantDict *), const PinExamOrder *order)
{
  g_auto (GVariantDict) facts = G_VARIANT_DICT_INIT (NULL);

  part (order, &facts);
  return g_variant_ref_sink (g_variant_dict_end (&facts));
}

static void
test_libvirt (void)
{
  virConnectPtr connection = virConnectOpen ("test:///default");
  const PinExamOrder order = { .root = "/", .connection = connection };
  g_autoptr (GVariant) facts = seen_by (pin_exam_libvirt, &order);
  g_autofree const char **machines = NULL;
  unsigned long version = 0;
  guint libvirt = 0, qemu = 0;
  gboolean kvm = TRUE;
  const char *hostname = NULL;

  g_assert_cmpint (virGetVersion (&version, NULL, NULL), ==, 0);
  g_assert_true (g_variant_lookup (facts, "libvirt-version", "u", &libvirt));
  g_assert_cmpuint (libvirt, ==, version);
  g_assert_true (g_variant_lookup (facts, "qemu-version", "u", &qemu));
  g_assert_cmpuint (qemu, ==, 2);
  g_assert_true (g_variant_lookup (facts, "libvirt-hostname", "&s", &hostname));
  g_assert_cmpstr (hostname, !=, "");
  g_assert_true (g_variant_lookup (facts, "machines", "^a&s", &machines));
  g_assert_null (machines[0]);
  g_assert_true (g_variant_lookup (facts, "kvm", "b", &kvm));
  g_assert_false (kvm);
  /* That driver has none. */
  g_assert_false (g_variant_lookup (facts, "host-uuid", "&s", &hostname));
  virConnectClose (connection);
}

static void
test_no_libvirt (void)
{
  const PinExamOrder order = { .root = "/" };
  g_autoptr (GVariant) facts = seen_by (pin_exam_libvirt, &order);

  g_assert_cmpuint (g_variant_n_children (facts), ==, 0);
}

/* Held by who wants errands to hang. */
static GMutex gate;

static GVariant *
pass_the_gate (const char *what)
{
  if (strcmp (what, "hangs") == 0)
    {
      g_mutex_lock (&gate);
      g_mutex_unlock (&gate);
    }
  return g_variant_ref_sink (g_variant_new_string (what));
}

static PinErrands errands = { pass_the_gate, 0 };

/* However often it is tried, no more than a few threads hang, and all of them come back. */
static void
test_errands (void)
{
  static const char *const whats[] = { "a", "hangs", "b", "hangs", "c" };
  g_autoptr (GPtrArray) answers = NULL;

  g_mutex_lock (&gate);
  answers = pin_errands_run (&errands, whats, G_N_ELEMENTS (whats), 100);
  g_assert_cmpuint (answers->len, ==, G_N_ELEMENTS (whats));
  g_assert_null (answers->pdata[1]);
  g_assert_null (answers->pdata[3]);
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GPtrArray) more = pin_errands_run (&errands, &whats[1], 1, 10);

      g_assert_null (more->pdata[0]);
    }
  g_assert_cmpint (g_atomic_int_get (&errands.n_threads), >=, 1);
  g_assert_cmpint (g_atomic_int_get (&errands.n_threads), <=, 4);
  g_mutex_unlock (&gate);
  /* What they have comes too late, and is nobody's. */
  while (g_atomic_int_get (&errands.n_threads) > 0)
    g_thread_yield ();
}

static void
test_errands_in_order (void)
{
  static const char *const whats[] = { "a", "b", "c", "d", "e", "f", "g" };
  g_autoptr (GPtrArray) answers = pin_errands_run (&errands, whats, G_N_ELEMENTS (whats), PATIENCE_MS);
  g_autoptr (GPtrArray) none = pin_errands_run (&errands, whats, 0, PATIENCE_MS);

  g_assert_cmpuint (none->len, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (whats); i++)
    g_assert_cmpstr (g_variant_get_string (answers->pdata[i], NULL), ==, whats[i]);
}

/* The addresses of @name among @facts, with blanks between; NULL: it is absent.  (transfer full) */
static char *
addresses_of (GVariant *facts, const char *name)
{
  g_autoptr (GVariant) names = g_variant_lookup_value (facts, "names", G_VARIANT_TYPE ("a{sas}"));
  g_autofree const char **addresses = NULL;

  g_assert_nonnull (names);
  return g_variant_lookup (names, name, "^a&s", &addresses) ? g_strjoinv (" ", (char **)addresses) : NULL;
}

static void
test_names (void)
{
  const PinExamOrder order = { .root = "/", .names = (const char *[]){ "localhost", "192.0.2.7", "2001:db8::7", "192.0.2.7", NULL } };
  g_autoptr (GVariant) facts = seen_by (pin_exam_names, &order);
  g_autofree char *localhost = addresses_of (facts, "localhost"), *four = addresses_of (facts, "192.0.2.7");
  g_autofree char *six = addresses_of (facts, "2001:db8::7");
  g_auto (GStrv) words = g_strsplit (localhost, " ", -1);

  g_assert_cmpstr (four, ==, "192.0.2.7");
  g_assert_cmpstr (six, ==, "2001:db8::7");
  g_assert_true (g_strv_contains ((const char *const *)words, "127.0.0.1") || g_strv_contains ((const char *const *)words, "::1"));
  g_assert_false (g_variant_lookup (facts, "names-problem", "&s", NULL));
}

/* With a name server there is no such name; without one nobody knows, and that is said. */
static void
test_no_such_name (void)
{
  const PinExamOrder order = { .root = "/", .names = (const char *[]){ "host.invalid", NULL } };
  g_autoptr (GVariant) facts = seen_by (pin_exam_names, &order);
  g_autofree char *addresses = addresses_of (facts, "host.invalid");
  const char *problem = NULL;
  gboolean has_problem = g_variant_lookup (facts, "names-problem", "&s", &problem);

  if (addresses != NULL)
    g_assert_cmpstr (addresses, ==, "");
  g_assert_cmpint (has_problem, ==, addresses == NULL);
  g_assert_true (!has_problem || g_str_has_prefix (problem, "host.invalid: "));
  g_test_message ("%s", has_problem ? problem : "there is a name server");
}

static void
test_wrong_names (void)
{
  g_autofree char *longest = g_strnfill (256, 'a');
  const char *wrong[] = { "", "-v", "a b", "a\nb", "a/b", longest, "\xff" };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      const PinExamOrder order = { .root = "/", .names = (const char *[]){ wrong[i], "127.0.0.1", NULL } };
      g_autoptr (GVariant) facts = seen_by (pin_exam_names, &order);
      g_autofree char *numeric = addresses_of (facts, "127.0.0.1");
      const char *problem = NULL;

      g_assert_cmpstr (numeric, ==, "127.0.0.1");
      g_assert_true (g_variant_lookup (facts, "names-problem", "&s", &problem));
      g_assert_true (g_str_has_suffix (problem, ": no name of a host"));
    }
}

static void
test_too_many_names (void)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  PinExamOrder order = { .root = "/" };
  g_autoptr (GVariant) facts = NULL;
  g_autofree char *last = NULL, *first_too_many = NULL;
  const char *problem = NULL;

  for (guint i = 0; i < 66; i++)
    g_ptr_array_add (names, g_strdup_printf ("192.0.2.%u", i));
  g_ptr_array_add (names, NULL);
  order.names = (const char *const *)names->pdata;
  facts = seen_by (pin_exam_names, &order);
  last = addresses_of (facts, "192.0.2.63");
  first_too_many = addresses_of (facts, "192.0.2.64");
  g_assert_cmpstr (last, ==, "192.0.2.63");
  g_assert_null (first_too_many);
  g_assert_true (g_variant_lookup (facts, "names-problem", "&s", &problem));
  g_assert_true (g_str_has_prefix (problem, "192.0.2.64: more names than "));
}

static void
put (const char *root, const char *path, const char *text)
{
  g_autofree char *whole = g_build_filename (root, path, NULL), *directory = g_path_get_dirname (whole);

  g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
  g_assert_true (g_file_set_contents (whole, text, -1, NULL));
}

static void
clear (const char *root)
{
  g_autoptr (GSubprocess) rm = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, NULL, "rm", "-r", root, NULL);

  g_assert_true (g_subprocess_wait_check (rm, NULL, NULL));
}

#define DEV "Inter-| Receive\n face |bytes\n"

typedef struct
{
  const char *name;
  const char *dev;   /* /proc/self/net/dev; NULL: none */
  const char *hosts; /* /etc/hosts */
  gboolean known;    /* a name that has loopback addresses alone */
} Seclusion;

static const Seclusion seclusions[] = {
  { "a-host", DEV "    lo: 0\n  eth0: 0\n", "", TRUE },
  { "nobody-knows", NULL, "", TRUE },
  { "a-sandbox", DEV "    lo: 0\n", "127.0.1.1 127.10 # 127.1\n#127.0.0.1 127.1\n", FALSE },
  { "written-down", DEV "    lo: 0\n", "127.0.0.1\tlocalhost 127.1\n", TRUE },
};

/* "127.1" is a name like others, and the C library knows that it is 127.0.0.1. */
static void
test_seclusion (gconstpointer data)
{
  const Seclusion *c = data;
  g_autofree char *root = g_dir_make_tmp (NULL, NULL), *addresses = NULL, *other = NULL;
  const PinExamOrder order = { .root = root, .names = (const char *[]){ "127.1", "192.0.513", NULL } };
  g_autoptr (GVariant) facts = NULL;

  put (root, "etc/hosts", c->hosts);
  if (c->dev != NULL)
    put (root, "proc/self/net/dev", c->dev);
  facts = seen_by (pin_exam_names, &order);
  addresses = addresses_of (facts, "127.1");
  other = addresses_of (facts, "192.0.513");
  g_assert_cmpstr (addresses, ==, c->known ? "127.0.0.1" : NULL);
  g_assert_cmpstr (other, ==, "192.0.2.1");
  g_assert_cmpint (g_variant_lookup (facts, "names-problem", "&s", NULL), ==, !c->known);
  clear (root);
}

#define MOUNTS \
  "22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n" \
  "23 22 0:21 / /images rw,relatime shared:1 master:2 - nfs4 nas:/old rw\n" \
  "24 22 0:22 / /images rw,relatime shared:3 - nfs4 nas:/images rw\n" \
  "25 22 8:17 /pool /with\\040blank rw - xfs /dev/disk\\0402 rw\n" \
  "26 22 8:18 / /image rw - btrfs /dev/sdc rw\n" \
  "28 22 8:1 /tmp/systemd-private-0123-pinshiftd.service-AbCdEf/tmp /tmp rw - ext4 /dev/sda1 rw\n" \
  "27 22 8:18 / /broken\n\n"

typedef struct
{
  const char *path;
  const char *exists; /* NULL: it can't be seen; "": the path is not answered for */
  const char *filesystem;
  const char *source;
} PathCase;

static const PathCase path_cases[] = {
  { "/images/a.qcow2", "yes", "nfs4", "nas:/images" },
  { "/var/link", "yes", "nfs4", "nas:/images" },
  { "/var/own.raw", "yes", "ext4", "/dev/sda1" },
  { "/imagery/d.raw", "yes", "ext4", "/dev/sda1" },
  { "/with blank/b.raw", "yes", "xfs", "/dev/disk 2" },
  { "/broken/c.raw", "yes", "ext4", "/dev/sda1" },
  { "/images/none.raw", "no", NULL, NULL },
  { "/images/a.qcow2/none", "no", NULL, NULL },
  { "/var/dangling", "no", NULL, NULL },
  { "/var/circle", NULL, NULL, NULL },
  { "/tmp/covered.raw", NULL, NULL, NULL },
  { "images/a.qcow2", "", NULL, NULL },
};

/* Seven bytes each. */
static void
put_disks (const char *root)
{
  static const char *const disks[] = { "images/a.qcow2", "var/own.raw", "with blank/b.raw", "broken/c.raw", "imagery/d.raw" };
  static const char *const links[][2] = { { "var/link", "../images/a.qcow2" }, { "var/dangling", "nothing" }, { "var/circle", "circle" } };

  put (root, "proc/self/mountinfo", MOUNTS);
  for (guint i = 0; i < G_N_ELEMENTS (disks); i++)
    put (root, disks[i], "7 bytes");
  for (guint i = 0; i < G_N_ELEMENTS (links); i++)
    {
      g_autofree char *link_path = g_build_filename (root, links[i][0], NULL);

      g_assert_cmpint (symlink (links[i][1], link_path), ==, 0);
    }
}

static void
check_path (const char *root, GVariant *paths, const PathCase *c)
{
  g_autoptr (GVariant) seen = g_variant_lookup_value (paths, c->path, G_VARIANT_TYPE_VARDICT);
  g_autofree char *whole = g_build_filename (root, c->path, NULL);
  const char *filesystem = NULL, *source = NULL;
  gboolean exists = FALSE;
  guint64 inode = 0, size = 0;
  GStatBuf status = { 0 };

  g_test_message ("%s", c->path);
  g_assert_cmpint (seen == NULL, ==, g_strcmp0 (c->exists, "") == 0);
  if (seen == NULL)
    return;
  g_assert_cmpint (g_variant_lookup (seen, "exists", "b", &exists), ==, c->exists != NULL);
  g_assert_cmpint (exists, ==, g_strcmp0 (c->exists, "yes") == 0);
  g_variant_lookup (seen, "filesystem", "&s", &filesystem);
  g_variant_lookup (seen, "source", "&s", &source);
  g_assert_cmpstr (filesystem, ==, c->filesystem);
  g_assert_cmpstr (source, ==, c->source);
  g_assert_cmpint (g_variant_lookup (seen, "inode", "t", &inode) && g_variant_lookup (seen, "size", "t", &size), ==, exists);
  g_assert_cmpint (g_stat (whole, &status) == 0, ==, exists);
  g_assert_cmpuint (inode, ==, status.st_ino);
  g_assert_cmpuint (size, ==, exists ? 7 : 0);
  g_assert_false (g_variant_lookup (seen, "real", "^ay", NULL));
}

static void
test_paths (void)
{
  g_autofree char *root = g_dir_make_tmp (NULL, NULL);
  const char *asked[G_N_ELEMENTS (path_cases) + 2] = { NULL };
  const PinExamOrder order = { .root = root, .paths = asked };
  g_autoptr (GVariant) facts = NULL, paths = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (path_cases); i++)
    asked[i] = path_cases[i].path;
  asked[G_N_ELEMENTS (path_cases)] = path_cases[0].path;
  put_disks (root);
  facts = seen_by (pin_exam_paths, &order);
  paths = g_variant_lookup_value (facts, "paths", G_VARIANT_TYPE ("a{sa{sv}}"));
  g_assert_cmpuint (g_variant_n_children (paths), ==, G_N_ELEMENTS (path_cases) - 1);
  for (guint i = 0; i < G_N_ELEMENTS (path_cases); i++)
    check_path (root, paths, &path_cases[i]);
  clear (root);
}

/* This machine's own: of a file that is there, mountinfo always knows the mount. */
static void
test_own_paths (void)
{
  const PinExamOrder order = { .root = "/", .paths = (const char *[]){ "/proc/self", "/", NULL } };
  g_autoptr (GVariant) facts = seen_by (pin_exam_paths, &order);
  g_autoptr (GVariant) paths = g_variant_lookup_value (facts, "paths", G_VARIANT_TYPE ("a{sa{sv}}"));
  g_autoptr (GVariant) proc = g_variant_lookup_value (paths, "/proc/self", G_VARIANT_TYPE_VARDICT);
  g_autoptr (GVariant) top = g_variant_lookup_value (paths, "/", G_VARIANT_TYPE_VARDICT);
  const char *filesystem = NULL;

  g_assert_true (g_variant_lookup (proc, "filesystem", "&s", &filesystem));
  g_assert_cmpstr (filesystem, ==, "proc");
  g_assert_true (g_variant_lookup (top, "filesystem", "&s", &filesystem));
  g_assert_cmpstr (filesystem, !=, "proc");
}

/* A listening or, with @backlog < 0, a merely bound socket.  The caller closes it. */
static int
port_new (int backlog, guint16 *ret_port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl (INADDR_LOOPBACK) } };
  socklen_t length = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (bind (fd, (struct sockaddr *)&address, length), ==, 0);
  g_assert_true (backlog < 0 || listen (fd, backlog) == 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *)&address, &length), ==, 0);
  *ret_port = ntohs (address.sin_port);
  return fd;
}

static const char *
outcome_of (GVariant *reach, guint16 wanted)
{
  GVariantIter iter;
  const char *outcome;
  guint16 port;

  g_variant_iter_init (&iter, reach);
  while (g_variant_iter_next (&iter, "{q&s}", &port, &outcome))
    if (port == wanted)
      return outcome;
  return NULL;
}

static void
test_reach (void)
{
  static const char *const addresses[] = { "127.0.0.1", "localhost" };
  guint16 ports[3] = { 0 };
  int listening = port_new (8, &ports[0]), bound = port_new (-1, &ports[1]);

  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autoptr (GVariant) reach = pin_exam_reach (addresses[i], ports, PATIENCE_MS);

      g_assert_cmpuint (g_variant_n_children (reach), ==, 2);
      g_assert_cmpstr (outcome_of (reach, ports[0]), ==, "open");
      g_assert_cmpstr (outcome_of (reach, ports[1]), ==, "refused");
    }
  g_close (listening, NULL);
  g_close (bound, NULL);
}

/* Connections that nobody accepts fill the queue, and what comes then has no answer. */
static void
test_silence (void)
{
  guint16 ports[2] = { 0 };
  int fd = port_new (0, &ports[0]), fillers[4];
  const struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (ports[0]), .sin_addr = { htonl (INADDR_LOOPBACK) } };
  g_autoptr (GVariant) reach = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (fillers); i++)
    {
      fillers[i] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      g_assert_true (connect (fillers[i], (const struct sockaddr *)&address, sizeof address) == 0 || errno == EINPROGRESS);
    }
  reach = pin_exam_reach ("127.0.0.1", ports, 100);
  g_assert_cmpstr (outcome_of (reach, ports[0]), ==, "silent");
  for (guint i = 0; i < G_N_ELEMENTS (fillers); i++)
    g_close (fillers[i], NULL);
  g_close (fd, NULL);
}

static void
test_no_way (void)
{
  static const guint16 ports[] = { 49215, 0 };
  /* TCP goes to no multicast address. */
  g_autoptr (GVariant) reach = pin_exam_reach ("224.0.0.1", ports, PATIENCE_MS);

  g_assert_cmpstr (outcome_of (reach, 49215), ==, g_strerror (ENETUNREACH));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exam/libvirt/the-test-driver", test_libvirt);
  g_test_add_func ("/exam/libvirt/none", test_no_libvirt);
  g_test_add_func ("/exam/errands/some-hang", test_errands);
  g_test_add_func ("/exam/errands/in-order", test_errands_in_order);
  g_test_add_func ("/exam/names/resolve", test_names);
  g_test_add_func ("/exam/names/do-not-resolve", test_no_such_name);
  g_test_add_func ("/exam/names/are-none", test_wrong_names);
  g_test_add_func ("/exam/names/too-many", test_too_many_names);
  for (guint i = 0; i < G_N_ELEMENTS (seclusions); i++)
    {
      g_autofree char *path = g_strdup_printf ("/exam/names/%s", seclusions[i].name);

      g_test_add_data_func (path, &seclusions[i], test_seclusion);
    }
  g_test_add_func ("/exam/paths/below-a-root", test_paths);
  g_test_add_func ("/exam/paths/of-this-machine", test_own_paths);
  g_test_add_func ("/exam/reach/open-and-refused", test_reach);
  g_test_add_func ("/exam/reach/silent", test_silence);
  g_test_add_func ("/exam/reach/no-way", test_no_way);
  return g_test_run ();
}
