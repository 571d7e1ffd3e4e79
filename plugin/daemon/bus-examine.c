/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus-examine.h"

#include "core/error.h"
#include "exam/desk.h"
#include "own-facts.h"
#include "service/errors.h"
#include "service/options.h"

#include <string.h>

/* Callers wait for 25 s. */
#define PATIENCE_MS 10000
#define NAMES_MAX 64
#define NAME_MAX_BYTES 255u
#define PATHS_MAX 1024
#define PATH_MAX_BYTES 4095u

struct _PinBusExamine
{
  PinHost1 *skeleton;
  const PinPicture *picture;
  PinExamDesk *desk;
};

typedef struct
{
  const PinBusExamine *examine;
  GDBusMethodInvocation *invocation; /* ours until it is answered */
} Call;

typedef struct
{
  char **names;
  char **paths;
  gboolean brief;
} Question;

static void
question_clear (Question *question)
{
  g_strfreev (question->names);
  g_strfreev (question->paths);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Question, question_clear)

static gboolean
check_count (const char *option, char **list, guint most, GError **error)
{
  guint n = list != NULL ? g_strv_length (list) : 0;

  if (n <= most)
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "option '%s' has %u entries; give %u at most", option, n, most);
  return FALSE;
}

static gboolean
check_names (char **names, GError **error)
{
  if (!check_count ("names", names, NAMES_MAX, error))
    return FALSE;
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    if (*names[i] == '\0' || strlen (names[i]) > NAME_MAX_BYTES)
      {
        g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "option 'names': a name has from 1 to %u bytes", NAME_MAX_BYTES);
        return FALSE;
      }
  return TRUE;
}

static gboolean
check_paths (char **paths, GError **error)
{
  if (!check_count ("paths", paths, PATHS_MAX, error))
    return FALSE;
  for (guint i = 0; paths != NULL && paths[i] != NULL; i++)
    if (*paths[i] != '/' || strlen (paths[i]) > PATH_MAX_BYTES)
      {
        g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "option 'paths': a path begins with '/' and has %u bytes at most", PATH_MAX_BYTES);
        return FALSE;
      }
  return TRUE;
}

static gboolean
take (GVariant *options, Question *question, GError **error)
{
  const PinBusOption known[] = {
    { .name = "names", .list = &question->names }, { .name = "paths", .list = &question->paths }, { .name = "brief", .value = &question->brief }, { NULL }
  };

  return pin_bus_options_read (options, known, error) && check_names (question->names, error) && check_paths (question->paths, error);
}

/* @seen is NULL or what was seen besides what the service knows of itself. */
static void
answer (const PinBusExamine *examine, GDBusMethodInvocation *invocation, GVariant *seen, const char *libvirt_problem)
{
  g_auto (GVariantDict) facts = G_VARIANT_DICT_INIT (seen);

  pin_own_facts (examine->picture, libvirt_problem, &facts);
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(@a{sv})", g_variant_dict_end (&facts)));
}

static void
on_read (GVariant *facts, const char *libvirt_problem, gpointer data)
{
  g_autofree Call *call = data;

  if (facts != NULL)
    answer (call->examine, call->invocation, facts, libvirt_problem);
  else
    g_dbus_method_invocation_return_error (call->invocation, PIN_ERROR, PIN_ERROR_FAILED, "pinshiftd ends; ask again");
}

static gboolean
handle_examine (PinHost1 *skeleton, GDBusMethodInvocation *invocation, GVariant *options, gpointer data)
{
  const PinBusExamine *examine = data;
  g_auto (Question) question = { NULL };
  g_autoptr (GError) error = NULL;
  g_autofree Call *call = NULL;

  if (!take (options, &question, &error))
    {
      pin_bus_errors_return (invocation, error);
      return TRUE;
    }
  if (question.brief)
    {
      answer (examine, invocation, NULL, NULL);
      return TRUE;
    }
  call = g_new0 (Call, 1);
  *call = (Call){ examine, invocation };
  if (pin_exam_desk_ask (examine->desk, (const char *const *)question.names, (const char *const *)question.paths, on_read, call, &error))
    call = NULL;
  else
    pin_bus_errors_return (invocation, error);
  return TRUE;
}

PinBusExamine *
pin_bus_examine_new (PinHost1 *skeleton, const PinWatch *watch)
{
  PinBusExamine *examine = g_new0 (PinBusExamine, 1);

  examine->skeleton = g_object_ref (skeleton);
  examine->picture = pin_watch_picture (watch);
  examine->desk = pin_exam_desk_new (examine->picture->root, pin_watch_uri (watch), PATIENCE_MS);
  g_signal_connect (skeleton, "handle-examine", G_CALLBACK (handle_examine), examine);
  return examine;
}

void
pin_bus_examine_free (PinBusExamine *examine)
{
  if (examine == NULL)
    return;
  g_signal_handlers_disconnect_by_data (examine->skeleton, examine);
  pin_exam_desk_free (examine->desk);
  g_object_unref (examine->skeleton);
  g_free (examine);
}
