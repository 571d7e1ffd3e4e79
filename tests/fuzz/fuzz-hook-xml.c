/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes on the hook's standard input: handed on as they are. And a domain that the hook, which does not parse, lets pass unasked
 * because nothing in it is tuned, has nothing for who does parse it. */
#include "fuzz.h"

#include "format/domain-write.h"
#include "xml.h"

#include <sys/mman.h>
#include <unistd.h>

static void
close_file (const int *fd)
{
  close (*fd);
}

static int
file_of (const void *data, gsize size)
{
  int fd = memfd_create ("input", MFD_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, data, size), ==, (gssize) size);
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  return fd;
}

static void
check_handed_on (const guint8 *data, gsize size)
{
  PinLine why = PIN_LINE_INIT;
  __attribute__ ((cleanup (close_file))) int fd = pin_xml_read (&why);
  const char *xml;
  gsize length = 0;

  if (size == 0 || size > PIN_XML_MAX)
    {
      g_assert_cmpint (fd, <, 0);
      fuzz_assert_line (why.text);
      return;
    }
  g_assert_cmpint (fd, >=, 0);
  xml = pin_xml_map (fd, &length, &why);
  g_assert_cmpstr (why.text, ==, "");
  g_assert_cmpmem (xml, length, data, size);
  munmap ((void *) xml, length);
}

static void
check_uuid (void)
{
  char uuid[PIN_UUID_SIZE];

  g_assert_cmpint (lseek (STDIN_FILENO, 0, SEEK_SET), ==, 0);
  if (!pin_xml_read_uuid (uuid))
    return;
  g_assert_cmpuint (strlen (uuid), ==, PIN_UUID_SIZE - 1);
  g_assert_cmpuint (strspn (uuid, "0123456789abcdefABCDEF-"), ==, PIN_UUID_SIZE - 1);
}

static gboolean
is_untuned (const char *text, gsize length)
{
  __attribute__ ((cleanup (close_file))) int fd = file_of (text, length);

  return pin_xml_is_untuned (fd);
}

/* As libvirt would write it: its own elements have no other form. */
static void
check_untuned (const guint8 *data, gsize size)
{
  g_autoptr (PinDomain) domain = pin_domain_parse ((const char *) data, size, NULL);
  g_autofree char *text = NULL;
  gsize length;

  if (domain == NULL)
    return;
  text = pin_domain_format (domain, &length);
  if (!is_untuned (text, length))
    return;
  g_assert_true (pin_placement_is_empty (domain->placement));
  g_assert_null (domain->record);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  __attribute__ ((cleanup (close_file))) int fd = file_of (data, size);

  g_assert_cmpint (dup2 (fd, STDIN_FILENO), ==, STDIN_FILENO);
  check_handed_on (data, size);
  check_uuid ();
  is_untuned ((const char *) data, size);
  check_untuned (data, size);
  return 0;
}
