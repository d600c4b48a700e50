/* Prints what inotify(7) tells of a directory: a line "EVENT NAME" each, after a first line "ready". */

#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>

static const struct { unsigned mask; const char *name; } events[] = {
  { IN_CREATE, "CREATE" }, { IN_MODIFY, "MODIFY" }, { IN_CLOSE_WRITE, "CLOSE_WRITE" },
  { IN_MOVED_FROM, "MOVED_FROM" }, { IN_MOVED_TO, "MOVED_TO" }, { IN_DELETE, "DELETE" },
};

int main(int count, char **arguments)
{
  char buffer[65536] __attribute__((aligned(8)));
  unsigned all = 0;
  int watch = inotify_init();
  for (unsigned i = 0; i < sizeof events / sizeof *events; i++) all |= events[i].mask;
  if (count != 2 || watch < 0 || inotify_add_watch(watch, arguments[1], all) < 0) {
    perror("inotify");
    return 1;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  puts("ready");
  for (;;) {
    ssize_t length = read(watch, buffer, sizeof buffer);
    if (length <= 0) return 1;
    for (char *at = buffer; at < buffer + length;) {
      struct inotify_event *event = (struct inotify_event *)at;
      for (unsigned i = 0; i < sizeof events / sizeof *events; i++)
        if (event->mask & events[i].mask) printf("%s %s\n", events[i].name, event->len ? event->name : "");
      at += sizeof *event + event->len;
    }
  }
}
