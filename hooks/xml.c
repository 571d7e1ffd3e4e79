/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The domain XML on its way through the hook: in on stdin, sealed, and out on stdout. Never parsed. */

#include "xml.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* The UUID is the second element of a domain. */
#define HEAD_MAX (64 * 1024)

static ssize_t
read_some (int fd, char *buffer, size_t size)
{
  ssize_t got;

  do
    got = read (fd, buffer, size);
  while (got < 0 && errno == EINTR);
  return got;
}

static bool
write_all (int fd, const char *data, size_t size)
{
  while (size > 0)
    {
      ssize_t put = write (fd, data, size);

      if (put < 0 && errno == EINTR)
        continue;
      if (put <= 0)
        return false;
      data += put;
      size -= (size_t) put;
    }

  return true;
}

/* Copies stdin to @fd; NULL, or what went wrong. */
static const char *
copy_stdin (int fd)
{
  char buffer[64 * 1024];
  size_t total = 0;
  ssize_t got;

  while ((got = read_some (STDIN_FILENO, buffer, sizeof buffer)) > 0)
    {
      total += (size_t) got;
      if (total > PIN_XML_MAX)
        return "XML of more than 4 MiB";
      if (!write_all (fd, buffer, (size_t) got))
        return strerror (errno);
    }

  if (got < 0)
    return strerror (errno);
  return total == 0 ? "no XML on stdin" : NULL;
}

int
pin_xml_read (PinLine *why)
{
  int fd = memfd_create ("pinshift-domain", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  const char *problem = fd < 0 ? strerror (errno) : copy_stdin (fd);

  if (problem == NULL && fcntl (fd, F_ADD_SEALS, SEALS | F_SEAL_SEAL) < 0)
    problem = strerror (errno);
  if (problem == NULL)
    return fd;

  pin_line_add (why, "can't take the domain XML from libvirt: ");
  pin_line_add (why, problem);
  if (fd >= 0)
    close (fd);
  return -1;
}

static bool
has (const char *text, size_t size, const char *word)
{
  return memmem (text, size, word, strlen (word)) != NULL;
}

/* libvirt writes a domain as one element, and ends it with a line feed. */
static bool
is_domain (const char *text, size_t size)
{
  static const char head[] = "<domain", tail[] = "</domain>\n";

  return size > sizeof head + sizeof tail && memcmp (text, head, sizeof head - 1) == 0
         && memcmp (text + size - (sizeof tail - 1), tail, sizeof tail - 1) == 0 && memchr (text, '\0', size) == NULL;
}

bool
pin_xml_is_untuned (int fd)
{
  static const char *const words[] = { " cpuset=",  "<numatune",  "<hugepages", "<nodemask",           "<pagesize",
                                       "sched ",    "<cachetune", "<memorytune", "urn:pinshift:record" };
  struct stat status;
  const char *text;
  bool untuned;

  if (fstat (fd, &status) < 0 || status.st_size <= 0)
    return false;
  text = mmap (NULL, (size_t) status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (text == MAP_FAILED)
    return false;

  untuned = is_domain (text, (size_t) status.st_size);
  for (unsigned i = 0; untuned && i < sizeof words / sizeof words[0]; i++)
    untuned = !has (text, (size_t) status.st_size, words[i]);
  munmap ((void *) text, (size_t) status.st_size);
  return untuned;
}

static bool
find_uuid (const char *text, char ret_uuid[PIN_UUID_SIZE])
{
  const size_t length = PIN_UUID_SIZE - 1;
  const char *uuid = strstr (text, "<uuid>");

  if (uuid == NULL)
    return false;
  uuid += strlen ("<uuid>");
  if (strspn (uuid, "0123456789abcdefABCDEF-") != length || strncmp (uuid + length, "</uuid>", 7) != 0)
    return false;

  memcpy (ret_uuid, uuid, length);
  ret_uuid[length] = '\0';
  return true;
}

bool
pin_xml_read_uuid (char ret_uuid[PIN_UUID_SIZE])
{
  char head[HEAD_MAX];
  size_t total = 0;
  ssize_t got;

  while ((got = read_some (STDIN_FILENO, head + total, sizeof head - 1 - total)) > 0)
    {
      total += (size_t) got;
      head[total] = '\0';
      if (find_uuid (head, ret_uuid))
        return true;
    }

  return false;
}

const char *
pin_xml_map (int fd, size_t *ret_size, PinLine *why)
{
  int seals = fcntl (fd, F_GET_SEALS);
  const char *problem = NULL;
  struct stat status;
  void *xml;

  if (seals < 0 || (seals & SEALS) != SEALS)
    problem = "its XML is not in a sealed memfd";
  else if (fstat (fd, &status) < 0 || status.st_size == 0 || status.st_size > (off_t) PIN_XML_MAX)
    problem = "its XML is empty or larger than 4 MiB";
  else if ((xml = mmap (NULL, (size_t) status.st_size, PROT_READ, MAP_PRIVATE, fd, 0)) == MAP_FAILED)
    problem = strerror (errno);

  if (problem != NULL)
    {
      pin_line_add (why, "bad answer of pinshiftd: ");
      pin_line_add (why, problem);
      return NULL;
    }

  *ret_size = (size_t) status.st_size;
  return xml;
}

bool
pin_xml_print (const char *xml, size_t size)
{
  return write_all (STDOUT_FILENO, xml, size);
}
