/*
 * Our own process: its locks, its scheduling, its network namespace, its end.
 *
 * There is no mlockall: V8 gives memory back by madvise(MADV_DONTNEED), which
 * the kernel refuses for locked memory, and V8 then aborts the process (seen
 * on Node 20). MemorySwapMax=0 in the service's unit keeps it out of swap.
 */
#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/resource.h>
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

/*
 * useRealtime(priority): this thread, which runs the event loop. Programs we
 * start go back to ordinary scheduling.
 */
napi_value use_realtime(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  struct sched_param parameters = {.sched_priority = (int)integer_argument(&arguments, 0, "priority", 1, 99)};
  if (arguments.failed) return NULL;
  return done(env, "sched_setscheduler", sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &parameters));
}

/* useNice(value): this thread; programs we start do not inherit a value below 0. */
napi_value use_nice(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  int value = (int)integer_argument(&arguments, 0, "value", -20, 19);
  if (arguments.failed) return NULL;
  struct sched_param parameters = {0};
  int policy = sched_getscheduler(0);
  if (policy == SCHED_OTHER) sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &parameters);
  return done(env, "setpriority", setpriority(PRIO_PROCESS, 0, value));
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
