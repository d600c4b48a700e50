/* Our own process: its locks, its network namespace, its end. */
#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static napi_value done(napi_env env, const char *call, int result) {
  return result < 0 ? failure(env, call, errno) : NULL;
}

/* lockFile(fd): exclusive, at once or not at all (EAGAIN). `fd` is one of node:fs. */
napi_value lock_file(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  int fd = (int)integer_argument(&arguments, 0, "fd", 0, INT_MAX);
  if (arguments.failed) return NULL;
  return done(env, "flock", flock(fd, LOCK_EX | LOCK_NB));
}

/* makeFifo(path, mode): in the thread that asks, so only where the file system is known to answer. */
napi_value make_fifo(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  char path[PATH_MAX];
  text_argument(&arguments, 0, "path", path, sizeof path);
  mode_t mode = (mode_t)integer_argument(&arguments, 1, "mode", 0, 0777);
  if (arguments.failed) return NULL;
  return done(env, "mkfifo", mkfifo(path, mode));
}

/* enterNamespace(path): this thread, and all sockets and programs it opens from now on. */
napi_value enter_namespace(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  char path[PATH_MAX];
  text_argument(&arguments, 0, "path", path, sizeof path);
  if (arguments.failed) return NULL;
  int namespace = open(path, O_RDONLY | O_CLOEXEC);
  if (namespace < 0) return failure(env, "open", errno);
  napi_value result = done(env, "setns", setns(namespace, CLONE_NEWNET));
  close(namespace);
  return result;
}

/* exitImmediately(code): without waiting for anything, such as a write that is stuck in the thread pool. */
napi_value exit_immediately(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  int code = (int)integer_argument(&arguments, 0, "code", 0, 255);
  if (!arguments.failed) _exit(code);
  return NULL;
}
