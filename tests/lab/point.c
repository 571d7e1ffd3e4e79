/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Loaded before all else into the programs of a host, it counts the calls by which one of them acts on the world, and at one of these lets
 * something happen.  What, stands in a file that may come and go at any time; whenever it is another file, the count begins anew:
 *
 *   PROGRAM NUMBER DEED [PLACE]
 *
 *   kill     the program ends, and does not do what it was about to do
 *   stop     it stands still, until somebody lets it go on
 *   cut      the connection that it was about to write to is closed; without one, all are
 *   full     from now on nothing can be written to a file, as on a full disk
 *   poor     from now on it gets no more memory
 *
 * All but the last two happen once, to whoever comes there first.  With PLACE only calls count on what has that word in its name, and no others
 * fail.  Each call that counts is written down, a line each: its number, the process, what it is, and on what; a socket is called by where it
 * leads.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#define POINT "/run/pinlab/point"
#define CALLS "/run/pinlab/calls"
#define MOST_FDS 256

typedef struct
{
  ino_t file;      /* which file says it; 0: none */
  char deed[16];
  char place[64];  /* "": all */
  long number;     /* the call at which it happens */
  long count;      /* calls so far */
} Point;

/* A handler of signals may call what its own thread is in the middle of. */
static pthread_mutex_t mutex = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static Point point;
/* libvirt hands us on to QEMU, of which no call counts, and which writes much. */
static int bystander;

static void
lock (void)
{
  pthread_mutex_lock (&mutex);
}

static void
unlock (void)
{
  pthread_mutex_unlock (&mutex);
}

/* Whoever held it is not there; and its owner has another number here. */
static void
renew (void)
{
  mutex = (pthread_mutex_t)PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
}

/* libvirtd has threads, and its children write before they become another program. */
static void __attribute__ ((constructor))
begin (void)
{
  bystander = strncmp (program_invocation_short_name, "qemu-", 5) == 0;
  pthread_atfork (lock, unlock, renew);
}

/* The C library's own, behind ours, looked for once: that takes long in a program of many libraries. */
#define REAL(name) \
  ({ \
    static __typeof__ (&name) real; \
    if (real == NULL) \
      real = (__typeof__ (&name))dlsym (RTLD_NEXT, #name); \
    real; \
  })


static int
is_meant (const char *program)
{
  return strcmp (program, program_invocation_short_name) == 0;
}

/* What is to happen to this program; nothing where the file means another. */
static void
read_point (ino_t file)
{
  FILE *stream = fopen (POINT, "re");
  char program[64] = "";

  point = (Point){ .file = file };
  if (stream == NULL)
    return;
  if (fscanf (stream, "%63s %ld %15s %63s", program, &point.number, point.deed, point.place) < 3 || !is_meant (program))
    point.number = -1;
  fclose (stream);
}

static void
note (const char *call, const char *what)
{
  int fd = REAL (open) (CALLS, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  char line[512];
  int length = snprintf (line, sizeof line, "%ld %d %s %s\n", point.count, getpid (), call, what);

  if (fd >= 0 && REAL (write) (fd, line, (size_t)length) < 0)
    perror (CALLS);
  if (fd >= 0)
    close (fd);
}

static int
is_socket (int fd)
{
  struct stat about;

  return fstat (fd, &about) == 0 && S_ISSOCK (about.st_mode);
}

static void
cut (int fd)
{
  for (int each = 3; each < MOST_FDS; each++)
    if (is_socket (each) && (each == fd || !is_socket (fd)))
      shutdown (each, SHUT_RDWR);
}

static void
happen (const char *deed, int fd)
{
  if (*deed != '\0' && strcmp (deed, "full") != 0 && strcmp (deed, "poor") != 0)
    REAL (unlink) (POINT);
  if (strcmp (deed, "kill") == 0)
    raise (SIGKILL);
  else if (strcmp (deed, "stop") == 0)
    raise (SIGSTOP);
  else if (strcmp (deed, "cut") == 0)
    cut (fd);
  else if (strcmp (deed, "poor") == 0)
    setrlimit (RLIMIT_AS, &(struct rlimit){ 1, RLIM_INFINITY });
}

/* Counts one call more.  Whether it is to fail, for the disk is full; DEED: what is to happen at it, if anything. */
static int
count (const char *call, const char *what, char deed[sizeof point.deed])
{
  struct stat about;

  if (stat (POINT, &about) != 0)
    point = (Point){ 0 };
  else if (about.st_ino != point.file)
    read_point (about.st_ino);
  if (point.number <= 0 || strstr (what, point.place) == NULL)
    return 0;
  point.count++;
  note (call, what);
  if (point.count == point.number)
    memcpy (deed, point.deed, sizeof point.deed);
  return point.count >= point.number && strcmp (point.deed, "full") == 0;
}

/* A call on FD, or on none (-1).  Whether it is to fail. */
static int
counted (const char *call, const char *what, int fd)
{
  char deed[sizeof point.deed] = "";
  int saved = errno, full;

  if (bystander)
    return 0;
  lock ();
  full = count (call, what, deed);
  unlock ();
  happen (deed, fd);
  errno = saved;
  return full;
}

/* Where a socket leads: a path, or an address and a port; "peer" where it has no name. */
static void
name_address (const struct sockaddr *to, socklen_t length, char what[256])
{
  const struct sockaddr_in *in = (const void *)to;
  const struct sockaddr_un *un = (const void *)to;
  char address[INET_ADDRSTRLEN] = "";

  if (to->sa_family == AF_INET)
    snprintf (what, 256, "%s:%d", inet_ntop (AF_INET, &in->sin_addr, address, sizeof address), ntohs (in->sin_port));
  else if (to->sa_family == AF_UNIX && length > offsetof (struct sockaddr_un, sun_path) && *un->sun_path != '\0')
    snprintf (what, 256, "%.*s", (int)(length - offsetof (struct sockaddr_un, sun_path)), un->sun_path);
  else
    snprintf (what, 256, "peer");
}

static void
name_peer (int fd, char what[256])
{
  struct sockaddr_storage to;
  socklen_t length = sizeof to;

  if (getpeername (fd, (struct sockaddr *)&to, &length) == 0)
    name_address ((struct sockaddr *)&to, length, what);
}

/* Of a call on FD, which counts if that is a connection, a pipe or a file; not what wakes another thread. */
static int
counted_fd (const char *call, int fd)
{
  char link[64], what[256] = "";
  struct stat about;
  ssize_t length;

  if (bystander)
    return 0;
  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  length = readlink (link, what, sizeof what - 1);
  if (length < 0 || strncmp (what, "anon_inode:", 11) == 0 || strncmp (what, "/memfd:", 7) == 0 || fstat (fd, &about) != 0 || S_ISCHR (about.st_mode))
    return 0;
  if (S_ISSOCK (about.st_mode))
    name_peer (fd, what);
  return counted (call, what, fd) && S_ISREG (about.st_mode);
}

static int
fail (void)
{
  errno = ENOSPC;
  return -1;
}

ssize_t
write (int fd, const void *data, size_t size)
{
  return counted_fd ("write", fd) ? fail () : REAL (write) (fd, data, size);
}

ssize_t
writev (int fd, const struct iovec *parts, int n)
{
  return counted_fd ("writev", fd) ? fail () : REAL (writev) (fd, parts, n);
}

ssize_t
send (int fd, const void *data, size_t size, int flags)
{
  return counted_fd ("send", fd) ? fail () : REAL (send) (fd, data, size, flags);
}

ssize_t
sendto (int fd, const void *data, size_t size, int flags, const struct sockaddr *to, socklen_t length)
{
  return counted_fd ("sendto", fd) ? fail () : REAL (sendto) (fd, data, size, flags, to, length);
}

ssize_t
sendmsg (int fd, const struct msghdr *message, int flags)
{
  return counted_fd ("sendmsg", fd) ? fail () : REAL (sendmsg) (fd, message, flags);
}

int
fsync (int fd)
{
  return counted_fd ("fsync", fd) ? fail () : REAL (fsync) (fd);
}

int
ftruncate (int fd, off_t size)
{
  return counted_fd ("ftruncate", fd) ? fail () : REAL (ftruncate) (fd, size);
}

int
connect (int fd, const struct sockaddr *to, socklen_t length)
{
  char what[256];

  name_address (to, length, what);
  counted ("connect", what, -1);
  return REAL (connect) (fd, to, length);
}

int
rename (const char *from, const char *to)
{
  return counted ("rename", to, -1) ? fail () : REAL (rename) (from, to);
}

int
unlink (const char *path)
{
  counted ("unlink", path, -1);
  return REAL (unlink) (path);
}

int
mkdir (const char *path, mode_t mode)
{
  return counted ("mkdir", path, -1) ? fail () : REAL (mkdir) (path, mode);
}

static int
makes (int flags)
{
  return (flags & O_CREAT) != 0;
}

static mode_t
mode_of (int flags, va_list rest)
{
  return makes (flags) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg (rest, mode_t) : 0;
}

int
open (const char *path, int flags, ...)
{
  va_list rest;
  mode_t mode;

  va_start (rest, flags);
  mode = mode_of (flags, rest);
  va_end (rest);
  return makes (flags) && counted ("open", path, -1) ? fail () : REAL (open) (path, flags, mode);
}

int
open64 (const char *path, int flags, ...)
{
  va_list rest;
  mode_t mode;

  va_start (rest, flags);
  mode = mode_of (flags, rest);
  va_end (rest);
  return makes (flags) && counted ("open", path, -1) ? fail () : REAL (open64) (path, flags, mode);
}
