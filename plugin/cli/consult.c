/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "consult.h"

#include "format/snapshot-json.h"
#include "guests.h"
#include "way.h"

#include <string.h>

#define DEFAULT_URI "qemu:///system"
/* What hangs is given up after ten seconds, there as here; one may wait for others before. */
#define PATIENCE_MS 10000
#define ANSWER_MS 60000
/* The quickest answer tells the clock best. */
#define CLOCK_TRIES 3
#define NAMES_MAX 64
#define PATHS_MAX 1024

PinConsult *
pin_consult_new (const PinCli *cli, const char *name)
{
  PinConsult *consult = g_new0 (PinConsult, 1);
  g_autoptr (GError) error = NULL;

  consult->patient = pin_patient_new (name);
  consult->service = pin_cli_host1_new (cli, FALSE, &error);
  if (consult->service != NULL)
    g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (consult->service), ANSWER_MS);
  else
    pin_patient_add_facts (consult->patient, g_variant_new_parsed ("{'service-problem': <%s>}", error->message));
  if (cli->way == NULL)
    consult->desk = pin_exam_desk_new ("/", cli->uri != NULL ? cli->uri : DEFAULT_URI, PATIENCE_MS);
  return consult;
}

void
pin_consult_free (PinConsult *consult)
{
  if (consult == NULL)
    return;
  pin_exam_desk_free (consult->desk);
  g_clear_object (&consult->service);
  g_clear_pointer (&consult->told, g_variant_unref);
  g_clear_pointer (&consult->seen, g_variant_unref);
  pin_patient_free (consult->patient);
  g_free (consult);
}

/* Why pinshiftd says nothing: it is asked no more.  Takes @error. */
static void
give_up (PinConsult *consult, GError *error)
{
  g_autoptr (GError) plain = g_error_copy (error);
  g_autoptr (GError) raw = error;
  gboolean is_old = g_error_matches (raw, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD);

  pin_cli_host1_explain (consult->service, &plain);
  g_dbus_error_strip_remote_error (raw);
  consult->told = g_variant_ref_sink (g_variant_new_parsed ("{'service-problem': <%s>, 'service-denied': <%b>}",
                                                            is_old ? "it is of an older version, which can't be examined" : raw->message,
                                                            g_error_matches (plain, PIN_ERROR, PIN_ERROR_DENIED)));
  g_clear_object (&consult->service);
}

static void
on_told (GObject *service, GAsyncResult *result, gpointer data)
{
  PinConsult *consult = data;
  GError *error = NULL;

  consult->pending--;
  g_clear_pointer (&consult->told, g_variant_unref);
  if (!pin_host1_call_examine_finish (PIN_HOST1 (service), &consult->told, result, &error))
    give_up (consult, error);
}

static void
on_seen (GVariant *facts, const char *libvirt_problem, gpointer data)
{
  PinConsult *consult = data;

  consult->pending--;
  g_clear_pointer (&consult->seen, g_variant_unref);
  if (facts != NULL)
    consult->seen = g_variant_ref (facts);
}

static void
put_list (GVariantDict *options, const char *key, const char *const *list, guint most)
{
  guint n = list != NULL ? g_strv_length ((char **) list) : 0;

  if (n > 0)
    g_variant_dict_insert_value (options, key, g_variant_new_strv (list, MIN (n, most)));
}

void
pin_consult_look (PinConsult *consult, const char *const *names, const char *const *paths)
{
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);

  /* Here the command sees those better than a service without a network. */
  if (consult->desk == NULL)
    {
      put_list (&options, "names", names, NAMES_MAX);
      put_list (&options, "paths", paths, PATHS_MAX);
    }
  if (consult->service != NULL)
    {
      consult->pending++;
      pin_host1_call_examine (consult->service, g_variant_dict_end (&options), NULL, on_told, consult);
    }
  if (consult->desk != NULL && pin_exam_desk_ask (consult->desk, names, paths, on_seen, consult, NULL))
    consult->pending++;
}

void
pin_consult_wait (PinConsult *consult)
{
  while (consult->pending > 0)
    g_main_context_iteration (NULL, TRUE);
  if (consult->told != NULL)
    pin_patient_add_facts (consult->patient, consult->told);
  if (consult->seen != NULL)
    pin_patient_add_facts (consult->patient, consult->seen);
}

/* One that has gone meanwhile, or that libvirt has wait, is left out. */
static void
read_guest (PinConsult *consult, JsonObject *listed)
{
  const char *uuid = pin_guest_text (listed, "uuid");
  g_autofree char *xml = NULL;
  PinDomain *domain;

  if (!pin_host1_call_guest_sync (consult->service, uuid, g_variant_new ("a{sv}", NULL), &xml, NULL, NULL))
    return;
  domain = pin_domain_parse (xml, strlen (xml), NULL);
  if (domain != NULL)
    g_ptr_array_add (consult->patient->guests, pin_patient_guest_new (domain, g_str_equal (pin_guest_text (listed, "state"), "running")));
}

static void
read_guests (PinConsult *consult)
{
  g_autoptr (JsonNode) listed = pin_guests_ask (consult->service, NULL);
  JsonArray *array = listed != NULL ? json_node_get_array (listed) : NULL;

  if (array == NULL)
    return;
  consult->patient->guests = g_ptr_array_new_with_free_func ((GDestroyNotify) pin_patient_guest_free);
  for (guint i = 0; i < json_array_get_length (array); i++)
    read_guest (consult, json_array_get_object_element (array, i));
}

void
pin_consult_read (PinConsult *consult)
{
  g_autofree char *json = NULL;

  if (consult->service == NULL)
    return;
  if (pin_host1_call_snapshot_sync (consult->service, &json, NULL, NULL))
    consult->patient->snapshot = pin_snapshot_from_host (json, -1, NULL);
  read_guests (consult);
}

/* FALSE: it was not told. */
static gboolean
read_clock (PinConsult *there, gint64 *ret_offset_us, gint64 *ret_doubt_us)
{
  gint64 before_us = g_get_real_time (), after_us, time_us;
  g_autoptr (GVariant) facts = NULL;

  if (!pin_host1_call_examine_sync (there->service, g_variant_new_parsed ("{'brief': <true>}"), &facts, NULL, NULL))
    return FALSE;
  after_us = g_get_real_time ();
  if (!g_variant_lookup (facts, "time", "x", &time_us))
    return FALSE;
  *ret_doubt_us = (after_us - before_us) / 2;
  *ret_offset_us = time_us - before_us - *ret_doubt_us;
  return TRUE;
}

void
pin_consult_compare_clocks (PinConsult *here, PinConsult *there)
{
  gint64 best_us = G_MAXINT64, offset_us = 0;

  for (guint i = 0; there->service != NULL && i < CLOCK_TRIES; i++)
    {
      gint64 this_us, doubt_us;

      if (!read_clock (there, &this_us, &doubt_us) || doubt_us >= best_us)
        continue;
      best_us = doubt_us;
      offset_us = this_us;
    }
  if (best_us < G_MAXINT64)
    pin_patient_add_facts (here->patient, g_variant_new_parsed ("{'clock-offset': <%x>, 'clock-doubt': <%x>}", offset_us, best_us));
}
