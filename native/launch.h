/* What the two sides of starting a program (spawn.c, exec.c) share. */
#ifndef VRRPD_LAUNCH_H
#define VRRPD_LAUNCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The kernel's sigset_t; the C library's is larger and leaves its own signals out. */
typedef uint64_t kernel_signals;

struct identity {
  uid_t uid;
  gid_t gid;
  size_t group_count;
  gid_t *groups; /* NULL: the identity is not changed */
  bool is_ours;
};

#define MAX_PROCESSORS 4096

/* Of the machine's time: what a program gets, however much we have taken ourselves. */
struct share {
  int nice;
  size_t processor_bytes; /* that count; 0: not known */
  uint64_t processors[MAX_PROCESSORS / 64]; /* as sched_setaffinity(2) takes them, the first one lowest */
};

struct launch {
  char **argv; /* preceded by a place for /bin/sh */
  char **environment;
  struct identity identity;
  struct share share;
  int output;
  int highest_descriptor; /* -1: the kernel has close_range */
  pid_t parent;
  int dumpable; /* what we were */
  uint8_t *stack;
  size_t stack_bytes;

  /* 1 until the child has left this memory, by exec or by its end; the kernel sets it to 0 then. */
  _Atomic int shares_memory;
  /* Written by the child when it fails. */
  const char *failed_call;
  int error;
};

/* In the child. Returns only when the program could not be executed, with the child's exit code. */
int run_child(void *launch);

#endif
