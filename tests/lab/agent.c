/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The control channel of a laboratory host: runs commands that arrive over TCP, several at once.
 *
 * It is PID 1 of the host (and reaps what others leave behind).  One connection is one command:
 *
 *   request    u32 size of the arguments, the arguments (each ends with NUL), u32 size of the standard
 *              input, the standard input
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

/* Standard input on its way: what the client has yet to send, and what the command has yet to read. */
typedef struct
{
  int fd;
  size_t to_come;
  char chunk[CHUNK];
  size_t begin, end;
} Input;

static void
input_end (Input *input)
{
  if (input->fd >= 0)
    close (input->fd);
  input->fd = -1;
  input->begin = input->end = 0;
}

/* Returns 0 when the client is gone. */
static int
input_receive (Input *input, int client)
{
  size_t wanted = input->to_come < CHUNK ? input->to_come : CHUNK;
  ssize_t n = read (client, input->chunk, wanted > 0 ? wanted : 1);

  if (n <= 0)
    return 0;
  input->to_come -= (size_t) n < input->to_come ? (size_t) n : input->to_come;
  input->begin = 0;
  input->end = input->fd >= 0 ? (size_t) n : 0;
  return 1;
}

/* A command that closes its input gets no more of it; the client does not hear of that. */
static void
input_deliver (Input *input)
{
  ssize_t n = write (input->fd, input->chunk + input->begin, input->end - input->begin);

  if (n > 0)
    input->begin += (size_t) n;
  else if (n < 0 && errno != EAGAIN && errno != EINTR)
    input_end (input);
}

/* Moves bytes both ways until both outputs of the command have ended.  Returns 0 if the client left. */
static int
relay (int client, Input *input, int output, int error)
{
  struct pollfd fds[4] = {
    { .fd = output, .events = POLLIN },
    { .fd = error, .events = POLLIN },
  };

  while (fds[0].fd >= 0 || fds[1].fd >= 0)
    {
      int pending = input->begin < input->end;

      if (!pending && input->to_come == 0)
        input_end (input);
      /* A client whose input is all here is still watched: its end is the command's. */
      fds[2] = (struct pollfd){ .fd = pending ? -1 : client, .events = POLLIN };
      fds[3] = (struct pollfd){ .fd = pending ? input->fd : -1, .events = POLLOUT };
      if (poll (fds, 4, -1) < 0 && errno != EINTR)
        return 0;
      if (fds[0].fd >= 0 && fds[0].revents && !forward_output (client, &fds[0], FRAME_OUT))
        return 0;
      if (fds[1].fd >= 0 && fds[1].revents && !forward_output (client, &fds[1], FRAME_ERR))
        return 0;
      if (fds[2].revents && !input_receive (input, client))
        return 0;
      if (fds[3].revents)
        input_deliver (input);
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

/* Reads the arguments of one request into @block; what follows is standard input of @ret_input bytes. */
static size_t
read_request (int client, char *block, size_t *ret_input)
{
  uint32_t size, input;

  if (!read_all (client, &size, sizeof size))
    return 0;
  size = ntohl (size);
  if (size == 0 || size > BLOCK_MAX || !read_all (client, block, size)
      || !read_all (client, &input, sizeof input))
    return 0;
  block[size] = '\0';
  *ret_input = ntohl (input);
  return size;
}

static void
serve (int client)
{
  static char block[BLOCK_MAX + 1];
  static char *argv[ARGUMENTS_MAX + 1];
  static Input input;
  int in[2], out[2], err[2], status = 0;
  char text[16];
  pid_t pid;

  if (split (block, read_request (client, block, &input.to_come), argv) == 0)
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
  input.fd = in[1];
  if (fcntl (in[1], F_SETFL, O_NONBLOCK) < 0)
    die ("fcntl");
  if (!relay (client, &input, out[0], err[0]))
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
