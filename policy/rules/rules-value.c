/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rules/rules-value.h"

#include "core/cpuset.h"
#include "core/error.h"
#include "core/number.h"
#include "rules/rules-word.h"

#include <string.h>

G_STATIC_ASSERT (sizeof (gboolean) == sizeof (guint));

/* The actions of @setting from better to worse, by name.  (transfer container) */
static const char **
action_names (PinSetting setting)
{
  guint meant = pin_setting_actions (setting);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = PIN_ACTION_KEEP; i < PIN_ACTION_REFUSE; i++)
    if ((meant & (1u << i)) != 0)
      g_ptr_array_add (names, (gpointer) pin_action_name ((PinAction) i));
  g_ptr_array_add (names, NULL);
  return (const char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

static gboolean
parse_action (const PinRulesKey *key, const char *text, PinAction *ret_action, GError **error)
{
  g_autofree const char **known = action_names (key->setting);
  PinAction action;

  if (strcmp (text, "refuse") == 0)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID,
                   "\"refuse\" is not written, it is what remains; leave out what you do not want");
      return FALSE;
    }
  if (pin_action_from_name (text, &action) && g_strv_contains (known, text))
    {
      *ret_action = action;
      return TRUE;
    }
  pin_rules_set_unknown (error, "action", text,
                         strpbrk (text, ", ") != NULL ? " (\";\" separates actions)" : "", known);
  return FALSE;
}

static gboolean
parse_actions (const PinRulesKey *key, guint number, const char *value, gpointer member, GError **error)
{
  g_auto (GStrv) items = g_strsplit (value, ";", -1);
  PinAction worst = PIN_ACTION_NONE;
  guint mask = 0;

  for (guint i = 0; items[i] != NULL; i++)
    {
      PinAction action;

      if (*g_strstrip (items[i]) == '\0')
        continue;
      if (!parse_action (key, items[i], &action, error))
        return FALSE;
      if (action <= worst)
        {
          g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID,
                       "\"%s\" stands after \"%s\"; write them from better to worse, each once", items[i],
                       pin_action_name (worst));
          return FALSE;
        }
      worst = action;
      mask |= 1u << action;
    }
  if (mask == 0)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "no action; write at least one");
      return FALSE;
    }
  *(guint *) member = mask;
  return TRUE;
}

static char *
format_actions (const PinRulesKey *key, guint number, gconstpointer member)
{
  guint mask = *(const guint *) member;
  GString *text = g_string_new (NULL);

  for (guint i = PIN_ACTION_KEEP; i < PIN_ACTION_REFUSE; i++)
    if ((mask & (1u << i)) != 0)
      g_string_append_printf (text, "%s%s", text->len > 0 ? "; " : "", pin_action_name ((PinAction) i));
  return g_string_free (text, FALSE);
}

static gboolean
parse_choice (const PinRulesKey *key, guint number, const char *value, gpointer member, GError **error)
{
  g_autoptr (GPtrArray) known = g_ptr_array_new ();

  for (guint i = 0; i < key->n_choices; i++)
    {
      if (strcmp (key->choice (i), value) == 0)
        {
          *(guint *) member = i;
          return TRUE;
        }
      g_ptr_array_add (known, (gpointer) key->choice (i));
    }
  g_ptr_array_add (known, NULL);
  pin_rules_set_unknown (error, "value", value, "", (const char *const *) known->pdata);
  return FALSE;
}

static char *
format_choice (const PinRulesKey *key, guint number, gconstpointer member)
{
  return g_strdup (key->choice (*(const guint *) member));
}

static gboolean
parse_switch (const PinRulesKey *key, guint number, const char *value, gpointer member, GError **error)
{
  static const char *const known[] = { "yes", "no", NULL };

  if (!g_strv_contains (known, value))
    {
      pin_rules_set_unknown (error, "value", value, "", known);
      return FALSE;
    }
  *(gboolean *) member = strcmp (value, "yes") == 0;
  return TRUE;
}

static char *
format_switch (const PinRulesKey *key, guint number, gconstpointer member)
{
  return g_strdup (*(const gboolean *) member ? "yes" : "no");
}

static void
copy_word (gpointer member, gconstpointer source)
{
  *(guint *) member = *(const guint *) source;
}

static gboolean
parse_number (const PinRulesKey *key, guint number, const char *value, gpointer member, GError **error)
{
  g_autofree char *quoted = NULL;
  guint64 parsed;

  if (g_ascii_isdigit (*value) && pin_number_parse (value, 10, key->min, key->max, &parsed))
    {
      *(guint *) member = (guint) parsed;
      return TRUE;
    }
  quoted = pin_rules_quote (value);
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s is no number; write one from %u to %u", quoted, key->min, key->max);
  return FALSE;
}

static char *
format_number (const PinRulesKey *key, guint number, gconstpointer member)
{
  return g_strdup_printf ("%u", *(const guint *) member);
}

static gboolean
parse_amount (const PinRulesKey *key, guint number, const char *value, gpointer member, GError **error)
{
  return pin_rules_amount_parse (key->amount, value, member, error);
}

static char *
format_amount (const PinRulesKey *key, guint number, gconstpointer member)
{
  return pin_rules_amount_format (key->amount, *(const guint64 *) member);
}

static gboolean
parse_cpus (const PinRulesKey *key, guint number, const char *value, gpointer member, GError **error)
{
  PinCpuset **held = member;
  PinCpuset *cpus = pin_cpuset_parse (value, error);

  if (cpus == NULL)
    return FALSE;
  pin_cpuset_free (*held);
  *held = cpus;
  return TRUE;
}

static char *
format_cpus (const PinRulesKey *key, guint number, gconstpointer member)
{
  return pin_cpuset_format (*(PinCpuset *const *) member);
}

gboolean
pin_rules_is_host (const char *name)
{
  /* A "-" would make it an option of ssh. */
  return *name != '\0' && *name != '-' && strpbrk (name, ";, /#") == NULL && !pin_rules_has_control (name);
}

static gboolean
is_member (const char *name)
{
  return strpbrk (name, ",#") == NULL && !pin_rules_has_control (name);
}

/* "a; b;" as a list; NULL: it is empty. */
static gboolean
parse_list (const char *value, gboolean (*is_item) (const char *item), const char *what, GStrv *held, GError **error)
{
  g_auto (GStrv) items = g_strsplit (value, ";", -1);
  g_autoptr (GStrvBuilder) list = g_strv_builder_new ();
  guint n = 0;

  for (guint i = 0; items[i] != NULL; i++)
    {
      if (*g_strstrip (items[i]) == '\0')
        continue;
      if (!is_item (items[i]))
        {
          g_autofree char *quoted = pin_rules_quote (items[i]);

          g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s is no %s; write names with \";\" between them", quoted, what);
          return FALSE;
        }
      g_strv_builder_add (list, items[i]);
      n++;
    }
  g_strfreev (*held);
  *held = n > 0 ? g_strv_builder_end (list) : NULL;
  return TRUE;
}

static gboolean
parse_names (const PinRulesKey *key, guint number, const char *value, gpointer member, GError **error)
{
  return parse_list (value, pin_rules_is_host, "host name", member, error);
}

static gboolean
parse_members (const PinRulesKey *key, guint number, const char *value, gpointer member, GError **error)
{
  return parse_list (value, is_member, "name of a guest", member, error);
}

static char *
format_list (const PinRulesKey *key, guint number, gconstpointer member)
{
  GStrv const *held = member;

  return *held != NULL ? g_strjoinv ("; ", *held) : g_strdup ("");
}

static void
copy_list (gpointer member, gconstpointer source)
{
  GStrv *held = member;

  g_strfreev (*held);
  *held = g_strdupv (*(GStrv const *) source);
}

static gboolean
parse_uri (const PinRulesKey *key, guint number, const char *value, gpointer member, GError **error)
{
  char **held = member;

  if (*value == '\0')
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "is empty; write one as qemu+ssh://hostb/system");
      return FALSE;
    }
  if (strchr (value, ' ') != NULL || pin_rules_has_control (value))
    {
      g_autofree char *quoted = pin_rules_quote (value);

      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s is no URI: it has a blank; write one as qemu+ssh://hostb/system", quoted);
      return FALSE;
    }
  g_free (*held);
  *held = g_strdup (value);
  return TRUE;
}

/* "" is none.  Returns: TRUE */
static gboolean
set_text (char **held, const char *value)
{
  g_free (*held);
  *held = *value != '\0' ? g_strdup (value) : NULL;
  return TRUE;
}

static gboolean
check_command (const char *value, GError **error)
{
  g_autofree char *quoted = pin_rules_quote (value);

  if (!pin_rules_has_control (value) && g_shell_parse_argv (value, NULL, NULL, NULL))
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s is no command that a shell could split; close its quotes",
               quoted);
  return FALSE;
}

static gboolean
parse_command (const PinRulesKey *key, guint number, const char *value, gpointer member, GError **error)
{
  return (*value == '\0' || check_command (value, error)) && set_text (member, value);
}

/* node_exporter reads nothing else. */
static gboolean
check_metrics (const char *value, GError **error)
{
  g_autofree char *quoted = pin_rules_quote (value);

  if (g_path_is_absolute (value) && g_str_has_suffix (value, ".prom") && !pin_rules_has_control (value))
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s is no file for metrics; write a path from \"/\" that ends in \".prom\"", quoted);
  return FALSE;
}

static gboolean
parse_metrics (const PinRulesKey *key, guint number, const char *value, gpointer member, GError **error)
{
  return (*value == '\0' || check_metrics (value, error)) && set_text (member, value);
}

static char *
format_text (const PinRulesKey *key, guint number, gconstpointer member)
{
  const char *text = *(char *const *) member;

  return g_strdup (text != NULL ? text : "");
}

const PinRulesType pin_rules_actions = { parse_actions, format_actions, copy_word };
const PinRulesType pin_rules_choice = { parse_choice, format_choice, copy_word };
const PinRulesType pin_rules_switch = { parse_switch, format_switch, copy_word };
const PinRulesType pin_rules_number = { parse_number, format_number, copy_word };
const PinRulesType pin_rules_amount = { parse_amount, format_amount, NULL };
const PinRulesType pin_rules_cpus = { parse_cpus, format_cpus, NULL };
const PinRulesType pin_rules_names = { parse_names, format_list, copy_list };
const PinRulesType pin_rules_members = { parse_members, format_list, copy_list };
const PinRulesType pin_rules_uri = { parse_uri, format_text, NULL };
const PinRulesType pin_rules_command = { parse_command, format_text, NULL };
const PinRulesType pin_rules_metrics = { parse_metrics, format_text, NULL };

gboolean
pin_rules_key_parse (const PinRulesKey *key, guint number, const char *value, gpointer target, GError **error)
{
  return key->type->parse (key, number, value, G_STRUCT_MEMBER_P (target, key->offset), error);
}

char *
pin_rules_key_format (const PinRulesKey *key, guint number, gconstpointer target)
{
  return key->type->format (key, number, G_STRUCT_MEMBER_P (target, key->offset));
}

void
pin_rules_key_take (const PinRulesKey *key, gpointer target, gconstpointer source)
{
  key->type->copy (G_STRUCT_MEMBER_P (target, key->offset), G_STRUCT_MEMBER_P (source, key->offset));
}
