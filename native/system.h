/*
 * vrrpd's door to the operating system: what Node offers no interface for.
 *
 * Rules that keep every mistake on the JavaScript side harmless:
 *
 *  - Arguments are primitives, Uint8Arrays and Float64Arrays only, and each is
 *    checked for type, range and length before anything is done. A wrong one
 *    throws a TypeError or a RangeError. Reading them runs no JavaScript, so a
 *    buffer cannot be detached between its check and its use.
 *  - A descriptor is known to JavaScript by a handle (see descriptors.c). A
 *    handle that was closed gives EBADF, also when its number is in use again.
 *    One can be handed over to Node (takeDescriptor), and is none of ours then.
 *  - A system call that fails is not an exception: the function returns
 *    { errno, call, text } in place of its result.
 *  - Nothing here blocks, but for looking up accounts and starting a program.
 */
#ifndef VRRPD_SYSTEM_H
#define VRRPD_SYSTEM_H

#define NAPI_VERSION 8 /* one build loads on Node 20, 22, 24 and later */
#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <uv.h>

#include "launch.h"

/* --- addon.c: what one Node environment (the main thread, or a worker) holds --- */

struct descriptor;
struct child;
struct signal_watch;

struct addon {
  napi_env env;
  napi_async_cleanup_hook_handle cleanup;
  unsigned open_uv_handles;

  struct descriptor *descriptors; /* indexed by a handle's slot */
  uint32_t descriptor_slots;
  uint32_t watched;        /* descriptors somebody waits on */
  uint32_t keeping_alive;  /* of these, the ones the event loop must not end without */
  int epoll;
  uv_poll_t readiness;     /* polls `epoll` */

  struct child *children;
  uv_signal_t child_ended;
  struct signal_watch *signals;
  struct share share; /* what we were started with, and programs we start have */
};

struct addon *addon_of(napi_env env);
/* Calls `callback` with `argument` if there is one; what it throws becomes an uncaughtException.
 * False when JavaScript can no longer run. */
bool call_back(napi_env env, napi_ref callback, size_t argument_count, const napi_value *arguments);

/* --- arguments.c --- */

#define MAX_ARGUMENTS 6

/* The first wrong argument throws and sets `failed`; later readers then return zeros. */
struct arguments {
  napi_env env;
  struct addon *addon;
  const char *function;
  napi_value values[MAX_ARGUMENTS];
  bool failed;
};

struct bytes {
  uint8_t *data;
  size_t length;
};

struct numbers {
  double *data;
  size_t length;
};

struct arguments read_arguments(napi_env env, napi_callback_info info);
bool is_absent(struct arguments *arguments, size_t index); /* undefined or null */
int64_t integer_argument(struct arguments *arguments, size_t index, const char *name, int64_t min, int64_t max);
bool boolean_argument(struct arguments *arguments, size_t index, const char *name);
bool is_number(struct arguments *arguments, size_t index);
struct bytes bytes_argument(struct arguments *arguments, size_t index, const char *name, size_t min_length);
struct numbers numbers_argument(struct arguments *arguments, size_t index, const char *name, size_t min_length);
/* Text without NUL bytes that fits `size` with its terminator. */
void text_argument(struct arguments *arguments, size_t index, const char *name, char *buffer, size_t size);
napi_value function_argument(struct arguments *arguments, size_t index, const char *name);
/* The open descriptor behind a handle, or -1 (on which every system call fails with EBADF). */
int descriptor_argument(struct arguments *arguments, size_t index);
void fail_with_range_error(struct arguments *arguments, const char *name, const char *requirement);

napi_value number_result(napi_env env, double value);
/* { errno, call, text } */
napi_value failure(napi_env env, const char *call, int error);

/* --- descriptors.c --- */

#define MAX_HANDLE ((INT64_C(1) << 48) - 1)

bool start_descriptors(struct addon *addon);
void close_descriptors(struct addon *addon, uv_close_cb on_closed);
/* Takes ownership: a handle for it, or -1 when there are too many (then it is closed). */
int64_t adopt_descriptor(struct addon *addon, int fd);
/* The same for JavaScript: a handle or a failure. */
napi_value descriptor_result(struct addon *addon, int fd);
void close_adopted(struct addon *addon, int64_t handle);
int descriptor_of(struct addon *addon, int64_t handle);

napi_value watch(napi_env env, napi_callback_info info);
napi_value close_handle(napi_env env, napi_callback_info info);
napi_value take_descriptor(napi_env env, napi_callback_info info);
napi_value read_bytes(napi_env env, napi_callback_info info);

/* --- sockets.c, messages.c --- */

napi_value open_socket(napi_env env, napi_callback_info info);
napi_value bind_socket(napi_env env, napi_callback_info info);
napi_value connect_socket(napi_env env, napi_callback_info info);
napi_value local_address(napi_env env, napi_callback_info info);
napi_value set_option(napi_env env, napi_callback_info info);
napi_value get_option(napi_env env, napi_callback_info info);
napi_value attach_filter(napi_env env, napi_callback_info info);
napi_value send_messages(napi_env env, napi_callback_info info);
napi_value receive_messages(napi_env env, napi_callback_info info);

/* --- clock.c --- */

napi_value now(napi_env env, napi_callback_info info);
napi_value open_alarm(napi_env env, napi_callback_info info);
napi_value set_alarm(napi_env env, napi_callback_info info);

/* --- spawn.c (with exec.c), children.c --- */

bool start_children(struct addon *addon);
void forget_children(struct addon *addon, uv_close_cb on_closed);
/* A record for a program about to start, NULL when there is no memory for it; then one of the other two. */
struct child *new_child(struct addon *addon, napi_value on_exit);
void drop_child(struct addon *addon, struct child *child);
/* `launch` is what the child still uses of ours, NULL for nothing; it is finished when the child has ended. */
void follow_child(struct addon *addon, struct child *child, pid_t pid, struct launch *launch);
void finish_launch(struct launch *launch);

napi_value spawn_program(napi_env env, napi_callback_info info);
napi_value kill_group(napi_env env, napi_callback_info info);
napi_value reap_orphans(napi_env env, napi_callback_info info);

/* --- signals.c --- */

void forget_signals(struct addon *addon, uv_close_cb on_closed);
napi_value on_signal_number(napi_env env, napi_callback_info info);

/* --- accounts.c --- */

napi_value lookup_user(napi_env env, napi_callback_info info);
napi_value lookup_group(napi_env env, napi_callback_info info);

/* --- process.c --- */

napi_value lock_file(napi_env env, napi_callback_info info);
napi_value make_fifo(napi_env env, napi_callback_info info);
napi_value enter_namespace(napi_env env, napi_callback_info info);
napi_value exit_immediately(napi_env env, napi_callback_info info);

/* --- scheduling.c --- */

/* The share of the machine that this process has been given; called once. */
struct share read_share(void);

napi_value set_realtime(napi_env env, napi_callback_info info);
napi_value set_nice(napi_env env, napi_callback_info info);
napi_value set_processors(napi_env env, napi_callback_info info);
napi_value lock_memory(napi_env env, napi_callback_info info);
napi_value unlock_memory(napi_env env, napi_callback_info info);

#endif
