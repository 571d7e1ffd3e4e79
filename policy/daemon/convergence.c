/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "convergence.h"

#define PASSES 2
/* QEMU slows a guest down no further. */
#define THROTTLE_MOST_PERCENT 99
#define MIB (1 << 20)
#define KIB_IN_MIB 1024
#define MS_PER_S 1000

/* A guest that writes all of what it uses in each pass is counted as writing just as fast as that is sent, give or take a little. */
static gboolean
keeps_up (guint64 dirty_rate, guint64 rate)
{
  return rate > 0 && dirty_rate >= rate - rate / 10;
}

static gboolean
is_behind (const PinConvergence *convergence, const PinMigrationProgress *progress, const PinMigrateRule *manner)
{
  if (manner->auto_converge && progress->throttle_percent < THROTTLE_MOST_PERCENT)
    return FALSE;
  return keeps_up (progress->dirty_rate, convergence->rate);
}

static void
begin_pass (PinConvergence *convergence, const PinMigrationProgress *progress)
{
  /* One that was over between two looks has no mean. */
  convergence->rate = convergence->n_rates > 0 ? convergence->rate_sum / convergence->n_rates : progress->rate;
  convergence->pass = progress->pass;
  convergence->rate_sum = 0;
  convergence->n_rates = 0;
}

gboolean
pin_convergence_look (PinConvergence *convergence, const PinMigrationProgress *progress, const PinMigrateRule *manner)
{
  if (progress->pass > convergence->pass)
    {
      begin_pass (convergence, progress);
      if (is_behind (convergence, progress, manner) == convergence->hopeless)
        convergence->n_against = 0;
      else if (++convergence->n_against == PASSES)
        {
          convergence->hopeless = !convergence->hopeless;
          convergence->n_against = 0;
        }
    }
  if (progress->rate > 0)
    {
      convergence->rate_sum += progress->rate;
      convergence->n_rates++;
    }
  return convergence->hopeless;
}

/* What can be done while it moves: "" if nothing is known. */
static char *
help_now (const PinMigrationProgress *progress, const PinMigrateRule *manner, const char *guest, const char *source)
{
  if (manner->bandwidth_kib_s > 0)
    return g_strdup_printf ("now 'virsh migrate-setspeed %s MIB_S' on %s; ", guest, source);
  if (progress->downtime_ms > 0)
    return g_strdup_printf ("now 'virsh migrate-setmaxdowntime %s %" G_GUINT64_FORMAT "' on %s, if it may stand still so many ms; ", guest,
                            progress->downtime_ms, source);
  return g_strdup ("");
}

/* What the policy could say; "": nothing more. */
static char *
help_next (const PinMigrateRule *manner)
{
  g_autofree char *faster = manner->bandwidth_kib_s > 0
                                ? g_strdup_printf ("bandwidth above %" G_GUINT64_FORMAT "MiB", manner->bandwidth_kib_s / KIB_IN_MIB)
                                : NULL;
  const char *ways[4] = { NULL };
  guint n = 0;

  if (!manner->post_copy)
    ways[n++] = "post-copy = yes";
  if (!manner->auto_converge)
    ways[n++] = "auto-converge = yes";
  if (faster != NULL)
    ways[n++] = faster;
  return g_strjoinv (" or ", (char **) ways);
}

char *
pin_convergence_warning (const PinConvergence *convergence, const PinMigrationProgress *progress, const PinMigrateRule *manner,
                         const char *guest, const char *source)
{
  g_autofree char *now = help_now (progress, manner, guest, source);
  g_autofree char *next = help_next (manner);
  gboolean has_next = *next != '\0';

  return g_strdup_printf ("it will not converge: the guest writes %.1f MiB/s, and %.1f MiB/s are sent; what helps: %s%s%s%sor cancel: it runs on at %s",
                          (double) progress->dirty_rate / MIB, (double) convergence->rate / MIB, now, has_next ? "next time [migrate] " : "", next,
                          has_next ? "; " : "", source);
}

char *
pin_convergence_foretell (const PinMigrateRule *manner, guint64 dirty_kib_s, guint64 rate_kib_s)
{
  g_autofree char *help = help_next (manner);

  if (!keeps_up (dirty_kib_s, rate_kib_s) || manner->post_copy || manner->auto_converge)
    return NULL;
  return g_strdup_printf ("it may not converge: the guest writes %.1f MiB/s, and %.1f MiB/s are sent; what helps: [migrate] %s",
                          (double) dirty_kib_s / KIB_IN_MIB, (double) rate_kib_s / KIB_IN_MIB, help);
}

guint64
pin_convergence_time_left_ms (const PinMigrationProgress *progress, const PinMigrateRule *manner)
{
  double left = (double) (progress->total_bytes - MIN (progress->done_bytes, progress->total_bytes));
  /* After the first pass of a post-copy nothing is sent twice. */
  guint64 dirty_rate = manner->post_copy ? 0 : progress->dirty_rate;

  if (progress->time_left_ms > 0 || progress->rate == 0 || keeps_up (dirty_rate, progress->rate))
    return progress->time_left_ms;
  return (guint64) (left * MS_PER_S / (double) (progress->rate - dirty_rate)) + (left > 0);
}
