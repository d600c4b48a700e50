/*
 * The child's side of starting a program: from clone to execve. It shares our
 * memory and our thread's local storage and may run beside us, so it uses
 * system calls alone: no function of the C library, and not errno.
 */
#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/prctl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
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

#define SIGNALS 64
#define COULD_NOT_EXECUTE 127 /* a shell's code for it */
/* What select() can handle. Node raises our own limit as far as it goes, and a program that
 * closes every possible descriptor at its start would then take seconds. */
#define USUAL_DESCRIPTORS 1024

/* The call's result, or -errno. */
#if defined(__x86_64__)
static long call(long number, long a, long b, long c, long d) {
  register long fourth __asm__("r10") = d;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth)
                   : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
static long call(long number, long a, long b, long c, long d) {
  register long which __asm__("x8") = number;
  register long first __asm__("x0") = a;
  register long second __asm__("x1") = b;
  register long third __asm__("x2") = c;
  register long fourth __asm__("x3") = d;
  __asm__ volatile("svc 0" : "+r"(first) : "r"(which), "r"(second), "r"(third), "r"(fourth) : "memory");
  return first;
}
#else
/* This one writes errno: the parent's, who normally waits meanwhile. */
static long call(long number, long a, long b, long c, long d) {
  long result = syscall(number, a, b, c, d);
  return result < 0 ? -errno : result;
}
#endif

/* Whether the call failed; the parent learns of it if it still waits. */
static bool refused(struct launch *launch, const char *name, long result) {
  if (result >= 0) return false;
  launch->error = (int)-result;
  launch->failed_call = name;
  return true;
}

static void reset_signals(void) {
  /* Room for the kernel's struct sigaction: SIG_DFL, no flags, nothing blocked. */
  const uint64_t defaults[8] = {0};
  for (long signal = 1; signal <= SIGNALS; signal++) {
    call(SYS_rt_sigaction, signal, (long)defaults, 0, sizeof(kernel_signals));
  }
}

/* stdin from nowhere, stdout and stderr to the pipe. */
static bool redirect(struct launch *launch) {
  long nothing = call(SYS_openat, AT_FDCWD, (long)"/dev/null", O_RDONLY, 0);
  if (refused(launch, "open", nothing)) return false;
  if (nothing != 0) call(SYS_dup3, nothing, 0, 0, 0);
  return !refused(launch, "dup3", call(SYS_dup3, launch->output, 1, 0, 0)) &&
         !refused(launch, "dup3", call(SYS_dup3, launch->output, 2, 0, 0));
}

static void close_inherited(int highest_descriptor) {
  if (highest_descriptor < 0) {
    call(SYS_close_range, 3, UINT32_MAX, 0, 0);
  } else {
    for (int fd = 3; fd <= highest_descriptor; fd++) call(SYS_close, fd, 0, 0, 0);
  }
}

static void limit_descriptors(void) {
  uint64_t limit[2]; /* the kernel's struct rlimit64: soft, hard */
  if (call(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, (long)limit) < 0 || limit[0] <= USUAL_DESCRIPTORS) return;
  limit[0] = USUAL_DESCRIPTORS;
  call(SYS_prlimit64, 0, RLIMIT_NOFILE, (long)limit, 0);
}

/* Before the identity changes, because it may take privileges; without them the program has our share. */
static void take_share(const struct share *share) {
  call(SYS_setpriority, PRIO_PROCESS, 0, share->nice, 0);
  if (share->processor_bytes > 0) {
    call(SYS_sched_setaffinity, 0, (long)share->processor_bytes, (long)share->processors, 0);
  }
}

static bool take_identity(struct launch *launch) {
  const struct identity *identity = &launch->identity;
  if (identity->groups == NULL) return true;
  long groups = call(SETGROUPS, (long)identity->group_count, (long)identity->groups, 0, 0);
  /* Without privileges they cannot be given up, which is fine where nothing else changes either. */
  if (groups == -EPERM && identity->is_ours) groups = 0;
  if (refused(launch, "setgroups", groups) ||
      refused(launch, "setresgid", call(SETRESGID, identity->gid, identity->gid, identity->gid, 0)) ||
      refused(launch, "setresuid", call(SETRESUID, identity->uid, identity->uid, identity->uid, 0))) {
    return false;
  }
  /* From one ordinary user to another the kernel would keep capabilities given to us by the service manager. */
  if (!identity->is_ours) call(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0);
  return true;
}

static void execute(struct launch *launch) {
  long result = call(SYS_execve, (long)launch->argv[0], (long)launch->argv, (long)launch->environment, 0);
  if (result == -ENOEXEC) {
    /* A script without #! is a shell's, by tradition. */
    char **argv = launch->argv - 1;
    argv[0] = "/bin/sh";
    result = call(SYS_execve, (long)argv[0], (long)argv, (long)launch->environment, 0);
  }
  refused(launch, "execve", result);
}

int run_child(void *data) {
  struct launch *launch = data;
  const kernel_signals none = 0;
  if (refused(launch, "setpgid", call(SYS_setpgid, 0, 0, 0, 0))) return COULD_NOT_EXECUTE;
  reset_signals();
  if (!redirect(launch)) return COULD_NOT_EXECUTE;
  close_inherited(launch->highest_descriptor);
  limit_descriptors();
  take_share(&launch->share);
  if (!take_identity(launch)) return COULD_NOT_EXECUTE;
  /* After the identity, whose change would undo it; and the parent may have died before. */
  call(SYS_prctl, PR_SET_PDEATHSIG, SIGTERM, 0, 0);
  if (call(SYS_getppid, 0, 0, 0, 0) != launch->parent) return COULD_NOT_EXECUTE;
  call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&none, 0, sizeof none);
  execute(launch);
  return COULD_NOT_EXECUTE;
}
