/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hook's two messages to org.pinshift.Host1. */

#include "bus.h"

#include <dbus/dbus.h>
#include <dlfcn.h>
#include <limits.h>
#include <string.h>

#define SERVICE "org.pinshift.Host1"
#define OBJECT "/org/pinshift/Host1"

/* Of libdbus the headers are used, for the types, and these functions by name. */
/* clang-format off */
#define FOR_EACH_FUNCTION(X) \
  X (error_init) X (bus_get) \
  X (connection_set_exit_on_disconnect) X (connection_can_send_type) X (connection_flush) \
  X (connection_send) X (connection_send_with_reply_and_block) \
  X (message_new_method_call) X (message_set_no_reply) X (message_set_auto_start) \
  X (message_append_args) X (message_has_signature) \
  X (message_iter_init_append) X (message_iter_append_basic) \
  X (message_iter_open_container) X (message_iter_close_container) \
  X (message_iter_init) X (message_iter_get_arg_type) X (message_iter_get_basic) \
  X (message_iter_next) X (message_iter_recurse)
/* clang-format on */

#define DECLARE(name) __typeof__ (dbus_##name) *name;

typedef struct
{
  FOR_EACH_FUNCTION (DECLARE)
} Dbus;

#undef DECLARE

#define DESCRIBE(name) { "dbus_" #name, offsetof (Dbus, name) },

static const struct
{
  const char *name;
  size_t offset;
} functions[] = { FOR_EACH_FUNCTION (DESCRIBE) };

#undef DESCRIBE

/* What is opened or created here lives as long as the process, which ends with its one errand. */
static bool
load_dbus (Dbus *ret_dbus, PinLine *why)
{
  void *library = dlopen ("libdbus-1.so.3", RTLD_LAZY | RTLD_LOCAL);

  for (unsigned i = 0; library != NULL && i < sizeof functions / sizeof functions[0]; i++)
    {
      void *address = dlsym (library, functions[i].name);

      if (address == NULL)
        library = NULL;
      memcpy ((char *) ret_dbus + functions[i].offset, &address, sizeof address);
    }

  if (library == NULL)
    {
      pin_line_add (why, "libdbus-1 can't be used: ");
      pin_line_add (why, dlerror ());
    }
  return library != NULL;
}

static void
explain (PinLine *why, const char *what, const DBusError *error)
{
  pin_line_add (why, what);
  pin_line_add (why, error->message != NULL ? error->message : "no reason given");
}

/* dbus-daemon hands on what systemd says of the unit, whose alias is there only while it is enabled. dbus-broker has one
 * error for all that hinders a service, and says in words which it is; a service that fails to start is not meant. */
static bool
says_not_enabled (const DBusError *error)
{
  static const struct
  {
    const char *name, *words;
  } table[] = {
    { "org.freedesktop.systemd1.NoSuchUnit", "" },
    { "org.freedesktop.systemd1.UnitMasked", "" },
    /* Masked while its alias was there: systemd can't make one unit of the two. */
    { DBUS_ERROR_FILE_EXISTS, "failed to load" },
    { DBUS_ERROR_NAME_HAS_NO_OWNER, "unknown unit" },
    { DBUS_ERROR_NAME_HAS_NO_OWNER, "unit is masked" },
    { DBUS_ERROR_SERVICE_UNKNOWN, "" },
  };

  for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++)
    if (strcmp (error->name, table[i].name) == 0 && strstr (error->message, table[i].words) != NULL)
      return true;

  return false;
}

static DBusConnection *
connect_bus (const Dbus *dbus, PinLine *why)
{
  DBusConnection *connection;
  DBusError error;

  dbus->error_init (&error);
  connection = dbus->bus_get (DBUS_BUS_SYSTEM, &error);
  if (connection == NULL)
    {
      explain (why, "the system bus can't be reached: ", &error);
      return NULL;
    }

  /* Otherwise libdbus ends the process with status 1 when the bus goes away. */
  dbus->connection_set_exit_on_disconnect (connection, FALSE);
  return connection;
}

/* Loads and connects; what each of the two messages begins with. */
static DBusConnection *
prepare (const PinErrand *errand, Dbus *ret_dbus, PinLine *why)
{
  if (!pin_utf8_is_valid (errand->guest))
    {
      pin_line_add (why, "the name of the guest is not UTF-8");
      return NULL;
    }

  pin_errand_stage ("connecting to the system bus");
  return load_dbus (ret_dbus, why) ? connect_bus (ret_dbus, why) : NULL;
}

/* The options of Fit: a{sv}, empty but for "observe". */
static bool
append_options (const Dbus *dbus, DBusMessage *message, bool observe)
{
  static const char *const key = "observe";
  static const dbus_bool_t yes = TRUE;
  DBusMessageIter body, options, entry, value;

  dbus->message_iter_init_append (message, &body);
  if (!dbus->message_iter_open_container (&body, DBUS_TYPE_ARRAY, "{sv}", &options))
    return false;

  if (observe
      && (!dbus->message_iter_open_container (&options, DBUS_TYPE_DICT_ENTRY, NULL, &entry)
          || !dbus->message_iter_append_basic (&entry, DBUS_TYPE_STRING, &key)
          || !dbus->message_iter_open_container (&entry, DBUS_TYPE_VARIANT, "b", &value)
          || !dbus->message_iter_append_basic (&value, DBUS_TYPE_BOOLEAN, &yes)
          || !dbus->message_iter_close_container (&entry, &value)
          || !dbus->message_iter_close_container (&options, &entry)))
    return false;

  return dbus->message_iter_close_container (&body, &options);
}

/* NULL only if memory ran out. */
static DBusMessage *
new_fit (const Dbus *dbus, const PinErrand *errand, int xml_fd)
{
  const char *operation = pin_errand_word (errand);
  DBusMessage *message = dbus->message_new_method_call (SERVICE, OBJECT, SERVICE, "Fit");

  if (message == NULL
      || !dbus->message_append_args (message, DBUS_TYPE_STRING, &errand->guest, DBUS_TYPE_STRING, &operation,
                                     DBUS_TYPE_UNIX_FD, &xml_fd, DBUS_TYPE_INVALID)
      || !append_options (dbus, message, errand->conf.mode == PIN_MODE_OBSERVE))
    return NULL;

  return message;
}

static bool
parse_verdict (const char *word, PinVerdict *ret_verdict)
{
  static const char *const words[] = { "keep", "adapt", "refuse" };

  for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
    if (strcmp (word, words[i]) == 0)
      {
        *ret_verdict = (PinVerdict) i;
        return true;
      }

  return false;
}

/* Reads a body of (s verdict, ah xml, s text): exactly one descriptor for adapt, otherwise none. */
static bool
read_answer (const Dbus *dbus, DBusMessage *reply, PinAnswer *ret_answer)
{
  PinAnswer answer = { .xml_fd = -1, .text = PIN_LINE_INIT };
  DBusMessageIter body, fds;
  const char *word, *text;
  unsigned n_fds = 0;

  if (!dbus->message_has_signature (reply, "sahs") || !dbus->message_iter_init (reply, &body))
    return false;

  dbus->message_iter_get_basic (&body, &word);
  dbus->message_iter_next (&body);
  dbus->message_iter_recurse (&body, &fds);
  for (; dbus->message_iter_get_arg_type (&fds) == DBUS_TYPE_UNIX_FD; n_fds++)
    {
      if (n_fds == 0)
        dbus->message_iter_get_basic (&fds, &answer.xml_fd);
      dbus->message_iter_next (&fds);
    }
  dbus->message_iter_next (&body);
  dbus->message_iter_get_basic (&body, &text);
  pin_line_add (&answer.text, text);

  if (!parse_verdict (word, &answer.verdict) || n_fds != (answer.verdict == PIN_VERDICT_ADAPT ? 1 : 0))
    return false;
  *ret_answer = answer;
  return true;
}

PinReach
pin_bus_fit (const PinErrand *errand, int xml_fd, PinAnswer *ret_answer, PinLine *why)
{
  Dbus dbus;
  DBusConnection *connection = prepare (errand, &dbus, why);
  DBusMessage *message, *reply;
  DBusError error;

  if (connection == NULL)
    return PIN_REACH_FAILED;

  message = new_fit (&dbus, errand, xml_fd);
  if (message == NULL || !dbus.connection_can_send_type (connection, DBUS_TYPE_UNIX_FD))
    {
      pin_line_add (why, message == NULL ? "out of memory" : "the system bus passes no file descriptors");
      return PIN_REACH_FAILED;
    }

  pin_errand_stage ("waiting for pinshiftd");
  dbus.error_init (&error);
  reply = dbus.connection_send_with_reply_and_block (connection, message, INT_MAX, &error);
  if (reply == NULL)
    {
      bool enabled = !says_not_enabled (&error);

      explain (why, enabled ? "pinshiftd gave no answer: " : "pinshiftd is not enabled: ", &error);
      return enabled ? PIN_REACH_FAILED : PIN_REACH_NOT_ENABLED;
    }

  if (!read_answer (&dbus, reply, ret_answer))
    {
      pin_line_add (why, "bad answer of pinshiftd: not what this version of the hook understands");
      return PIN_REACH_FAILED;
    }
  return PIN_REACH_ANSWERED;
}

bool
pin_bus_release (const PinErrand *errand, const char *uuid, PinLine *why)
{
  Dbus dbus;
  DBusConnection *connection = prepare (errand, &dbus, why);
  DBusMessage *message;

  if (connection == NULL)
    return false;

  message = dbus.message_new_method_call (SERVICE, OBJECT, SERVICE, "Release");
  if (message == NULL
      || !dbus.message_append_args (message, DBUS_TYPE_STRING, &errand->guest, DBUS_TYPE_STRING, &uuid,
                                    DBUS_TYPE_INVALID))
    {
      pin_line_add (why, "out of memory");
      return false;
    }

  dbus.message_set_no_reply (message, TRUE);
  dbus.message_set_auto_start (message, FALSE);
  if (!dbus.connection_send (connection, message, NULL))
    {
      pin_line_add (why, "out of memory");
      return false;
    }
  dbus.connection_flush (connection);
  return true;
}
