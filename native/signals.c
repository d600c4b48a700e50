/*
 * Signals that Node has no name for: keepalived's real-time signals (SIGRTMIN+2
 * asks it for JSON). libuv's handler serves them as it does SIGCHLD.
 */
#include "system.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

struct signal_watch {
  struct signal_watch *next;
  struct addon *addon;
  uv_signal_t signal;
  napi_ref callback;
  uv_close_cb on_closed; /* NULL while it is open: the addon's own otherwise */
};

static void on_watch_closed(uv_handle_t *handle) {
  struct signal_watch *watch = (struct signal_watch *)((char *)handle - offsetof(struct signal_watch, signal));
  struct addon *addon = watch->addon;
  uv_close_cb on_closed = watch->on_closed;
  free(watch);
  /* The addon's own handle carries the same count; it is only told. */
  uv_handle_t told = {.data = addon};
  on_closed(&told);
}

void forget_signals(struct addon *addon, uv_close_cb on_closed) {
  while (addon->signals != NULL) {
    struct signal_watch *watch = addon->signals;
    addon->signals = watch->next;
    napi_delete_reference(addon->env, watch->callback);
    watch->on_closed = on_closed;
    uv_close((uv_handle_t *)&watch->signal, on_watch_closed);
  }
}

static void on_signal(uv_signal_t *handle, int number) {
  (void)number;
  struct signal_watch *watch = handle->data;
  call_back(watch->addon->env, watch->callback, 0, NULL);
}

/* onSignal(number, callback): for as long as the process lives; it does not keep the event loop alive. */
napi_value on_signal_number(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  int number = (int)integer_argument(&arguments, 0, "number", 1, 64);
  napi_value callback = function_argument(&arguments, 1, "callback");
  if (arguments.failed) return NULL;
  uv_loop_t *loop = NULL;
  struct signal_watch *watch = calloc(1, sizeof *watch);
  if (watch == NULL || napi_get_uv_event_loop(env, &loop) != napi_ok ||
      napi_create_reference(env, callback, 1, &watch->callback) != napi_ok) {
    free(watch);
    return failure(env, "sigaction", ENOMEM);
  }
  watch->addon = arguments.addon;
  uv_signal_init(loop, &watch->signal);
  watch->signal.data = watch;
  watch->next = arguments.addon->signals;
  arguments.addon->signals = watch;
  arguments.addon->open_uv_handles++;
  uv_unref((uv_handle_t *)&watch->signal);
  int error = uv_signal_start(&watch->signal, on_signal, number);
  return error == 0 ? NULL : failure(env, "sigaction", -error);
}
