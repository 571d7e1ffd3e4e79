/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "news.h"

#include "log.h"

typedef struct
{
  PinNewsListener listen;
  gpointer data;
} Listener;

struct _PinNews
{
  char *host;
  GArray *listeners; /* Listener; of the main context alone */
  gboolean telling;
};

typedef struct
{
  PinNews *news;
  PinEvent *event;
} Telling;

PinNews *
pin_news_new (const char *host)
{
  PinNews *news = g_new0 (PinNews, 1);

  news->host = g_strdup (host);
  news->listeners = g_array_new (FALSE, FALSE, sizeof (Listener));
  return news;
}

void
pin_news_free (PinNews *news)
{
  if (news == NULL)
    return;
  g_array_unref (news->listeners);
  g_free (news->host);
  g_free (news);
}

void
pin_news_add (PinNews *news, PinNewsListener listener, gpointer data)
{
  const Listener added = { listener, data };

  g_array_append_val (news->listeners, added);
}

void
pin_news_remove (PinNews *news, gpointer data)
{
  for (guint i = news->listeners->len; i > 0; i--)
    if (g_array_index (news->listeners, Listener, i - 1).data == data)
      g_array_remove_index (news->listeners, i - 1);
}

static void
telling_free (gpointer data)
{
  Telling *telling = data;

  pin_event_free (telling->event);
  g_free (telling);
}

static gboolean
tell (gpointer data)
{
  Telling *telling = data;
  PinNews *news = telling->news;

  if (news->telling)
    return G_SOURCE_REMOVE;
  news->telling = TRUE;
  for (guint i = 0; i < news->listeners->len; i++)
    {
      const Listener *listener = &g_array_index (news->listeners, Listener, i);

      listener->listen (telling->event, listener->data);
    }
  news->telling = FALSE;
  return G_SOURCE_REMOVE;
}

GLogWriterOutput
pin_news_write (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  PinNews *news = data;
  PinEvent *event = pin_event_new (fields, n_fields, news->host, g_get_real_time ());
  Telling *telling;

  if (event == NULL)
    return pin_log_write (level, fields, n_fields, NULL);
  telling = g_new0 (Telling, 1);
  *telling = (Telling) { news, event };
  g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, tell, telling, telling_free);
  return g_log_writer_default (level, fields, n_fields, NULL);
}
