/*
 * servers DIRECTORY: real servers, all in one process. Each file of the directory is one, by its name ADDRESS-PORT, and
 * has what it answers to HTTP: a status and a body, or `hang` for who takes connections and says nothing. The directory
 * is read at start and at each SIGHUP: who has no file any more is refused, and connections go on as they are. Requests
 * are appended to DIRECTORY/../requests, one a line, as `ADDRESS-PORT` and the request with \r\n as it is in C.
 * DIRECTORY/../listens is there when it hears SIGHUP.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IPV6_FREEBIND
#define IPV6_FREEBIND 78
#endif
#define MOST 128
#define LONGEST 2048

struct server {
  char name[256];
  char answer[256];
  int listener;
  int seen;
};

struct connection {
  int descriptor;
  int server;
  size_t length;
  char request[LONGEST];
};

static struct server servers[MOST];
static struct connection connections[MOST];
static int server_count, connection_count;
static int requests = -1;

static int listen_as(const char *name) {
  char address[256];
  snprintf(address, sizeof address, "%s", name);
  char *dash = strrchr(address, '-');
  if (!dash) return -1;
  *dash = '\0';
  int family = strchr(address, ':') ? AF_INET6 : AF_INET;
  struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(atoi(dash + 1))};
  struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(atoi(dash + 1))};
  if (inet_pton(family, address, family == AF_INET6 ? (void *)&six.sin6_addr : (void *)&four.sin_addr) != 1) return -1;
  int descriptor = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  /* An address that only a route makes ours. */
  if (family == AF_INET6) setsockopt(descriptor, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof on);
  const struct sockaddr *local = family == AF_INET6 ? (void *)&six : (void *)&four;
  if (bind(descriptor, local, family == AF_INET6 ? sizeof six : sizeof four) == 0 && listen(descriptor, 64) == 0)
    return descriptor;
  perror(name);
  close(descriptor);
  return -1;
}

static struct server *server_of(const char *name) {
  for (int i = 0; i < server_count; i++)
    if (strcmp(servers[i].name, name) == 0) return &servers[i];
  if (server_count == MOST) return NULL;
  struct server *server = &servers[server_count++];
  snprintf(server->name, sizeof server->name, "%s", name);
  server->listener = -1;
  return server;
}

static void read_servers(const char *directory) {
  for (int i = 0; i < server_count; i++) servers[i].seen = 0;
  DIR *all = opendir(directory);
  for (struct dirent *each; all && (each = readdir(all));) {
    struct server *server = each->d_name[0] == '.' ? NULL : server_of(each->d_name);
    if (!server) continue;
    int file = openat(dirfd(all), each->d_name, O_RDONLY | O_CLOEXEC);
    ssize_t length = read(file, server->answer, sizeof server->answer - 1);
    close(file);
    server->answer[length > 0 ? length : 0] = '\0';
    server->answer[strcspn(server->answer, "\n")] = '\0';
    server->seen = 1;
    if (server->listener < 0) server->listener = listen_as(server->name);
  }
  if (all) closedir(all);
  for (int i = 0; i < server_count; i++)
    if (!servers[i].seen && servers[i].listener >= 0) {
      close(servers[i].listener);
      servers[i].listener = -1;
    }
}

static void note(const struct server *server, const char *request) {
  char line[2 * LONGEST + 300];
  size_t length = snprintf(line, sizeof line, "%s ", server->name);
  for (; *request; request++) {
    if (*request == '\r' || *request == '\n') line[length++] = '\\', line[length++] = *request == '\r' ? 'r' : 'n';
    else line[length++] = *request;
  }
  line[length++] = '\n';
  if (write(requests, line, length) < 0) perror("requests");
}

static void answer(int descriptor, const struct server *server) {
  const char *body = strchr(server->answer, ' ');
  body = body ? body + 1 : "";
  char text[512];
  int length = snprintf(text, sizeof text, "HTTP/1.0 %.3s Answer\r\nContent-Length: %zu\r\n\r\n%s", server->answer,
                        strlen(body), body);
  if (write(descriptor, text, length) < 0) perror("answer");
}

/* Whether the connection is over. */
static int go_on(struct connection *connection) {
  const struct server *server = &servers[connection->server];
  ssize_t got = read(connection->descriptor, connection->request + connection->length,
                     sizeof connection->request - 1 - connection->length);
  if (got <= 0) return 1;
  connection->length += got;
  connection->request[connection->length] = '\0';
  if (!strstr(connection->request, "\r\n\r\n")) return connection->length == sizeof connection->request - 1;
  if (strcmp(server->answer, "hang") == 0) return 0;
  note(server, connection->request);
  answer(connection->descriptor, server);
  return 1;
}

static volatile sig_atomic_t told;
static void on_hangup(int signal) { told = signal; }

int main(int count, char **words) {
  if (count != 2) return fprintf(stderr, "usage: servers DIRECTORY\n"), 2;
  char path[512];
  snprintf(path, sizeof path, "%s/../requests", words[1]);
  requests = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  signal(SIGPIPE, SIG_IGN);
  /* A signal comes only while it waits. */
  sigset_t hangup, none;
  sigemptyset(&none);
  sigemptyset(&hangup);
  sigaddset(&hangup, SIGHUP);
  sigprocmask(SIG_BLOCK, &hangup, NULL);
  sigaction(SIGHUP, &(struct sigaction){.sa_handler = on_hangup}, NULL);
  snprintf(path, sizeof path, "%s/../listens", words[1]);
  close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  read_servers(words[1]);
  for (;;) {
    struct pollfd wanted[2 * MOST];
    int owner[2 * MOST], wants = 0;
    for (int i = 0; i < server_count; i++)
      if (servers[i].listener >= 0 && connection_count < MOST)
        owner[wants] = i, wanted[wants++] = (struct pollfd){servers[i].listener, POLLIN, 0};
    int listeners = wants;
    for (int i = 0; i < connection_count; i++)
      owner[wants] = i, wanted[wants++] = (struct pollfd){connections[i].descriptor, POLLIN, 0};
    int ready = ppoll(wanted, wants, NULL, &none);
    if (told) {
      told = 0;
      read_servers(words[1]);
      continue;
    }
    if (ready < 0) continue;
    for (int i = 0; i < listeners && connection_count < MOST; i++) {
      if (!wanted[i].revents) continue;
      int descriptor = accept4(wanted[i].fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (descriptor < 0) continue;
      connections[connection_count++] = (struct connection){.descriptor = descriptor, .server = owner[i]};
    }
    for (int i = wants - 1; i >= listeners; i--) {
      if (!wanted[i].revents || !go_on(&connections[owner[i]])) continue;
      close(connections[owner[i]].descriptor);
      connections[owner[i]] = connections[--connection_count];
    }
  }
}
