/*
 * How the threads of this process are scheduled, and what of its memory stays.
 *
 * mlockall is not among it: V8 gives memory back by madvise(MADV_DONTNEED),
 * which the kernel refuses for locked memory, also with MCL_ONFAULT, and V8 then
 * aborts the process (seen on Node 20). Locked is what V8 does not manage.
 */
#include "system.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REGULAR 0
#define LONGEST_MAP_LINE (PATH_MAX + 128)

/* A thread by its id. One that is not ours fails with ESRCH: nobody else's scheduling is touched. */
static pid_t thread_argument(struct arguments *arguments, size_t index, int *error) {
  pid_t thread = (pid_t)integer_argument(arguments, index, "thread", 1, INT_MAX);
  *error = !arguments->failed && syscall(SYS_tgkill, getpid(), thread, 0) < 0 ? errno : 0;
  return thread;
}

static napi_value done(napi_env env, const char *call, long result) {
  return result < 0 ? failure(env, call, errno) : NULL;
}

/*
 * setRealtime(thread, priority): round robin, or ordinary scheduling where the
 * priority is 0. Programs and threads that a real-time thread starts are
 * ordinary.
 */
napi_value set_realtime(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  int error = 0;
  pid_t thread = thread_argument(&arguments, 0, &error);
  int priority = (int)integer_argument(&arguments, 1, "priority", REGULAR, 99);
  if (arguments.failed) return NULL;
  if (error != 0) return failure(env, "tgkill", error);
  struct sched_param parameters = {.sched_priority = priority};
  int policy = priority == REGULAR ? SCHED_OTHER : SCHED_RR | SCHED_RESET_ON_FORK;
  return done(env, "sched_setscheduler", sched_setscheduler(thread, policy, &parameters));
}

/* setNice(thread, value): programs that the thread starts do not inherit a value below 0. */
napi_value set_nice(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  int error = 0;
  pid_t thread = thread_argument(&arguments, 0, &error);
  int value = (int)integer_argument(&arguments, 1, "value", -20, 19);
  if (arguments.failed) return NULL;
  if (error != 0) return failure(env, "tgkill", error);
  struct sched_param parameters = {0};
  if ((sched_getscheduler(thread) & ~SCHED_RESET_ON_FORK) == SCHED_OTHER) {
    sched_setscheduler(thread, SCHED_OTHER | (value < 0 ? SCHED_RESET_ON_FORK : 0), &parameters);
  }
  return done(env, "setpriority", setpriority(PRIO_PROCESS, (id_t)thread, value));
}

struct share read_share(void) {
  struct share share = {.nice = getpriority(PRIO_PROCESS, 0)};
  long bytes = syscall(SYS_sched_getaffinity, 0, sizeof share.processors, share.processors);
  share.processor_bytes = bytes > 0 ? (size_t)bytes : 0;
  return share;
}

static void processors_argument(struct arguments *arguments, size_t index, struct share *wanted) {
  struct numbers list = numbers_argument(arguments, index, "numbers", 1);
  *wanted = (struct share){.processor_bytes = sizeof wanted->processors};
  for (size_t at = 0; !arguments->failed && at < list.length; at++) {
    double number = list.data[at];
    if (number >= 0 && number < MAX_PROCESSORS && number == (double)(unsigned)number) {
      wanted->processors[(unsigned)number / 64] |= UINT64_C(1) << ((unsigned)number % 64);
    } else {
      fail_with_range_error(arguments, "numbers", "must be processor numbers");
    }
  }
}

/*
 * setProcessors(thread, numbers | undefined): the thread runs on these only, or
 * on those that the process had when the addon was loaded. Programs that we
 * start always run on the latter.
 */
napi_value set_processors(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  int error = 0;
  pid_t thread = thread_argument(&arguments, 0, &error);
  struct share wanted = arguments.addon->share;
  if (!is_absent(&arguments, 1)) processors_argument(&arguments, 1, &wanted);
  if (arguments.failed) return NULL;
  if (error != 0) return failure(env, "tgkill", error);
  return done(env, "sched_setaffinity",
              syscall(SYS_sched_setaffinity, thread, wanted.processor_bytes, wanted.processors));
}

/* Programs, libraries, malloc's memory and the stack. The rest is V8's, or a thread's stack. */
static bool is_lockable(unsigned long inode, const char *name) {
  return inode != 0 || strcmp(name, "[heap]") == 0 || strcmp(name, "[stack]") == 0;
}

/* Bytes that were locked, each page as soon as it is used; -1 with errno. */
static int64_t lock_mappings(FILE *maps) {
  char line[LONGEST_MAP_LINE];
  int64_t total = 0;
  while (fgets(line, sizeof line, maps) != NULL) {
    uintptr_t start = 0, end = 0;
    unsigned long inode = 0;
    char name[16] = "";
    int read = sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %*4s %*x %*x:%*x %lu %15s", &start, &end, &inode, name);
    if (read < 3 || end <= start || !is_lockable(inode, name)) continue;
    if (syscall(SYS_mlock2, start, end - start, MLOCK_ONFAULT) < 0) return -1;
    total += (int64_t)(end - start);
  }
  return total;
}

/* lockMemory(): the bytes that stay in memory once they are there. All of it or nothing. */
napi_value lock_memory(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  if (arguments.failed) return NULL;
  FILE *maps = fopen("/proc/self/maps", "re");
  if (maps == NULL) return failure(env, "open", errno);
  int64_t locked = lock_mappings(maps);
  int error = errno;
  fclose(maps);
  if (locked >= 0) return number_result(env, (double)locked);
  munlockall();
  return failure(env, "mlock2", error);
}

/* unlockMemory() */
napi_value unlock_memory(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  if (arguments.failed) return NULL;
  return done(env, "munlockall", munlockall());
}
