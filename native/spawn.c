/*
 * Starting a program. The child borrows our memory until it execs (CLONE_VM),
 * so that starting costs the same at any size; fork would copy the page tables
 * each time.
 *
 * vfork would suspend us until the exec is done: for as long as a file system
 * does not answer, or somebody stops the child by a signal. So we wait
 * ourselves, for a limited time, in which nearly every program has started or
 * failed to. After that the event loop goes on; what the child still uses is
 * kept until it has ended, and a failure then shows as its exit code 127.
 */
#include "launch.h"
#include "system.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

#define STACK_BYTES (64 * 1024)
#define PATIENCE_MS 50
/* A program of ordinary priority may have to wait for a processor, and who is in real time must not wait for it. */
#define REALTIME_PATIENCE_MS 2
#define MAX_GROUPS 65536

/* --- arguments --- */

/*
 * Copies of the strings in a block in which each ends with a NUL; `spare`
 * places are left before the first. One allocation: pointers, then bytes.
 */
static char **strings_argument(struct arguments *arguments, size_t index, const char *name, size_t spare) {
  struct bytes block = bytes_argument(arguments, index, name, 0);
  if (arguments->failed) return NULL;
  size_t count = 0;
  for (size_t at = 0; at < block.length; at++) count += block.data[at] == '\0';
  if (block.length > 0 && block.data[block.length - 1] != '\0') {
    fail_with_range_error(arguments, name, "must end with a NUL byte");
    return NULL;
  }
  size_t pointers = spare + count + 1;
  char **strings = calloc(1, pointers * sizeof *strings + block.length);
  if (strings == NULL) {
    fail_with_range_error(arguments, name, "is too long");
    return NULL;
  }
  char *next = (char *)(strings + pointers);
  memcpy(next, block.data, block.length);
  for (size_t number = 0; number < count; number++) {
    strings[spare + number] = next;
    next += strlen(next) + 1;
  }
  return strings;
}

/* A user's or group's; the highest stands for "no change" in the kernel. */
static bool is_id(double value) {
  return value >= 0 && value < UINT32_MAX && value == (double)(uint32_t)value;
}

/* [uid, gid, supplementary groups …] */
static void identity_argument(struct arguments *arguments, size_t index, struct identity *identity) {
  struct numbers ids = numbers_argument(arguments, index, "identity", 2);
  if (!arguments->failed && ids.length > MAX_GROUPS) {
    fail_with_range_error(arguments, "identity", "has too many groups");
  }
  for (size_t at = 0; !arguments->failed && at < ids.length; at++) {
    if (!is_id(ids.data[at])) fail_with_range_error(arguments, "identity", "must be user and group ids");
  }
  if (arguments->failed) return;
  identity->groups = calloc(ids.length, sizeof *identity->groups);
  if (identity->groups == NULL) {
    fail_with_range_error(arguments, "identity", "has too many groups");
    return;
  }
  identity->uid = (uid_t)ids.data[0];
  identity->gid = (gid_t)ids.data[1];
  identity->group_count = ids.length - 2;
  for (size_t at = 2; at < ids.length; at++) identity->groups[at - 2] = (gid_t)ids.data[at];
  identity->is_ours = identity->uid == getuid() && identity->uid == geteuid() && identity->gid == getgid() &&
                      identity->gid == getegid();
}

/* --- starting --- */

static void note_failure(struct launch *launch, const char *call) {
  launch->failed_call = call;
  launch->error = errno;
}

/* For kernels before 5.9: the highest descriptor open now, or -1 where close_range does the work. */
static int highest_descriptor(void) {
  if (syscall(SYS_close_range, UINT32_MAX, UINT32_MAX, 0) == 0) return -1;
  DIR *directory = opendir("/proc/self/fd");
  if (directory == NULL) return 1 << 16;
  int highest = 3;
  for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
    int fd = atoi(entry->d_name);
    if (fd > highest) highest = fd;
  }
  closedir(directory);
  return highest;
}

/* A stack with a page below it that must not be touched. */
static bool make_stack(struct launch *launch) {
  size_t guard = (size_t)sysconf(_SC_PAGESIZE);
  launch->stack_bytes = guard + STACK_BYTES;
  launch->stack =
      mmap(NULL, launch->stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (launch->stack == MAP_FAILED) {
    launch->stack = NULL;
    return false;
  }
  return mprotect(launch->stack, guard, PROT_NONE) == 0;
}

/* The child starts with all signals blocked: a handler of ours must not run in it. */
static pid_t clone_child(struct launch *launch) {
  const kernel_signals all = ~UINT64_C(0);
  kernel_signals previous;
  int flags = CLONE_VM | CLONE_CHILD_CLEARTID | SIGCHLD;
  void *top = launch->stack + launch->stack_bytes;
  atomic_store(&launch->shares_memory, 1);
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &previous, sizeof all);
  pid_t pid = clone(run_child, top, flags, launch, NULL, NULL, &launch->shares_memory);
  int error = errno;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &previous, NULL, sizeof previous);
  errno = error;
  return pid;
}

static long patience_ms(void) {
  int policy = sched_getscheduler(0) & ~SCHED_RESET_ON_FORK;
  return policy == SCHED_RR || policy == SCHED_FIFO ? REALTIME_PATIENCE_MS : PATIENCE_MS;
}

/* Whether the child has left our memory, as far as our patience goes. */
static bool wait_for_exec(struct launch *launch) {
  struct timespec deadline;
  clock_gettime(CLOCK_MONOTONIC, &deadline);
  deadline.tv_nsec += patience_ms() * 1000000L;
  deadline.tv_sec += deadline.tv_nsec / 1000000000L;
  deadline.tv_nsec %= 1000000000L;
  while (atomic_load(&launch->shares_memory) != 0) {
    long result = syscall(SYS_futex, &launch->shares_memory, FUTEX_WAIT_BITSET, 1, &deadline, NULL,
                          FUTEX_BITSET_MATCH_ANY);
    if (result < 0 && errno == ETIMEDOUT) return false;
  }
  return true;
}

void finish_launch(struct launch *launch) {
  /* A changed identity makes the memory it shared with us undumpable, which is right until it has left. */
  if (launch->dumpable == 1) prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
  if (launch->stack != NULL) munmap(launch->stack, launch->stack_bytes);
  if (launch->argv != NULL) free(launch->argv - 1);
  free(launch->environment);
  free(launch->identity.groups);
  free(launch);
}

static pid_t start(struct launch *launch) {
  launch->dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
  launch->parent = getpid();
  launch->highest_descriptor = highest_descriptor();
  pid_t pid = -1;
  if (!make_stack(launch)) {
    note_failure(launch, "mmap");
  } else {
    pid = clone_child(launch);
    if (pid < 0) note_failure(launch, "clone");
  }
  return pid;
}

/* Both ends close on exec; only ours never blocks, since the program shares the flags of its own with others. */
static bool make_pipe(struct launch *launch, int ends[2]) {
  if (pipe2(ends, O_CLOEXEC) < 0) {
    note_failure(launch, "pipe2");
    return false;
  }
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  launch->output = fcntl(ends[1], F_DUPFD_CLOEXEC, 3);
  close(ends[1]);
  if (launch->output >= 0) return true;
  note_failure(launch, "fcntl");
  close(ends[0]);
  return false;
}

static napi_value started(napi_env env, pid_t pid, int64_t output) {
  napi_value result = NULL;
  napi_create_object(env, &result);
  napi_set_named_property(env, result, "pid", number_result(env, pid));
  napi_set_named_property(env, result, "output", number_result(env, (double)output));
  return result;
}

/* The child's id and a handle to its output; -1 when it could not be made, as the launch then tells. */
static pid_t start_with_output(struct addon *addon, struct launch *launch, int64_t *output) {
  int ends[2];
  if (!make_pipe(launch, ends)) return -1;
  pid_t pid = -1;
  *output = adopt_descriptor(addon, ends[0]);
  if (*output >= 0) {
    pid = start(launch);
  } else {
    errno = EMFILE;
    note_failure(launch, "adopt");
  }
  close(launch->output);
  return pid;
}

/* Takes the launch over: it is finished here or, when the child goes on using it, at that one's end. */
static napi_value launch_program(struct addon *addon, struct launch *launch, napi_value on_exit) {
  struct child *child = new_child(addon, on_exit);
  if (child == NULL) {
    finish_launch(launch);
    return failure(addon->env, "malloc", ENOMEM);
  }
  int64_t output = -1;
  pid_t pid = start_with_output(addon, launch, &output);
  bool has_left = pid < 0 || wait_for_exec(launch);
  if (has_left && launch->failed_call != NULL) {
    napi_value result = failure(addon->env, launch->failed_call, launch->error);
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
    drop_child(addon, child);
    close_adopted(addon, output);
    finish_launch(launch);
    return result;
  }
  follow_child(addon, child, pid, has_left ? NULL : launch);
  if (has_left) finish_launch(launch);
  return started(addon->env, pid, output);
}

/*
 * spawn(argv, environment, identity | undefined, onExit): { pid, output }.
 * argv and environment are NUL-terminated strings one after the other; output
 * is a handle to read stdout and stderr from. onExit(code, signal,
 * groupAlive): code is -1 when a signal ended it, signal is 0 when not;
 * groupAlive tells whether its process group still has members.
 */
napi_value spawn_program(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  struct launch *launch = calloc(1, sizeof *launch);
  if (launch == NULL) return failure(env, "malloc", ENOMEM);
  char **argv = strings_argument(&arguments, 0, "argv", 1);
  if (argv != NULL) launch->argv = argv + 1;
  launch->share = arguments.addon->share;
  launch->environment = strings_argument(&arguments, 1, "environment", 0);
  if (!is_absent(&arguments, 2)) identity_argument(&arguments, 2, &launch->identity);
  napi_value on_exit = function_argument(&arguments, 3, "onExit");
  if (!arguments.failed && launch->argv[0] == NULL) fail_with_range_error(&arguments, "argv", "must name a program");
  if (!arguments.failed) return launch_program(arguments.addon, launch, on_exit);
  finish_launch(launch);
  return NULL;
}
