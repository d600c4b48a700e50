/*
 * director-servers PORT [http]: real servers, all addresses of this host at once, for as little processor time as can be:
 * each connection is taken and closed, after an answer where `http` is said.
 */
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

int main(int count, char **words) {
  if (count < 2) return fprintf(stderr, "usage: director-servers PORT [http]\n"), 2;
  int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(atoi(words[1]))};
  signal(SIGPIPE, SIG_IGN);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (const void *)&any, sizeof any) || listen(listener, 4096)) return perror("listen"), 1;
  for (;;) {
    int connection = accept(listener, NULL, NULL);
    if (connection < 0) continue;
    char request[4096];
    struct timeval patience = {.tv_usec = 500000};
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (count > 2 && read(connection, request, sizeof request) > 0 &&
        write(connection, answer, sizeof answer - 1) < 0)
      perror("answer");
    close(connection);
  }
}
