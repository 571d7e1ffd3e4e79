/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "desk.h"

#include "core/error.h"
#include "exam-parts.h"
#include "virt/error.h"
#include "virt/loop.h"

#include <libvirt/virterror.h>

#define WAITING_MAX 8u

typedef enum
{
  PART_FILES,
  PART_LIBVIRT,
  PART_AFAR, /* names and paths */
  PART_N
} Part;

#define ALL_PARTS ((1u << PART_N) - 1)

/* What one wants to know; threads look into it too. */
typedef struct
{
  char **names;
  char **paths;
  PinExamRead read;
  gpointer data;
} Question;

/* A part of an answer, on its thread.  One that comes too late is of a question that has gone. */
typedef struct
{
  PinExamDesk *desk;
  GCancellable *alive;
  Part part;
  guint serial; /* of the question */
  char *root;
  char *uri;
  char **names;
  char **paths;
} Errand;

struct _PinExamDesk
{
  char *root;
  char *uri;
  guint patience_ms;
  GCancellable *alive; /* cancelled when the desk is freed: what comes later finds nothing */
  GQueue waiting;      /* Question; the first is being answered */
  guint serial;        /* of the first */
  guint asked;         /* parts, by bit, that have not come for the first yet */
  guint under_way;     /* parts whose thread runs, for whomever */
  GVariantDict *facts; /* of the first; NULL: nobody has asked */
  char *libvirt_problem;
  guint idle;
  guint timer;
};

typedef virConnect PinConnect;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinConnect, virConnectClose)

static void begin (PinExamDesk *desk);

static void
question_free (Question *question)
{
  g_strfreev (question->names);
  g_strfreev (question->paths);
  g_free (question);
}

static void
errand_free (Errand *errand)
{
  g_object_unref (errand->alive);
  g_free (errand->root);
  g_free (errand->uri);
  g_strfreev (errand->names);
  g_strfreev (errand->paths);
  g_free (errand);
}

/* FALSE with @error: libvirt can't be asked. */
static gboolean
ask_libvirt (const Errand *errand, PinExamOrder *order, GVariantDict *facts, GError **error)
{
  g_autoptr (PinConnect) connection = virConnectOpenReadOnly (errand->uri);

  if (connection == NULL)
    {
      pin_virt_take_error (error);
      return FALSE;
    }
  order->connection = connection;
  pin_exam_libvirt (order, facts);
  virResetLastError ();
  return TRUE;
}

static gboolean
look (const Errand *errand, GVariantDict *facts, GError **error)
{
  PinExamOrder order = { .root = errand->root, .names = (const char *const *)errand->names, .paths = (const char *const *)errand->paths };
  gboolean looked = TRUE;

  switch (errand->part)
    {
    case PART_LIBVIRT:
      pin_virt_loop_hold ();
      looked = ask_libvirt (errand, &order, facts, error);
      pin_virt_loop_release ();
      break;
    case PART_AFAR:
      pin_exam_afar (&order, facts);
      break;
    case PART_FILES:
    default:
      pin_exam_files (&order, facts);
      break;
    }
  return looked;
}

static void
work (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_auto (GVariantDict) facts = G_VARIANT_DICT_INIT (NULL);
  GError *error = NULL;

  if (look (task_data, &facts, &error))
    g_task_return_pointer (task, g_variant_ref_sink (g_variant_dict_end (&facts)), (GDestroyNotify)g_variant_unref);
  else
    g_task_return_error (task, error);
}

/* Who asks again in its answer comes last. */
static void
end (PinExamDesk *desk)
{
  Question *question = g_queue_pop_head (&desk->waiting);
  g_autoptr (GVariant) facts = NULL;
  g_autofree char *problem = g_steal_pointer (&desk->libvirt_problem);

  g_clear_handle_id (&desk->timer, g_source_remove);
  g_variant_dict_insert (desk->facts, "time", "x", g_get_real_time ());
  facts = g_variant_ref_sink (g_variant_dict_end (desk->facts));
  g_clear_pointer (&desk->facts, g_variant_dict_unref);
  if (!g_queue_is_empty (&desk->waiting))
    begin (desk);
  question->read (facts, problem, question->data);
  question_free (question);
}

static void
set_libvirt_problem (PinExamDesk *desk, const char *problem)
{
  g_free (desk->libvirt_problem);
  desk->libvirt_problem = g_strdup (problem);
}

static gboolean
on_patience (gpointer data)
{
  PinExamDesk *desk = data;

  desk->timer = 0;
  if ((desk->asked & 1u << PART_LIBVIRT) != 0)
    set_libvirt_problem (desk, "it does not answer");
  desk->asked = 0;
  end (desk);
  return G_SOURCE_REMOVE;
}

static void
add (GVariantDict *facts, GVariant *more)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, more);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    g_variant_dict_insert_value (facts, key, value);
}

static void
on_looked (GObject *source, GAsyncResult *result, gpointer data)
{
  const Errand *errand = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) facts = g_task_propagate_pointer (G_TASK (result), &error);
  PinExamDesk *desk = errand->desk;
  guint bit = 1u << errand->part;

  if (g_cancellable_is_cancelled (errand->alive))
    return;
  desk->under_way &= ~bit;
  if (errand->serial != desk->serial || (desk->asked & bit) == 0)
    return;
  desk->asked &= ~bit;
  if (facts != NULL)
    add (desk->facts, facts);
  else
    set_libvirt_problem (desk, error->message);
  if (desk->asked == 0)
    end (desk);
}

static void
send (PinExamDesk *desk, Part part)
{
  const Question *question = g_queue_peek_head (&desk->waiting);
  Errand *errand = g_new0 (Errand, 1);
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_looked, NULL);

  errand->desk = desk;
  errand->alive = g_object_ref (desk->alive);
  errand->part = part;
  errand->serial = desk->serial;
  errand->root = g_strdup (desk->root);
  errand->uri = g_strdup (desk->uri);
  errand->names = g_strdupv (question->names);
  errand->paths = g_strdupv (question->paths);
  desk->under_way |= 1u << part;
  g_task_set_task_data (task, errand, (GDestroyNotify)errand_free);
  g_task_run_in_thread (task, work);
}

/* What hangs still is not asked again: one thread of each part hangs at the most. */
static gboolean
on_idle (gpointer data)
{
  PinExamDesk *desk = data;
  guint hung = desk->under_way;

  desk->idle = 0;
  desk->serial++;
  desk->facts = g_variant_dict_new (NULL);
  desk->asked = ALL_PARTS & ~hung & ~(desk->uri == NULL ? 1u << PART_LIBVIRT : 0u);
  if ((hung & 1u << PART_LIBVIRT) != 0)
    set_libvirt_problem (desk, "it does not answer");
  for (guint part = 0; part < PART_N; part++)
    if ((desk->asked & 1u << part) != 0)
      send (desk, part);
  if (desk->asked == 0)
    end (desk);
  else
    desk->timer = g_timeout_add (desk->patience_ms, on_patience, desk);
  return G_SOURCE_REMOVE;
}

static void
begin (PinExamDesk *desk)
{
  desk->idle = g_idle_add (on_idle, desk);
}

PinExamDesk *
pin_exam_desk_new (const char *root, const char *uri, guint patience_ms)
{
  PinExamDesk *desk = g_new0 (PinExamDesk, 1);

  desk->root = g_strdup (root);
  desk->uri = g_strdup (uri);
  desk->patience_ms = patience_ms;
  desk->alive = g_cancellable_new ();
  g_queue_init (&desk->waiting);
  return desk;
}

void
pin_exam_desk_free (PinExamDesk *desk)
{
  Question *question;

  if (desk == NULL)
    return;
  g_cancellable_cancel (desk->alive);
  g_clear_handle_id (&desk->idle, g_source_remove);
  g_clear_handle_id (&desk->timer, g_source_remove);
  while ((question = g_queue_pop_head (&desk->waiting)) != NULL)
    {
      question->read (NULL, NULL, question->data);
      question_free (question);
    }
  g_clear_pointer (&desk->facts, g_variant_dict_unref);
  g_object_unref (desk->alive);
  g_free (desk->libvirt_problem);
  g_free (desk->root);
  g_free (desk->uri);
  g_free (desk);
}

gboolean
pin_exam_desk_ask (PinExamDesk *desk, const char *const *names, const char *const *paths, PinExamRead read, gpointer data, GError **error)
{
  Question *question;

  if (g_queue_get_length (&desk->waiting) >= WAITING_MAX)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_BUSY, "%u others wait already to have this host examined; ask again in a moment", WAITING_MAX);
      return FALSE;
    }
  question = g_new0 (Question, 1);
  *question = (Question){ g_strdupv ((char **)names), g_strdupv ((char **)paths), read, data };
  g_queue_push_tail (&desk->waiting, question);
  if (g_queue_get_length (&desk->waiting) == 1)
    begin (desk);
  return TRUE;
}
