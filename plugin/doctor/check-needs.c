/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What single guests need of a host: where they are, and where they are to go.  What a host's own guests miss is not said again of the road. */
#include "checks.h"

#include "core/chunk.h"

static gboolean
needs_numad (const PinGuest *guest G_GNUC_UNUSED, const PinPlacement *written)
{
  return written->vcpu_auto || written->memory_auto;
}

static gboolean
needs_resctrl (const PinGuest *guest G_GNUC_UNUSED, const PinPlacement *written)
{
  return pin_placement_has (written, PIN_SETTING_CACHE);
}

/* Memory that others map too is a file in libvirt's memory_backing_dir, unless it is on huge pages or a memfd. */
static gboolean
needs_memory_files (const PinGuest *guest, const PinPlacement *written)
{
  guint n_chunks = 0;
  g_autofree PinChunk *chunks = pin_chunks_new (guest, written, &n_chunks);

  if (!guest->shared_access || guest->backing == PIN_BACKING_MEMFD)
    return FALSE;
  for (guint i = 0; i < n_chunks; i++)
    if (chunks[i].page_kib == 0 && chunks[i].kib > 0)
      return TRUE;
  return FALSE;
}

/* What guests need, and how a host is judged by it of which they, @whose, need it. */
typedef struct
{
  PinCheckNeed need;
  void (*judge) (PinCheck *check, const char *whose);
} Judgement;

static void
judge_numad (PinCheck *check, const char *whose)
{
  gboolean there;

  if (!pin_facts_flag (check->host->facts, "numad", &there))
    pin_check_unseen (check, check->host, "whether numad is there");
  else if (!there)
    pin_check_find (check, PIN_FINDING_WARN,
                    g_strdup_printf ("libvirt of %s finds no numad, and refuses placement='auto' of %s", check->host->name, whose),
                    g_strdup_printf ("on %s: install numad, then systemctl restart %s", check->host->name, pin_check_daemon (check->host)));
}

static char *
resctrl_remedy (const PinPatient *host)
{
  gboolean able = TRUE;

  pin_facts_flag (host->facts, "resctrl-able", &able);
  if (!able)
    return g_strdup ("its kernel or CPU does not know it: take cachetune and memorytune out of what goes there");
  return g_strdup_printf ("on %s: mount -t resctrl resctrl /sys/fs/resctrl, then systemctl restart %s", host->name, pin_check_daemon (host));
}

static void
judge_resctrl (PinCheck *check, const char *whose)
{
  gboolean mounted;

  if (!pin_facts_flag (check->host->facts, "resctrl", &mounted))
    pin_check_unseen (check, check->host, "whether resctrl is mounted");
  else if (!mounted)
    pin_check_find (check, PIN_FINDING_WARN,
                    g_strdup_printf ("cachetune or memorytune of %s needs resctrl, which is not mounted on %s", whose, check->host->name),
                    resctrl_remedy (check->host));
}

static gboolean
is_in_memory (const char *filesystem)
{
  static const char *const kinds[] = { "tmpfs", "ramfs", "hugetlbfs", NULL };

  return g_strv_contains (kinds, filesystem);
}

static void
judge_memory_files (PinCheck *check, const char *whose)
{
  const char *folder = "memory_backing_dir";
  const char *filesystem;

  pin_facts_text (check->host->facts, "memory-backing-dir", &folder);
  if (!pin_facts_text (check->host->facts, "memory-backing-filesystem", &filesystem))
    pin_check_unseen (check, check->host, "what libvirt's memory_backing_dir is on");
  else if (!is_in_memory (filesystem))
    pin_check_find (check, PIN_FINDING_WARN,
                    g_strdup_printf ("shared memory of %s is a file in %s on %s, which is %s: it is written to a disk", whose, folder,
                                     check->host->name, filesystem),
                    g_strdup_printf ("<source type='memfd'/> in the guest's memoryBacking, or memory_backing_dir = \"/dev/shm\" in "
                                     "/etc/libvirt/qemu.conf of %s, then systemctl restart %s", check->host->name, pin_check_daemon (check->host)));
}

static const Judgement numad = { { PIN_SETTING_VCPU_PINS, needs_numad }, judge_numad };
static const Judgement resctrl = { { PIN_SETTING_CACHE, needs_resctrl }, judge_resctrl };
static const Judgement memory_files = { { PIN_SETTING_HUGEPAGES, needs_memory_files }, judge_memory_files };

/* For those of the host's guests that have the need; where they are not known, that is said. */
static void
judge_for_residents (PinCheck *check, const Judgement *judgement)
{
  gboolean known = pin_check_knows_guests (check);
  g_autofree char *whose = known ? pin_check_needy (check->host, check->host->guests, &judgement->need) : NULL;

  if (whose != NULL)
    judgement->judge (check, whose);
}

/* For those that are to go there and have the need; guests that are there and have it too say enough. */
static void
judge_for_travellers (PinCheck *check, const Judgement *judgement)
{
  g_autoptr (GPtrArray) guests = pin_check_travellers (check);
  g_autofree char *there = check->host->guests != NULL ? pin_check_needy (check->host, check->host->guests, &judgement->need) : NULL;
  g_autofree char *whose = guests != NULL && there == NULL ? pin_check_needy (NULL, guests, &judgement->need) : NULL;

  if (whose != NULL)
    judgement->judge (check, whose);
}

void
pin_check_numad (PinCheck *check)
{
  judge_for_residents (check, &numad);
}

void
pin_check_numad_there (PinCheck *check)
{
  judge_for_travellers (check, &numad);
}

void
pin_check_resctrl (PinCheck *check)
{
  judge_for_residents (check, &resctrl);
}

void
pin_check_resctrl_there (PinCheck *check)
{
  judge_for_travellers (check, &resctrl);
}

void
pin_check_memory_backing (PinCheck *check)
{
  judge_for_residents (check, &memory_files);
}

void
pin_check_memory_backing_there (PinCheck *check)
{
  judge_for_travellers (check, &memory_files);
}
