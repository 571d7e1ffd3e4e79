/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "argument.h"

#include "mutation.h"
#include "vocabulary.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)
#define LONG 100000
#define HUGE_BYTES ((off_t) 1 << 34)

static void
close_file (gpointer fd)
{
  close (*(int *) fd);
}

void
argument_source_init (ArgumentSource *source, guint32 seed)
{
  source->rand = g_rand_new_with_seed (seed);
  source->texts = g_ptr_array_new_with_free_func (g_free);
  source->fds = g_unix_fd_list_new ();
  source->writers = g_array_new (FALSE, FALSE, sizeof (int));
  g_array_set_clear_func (source->writers, close_file);
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    g_ptr_array_add (source->texts, g_strdup (words[i]));
  g_ptr_array_add (source->texts, g_strdup (g_get_host_name ()));
  g_ptr_array_add (source->texts, g_strnfill (LONG, 'x'));
  source->n_words = source->texts->len;
}

void
argument_source_clear (ArgumentSource *source)
{
  g_rand_free (source->rand);
  g_ptr_array_unref (source->texts);
  g_object_unref (source->fds);
  g_array_unref (source->writers);
}

void
argument_source_add_file (ArgumentSource *source, const char *path)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  g_file_get_contents (path, &text, &length, &error);
  g_assert_no_error (error);
  g_ptr_array_add (source->texts, g_utf8_make_valid (text, (gssize) strlen (text)));
}

void
argument_source_begin (ArgumentSource *source)
{
  g_object_unref (source->fds);
  source->fds = g_unix_fd_list_new ();
  g_array_set_size (source->writers, 0);
}

static guint
below (ArgumentSource *source, gsize limit)
{
  return mutation_below (source->rand, limit);
}

/* As it is, or changed.  (transfer full) */
static char *
make_text (ArgumentSource *source)
{
  const char *text = g_ptr_array_index (source->texts, below (source, source->texts->len));
  g_autoptr (GString) changed = g_string_new (text);

  if (below (source, 2) == 0)
    return g_strdup (text);
  mutation_change (source->rand, changed);
  return g_utf8_make_valid (changed->str, (gssize) strlen (changed->str));
}

/* Of a file, if there are any.  (transfer full) */
static char *
make_file_text (ArgumentSource *source)
{
  guint n_files = source->texts->len - source->n_words;

  return n_files > 0 ? g_strdup (g_ptr_array_index (source->texts, source->n_words + below (source, n_files))) : make_text (source);
}

static int
make_memfd (ArgumentSource *source, gboolean sealed)
{
  g_autofree char *text = below (source, 2) == 0 ? make_text (source) : make_file_text (source);
  int fd = memfd_create ("argument", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, text, strlen (text)), ==, (gssize) strlen (text));
  if (sealed)
    g_assert_cmpint (fcntl (fd, F_ADD_SEALS, SEALS), ==, 0);
  return fd;
}

/* It has no memory, only a size. */
static int
make_huge (void)
{
  int fd = memfd_create ("huge", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (ftruncate (fd, HUGE_BYTES), ==, 0);
  g_assert_cmpint (fcntl (fd, F_ADD_SEALS, SEALS), ==, 0);
  return fd;
}

/* Who reads it waits. */
static int
make_pipe (ArgumentSource *source)
{
  int ends[2];

  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  g_array_append_val (source->writers, ends[1]);
  return ends[0];
}

static int
make_file (ArgumentSource *source)
{
  static const char *const paths[] = { "/dev/null", "/dev/zero", "/", "/proc/self/mem" };

  switch (below (source, 8))
    {
    case 0:
      return make_pipe (source);
    case 1:
      return make_huge ();
    case 2:
      return open (paths[below (source, G_N_ELEMENTS (paths))], O_RDONLY | O_CLOEXEC);
    case 3:
      return make_memfd (source, FALSE);
    default:
      return make_memfd (source, TRUE);
    }
}

/* Some handles are of nothing. */
static GVariant *
make_handle (ArgumentSource *source)
{
  int fd = make_file (source);
  gint handle = g_unix_fd_list_append (source->fds, fd, NULL);

  close (fd);
  return g_variant_new_handle (below (source, 16) == 0 ? G_MAXINT32 - handle : handle);
}

static guint64
make_number (ArgumentSource *source)
{
  static const guint64 edges[] = { 0, 1, 2, 7, G_MAXINT32, G_MAXUINT32, G_MAXINT64, G_MAXUINT64 };

  return below (source, 2) == 0 ? edges[below (source, G_N_ELEMENTS (edges))] : below (source, 1000);
}

static GVariant *
make_basic (ArgumentSource *source, char type)
{
  guint64 number = make_number (source);

  switch (type)
    {
    case 'b':
      return g_variant_new_boolean (number % 2 == 1);
    case 'y':
      return g_variant_new_byte ((guint8) number);
    case 'n':
      return g_variant_new_int16 ((gint16) number);
    case 'q':
      return g_variant_new_uint16 ((guint16) number);
    case 'i':
      return g_variant_new_int32 ((gint32) number);
    case 'u':
      return g_variant_new_uint32 ((guint32) number);
    case 'x':
      return g_variant_new_int64 ((gint64) number);
    case 't':
      return g_variant_new_uint64 (number);
    case 'd':
      return g_variant_new_double ((double) number / 3);
    case 'o':
      return g_variant_new_object_path (number % 2 == 0 ? "/" : "/org/pinshift/Cluster1/job/1");
    case 'g':
      return g_variant_new_signature ("as");
    default:
      return g_variant_new_take_string (make_text (source));
    }
}

static GVariant *
make_option (ArgumentSource *source)
{
  guint at = below (source, G_N_ELEMENTS (options));
  const char *type = below (source, 2) == 0 ? options[at].type : types[below (source, G_N_ELEMENTS (types))];
  GVariant *value = g_variant_new_variant (argument_new (source, G_VARIANT_TYPE (type)));

  return g_variant_new_dict_entry (g_variant_new_string (options[at].name), value);
}

static GVariant *
make_container (ArgumentSource *source, const GVariantType *type)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (type);

  if (g_variant_type_is_array (type))
    for (guint n = below (source, 4); n > 0; n--)
      g_variant_builder_add_value (&builder, argument_new (source, g_variant_type_element (type)));
  else
    for (const GVariantType *item = g_variant_type_first (type); item != NULL; item = g_variant_type_next (item))
      g_variant_builder_add_value (&builder, argument_new (source, item));
  return g_variant_builder_end (&builder);
}

GVariant *
argument_new (ArgumentSource *source, const GVariantType *type)
{
  if (g_variant_type_equal (type, G_VARIANT_TYPE_HANDLE))
    return make_handle (source);
  if (g_variant_type_is_variant (type))
    return g_variant_new_variant (argument_new (source, G_VARIANT_TYPE (types[below (source, G_N_ELEMENTS (types))])));
  if (g_variant_type_equal (type, G_VARIANT_TYPE ("{sv}")))
    return make_option (source);
  if (g_variant_type_is_container (type))
    return make_container (source, type);
  return make_basic (source, *g_variant_type_peek_string (type));
}

/* (transfer full); NULL: arguments of that name may be anything. */
static char *
make_likely (ArgumentSource *source, const char *name)
{
  guint first = below (source, G_N_ELEMENTS (likely));

  if (strcmp (name, "host") == 0)
    return g_strdup (g_get_host_name ());
  if (strcmp (name, "xml") == 0)
    return make_file_text (source);
  for (guint i = 0; i < G_N_ELEMENTS (likely); i++)
    {
      guint at = (first + i) % G_N_ELEMENTS (likely);

      if (strcmp (likely[at].argument, name) == 0)
        return g_strdup (likely[at].text);
    }
  return NULL;
}

static GVariant *
make_named (ArgumentSource *source, const GDBusArgInfo *argument)
{
  gboolean is_text = strcmp (argument->signature, "s") == 0, is_options = strcmp (argument->signature, "a{sv}") == 0;
  char *text = is_text && below (source, 3) > 0 ? make_likely (source, argument->name) : NULL;

  if (text != NULL)
    return g_variant_new_take_string (text);
  if (is_options && below (source, 3) > 0)
    return g_variant_new_parsed ("@a{sv} {}");
  return argument_new (source, G_VARIANT_TYPE (argument->signature));
}

GVariant *
argument_new_tuple (ArgumentSource *source, GDBusArgInfo *const *arguments)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_TUPLE);

  for (; arguments != NULL && *arguments != NULL; arguments++)
    g_variant_builder_add_value (&builder, make_named (source, *arguments));
  return g_variant_builder_end (&builder);
}

GVariant *
argument_new_any (ArgumentSource *source)
{
  return argument_new (source, G_VARIANT_TYPE (tuples[below (source, G_N_ELEMENTS (tuples))]));
}
