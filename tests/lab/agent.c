/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The control channel of a laboratory host: runs commands that arrive over TCP, several at once.
 *
 * It is PID 1 of the host (and reaps what others leave behind).  One connection is one command:
 *
 *   request    u32 size of the arguments, the arguments (each ends with NUL), then standard input
 *              until the client shuts its side down
 *   answer     frames of u8 kind, u32 size, bytes.  Kinds: 1 standard output, 2 standard error,
 *              3 the exit status in decimal (128 + N for a signal), always last
 *
 * Numbers are big-endian.  A client that closes early ends the command's process group.
 *
 *   agent PORT PROGRAM [ARGUMENT...]    PROGRAM is started once, before the first connection */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum
{
  FRAME_OUT = 1,
  FRAME_ERR = 2,
  FRAME_EXIT = 3,
};

#define ARGUMENTS_MAX 1024
#define BLOCK_MAX (1U << 20)
#define CHUNK 65536

static void
die (const char *what)
{
  dprintf (STDERR_FILENO, "agent: %s: %s\n", what, strerror (errno));
  _exit (127);
}

/* Returns 1 when all of @size bytes were read, 0 at the end of the stream or on an error. */
static int
read_all (int fd, void *data, size_t size)
{
  char *at = data;

  while (size > 0)
    {
      ssize_t n = read (fd, at, size);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return 0;
      at += n;
      size -= (size_t) n;
    }
  return 1;
}

static int
write_all (int fd, const void *data, size_t size)
{
  const char *at = data;

  while (size > 0)
    {
      ssize_t n = write (fd, at, size);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return 0;
      at += n;
      size -= (size_t) n;
    }
  return 1;
}

static int
send_frame (int fd, uint8_t kind, const void *data, size_t size)
{
  uint32_t length = htonl ((uint32_t) size);
  char head[5] = { (char) kind };

  memcpy (head + 1, &length, sizeof length);
  return write_all (fd, head, sizeof head) && write_all (fd, data, size);
}

/* Passes what one pipe of the command has on to the client.  The descriptor becomes -1 at its end. */
static int
forward_output (int client, struct pollfd *pipe_end, uint8_t kind)
{
  static char chunk[CHUNK];
  ssize_t n = read (pipe_end->fd, chunk, sizeof chunk);

  if (n > 0)
    return send_frame (client, kind, chunk, (size_t) n);
  close (pipe_end->fd);
  pipe_end->fd = -1;
  return 1;
}

/* Passes standard input on.  Returns 0 when the client is gone for good. */
static int
forward_input (struct pollfd *client, int *input)
{
  static char chunk[CHUNK];
  ssize_t n = read (client->fd, chunk, sizeof chunk);

  if (n < 0)
    return 0;
  if (n > 0)
    {
      if (*input >= 0)
        (void) write_all (*input, chunk, (size_t) n);
      return 1;
    }
  /* A half-closed client still reads; POLLHUP tells when it is closed altogether. */
  if (*input >= 0)
    close (*input);
  *input = -1;
  client->events = 0;
  return 1;
}

/* Moves bytes both ways until both outputs of the command have ended.  Returns 0 if the client left. */
static int
relay (int client, int input, int output, int error)
{
  struct pollfd fds[3] = {
    { .fd = client, .events = POLLIN },
    { .fd = output, .events = POLLIN },
    { .fd = error, .events = POLLIN },
  };

  while (fds[1].fd >= 0 || fds[2].fd >= 0)
    {
      if (poll (fds, 3, -1) < 0 && errno != EINTR)
        return 0;
      if (fds[0].revents & (POLLHUP | POLLERR))
        return 0;
      if (fds[1].fd >= 0 && fds[1].revents && !forward_output (client, &fds[1], FRAME_OUT))
        return 0;
      if (fds[2].fd >= 0 && fds[2].revents && !forward_output (client, &fds[2], FRAME_ERR))
        return 0;
      if ((fds[0].revents & POLLIN) && !forward_input (&fds[0], &input))
        return 0;
    }
  return 1;
}

/* Becomes the command.  The descriptors of the agent are all close-on-exec. */
static _Noreturn void
become (char **argv, int input, int output, int error)
{
  setpgid (0, 0);
  signal (SIGPIPE, SIG_DFL);
  if (dup2 (input, STDIN_FILENO) < 0 || dup2 (output, STDOUT_FILENO) < 0
      || dup2 (error, STDERR_FILENO) < 0)
    die ("dup2");
  execvp (argv[0], argv);
  die (argv[0]);
  _exit (127);
}

/* Splits @block (ends with NUL) into @argv. */
static int
split (char *block, size_t size, char **argv)
{
  int count = 0;

  for (char *at = block; at < block + size && count < ARGUMENTS_MAX; at += strlen (at) + 1)
    argv[count++] = at;
  argv[count] = NULL;
  return count;
}

/* Reads the arguments of one request into @block. */
static size_t
read_request (int client, char *block)
{
  uint32_t size;

  if (!read_all (client, &size, sizeof size))
    return 0;
  size = ntohl (size);
  if (size == 0 || size > BLOCK_MAX || !read_all (client, block, size))
    return 0;
  block[size] = '\0';
  return size;
}

static void
serve (int client)
{
  static char block[BLOCK_MAX + 1];
  static char *argv[ARGUMENTS_MAX + 1];
  int in[2], out[2], err[2], status = 0;
  char text[16];
  pid_t pid;

  if (split (block, read_request (client, block), argv) == 0)
    return;
  if (pipe2 (in, O_CLOEXEC) < 0 || pipe2 (out, O_CLOEXEC) < 0 || pipe2 (err, O_CLOEXEC) < 0)
    die ("pipe");
  pid = fork ();
  if (pid < 0)
    die ("fork");
  if (pid == 0)
    become (argv, in[0], out[1], err[1]);
  close (in[0]);
  close (out[1]);
  close (err[1]);
  if (!relay (client, in[1], out[0], err[0]))
    {
      kill (-pid, SIGKILL);
      return;
    }
  while (waitpid (pid, &status, 0) < 0 && errno == EINTR)
    ;
  status = WIFSIGNALED (status) ? 128 + WTERMSIG (status) : WEXITSTATUS (status);
  snprintf (text, sizeof text, "%d", status);
  (void) send_frame (client, FRAME_EXIT, text, strlen (text));
}

static int
listen_on (const char *port)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int yes = 1;

  address.sin_port = htons ((uint16_t) strtoul (port, NULL, 10));
  if (fd < 0 || setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0
      || bind (fd, (struct sockaddr *) &address, sizeof address) < 0 || listen (fd, 64) < 0)
    die ("listen");
  return fd;
}

int
main (int argc, char **argv)
{
  int listener;

  if (argc < 2)
    {
      fprintf (stderr, "usage: agent PORT [PROGRAM [ARGUMENT...]]\n");
      return 2;
    }
  signal (SIGPIPE, SIG_IGN);
  listener = listen_on (argv[1]);
  if (argc > 2 && fork () == 0)
    {
      setsid ();
      signal (SIGPIPE, SIG_DFL);
      execvp (argv[2], argv + 2);
      die (argv[2]);
    }
  /* Ignored, so that the kernel reaps orphans; each session sets it back to wait for its own. */
  signal (SIGCHLD, SIG_IGN);
  for (;;)
    {
      int client = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);

      if (client < 0)
        continue;
      if (fork () == 0)
        {
          signal (SIGCHLD, SIG_DFL);
          close (listener);
          serve (client);
          _exit (0);
        }
      close (client);
    }
}
