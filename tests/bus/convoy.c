/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "convoy.h"

#include <string.h>

#define PRESENT 6 /* so many are here at once */

typedef enum
{
  COMES = 1 << 0,    /* and is here, for a while */
  STORED = 1 << 1,   /* its persistent definition comes */
  RELEASED = 1 << 2, /* libvirt tells the hook that nothing came of it */
  LOST = 1 << 3,     /* it ends before it is here */
  TWICE = 1 << 4,    /* it is asked about again */
  OBSERVED = 1 << 5,
  HUGE = 1 << 6,     /* no node has as much */
  BROKEN = 1 << 7,   /* its XML is none */
  AGAIN = 1 << 8     /* it is one that has been here, with its record */
} Step;

typedef struct
{
  const char *name;
  const char *operation; /* NULL: it starts here */
  const char *verdicts;  /* of which one is given; "": an error */
  guint steps;
} Story;

static const Story stories[] = {
  { "comes", "migrate", "keep adapt", COMES },
  { "comes with its definition", "migrate", "keep adapt", COMES | STORED },
  { "does not come after all", "migrate", "keep adapt", RELEASED },
  { "starts here", NULL, "", COMES | STORED },
  { "is restored", "restore", "keep adapt", COMES },
  { "is lost on its way", "migrate", "keep adapt", LOST | RELEASED },
  { "is asked about twice", "migrate", "keep adapt", TWICE | COMES },
  { "has no room", "migrate", "refuse", HUGE },
  { "comes without running", "migrate", "keep adapt", STORED },
  { "is observed", "migrate", "keep", OBSERVED },
  { "comes again", "migrate", "keep adapt", COMES | AGAIN },
  { "is not one", "migrate", "", BROKEN },
};

G_STATIC_ASSERT (G_N_ELEMENTS (stories) == CONVOY_WAYS);

/* Who is here. */
typedef struct
{
  char *uuid;
  char *name;
  gboolean stored;
} Guest;

struct _Convoy
{
  Traffic traffic;
  GQueue present;    /* Guest */
  Guest *left;       /* who was here last, and @left_xml, as it was then */
  char *left_xml;
  guint verdicts[CONVOY_VERDICTS];
};

static void
guest_free (gpointer data)
{
  Guest *guest = data;

  if (guest == NULL)
    return;
  g_free (guest->uuid);
  g_free (guest->name);
  g_free (guest);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Guest, guest_free)

Convoy *
convoy_new (void)
{
  Convoy *convoy = g_new0 (Convoy, 1);

  g_queue_init (&convoy->present);
  traffic_init (&convoy->traffic);
  return convoy;
}

void
convoy_free (Convoy *convoy)
{
  g_queue_clear_full (&convoy->present, guest_free);
  guest_free (convoy->left);
  g_free (convoy->left_xml);
  traffic_clear (&convoy->traffic);
  g_free (convoy);
}

Traffic *
convoy_traffic (Convoy *convoy)
{
  return &convoy->traffic;
}

const guint *
convoy_verdicts (const Convoy *convoy)
{
  return convoy->verdicts;
}

static char *
xml_of (const Guest *guest, guint number, guint steps)
{
  guint pages = (steps & HUGE) != 0 ? 1000 * TOWN_GUEST_PAGES : TOWN_GUEST_PAGES;
  guint first = number % 3 * 2;

  if ((steps & BROKEN) != 0)
    return g_strdup_printf ("<domain><name>%s</name>", guest->name);
  return g_strdup_printf ("<domain type='test'>\n  <name>%s</name>\n  <uuid>%s</uuid>\n  <memory unit='KiB'>%u</memory>\n"
                          "  <memoryBacking><hugepages><page size='%u' unit='KiB'/></hugepages></memoryBacking>\n"
                          "  <vcpu placement='static'>2</vcpu>\n"
                          "  <cputune><vcpupin vcpu='0' cpuset='%u'/><vcpupin vcpu='1' cpuset='%u'/></cputune>\n"
                          "  <numatune><memory mode='strict' nodeset='0'/></numatune>\n"
                          "  <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>\n</domain>\n",
                          guest->name, guest->uuid, pages * TOWN_PAGE_KIB, TOWN_PAGE_KIB, first, first + 1);
}

static Guest *
guest_new (guint number, const Story *story)
{
  const char *kind = (story->steps & LOST) != 0 ? TRAFFIC_IS_LOST : story->operation == NULL ? "own-" : TRAFFIC_COMES;
  Guest *guest = g_new0 (Guest, 1);

  guest->uuid = town_uuid (number);
  guest->name = g_strdup_printf ("%s%08u", kind, number);
  guest->stored = (story->steps & STORED) != 0;
  return guest;
}

static void
count_verdict (Convoy *convoy, const Story *story, const Answer *answer)
{
  static const char *const verdicts[] = { "keep", "adapt", "refuse" };

  if (answer->verdict == NULL || strstr (story->verdicts, answer->verdict) == NULL)
    g_error ("a guest that %s: %s, %s", story->name, answer->verdict != NULL ? answer->verdict : "an error", answer->text);
  g_assert_true ((answer->xml != NULL) == g_str_equal (answer->verdict, "adapt"));
  for (guint i = 0; i < G_N_ELEMENTS (verdicts); i++)
    convoy->verdicts[i] += g_str_equal (answer->verdict, verdicts[i]);
}

/* Puts what it comes with in place of *@xml. */
static void
ask (Convoy *convoy, const Story *story, const Guest *guest, char **xml)
{
  g_auto (Answer) answer = traffic_fit (&convoy->traffic, guest->name, story->operation, (story->steps & OBSERVED) != 0, *xml);

  if ((story->steps & BROKEN) != 0)
    {
      g_assert_null (answer.verdict);
      return;
    }
  count_verdict (convoy, story, &answer);
  if (answer.xml == NULL)
    return;
  g_free (*xml);
  *xml = g_steal_pointer (&answer.xml);
}

static void
ask_as_told (Convoy *convoy, const Story *story, const Guest *guest, char **xml)
{
  g_autofree char *again = g_strdup (*xml);

  if (story->operation == NULL)
    return;
  ask (convoy, story, guest, xml);
  if ((story->steps & TWICE) == 0)
    return;
  ask (convoy, story, guest, &again);
  g_assert_cmpstr (again, ==, *xml);
}

/* The one that has been here for longest. */
static void
let_go (Convoy *convoy)
{
  Guest *guest = g_queue_pop_head (&convoy->present);
  char *xml = traffic_wait_for (&convoy->traffic, guest->uuid);

  traffic_do (&convoy->traffic, TRAFFIC_DESTROY, guest->uuid);
  if (guest->stored)
    traffic_do (&convoy->traffic, TRAFFIC_UNDEFINE, guest->uuid);
  traffic_wait_for_end (&convoy->traffic, guest->uuid);
  guest_free (convoy->left);
  g_free (convoy->left_xml);
  convoy->left = guest;
  convoy->left_xml = xml;
}

/* Takes @guest. */
static void
come (Convoy *convoy, Guest *guest, const char *xml)
{
  traffic_do (&convoy->traffic, TRAFFIC_CREATE, xml);
  if (guest->stored)
    traffic_do (&convoy->traffic, TRAFFIC_DEFINE, xml);
  g_free (traffic_wait_for (&convoy->traffic, guest->uuid));
  g_queue_push_tail (&convoy->present, guest);
  if (convoy->present.length > PRESENT)
    let_go (convoy);
}

static void
end (Convoy *convoy, const Story *story, const Guest *guest, const char *xml)
{
  if ((story->steps & LOST) != 0)
    {
      traffic_do (&convoy->traffic, TRAFFIC_CREATE, xml);
      traffic_do (&convoy->traffic, TRAFFIC_DESTROY, guest->uuid);
    }
  if ((story->steps & STORED) != 0)
    {
      traffic_do (&convoy->traffic, TRAFFIC_DEFINE, xml);
      g_free (traffic_wait_for (&convoy->traffic, guest->uuid));
      traffic_do (&convoy->traffic, TRAFFIC_UNDEFINE, guest->uuid);
    }
  if ((story->steps & RELEASED) != 0)
    traffic_release (&convoy->traffic, guest->name, guest->uuid);
  traffic_wait_for_end (&convoy->traffic, guest->uuid);
}

static void
tell (Convoy *convoy, const Story *story, guint number)
{
  gboolean again = (story->steps & AGAIN) != 0 && convoy->left != NULL;
  g_autoptr (Guest) guest = again ? g_steal_pointer (&convoy->left) : guest_new (number, story);
  g_autofree char *xml = again ? g_steal_pointer (&convoy->left_xml) : xml_of (guest, number, story->steps);

  guest->stored = (story->steps & STORED) != 0;
  ask_as_told (convoy, story, guest, &xml);
  if ((story->steps & COMES) != 0)
    come (convoy, g_steal_pointer (&guest), xml);
  else
    end (convoy, story, guest, xml);
}

/* What others ask meanwhile. */
void
convoy_look (Convoy *convoy)
{
  static const struct { const char *method, *arguments; } calls[] = {
    { "Snapshot", "()" },
    { "Present", "('',)" },
    { "Domains", "(@a{sv} {},)" },
    { "Plan", "('<domain type=\"kvm\"><name>x</name><memory>1024</memory><vcpu>1</vcpu></domain>', @a{sv} {})" },
    { "Repin", "('nobody', @a{sv} {})" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_autoptr (GVariant) answer = traffic_call (&convoy->traffic, calls[i].method, g_variant_new_parsed (calls[i].arguments), NULL);
    }
}

void
convoy_run (Convoy *convoy, guint from, guint to)
{
  for (guint number = from; number < to; number++)
    {
      tell (convoy, &stories[number % CONVOY_WAYS], number);
      if (number % 50 == 0)
        convoy_look (convoy);
    }
}

void
convoy_end (Convoy *convoy)
{
  while (convoy->present.length > 0)
    let_go (convoy);
}
