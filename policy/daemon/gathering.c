/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gathering.h"

#include "core/error.h"
#include "service/said.h"

static void
free_guest (gpointer data)
{
  PinGatheredGuest *guest = data;

  g_free (guest->host);
  pin_domain_free (guest->domain);
  pin_original_free (guest->original);
  g_free (guest->held);
  g_free (guest);
}

static void
free_gap (gpointer data)
{
  PinGap *gap = data;

  g_free (gap->host);
  g_error_free (gap->error);
  pin_domain_free (gap->domain);
  g_free (gap);
}

PinGathered *
pin_gathered_new (void)
{
  PinGathered *gathered = g_new0 (PinGathered, 1);

  gathered->guests = g_ptr_array_new_with_free_func (free_guest);
  gathered->gaps = g_ptr_array_new_with_free_func (free_gap);
  return gathered;
}

void
pin_gathered_free (PinGathered *gathered)
{
  if (gathered == NULL)
    return;
  g_ptr_array_unref (gathered->guests);
  g_ptr_array_unref (gathered->gaps);
  g_free (gathered);
}

static gint
compare_guests (gconstpointer a, gconstpointer b)
{
  const PinGatheredGuest *one = *(const PinGatheredGuest *const *) a, *other = *(const PinGatheredGuest *const *) b;

  return g_strcmp0 (one->domain->guest->uuid, other->domain->guest->uuid);
}

static gint
compare_gaps (gconstpointer a, gconstpointer b)
{
  const PinGap *one = *(const PinGap *const *) a, *other = *(const PinGap *const *) b;
  gint order = g_strcmp0 (one->host, other->host);

  return order != 0 ? order : g_strcmp0 (one->error->message, other->error->message);
}

/* Each once: answers come in any order, and what keeps a host from one answer keeps it from all. */
static void
sort_once (GPtrArray *array, GCompareFunc compare)
{
  g_ptr_array_sort (array, compare);
  for (guint i = array->len; i > 1; i--)
    if (compare (&array->pdata[i - 1], &array->pdata[i - 2]) == 0)
      g_ptr_array_remove_index (array, i - 1);
}

static void
sort (PinGathered *gathered)
{
  sort_once (gathered->guests, compare_guests);
  sort_once (gathered->gaps, compare_gaps);
}

gboolean
pin_gathered_has (const PinGathered *gathered, const char *uuid)
{
  for (guint i = 0; i < gathered->guests->len; i++)
    if (g_strcmp0 (((PinGatheredGuest *) g_ptr_array_index (gathered->guests, i))->domain->guest->uuid, uuid) == 0)
      return TRUE;
  return FALSE;
}

static PinGap *
add_gap (PinGathered *gathered, const char *host, GError *error)
{
  PinGap *gap = g_new0 (PinGap, 1);
  g_autofree char *line = pin_said_one_line (error->message);

  gap->host = g_strdup (host);
  gap->error = g_error_new_literal (error->domain, error->code, line);
  g_error_free (error);
  g_ptr_array_add (gathered->gaps, gap);
  return gap;
}

void
pin_gathered_add_gap (PinGathered *gathered, const char *host, GError *error)
{
  add_gap (gathered, host, error);
}

void
pin_gathered_merge (PinGathered *gathered, PinGathered *more)
{
  g_ptr_array_extend_and_steal (gathered->guests, g_steal_pointer (&more->guests));
  g_ptr_array_extend_and_steal (gathered->gaps, g_steal_pointer (&more->gaps));
  g_free (more);
  sort (gathered);
}

void
pin_gathering_add_row (GPtrArray *calls, const PinHostRow *row)
{
  PinSiteWalk walk = { NULL };
  PinSiteGuest guest;

  while (row->site != NULL && pin_site_next (row->site, &walk, &guest))
    {
      g_autofree char *uuid = guest.state == PIN_SITE_GUEST_RUNNING ? pin_site_guest_uuid (&guest) : NULL;
      g_autofree char *name = g_strndup (guest.name, guest.name_length);

      if (uuid != NULL)
        pin_enquiry_add (calls, row->name, uuid, name);
    }
}

static PinGatheredGuest *
add_guest (PinGathered *gathered, const char *host, PinDomain *domain)
{
  PinGatheredGuest *guest = g_new0 (PinGatheredGuest, 1);

  guest->host = g_strdup (host);
  guest->domain = domain;
  g_ptr_array_add (gathered->guests, guest);
  return guest;
}

void
pin_gathered_hold (PinGathered *gathered)
{
  for (guint i = gathered->gaps->len; i-- > 0;)
    {
      PinGap *gap = g_ptr_array_index (gathered->gaps, i);
      g_autofree char *why = gap->domain != NULL ? pin_domain_why_left (gap->domain) : NULL;

      if (why == NULL)
        continue;
      add_guest (gathered, gap->host, g_steal_pointer (&gap->domain))->held = pin_said_one_line (why);
      g_ptr_array_remove_index (gathered->gaps, i);
    }
  sort (gathered);
}

/* Takes @domain. */
static void
take (PinGathered *gathered, const PinEnquiryCall *call, PinDomain *domain)
{
  GError *beyond = NULL;

  if (pin_domain_is_within (domain, &beyond))
    add_guest (gathered, call->host, domain);
  else
    add_gap (gathered, call->host, beyond)->domain = domain;
}

static void
on_guest (const PinEnquiryCall *call, const char *text, const GError *error, gpointer data)
{
  PinGathered *gathered = g_task_get_task_data (data);
  GError *wrong = NULL;
  g_autoptr (PinDomain) domain = text != NULL ? pin_testimony_read (text, call->host, call->uuid, call->guest, &wrong) : NULL;

  if (domain != NULL)
    take (gathered, call, g_steal_pointer (&domain));
  else if (wrong != NULL)
    pin_gathered_add_gap (gathered, call->host, wrong);
  else if (!g_error_matches (error, PIN_ERROR, PIN_ERROR_NOT_FOUND))
    pin_gathered_add_gap (gathered, call->host, g_error_copy (error));
}

static void
on_all (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  PinGathered *gathered = g_task_get_task_data (task);
  GError *error = NULL;

  sort (gathered);
  if (pin_enquiry_finish (result, &error))
    {
      g_task_return_pointer (task, gathered, (GDestroyNotify) pin_gathered_free);
      return;
    }
  pin_gathered_free (gathered);
  g_task_return_error (task, error);
}

void
pin_gathering_ask (PinFleet *fleet, GPtrArray *calls, GCancellable *cancellable, GAsyncReadyCallback answered, gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, answered, data);

  g_task_set_task_data (task, pin_gathered_new (), NULL);
  pin_enquiry_ask (fleet, "Guest", calls, NULL, on_guest, cancellable, on_all, task);
}

PinGathered *
pin_gathering_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
