/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus-change.h"

#include "service/authority.h"
#include "service/errors.h"
#include "service/options.h"
#include "change.h"
#include "core/error.h"
#include "format/quote.h"
#include "maintenance.h"

struct _PinBusChange
{
  PinHost1 *skeleton;
  PinWatch *watch;
  PinAuthority *authority;
};

typedef struct _Call Call;

/* A call that is not answered yet. */
struct _Call
{
  PinWatch *watch;
  GDBusMethodInvocation *invocation; /* ours until it is answered */
  void (*begin) (Call *call);        /* what is done once the caller may; takes the call */
  char *domain; /* NULL: it is about the host */
  char *uuid; /* of the guest that the question named; NULL: there was none */
  gboolean option;
  char *reason;
};

static void
call_free (Call *call)
{
  g_free (call->domain);
  g_free (call->uuid);
  g_free (call->reason);
  g_free (call);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

/* Reads the options of @invocation; answers those that are wrong. */
static gboolean
takes (GDBusMethodInvocation *invocation, GVariant *options, const PinBusOption *known)
{
  g_autoptr (GError) error = NULL;

  if (pin_bus_options_read (options, known, &error))
    return TRUE;
  pin_bus_errors_return (invocation, error);
  return FALSE;
}

/* @error NULL: it is done. */
static void
answer (Call *call, const GError *error)
{
  if (error != NULL)
    pin_bus_errors_return (call->invocation, error);
  else
    g_dbus_method_invocation_return_value (call->invocation, NULL);
}

/* A question to a person takes its time: whoever said yes said it of the guest that was named then. */
static gboolean
is_still_that (const Call *call, GError **error)
{
  const PinResident *resident = call->domain != NULL ? pin_picture_find (pin_watch_picture (call->watch), call->domain) : NULL;

  if (g_strcmp0 (call->uuid, resident != NULL ? resident->uuid : NULL) == 0)
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_STALE, "domain '%s' became another one meanwhile; try again", call->domain);
  return FALSE;
}

static void
on_authority (const GError *refusal, gpointer data)
{
  g_autoptr (Call) call = data;
  g_autoptr (GError) error = NULL;

  if (refusal != NULL)
    answer (call, refusal);
  else if (!is_still_that (call, &error))
    answer (call, error);
  else
    call->begin (g_steal_pointer (&call));
}

static Call *
call_new (const PinBusChange *change, GDBusMethodInvocation *invocation, void (*begin) (Call *call), gboolean option)
{
  Call *call = g_new0 (Call, 1);

  call->watch = change->watch;
  call->invocation = invocation;
  call->begin = begin;
  call->option = option;
  return call;
}

/* Asks whether the caller may, and begins then.  All that is known of the guest is looked up again after that. */
static void
ask (PinBusChange *change, GDBusMethodInvocation *invocation, const char *domain, const PinAuthorityQuestion *about,
     void (*begin) (Call *call), gboolean option)
{
  const PinResident *resident = pin_picture_find (pin_watch_picture (change->watch), domain);
  g_autofree char *shown = resident != NULL ? g_utf8_make_valid (resident->name, -1) : pin_quote (domain);
  PinAuthorityQuestion question = *about;
  Call *call = call_new (change, invocation, begin, option);

  call->domain = g_strdup (domain);
  call->uuid = g_strdup (resident != NULL ? resident->uuid : NULL);
  question.domain = shown;
  pin_authority_ask (change->authority, invocation, &question, on_authority, call);
}

static void
on_repinned (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Call) call = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *plan = pin_change_repin_finish (call->watch, result, &error);

  if (plan == NULL)
    answer (call, error);
  else
    g_dbus_method_invocation_return_value (call->invocation, g_variant_new ("(s)", plan));
}

static void
begin_repin (Call *call)
{
  pin_change_repin_async (call->watch, call->domain, call->option, on_repinned, call);
}

/* A dry run is a plan, and those may see it who may see plans. */
static gboolean
handle_repin (PinHost1 *skeleton, GDBusMethodInvocation *invocation, const char *domain, GVariant *options, gpointer data)
{
  gboolean dry_run = FALSE;
  const PinBusOption known[] = { { "dry-run", &dry_run }, { NULL, NULL } };

  if (takes (invocation, options, known))
    {
      const PinAuthorityQuestion question = { .action = "org.pinshift.host1.repin", .is_for_group = dry_run };

      ask (data, invocation, domain, &question, begin_repin, dry_run);
    }
  return TRUE;
}

static void
on_adopted (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Call) call = data;
  g_autoptr (GError) error = NULL;

  answer (call, pin_change_adopt_finish (call->watch, result, &error) ? NULL : error);
}

static void
begin_adopt (Call *call)
{
  pin_change_adopt_async (call->watch, call->domain, on_adopted, call);
}

static gboolean
handle_adopt (PinHost1 *skeleton, GDBusMethodInvocation *invocation, const char *domain, GVariant *options, gpointer data)
{
  static const PinAuthorityQuestion question = { .action = "org.pinshift.host1.adopt" };
  const PinBusOption known[] = { { NULL, NULL } };

  if (takes (invocation, options, known))
    ask (data, invocation, domain, &question, begin_adopt, FALSE);
  return TRUE;
}

static void
on_forgotten (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Call) call = data;
  g_autoptr (GError) error = NULL;

  answer (call, pin_change_forget_finish (call->watch, result, &error) ? NULL : error);
}

static void
begin_forget (Call *call)
{
  pin_change_forget_async (call->watch, call->domain, call->option, on_forgotten, call);
}

static gboolean
handle_forget (PinHost1 *skeleton, GDBusMethodInvocation *invocation, const char *domain, GVariant *options, gpointer data)
{
  static const PinAuthorityQuestion question = { .action = "org.pinshift.host1.forget" };
  gboolean force = FALSE;
  const PinBusOption known[] = { { "force", &force }, { NULL, NULL } };

  if (takes (invocation, options, known))
    ask (data, invocation, domain, &question, begin_forget, force);
  return TRUE;
}

static void
begin_set_maintenance (Call *call)
{
  g_autoptr (Call) owned = call;
  g_autoptr (GError) error = NULL;

  if (pin_maintenance_set (pin_watch_picture (call->watch), call->option, call->reason, &error))
    pin_watch_tell (call->watch);
  answer (call, error);
}

static gboolean
handle_set_maintenance (PinHost1 *skeleton, GDBusMethodInvocation *invocation, gboolean on, const char *reason, gpointer data)
{
  PinBusChange *change = data;
  const PinAuthorityQuestion question = { .action = "org.pinshift.host1.set-maintenance",
                                          .host = pin_watch_picture (change->watch)->machine->name };
  g_autoptr (GError) error = NULL;
  Call *call;

  if (!pin_maintenance_check_reason (reason, &error))
    {
      pin_bus_errors_return (invocation, error);
      return TRUE;
    }
  call = call_new (change, invocation, begin_set_maintenance, on);
  call->reason = g_strdup (reason);
  pin_authority_ask (change->authority, invocation, &question, on_authority, call);
  return TRUE;
}

PinBusChange *
pin_bus_change_new (PinHost1 *skeleton, PinWatch *watch)
{
  PinBusChange *change = g_new0 (PinBusChange, 1);

  change->skeleton = g_object_ref (skeleton);
  change->watch = watch;
  change->authority = pin_authority_new ();
  g_signal_connect (skeleton, "handle-repin", G_CALLBACK (handle_repin), change);
  g_signal_connect (skeleton, "handle-adopt", G_CALLBACK (handle_adopt), change);
  g_signal_connect (skeleton, "handle-forget", G_CALLBACK (handle_forget), change);
  g_signal_connect (skeleton, "handle-set-maintenance", G_CALLBACK (handle_set_maintenance), change);
  return change;
}

void
pin_bus_change_free (PinBusChange *change)
{
  if (change == NULL)
    return;
  g_signal_handlers_disconnect_by_data (change->skeleton, change);
  pin_authority_free (change->authority);
  g_object_unref (change->skeleton);
  g_free (change);
}
