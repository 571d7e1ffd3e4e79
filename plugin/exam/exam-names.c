/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names as the C library resolves them here, whatever nsswitch.conf says: so libvirt and QEMU would. */
#include "errands.h"
#include "exam-parts.h"
#include "format/quote.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#define NAMES_MAX 64
#define PATIENCE_MS 4000
#define NAME_MAX_BYTES 255

/* What the system would not take for a name of a host, and what could be read as an option where it is passed on. */
static gboolean
is_name (const char *text)
{
  gsize length = strlen (text);

  if (length == 0 || length > NAME_MAX_BYTES || *text == '-' || !g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (const char *c = text; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c) || g_ascii_isspace (*c) || *c == '/')
      return FALSE;
  return TRUE;
}

static void
add_address (GPtrArray *addresses, const struct addrinfo *found)
{
  char text[NI_MAXHOST];

  if (getnameinfo (found->ai_addr, found->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST) == 0
      && !g_ptr_array_find_with_equal_func (addresses, text, g_str_equal, NULL))
    g_ptr_array_add (addresses, g_strdup (text));
}

/* Of PinErrands.  Returns: the addresses (as), or why they are not known (s). */
static GVariant *
resolve (const char *name)
{
  const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
  g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_free);
  struct addrinfo *found = NULL;
  int code = getaddrinfo (name, NULL, &hints, &found);

  if (code != 0 && code != EAI_NONAME && code != EAI_NODATA && code != EAI_ADDRFAMILY)
    {
      const char *reason = code == EAI_SYSTEM ? g_strerror (errno) : gai_strerror (code);

      return g_variant_ref_sink (g_variant_new_take_string (g_utf8_make_valid (reason, -1)));
    }
  for (const struct addrinfo *i = found; i != NULL; i = i->ai_next)
    add_address (addresses, i);
  if (found != NULL)
    freeaddrinfo (found);
  return g_variant_ref_sink (g_variant_new_strv ((const char *const *)addresses->pdata, addresses->len));
}

static char *
read_file (const char *root, const char *path)
{
  g_autofree char *whole = g_build_filename (root, path, NULL);
  char *text = NULL;

  return g_file_get_contents (whole, &text, NULL, NULL) ? text : NULL;
}

/* Whether all interfaces that this process sees are the loopback one, as in pinshiftd's sandbox.  Two lines of heading, then one each. */
static gboolean
is_secluded (const char *root)
{
  g_autofree char *text = read_file (root, "proc/self/net/dev");
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);

  for (guint i = 2; i < g_strv_length (lines); i++)
    {
      g_strstrip (lines[i]);
      if (*lines[i] != '\0' && !g_str_has_prefix (lines[i], "lo:"))
        return FALSE;
    }
  return text != NULL;
}

static gboolean
is_in_hosts (const char *root, const char *name)
{
  g_autofree char *text = read_file (root, "etc/hosts");
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = NULL;

      *strchrnul (lines[i], '#') = '\0';
      words = g_strsplit_set (lines[i], " \t\r", -1);
      for (guint j = 1; words[0] != NULL && words[j] != NULL; j++)
        if (g_ascii_strcasecmp (words[j], name) == 0)
          return TRUE;
    }
  return FALSE;
}

static gboolean
is_loopback (const char *text)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);

  return address != NULL && g_inet_address_get_is_loopback (address);
}

/*
 * nss-myhostname gives the host's own name the addresses of its interfaces, and loopback ones where it sees none: they would be
 * those of the sandbox.  What is in /etc/hosts holds everywhere, and so do numbers and localhost.
 */
static gboolean
is_of_the_sandbox (const char *root, const char *name, GVariant *addresses)
{
  g_autofree const char **texts = g_variant_get_strv (addresses, NULL);

  if (texts[0] == NULL || g_hostname_is_ip_address (name) || g_ascii_strcasecmp (name, "localhost") == 0)
    return FALSE;
  for (guint i = 0; texts[i] != NULL; i++)
    if (!is_loopback (texts[i]))
      return FALSE;
  return is_secluded (root) && !is_in_hosts (root, name);
}

/* The reason why @answer to @name is none; NULL: it is one.  Borrowed. */
static const char *
reason_of (const char *root, const char *name, GVariant *answer)
{
  if (answer == NULL)
    return "no answer in time";
  if (g_variant_is_of_type (answer, G_VARIANT_TYPE_STRING))
    return g_variant_get_string (answer, NULL);
  return is_of_the_sandbox (root, name, answer) ? "only the addresses of a service without network are known" : NULL;
}

/* Takes note of the first problem, and no other. */
static void
note (char **problem, const char *name, const char *reason)
{
  g_autofree char *quoted = pin_quote (name);

  if (*problem == NULL)
    *problem = g_strdup_printf ("%s: %s", quoted, reason);
}

/* Returns: (transfer container) those that can be asked for. */
static GPtrArray *
choose (const char *const *names, char **problem)
{
  GPtrArray *chosen = g_ptr_array_new ();

  for (guint i = 0; names[i] != NULL; i++)
    {
      if (g_ptr_array_find_with_equal_func (chosen, names[i], g_str_equal, NULL))
        continue;
      if (!is_name (names[i]))
        note (problem, names[i], "no name of a host");
      else if (chosen->len == NAMES_MAX)
        note (problem, names[i], "more names than can be asked for at once");
      else
        g_ptr_array_add (chosen, (gpointer)names[i]);
    }
  return chosen;
}

static PinErrands errands = { resolve, 0 };

void
pin_exam_names (const PinExamOrder *order, GVariantDict *facts)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{sas}"));
  g_autofree char *problem = NULL;
  g_autoptr (GPtrArray) names = NULL, answers = NULL;

  if (order->names == NULL)
    return;
  names = choose (order->names, &problem);
  answers = pin_errands_run (&errands, (const char *const *)names->pdata, names->len, PATIENCE_MS);
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      const char *reason = reason_of (order->root, name, g_ptr_array_index (answers, i));

      if (reason == NULL)
        g_variant_builder_add (&builder, "{s@as}", name, g_ptr_array_index (answers, i));
      else
        note (&problem, name, reason);
    }
  g_variant_dict_insert_value (facts, "names", g_variant_builder_end (&builder));
  if (problem != NULL)
    g_variant_dict_insert (facts, "names-problem", "s", problem);
}
