/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host to which guests come. */

#include "town.h"

#include <string.h>
#include <unistd.h>

#define BUS_NAME "org.pinshift.Host1"
#define PATIENCE_S 100
#define POLICY                                                                                                         \
  "[fit]\nvcpu-pins = keep; remap\nhugepages = keep\nnuma-memory = keep; remap\nemulator-pins = keep; remap\n"

static void
question_free (gpointer data)
{
  Question *question = data;

  g_clear_object (&question->hook);
  pin_run_clear (&question->run);
  g_free (question->name);
  g_free (question->xml);
  g_free (question);
}

GPtrArray *
town_questions_new (void)
{
  return g_ptr_array_new_with_free_func (question_free);
}

const Question *
town_nth (const GPtrArray *questions, guint i)
{
  return g_ptr_array_index (questions, i);
}

char *
town_uuid (guint number)
{
  return g_strdup_printf ("00000000-0000-4000-8000-%012u", number);
}

void
town_add_question (GPtrArray *questions, guint number, guint first)
{
  Question *question = g_new0 (Question, 1);
  g_autofree char *uuid = town_uuid (number);

  question->name = g_strdup_printf ("guest-%u", number);
  question->xml = g_strdup_printf (
      "<domain type='kvm'>\n  <name>%s</name>\n  <uuid>%s</uuid>\n  <memory unit='KiB'>%u</memory>\n"
      "  <memoryBacking><hugepages><page size='%u' unit='KiB'/></hugepages></memoryBacking>\n"
      "  <vcpu placement='static'>2</vcpu>\n"
      "  <cputune><vcpupin vcpu='0' cpuset='%u'/><vcpupin vcpu='1' cpuset='%u'/></cputune>\n"
      "  <numatune><memory mode='strict' nodeset='%u'/></numatune>\n"
      "  <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>\n</domain>\n",
      question->name, uuid, TOWN_GUEST_PAGES * TOWN_PAGE_KIB, TOWN_PAGE_KIB, first, first + 1, first / TOWN_NODE_CPUS);
  g_ptr_array_add (questions, question);
}

static FakeMachine *
make_machine (const guint *guests_of_pages)
{
  FakeMachine *machine = fake_machine_new ();

  for (guint cpu = 0; cpu < TOWN_NODES * TOWN_NODE_CPUS; cpu++)
    fake_machine_cpu (machine, cpu, cpu / TOWN_NODE_CPUS, cpu % TOWN_NODE_CPUS, NULL);
  fake_machine_node (machine, 0, "0-31", 64 * 1024 * 1024, "10 21");
  fake_machine_node (machine, 1, "32-63", 64 * 1024 * 1024, "21 10");
  for (guint node = 0; node < TOWN_NODES; node++)
    {
      guint pages = guests_of_pages[node] * TOWN_GUEST_PAGES;

      fake_machine_pool (machine, node, TOWN_PAGE_KIB, pages, pages, 0, 0);
    }
  fake_machine_online (machine, "0-63", "0-1");
  fake_machine_write (machine, "hugetlbfs /dev/hugepages hugetlbfs rw,relatime,pagesize=2M 0 0", "proc/mounts");
  fake_machine_write (machine, "Hugepagesize:       2048 kB", "proc/meminfo");
  return machine;
}

static PinHost1 *
wait_for_service (PinWorld *world)
{
  GDBusConnectionFlags flags = G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                               | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection =
      g_dbus_connection_new_for_address_sync (world->address, flags, NULL, NULL, &error);
  PinHost1 *service;

  g_assert_no_error (error);
  service = pin_host1_proxy_new_sync (connection, G_DBUS_PROXY_FLAGS_NONE, BUS_NAME, "/org/pinshift/Host1", NULL, &error);
  g_assert_no_error (error);
  for (;;)
    {
      g_autofree char *owner = g_dbus_proxy_get_name_owner (G_DBUS_PROXY (service));

      if (owner != NULL)
        return service;
      g_main_context_iteration (NULL, TRUE);
    }
}

/* What stands there already stays.  It keeps its pid when it becomes the service. */
static void
add_preload (GPtrArray *argv, const Town *town)
{
  const char *others = g_getenv ("LD_PRELOAD");

  if (town->preload == NULL)
    return;
  g_ptr_array_add (argv, g_strdup ("env"));
  g_ptr_array_add (argv, g_strdup_printf ("LD_PRELOAD=%s %s", town->preload, others != NULL ? others : ""));
}

static GSubprocess *
start_service (const Town *town)
{
  g_autofree char *policy = g_build_filename (town->world->dir, "pinshift.conf", NULL);
  g_autofree char *runtime = g_build_filename (town->world->dir, "run", NULL);
  const char *words[] = { g_getenv ("PINSHIFT_DAEMON"), "--sysroot", town->machine->root, "--policy", policy,
                          "--runtime-dir", runtime, "--state-dir", runtime, "--connect", town->libvirt };
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);

  add_preload (argv, town);
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    g_ptr_array_add (argv, g_strdup (words[i]));
  g_ptr_array_add (argv, NULL);
  g_assert_true (g_file_set_contents (policy, POLICY, -1, NULL));
  return pin_world_start (town->world, (const char *const *)argv->pdata);
}

Town *
town_new_with_libvirt (const guint *guests_of_pages, const char *libvirt, const char *preload)
{
  Town *town = g_new0 (Town, 1);

  town->libvirt = libvirt;
  town->preload = preload;
  town->world = pin_world_new ();
  town->machine = make_machine (guests_of_pages);
  pin_world_set_conf (town->world, "deadline = 50s\non-failure = refuse\n");
  pin_world_start_bus (town->world, NULL);
  town->world->service = start_service (town);
  town->service = wait_for_service (town->world);
  return town;
}

Town *
town_new (const guint *guests_of_pages)
{
  return town_new_with_libvirt (guests_of_pages, "none", NULL);
}

void
town_free (Town *town)
{
  g_object_unref (town->service);
  pin_world_free (town->world);
  fake_machine_free (town->machine);
  g_free (town);
}

void
town_restart (Town *town)
{
  g_clear_object (&town->service);
  pin_world_end (&town->world->service);
  town->world->service = start_service (town);
  town->service = wait_for_service (town->world);
}

static void
on_end (GObject *source, GAsyncResult *result, gpointer data)
{
  Question *question = data;

  question->run = pin_run_finish (G_SUBPROCESS (source), result);
  question->took_us = MAX (1, g_get_monotonic_time () - question->asked_us);
}

/* Starts the hook, which reads @text and waits for more. */
static void
make_ready (Town *town, Question *question, const char *text)
{
  const char *argv[] = { question->name, "migrate", "begin", "-", NULL };
  int input = pin_world_pipe (text, &question->stdin_fd);

  g_clear_object (&question->hook);
  pin_run_clear (&question->run);
  question->took_us = 0;
  question->hook = pin_world_start_hook (town->world, argv, input, -1);
  g_subprocess_communicate_async (question->hook, NULL, NULL, on_end, question);
}

static void
ask (Question *question)
{
  gssize length = (gssize)strlen (question->xml);

  question->asked_us = g_get_monotonic_time ();
  g_assert_cmpint (write (question->stdin_fd, question->xml, (gsize)length), ==, length);
  close (question->stdin_fd);
}

static gboolean
lose_patience (gpointer data)
{
  g_error ("a hook did not end within %d s", PATIENCE_S);
  return G_SOURCE_REMOVE;
}

void
town_begin (Town *town, GPtrArray *questions)
{
  for (guint i = 0; i < questions->len; i++)
    make_ready (town, g_ptr_array_index (questions, i), "");
  for (guint i = 0; i < questions->len; i++)
    ask (g_ptr_array_index (questions, i));
}

void
town_begin_apart (Town *town, GPtrArray *questions)
{
  for (guint i = 0; i < questions->len; i++)
    {
      Question *question = g_ptr_array_index (questions, i);

      question->asked_us = g_get_monotonic_time ();
      make_ready (town, question, question->xml);
      close (question->stdin_fd);
    }
}

void
town_finish (const GPtrArray *questions)
{
  guint limit = g_timeout_add_seconds (PATIENCE_S, lose_patience, NULL);

  for (guint i = 0; i < questions->len; i++)
    while (town_nth (questions, i)->took_us == 0)
      g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
}

void
town_ask_at_once (Town *town, GPtrArray *questions)
{
  town_begin (town, questions);
  town_finish (questions);
}

const Question *
town_ask (Town *town, GPtrArray *questions, guint number, guint first)
{
  g_autoptr (GPtrArray) alone = g_ptr_array_new ();

  town_add_question (questions, number, first);
  g_ptr_array_add (alone, g_ptr_array_index (questions, questions->len - 1));
  town_ask_at_once (town, alone);
  return town_nth (questions, questions->len - 1);
}

static gint
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

char *
town_join_sorted (char **uuids)
{
  qsort (uuids, g_strv_length (uuids), sizeof *uuids, compare_texts);
  return g_strjoinv (",", uuids);
}

/* What the service says now, not what it last announced. */
char *
town_claims (Town *town)
{
  GVariant *arguments = g_variant_new ("(ss)", BUS_NAME, "Claims");
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer =
      g_dbus_proxy_call_sync (G_DBUS_PROXY (town->service), "org.freedesktop.DBus.Properties.Get", arguments,
                              G_DBUS_CALL_FLAGS_NONE, PATIENCE_S * 1000, NULL, &error);
  g_autoptr (GVariant) value = NULL;
  g_auto (GStrv) uuids = NULL;

  g_assert_no_error (error);
  g_variant_get (answer, "(v)", &value);
  uuids = g_variant_dup_strv (value, NULL);
  return town_join_sorted (uuids);
}

void
town_release (Town *town, guint number)
{
  g_autoptr (GPtrArray) questions = town_questions_new ();
  g_autofree char *uuid = town_uuid (number);
  const char *argv[] = { "guest", "release", "end", "-", NULL };
  gboolean claimed = TRUE;

  town_add_question (questions, number, 0);
  /* A hook that is slower than its half second has told nobody. */
  while (claimed)
    {
      g_auto (PinRun) run = pin_world_run (town->world, argv, pin_world_pipe (town_nth (questions, 0)->xml, NULL), -1);
      g_autofree char *claims = town_claims (town);

      g_assert_cmpint (run.exit_status, ==, 0);
      claimed = strstr (claims, uuid) != NULL;
    }
}
