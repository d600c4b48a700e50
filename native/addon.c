/* The addon's exports, and its life within a Node environment. */
#include "system.h"

#include <stdlib.h>

struct export {
  const char *name;
  napi_callback function;
};

static const struct export functions[] = {
    {"watch", watch},
    {"closeHandle", close_handle},
    {"takeDescriptor", take_descriptor},
    {"read", read_bytes},
    {"openSocket", open_socket},
    {"bind", bind_socket},
    {"connect", connect_socket},
    {"localAddress", local_address},
    {"setOption", set_option},
    {"getOption", get_option},
    {"attachFilter", attach_filter},
    {"send", send_messages},
    {"receive", receive_messages},
    {"now", now},
    {"openAlarm", open_alarm},
    {"setAlarm", set_alarm},
    {"spawn", spawn_program},
    {"killGroup", kill_group},
    {"reapOrphans", reap_orphans},
    {"onSignal", on_signal_number},
    {"lookupUser", lookup_user},
    {"lookupGroup", lookup_group},
    {"lockFile", lock_file},
    {"makeFifo", make_fifo},
    {"enterNamespace", enter_namespace},
    {"exitImmediately", exit_immediately},
    {"setRealtime", set_realtime},
    {"setNice", set_nice},
    {"setProcessors", set_processors},
    {"lockMemory", lock_memory},
    {"unlockMemory", unlock_memory},
};

struct addon *addon_of(napi_env env) {
  void *addon = NULL;
  napi_get_instance_data(env, &addon);
  return addon;
}

/* Hands what a callback threw to process.on('uncaughtException'), as for any callback of Node's own. */
static bool report_exception(napi_env env) {
  bool pending = false;
  napi_value exception = NULL;
  if (napi_is_exception_pending(env, &pending) != napi_ok || !pending) return false;
  if (napi_get_and_clear_last_exception(env, &exception) != napi_ok) return false;
  return napi_fatal_exception(env, exception) == napi_ok;
}

bool call_back(napi_env env, napi_ref callback, size_t argument_count, const napi_value *arguments) {
  napi_handle_scope scope;
  if (napi_open_handle_scope(env, &scope) != napi_ok) return false;
  napi_value function = NULL, receiver = NULL;
  napi_get_reference_value(env, callback, &function);
  napi_get_global(env, &receiver);
  bool fine = napi_make_callback(env, NULL, receiver, function, argument_count, arguments, NULL) == napi_ok ||
              report_exception(env);
  napi_close_handle_scope(env, scope);
  return fine;
}

static void free_addon(struct addon *addon) {
  if (addon->cleanup != NULL) napi_remove_async_cleanup_hook(addon->cleanup);
  free(addon);
}

static void on_uv_handle_closed(uv_handle_t *handle) {
  struct addon *addon = handle->data;
  if (--addon->open_uv_handles == 0) free_addon(addon);
}

/* Every descriptor is closed at once; memory is freed when libuv has let go of it. */
static void close_addon(struct addon *addon) {
  bool wait_for_libuv = addon->open_uv_handles > 0;
  close_descriptors(addon, on_uv_handle_closed);
  forget_children(addon, on_uv_handle_closed);
  forget_signals(addon, on_uv_handle_closed);
  if (!wait_for_libuv) free_addon(addon);
}

static void on_environment_ends(napi_async_cleanup_hook_handle hook, void *addon) {
  (void)hook;
  close_addon(addon);
}

static bool define_exports(napi_env env, napi_value module) {
  for (size_t index = 0; index < sizeof functions / sizeof functions[0]; index++) {
    const struct export *export = &functions[index];
    napi_value function = NULL;
    if (napi_create_function(env, export->name, NAPI_AUTO_LENGTH, export->function, (void *)export->name,
                             &function) != napi_ok ||
        napi_set_named_property(env, module, export->name, function) != napi_ok) {
      return false;
    }
  }
  return true;
}

static bool start_addon(struct addon *addon) {
  return start_descriptors(addon) && start_children(addon) &&
         napi_add_async_cleanup_hook(addon->env, on_environment_ends, addon, &addon->cleanup) == napi_ok;
}

NAPI_MODULE_INIT() {
  struct addon *addon = calloc(1, sizeof *addon);
  if (addon != NULL) {
    addon->env = env;
    addon->epoll = -1;
    addon->share = read_share();
    if (start_addon(addon) && napi_set_instance_data(env, addon, NULL, NULL) == napi_ok &&
        define_exports(env, exports)) {
      return exports;
    }
    close_addon(addon);
  }
  napi_throw_error(env, NULL, "vrrpd_system: no memory or descriptor left to start with");
  return NULL;
}
