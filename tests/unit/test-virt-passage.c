/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is known of domains that pass this host goes with them, whoever missed what: events and looks in any order, and libvirt's test driver. */
#include "host/virt-link.h"

#include <string.h>

#define URI "test:///default" /* a guest "test" runs there */
#define LIMIT_S 60
#define UUID "77a6fc12-07b5-9415-8abb-a803613f2a40"

/*
 * What happens, a letter each: S started by a migration, M resumed by one, P paused by its owner, O about to leave, X stopped, D defined;
 * e an event of another guest; l a look, or a list, is asked for, and what comes of it: w its memory comes, a it is active, i it is
 * there and inactive, n it is not there; c the connection is lost.
 */
static const struct
{
  const char *name;
  const char *story;
  PinPassage expected;
} rows[] = {
  { "comes", "S", PIN_PASSAGE_IN },
  { "has-come", "SM", PIN_PASSAGE_NONE },
  { "has-come-paused", "SP", PIN_PASSAGE_NONE },
  { "fails-to-come", "SX", PIN_PASSAGE_NONE },
  { "is-defined-while-it-comes", "SD", PIN_PASSAGE_IN },
  { "is-about-to-leave", "O", PIN_PASSAGE_OUT },
  { "has-left", "OX", PIN_PASSAGE_NONE },
  { "fails-to-leave", "OM", PIN_PASSAGE_NONE },
  { "is-seen-to-come", "lw", PIN_PASSAGE_IN },
  { "is-seen-to-come-and-has-come", "lwM", PIN_PASSAGE_NONE },
  { "is-seen-to-come-and-fails", "lwX", PIN_PASSAGE_NONE },
  { "is-about-to-leave-whatever-is-seen", "Olw", PIN_PASSAGE_OUT },
  { "failed-while-it-was-looked-at", "lXw", PIN_PASSAGE_NONE },
  { "came-while-it-was-looked-at", "lMw", PIN_PASSAGE_NONE },
  { "was-looked-at-over-the-old-connection", "lcw", PIN_PASSAGE_NONE },
  { "is-seen-the-next-time", "lewlw", PIN_PASSAGE_IN },
  { "is-forgotten-with-the-connection", "Sc", PIN_PASSAGE_NONE },
  { "went-while-nobody-looked", "Sln", PIN_PASSAGE_NONE },
  { "left-while-nobody-looked", "Oli", PIN_PASSAGE_NONE },
  { "was-seen-and-went-while-nobody-looked", "lwln", PIN_PASSAGE_NONE },
  { "is-told-of-late-and-went-with-the-connection", "cSln", PIN_PASSAGE_NONE },
  { "still-comes", "Sla", PIN_PASSAGE_IN },
  { "began-to-come-after-the-question", "lSn", PIN_PASSAGE_IN },
  { "went-and-comes-again-after-the-question", "SlXSn", PIN_PASSAGE_IN },
};

static void
list (PinVirt *virt, guint64 moment, gboolean is_there, gboolean runs)
{
  PinVirtGuest guest = { .uuid = (char *)UUID, .running = runs };
  g_autoptr (GPtrArray) guests = g_ptr_array_new ();

  if (is_there)
    g_ptr_array_add (guests, &guest);
  pin_virt_passages_keep_only (virt, guests, moment);
}

static void
take (PinVirt *virt, char what)
{
  static const struct
  {
    char what;
    int event;
    int detail;
  } events[] = {
    { 'S', VIR_DOMAIN_EVENT_STARTED, VIR_DOMAIN_EVENT_STARTED_MIGRATED },
    { 'M', VIR_DOMAIN_EVENT_RESUMED, VIR_DOMAIN_EVENT_RESUMED_MIGRATED },
    { 'P', VIR_DOMAIN_EVENT_SUSPENDED, VIR_DOMAIN_EVENT_SUSPENDED_PAUSED },
    { 'O', VIR_DOMAIN_EVENT_SUSPENDED, VIR_DOMAIN_EVENT_SUSPENDED_MIGRATED },
    { 'X', VIR_DOMAIN_EVENT_STOPPED, VIR_DOMAIN_EVENT_STOPPED_FAILED },
    { 'D', VIR_DOMAIN_EVENT_DEFINED, VIR_DOMAIN_EVENT_DEFINED_ADDED },
  };
  PinVirtEvent event;

  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    if (events[i].what == what)
      pin_virt_passage_follow (virt, UUID, events[i].event, events[i].detail, &event);
  if (what == 'e')
    pin_virt_passage_follow (virt, "another", VIR_DOMAIN_EVENT_STARTED, VIR_DOMAIN_EVENT_STARTED_BOOTED, &event);
  if (what == 'c')
    pin_virt_passages_clear (virt);
}

static PinPassage
passage_of (PinVirt *virt, const char *uuid)
{
  return pin_virt_passage (virt, uuid, PIN_PASSAGE_NONE, 0);
}

/* A client that follows nobody: what happens is the row's. */
static void
test_row (gconstpointer data)
{
  guint row = GPOINTER_TO_UINT (data);
  PinVirt virt = { .passages = pin_virt_passages_new () };
  guint64 moment = 0;

  g_mutex_init (&virt.lock);
  for (const char *at = rows[row].story; *at != '\0'; at++)
    {
      if (*at == 'l')
        moment = pin_virt_passages_moment (&virt);
      else if (*at == 'w')
        g_assert_cmpint (pin_virt_passage (&virt, UUID, PIN_PASSAGE_IN, moment), !=, PIN_PASSAGE_NONE);
      else if (strchr ("ain", *at) != NULL)
        list (&virt, moment, *at != 'n', *at == 'a');
      else
        take (&virt, *at);
    }
  g_assert_cmpint (passage_of (&virt, UUID), ==, rows[row].expected);
  g_assert_cmpuint (g_hash_table_size (virt.passages), ==, rows[row].expected != PIN_PASSAGE_NONE ? 1 : 0);
  g_mutex_clear (&virt.lock);
  g_hash_table_unref (virt.passages);
}

static gboolean
give_up (gpointer data)
{
  g_error ("waited for %d seconds in vain", LIMIT_S);
  return G_SOURCE_REMOVE;
}

static void
on_result (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **)data = g_object_ref (result);
}

static void
wait_for_list (PinVirt *virt)
{
  guint limit = g_timeout_add_seconds (LIMIT_S, give_up, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) guests = NULL;
  g_autoptr (GError) error = NULL;

  pin_virt_list_async (virt, on_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
  guests = pin_virt_list_finish (virt, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (guests->len, ==, 1);
}

/* Whoever libvirt does not list as active does not pass. */
static void
test_list (void)
{
  static const PinVirtListener nobody = { NULL, NULL, NULL };
  g_autoptr (PinVirt) virt = pin_virt_new (URI, &nobody, NULL);
  virConnectPtr connection = virConnectOpen (URI);
  g_autoptr (PinVirDomain) domain = virDomainLookupByName (connection, "test");
  char uuid[VIR_UUID_STRING_BUFLEN];
  PinVirtEvent event;

  wait_for_list (virt);
  g_assert_cmpint (virDomainGetUUIDString (domain, uuid), ==, 0);
  pin_virt_passage_follow (virt, uuid, VIR_DOMAIN_EVENT_STARTED, VIR_DOMAIN_EVENT_STARTED_MIGRATED, &event);
  pin_virt_passage_follow (virt, UUID, VIR_DOMAIN_EVENT_STARTED, VIR_DOMAIN_EVENT_STARTED_MIGRATED, &event);
  wait_for_list (virt);
  g_assert_cmpint (passage_of (virt, uuid), ==, PIN_PASSAGE_IN);
  g_assert_cmpint (passage_of (virt, UUID), ==, PIN_PASSAGE_NONE);
  virConnectClose (connection);
}

/* A look that an event has overtaken answers, and is not remembered. */
static void
test_look (void)
{
  static const PinVirtListener nobody = { NULL, NULL, NULL };
  g_autoptr (PinVirt) virt = pin_virt_new (URI, &nobody, NULL);
  virConnectPtr connection = virConnectOpen (URI);
  g_autoptr (PinVirDomain) domain = virDomainLookupByName (connection, "test");
  PinVirtEvent event;
  PinVirtLook look;

  wait_for_list (virt);
  g_assert_true (pin_virt_look (virt, domain, &look));
  g_assert_cmpint (look.state, ==, VIR_DOMAIN_RUNNING);
  look.state = VIR_DOMAIN_PAUSED;
  look.reason = VIR_DOMAIN_PAUSED_MIGRATION;
  pin_virt_passage_follow (virt, UUID, VIR_DOMAIN_EVENT_STOPPED, VIR_DOMAIN_EVENT_STOPPED_FAILED, &event);
  g_assert_true (pin_virt_is_incoming (virt, domain, UUID, &look));
  g_assert_cmpint (passage_of (virt, UUID), ==, PIN_PASSAGE_NONE);
  g_assert_true (pin_virt_look (virt, domain, &look));
  look.state = VIR_DOMAIN_PAUSED;
  look.reason = VIR_DOMAIN_PAUSED_MIGRATION;
  g_assert_true (pin_virt_is_incoming (virt, domain, UUID, &look));
  g_assert_cmpint (passage_of (virt, UUID), ==, PIN_PASSAGE_IN);
  virConnectClose (connection);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/virt-passage/%s", rows[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_row);
    }
  g_test_add_func ("/virt-passage/goes-where-libvirt-lists-nobody", test_list);
  g_test_add_func ("/virt-passage/remembers-no-look-that-was-overtaken", test_look);
  return g_test_run ();
}
