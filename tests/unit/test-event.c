/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is logged as an event reaches those who listen, whole, and outlives JSON. */
#include "core/error.h"
#include "service/news.h"

#include <stdlib.h>
#include <string.h>

#define HOST "hostb"

static const PinEventKind adapted = { "adapted", "e2a94b8f6d3c4c11b5a7094f3e6d8b04", TRUE };
static const PinEventKind arrived = { "arrived", "7e3d9a4c1b584f7da0c6e2f81d9b5a03", FALSE };

/* In the tests' own process no log is a mistake; here it is what is tested. */
static PinNews *
listen_in_subprocess (PinNewsListener listener, gpointer data)
{
  PinNews *news = pin_news_new (HOST);

  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_log_set_writer_func (pin_news_write, news, NULL);
  pin_news_add (news, listener, data);
  return news;
}

static void
keep (const PinEvent *event, gpointer events)
{
  g_ptr_array_add (events, pin_event_copy (event));
  /* Who is told of an event may log, and even another event: it is logged, and not told. */
  pin_event_log (&arrived, &(const PinEventAbout){ NULL }, "said by one who listens");
}

static gpointer
say_elsewhere (gpointer unused)
{
  pin_event_log (&arrived, &(const PinEventAbout){ .guest = "thread" }, "thread: arrived");
  return NULL;
}

static void
hear (void)
{
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) pin_event_free);
  const PinEventAbout about = { "db1", "uuid-1", "move-1", "7", "hosta", HOST };
  g_autofree char *length = g_strnfill (5000, 'x');
  PinNews *news = listen_in_subprocess (keep, events);
  const PinEvent *event;

  g_message ("no event");
  pin_event_log (&adapted, &about, length);
  g_thread_join (g_thread_new ("elsewhere", say_elsewhere, NULL));
  while (events->len < 2)
    g_main_context_iteration (NULL, TRUE);
  event = events->pdata[0];
  g_assert_cmpstr (event->kind, ==, "adapted");
  g_assert_cmpstr (event->message_id, ==, adapted.message_id);
  g_assert_cmpuint (event->priority, ==, 4);
  g_assert_cmpstr (event->host, ==, HOST);
  g_assert_cmpstr (event->guest, ==, "db1");
  g_assert_cmpstr (event->uuid, ==, "uuid-1");
  g_assert_cmpstr (event->migration, ==, "move-1");
  g_assert_cmpstr (event->job, ==, "7");
  g_assert_cmpstr (event->source, ==, "hosta");
  g_assert_cmpstr (event->destination, ==, HOST);
  g_assert_cmpstr (event->text, ==, length);
  g_clear_pointer (&length, g_free); /* nobody leaves this function */
  event = events->pdata[1];
  g_assert_cmpstr (event->guest, ==, "thread");
  g_assert_cmpstr (event->uuid, ==, "");
  pin_news_remove (news, events);
  pin_event_log (&adapted, &about, "nobody listens");
  g_assert_cmpuint (events->len, ==, 2);
  exit (0);
}

static void
test_news (void)
{
  if (g_test_subprocess ())
    hear ();
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*no event*said by one who listens*nobody listens*");
}

static PinEvent *
make_event (const char *guest, const char *text)
{
  const GLogField fields[] = {
    { "MESSAGE", text, -1 },
    { "PRIORITY", "4junk", 1 },
    { "PINSHIFT_EVENT", "adapted", -1 },
    { "LIBVIRT_DOMAIN", guest, -1 },
  };

  return pin_event_new (fields, G_N_ELEMENTS (fields), HOST, G_GINT64_CONSTANT (1700000000000042));
}

static void
test_round_trip (void)
{
  g_autoptr (PinEvent) event = make_event ("d\"b\\1", "two\tthings: ü");
  g_autoptr (JsonNode) node = pin_event_to_json (event);
  g_autofree char *text = json_to_string (node, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) again = json_from_string (text, &error);
  g_autoptr (PinEvent) back = pin_event_from_json (again, &error);

  g_assert_no_error (error);
  g_assert_nonnull (strstr (text, "\"time\":\"2023-11-14T22:13:20.000042Z\""));
  g_assert_null (strstr (text, "\"uuid\""));
  g_assert_cmpint (back->time_us, ==, event->time_us);
  g_assert_cmpuint (back->priority, ==, 4);
  g_assert_cmpstr (back->guest, ==, event->guest);
  g_assert_cmpstr (back->text, ==, event->text);
  g_assert_cmpstr (back->host, ==, HOST);
  g_assert_cmpstr (back->uuid, ==, "");
  g_assert_cmpint (pin_event_compare (event, back), ==, 0);
}

static void
test_wrong (void)
{
  static const struct
  {
    const char *text;
    gint code;
    const char *part;
  } rows[] = {
    { "[]", PIN_ERROR_INVALID, "it is no object" },
    { "{}", PIN_ERROR_UNSUPPORTED, "version 0 is not known" },
    { "{\"version\":2}", PIN_ERROR_UNSUPPORTED, "version 2 is not known" },
    { "{\"version\":1,\"event\":\"x\"}", PIN_ERROR_INVALID, "time" },
    { "{\"version\":1,\"event\":\"x\",\"time\":\"today\"}", PIN_ERROR_INVALID, "time" },
    { "{\"version\":1,\"event\":\"x\",\"time\":7}", PIN_ERROR_INVALID, "time" },
    { "{\"version\":1,\"event\":\"x\",\"time\":\"1969-12-31T23:59:59.5Z\"}", PIN_ERROR_INVALID, "time" },
    { "{\"version\":1,\"event\":\"x\",\"time\":\"9999-12-31T23:59:59-14:00\"}", PIN_ERROR_INVALID, "time" },
    { "{\"version\":1,\"time\":\"2023-11-14T22:13:20Z\"}", PIN_ERROR_INVALID, "no member event" },
    { "{\"version\":1,\"event\":[],\"time\":\"2023-11-14T22:13:20Z\"}", PIN_ERROR_INVALID, "event is no text" },
    { "{\"version\":1,\"event\":\"x\",\"guest\":null,\"time\":\"2023-11-14T22:13:20Z\"}", PIN_ERROR_INVALID, "guest is no text" },
    { "{\"version\":1,\"event\":\"x\",\"priority\":9,\"time\":\"2023-11-14T22:13:20Z\"}", PIN_ERROR_INVALID, "priority" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = json_from_string (rows[i].text, NULL);

      g_assert_null (pin_event_from_json (node, &error));
      g_assert_error (error, PIN_ERROR, rows[i].code);
      g_assert_nonnull (strstr (error->message, rows[i].part));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event/who-listens-hears-all-of-it", test_news);
  g_test_add_func ("/event/json-has-all-of-it", test_round_trip);
  g_test_add_func ("/event/what-is-none-is-named", test_wrong);
  return g_test_run ();
}
