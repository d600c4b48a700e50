/*
 * Starting a program. The child borrows our memory until it execs
 * (CLONE_VM | CLONE_VFORK), so that starting costs the same at any size; fork
 * would copy the page tables each time. Until then it must not disturb us:
 * it runs on a stack of its own with all signals blocked, and changes its
 * identity by system calls alone, since the C library's wrappers would change
 * that of our threads.
 */
#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/prctl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <dirent.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
/* 32-bit machines have calls with 16-bit ids under the plain names. */
#ifdef SYS_setgroups32
#define SETGROUPS SYS_setgroups32
#define SETRESGID SYS_setresgid32
#define SETRESUID SYS_setresuid32
#else
#define SETGROUPS SYS_setgroups
#define SETRESGID SYS_setresgid
#define SETRESUID SYS_setresuid
#endif

#define STACK_BYTES (64 * 1024)
#define MAX_GROUPS 65536
/* What select() can handle; Node raises our own limit as far as it goes, and programs that
 * close every possible descriptor at their start would then take seconds. */
#define USUAL_DESCRIPTORS 1024

struct identity {
  uid_t uid;
  gid_t gid;
  size_t group_count;
  gid_t *groups;
  bool is_ours;
};

struct launch {
  char **argv;           /* preceded by a place for /bin/sh */
  char **environment;
  struct identity *identity; /* NULL: ours */
  int output;
  int highest_descriptor; /* -1: the kernel has close_range */
  pid_t parent;
  /* Written by the child when it fails. */
  const char *failed_call;
  int error;
};

typedef struct {
  uint64_t bits;
} kernel_sigset;

static void set_signal_mask(kernel_sigset mask, kernel_sigset *previous) {
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, previous, sizeof mask);
}

/* Notes what errno says; as the result of run_child it ends the child. */
static int fail_at(struct launch *launch, const char *call) {
  launch->failed_call = call;
  launch->error = errno;
  return 127;
}

/* --- in the child --- */

static void reset_signals(void) {
  struct sigaction action = {.sa_handler = SIG_DFL};
  /* Those that have no handler to set fail, and may. */
  for (int signal = 1; signal <= 64; signal++) sigaction(signal, &action, NULL);
}

static bool redirect(int output) {
  int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  return nothing >= 0 && dup2(nothing, 0) >= 0 && dup2(output, 1) >= 0 && dup2(output, 2) >= 0;
}

static void close_inherited(int highest_descriptor) {
  if (highest_descriptor < 0) {
    syscall(SYS_close_range, 3, ~0U, 0);
  } else {
    for (int fd = 3; fd <= highest_descriptor; fd++) close(fd);
  }
}

static void limit_descriptors(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur <= USUAL_DESCRIPTORS) return;
  limit.rlim_cur = USUAL_DESCRIPTORS;
  setrlimit(RLIMIT_NOFILE, &limit);
}

static const char *take_identity(const struct identity *identity) {
  /* Without privileges the groups cannot be given up, which is fine where nothing else changes either. */
  if (syscall(SETGROUPS, identity->group_count, identity->groups) < 0 && !(identity->is_ours && errno == EPERM)) {
    return "setgroups";
  }
  if (syscall(SETRESGID, identity->gid, identity->gid, identity->gid) < 0) return "setresgid";
  if (syscall(SETRESUID, identity->uid, identity->uid, identity->uid) < 0) return "setresuid";
  /* From one ordinary user to another the kernel would keep capabilities given to us by the service manager. */
  if (!identity->is_ours) prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  return NULL;
}

static int run_child(void *data) {
  struct launch *launch = data;
  if (setpgid(0, 0) < 0) return fail_at(launch, "setpgid");
  reset_signals();
  if (!redirect(launch->output)) return fail_at(launch, "open");
  close_inherited(launch->highest_descriptor);
  limit_descriptors();
  if (launch->identity != NULL) {
    const char *refused = take_identity(launch->identity);
    if (refused != NULL) return fail_at(launch, refused);
  }
  /* After the identity, whose change would undo it. */
  prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
  if (syscall(SYS_getppid) != launch->parent) return 127;
  set_signal_mask((kernel_sigset){0}, NULL);

  execve(launch->argv[0], launch->argv, launch->environment);
  if (errno == ENOEXEC) {
    /* A script without #!: a shell's, by tradition. */
    launch->argv[-1] = "/bin/sh";
    execve("/bin/sh", launch->argv - 1, launch->environment);
  }
  return fail_at(launch, "execve");
}

/* --- in the parent --- */

/* For kernels before 5.9: the highest descriptor open now, or -1 where close_range does the work. */
static int highest_descriptor(void) {
  if (syscall(SYS_close_range, ~0U, ~0U, 0) == 0) return -1;
  int highest = 1 << 16;
  DIR *directory = opendir("/proc/self/fd");
  if (directory == NULL) return highest;
  highest = 3;
  for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
    int fd = atoi(entry->d_name);
    if (fd > highest) highest = fd;
  }
  closedir(directory);
  return highest;
}

static pid_t start(struct launch *launch) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  uint8_t *stack = mmap(NULL, page + STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) {
    fail_at(launch, "mmap");
    return -1;
  }
  mprotect(stack, page, PROT_NONE);
  int dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
  launch->parent = getpid();
  launch->highest_descriptor = highest_descriptor();

  kernel_sigset all = {~UINT64_C(0)}, previous;
  set_signal_mask(all, &previous);
  pid_t pid = clone(run_child, stack + page + STACK_BYTES, CLONE_VM | CLONE_VFORK | SIGCHLD, launch);
  if (pid < 0) fail_at(launch, "clone");
  set_signal_mask(previous, NULL);

  /* A changed identity makes the memory it shared with us undumpable, which is right until it has left. */
  if (dumpable == 1) prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
  munmap(stack, page + STACK_BYTES);
  return pid;
}

/* The strings of a block in which each ends with a NUL; `spare` places are left before the first. NULL: not such a block, or no memory. */
static char **strings_of(struct arguments *arguments, size_t index, const char *name, size_t spare) {
  struct bytes block = bytes_argument(arguments, index, name, 0);
  if (arguments->failed) return NULL;
  if (block.length > 0 && block.data[block.length - 1] != '\0') {
    fail_with_range_error(arguments, name, "must end with a NUL byte");
    return NULL;
  }
  size_t count = 0;
  for (size_t at = 0; at < block.length; at++) count += block.data[at] == '\0';
  char **strings = calloc(spare + count + 1, sizeof *strings);
  if (strings == NULL) {
    fail_with_range_error(arguments, name, "is too long");
    return NULL;
  }
  char *next = (char *)block.data;
  for (size_t number = 0; number < count; number++) {
    strings[spare + number] = next;
    next += strlen(next) + 1;
  }
  return strings;
}

static bool is_id(double value) {
  /* The highest stands for "no change" in the kernel. */
  return value >= 0 && value < UINT32_MAX && value == (double)(uint32_t)value;
}

/* [uid, gid, supplementary groups …] */
static void identity_argument(struct arguments *arguments, size_t index, struct identity *identity) {
  struct numbers ids = numbers_argument(arguments, index, "identity", 2);
  if (arguments->failed) return;
  if (ids.length > MAX_GROUPS) fail_with_range_error(arguments, "identity", "has too many groups");
  for (size_t at = 0; at < ids.length; at++) {
    if (!is_id(ids.data[at])) fail_with_range_error(arguments, "identity", "must be user and group ids");
  }
  if (arguments->failed) return;
  identity->uid = (uid_t)ids.data[0];
  identity->gid = (gid_t)ids.data[1];
  identity->group_count = ids.length - 2;
  identity->groups = calloc(ids.length, sizeof *identity->groups);
  if (identity->groups == NULL) fail_with_range_error(arguments, "identity", "has too many groups");
  for (size_t at = 2; at < ids.length && identity->groups != NULL; at++) {
    identity->groups[at - 2] = (gid_t)ids.data[at];
  }
  identity->is_ours = identity->uid == getuid() && identity->uid == geteuid() && identity->gid == getgid() &&
                      identity->gid == getegid();
}

static napi_value started(napi_env env, pid_t pid, int64_t output) {
  napi_value result = NULL;
  napi_create_object(env, &result);
  napi_set_named_property(env, result, "pid", number_result(env, pid));
  napi_set_named_property(env, result, "output", number_result(env, (double)output));
  return result;
}

static napi_value launch_and_follow(struct arguments *arguments, struct launch *launch, napi_value on_exit) {
  struct addon *addon = arguments->addon;
  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) < 0) return failure(addon->env, "pipe2", errno);
  /* Only our end: the program shares the flags of its own with whoever else has it. */
  fcntl(pipe_ends[0], F_SETFL, O_NONBLOCK);
  launch->output = pipe_ends[1];
  int64_t output = adopt_descriptor(addon, pipe_ends[0]);
  struct child *child = output < 0 ? NULL : new_child(addon, on_exit);
  pid_t pid = -1;
  if (child == NULL) {
    errno = ENOMEM;
    fail_at(launch, "spawn");
  } else {
    pid = start(launch);
  }
  close(pipe_ends[1]);
  if (launch->failed_call == NULL) {
    follow_child(addon, child, pid);
    return started(addon->env, pid, output);
  }
  if (pid > 0) waitpid(pid, NULL, 0);
  if (child != NULL) drop_child(addon, child);
  close_adopted(addon, output);
  return failure(addon->env, launch->failed_call, launch->error);
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
  struct identity identity = {0};
  struct launch launch = {0};
  char **argv = strings_of(&arguments, 0, "argv", 1);
  char **environment = strings_of(&arguments, 1, "environment", 0);
  if (!is_absent(&arguments, 2)) {
    identity_argument(&arguments, 2, &identity);
    launch.identity = &identity;
  }
  napi_value on_exit = function_argument(&arguments, 3, "onExit");
  if (!arguments.failed && argv[1] == NULL) fail_with_range_error(&arguments, "argv", "must name a program");

  napi_value result = NULL;
  if (!arguments.failed) {
    launch.argv = argv + 1;
    launch.environment = environment;
    result = launch_and_follow(&arguments, &launch, on_exit);
  }
  free(argv);
  free(environment);
  free(identity.groups);
  return result;
}
