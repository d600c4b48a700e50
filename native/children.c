/*
 * The end of programs we started. SIGCHLD says that some child ended; each of
 * ours is then asked for by its id, so that children of others in this process
 * (node:child_process, a test runner) are left to them.
 */
#include "system.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

struct child {
  struct child *next;
  pid_t pid;
  napi_ref on_exit;
  int status;
  bool reaped; /* by reap_orphans, which met it first */
  struct launch *launch;
};

static void on_child_ended(uv_signal_t *handle, int number);

bool start_children(struct addon *addon) {
  uv_loop_t *loop = NULL;
  if (napi_get_uv_event_loop(addon->env, &loop) != napi_ok) return false;
  if (uv_signal_init(loop, &addon->child_ended) != 0) return false;
  addon->child_ended.data = addon;
  addon->open_uv_handles++;
  uv_unref((uv_handle_t *)&addon->child_ended);
  return true;
}

struct child *new_child(struct addon *addon, napi_value on_exit) {
  if (!uv_is_active((uv_handle_t *)&addon->child_ended) &&
      uv_signal_start(&addon->child_ended, on_child_ended, SIGCHLD) != 0) {
    return NULL;
  }
  struct child *child = calloc(1, sizeof *child);
  if (child == NULL) return NULL;
  if (napi_create_reference(addon->env, on_exit, 1, &child->on_exit) == napi_ok) return child;
  free(child);
  return NULL;
}

void drop_child(struct addon *addon, struct child *child) {
  napi_delete_reference(addon->env, child->on_exit);
  free(child);
}

void follow_child(struct addon *addon, struct child *child, pid_t pid, struct launch *launch) {
  if (addon->children == NULL) uv_ref((uv_handle_t *)&addon->child_ended);
  child->pid = pid;
  child->launch = launch;
  child->next = addon->children;
  addon->children = child;
}

static bool has_ended(struct child *child) {
  if (child->reaped) return true;
  pid_t result = waitpid(child->pid, &child->status, WNOHANG);
  /* Somebody else waited for it and has its status; 255 stands for "not known, not good". */
  if (result < 0 && errno == ECHILD) child->status = 255 << 8;
  return result != 0 && !(result < 0 && errno == EINTR);
}

/* Takes those that ended out of the list. */
static struct child *take_ended(struct addon *addon) {
  struct child *ended = NULL, **end = &ended;
  for (struct child **link = &addon->children; *link != NULL;) {
    struct child *child = *link;
    if (has_ended(child)) {
      if (child->launch != NULL) finish_launch(child->launch);
      *link = child->next;
      child->next = NULL;
      *end = child;
      end = &child->next;
    } else {
      link = &child->next;
    }
  }
  if (addon->children == NULL) uv_unref((uv_handle_t *)&addon->child_ended);
  return ended;
}

static bool report(struct addon *addon, const struct child *child) {
  napi_handle_scope scope;
  if (napi_open_handle_scope(addon->env, &scope) != napi_ok) return false;
  int status = child->status;
  napi_value arguments[3];
  arguments[0] = number_result(addon->env, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  arguments[1] = number_result(addon->env, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
  /* While it has members the id cannot be given to another process. */
  napi_get_boolean(addon->env, kill(-child->pid, 0) == 0, &arguments[2]);
  bool fine = call_back(addon->env, child->on_exit, 3, arguments);
  napi_close_handle_scope(addon->env, scope);
  return fine;
}

static void on_child_ended(uv_signal_t *handle, int number) {
  (void)number;
  struct addon *addon = handle->data;
  bool running = true;
  for (struct child *child = take_ended(addon); child != NULL;) {
    struct child *next = child->next;
    running = running && report(addon, child);
    if (running) drop_child(addon, child);
    child = next;
  }
}

/* They go on without us; one that is not yet executing keeps what it uses. */
void forget_children(struct addon *addon, uv_close_cb on_closed) {
  for (struct child *child = addon->children; child != NULL;) {
    struct child *next = child->next;
    free(child);
    child = next;
  }
  addon->children = NULL;
  if (addon->child_ended.data != NULL) uv_close((uv_handle_t *)&addon->child_ended, on_closed);
}

/* killGroup(pid, signal): to the whole process group. */
napi_value kill_group(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  /* 0 and 1 would mean our own group and everybody. */
  pid_t pid = (pid_t)integer_argument(&arguments, 0, "pid", 2, INT_MAX);
  int number = (int)integer_argument(&arguments, 1, "signal", 1, 64);
  if (arguments.failed) return NULL;
  return kill(-pid, number) < 0 ? failure(env, "kill", errno) : NULL;
}

static struct child *child_with(struct addon *addon, pid_t pid) {
  struct child *child = addon->children;
  while (child != NULL && child->pid != pid) child = child->next;
  return child;
}

/*
 * reapOrphans(): how many. For the first process of a container, to which the
 * children of ended processes fall; it must have no children but those of
 * spawn() and such orphans.
 */
napi_value reap_orphans(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  if (arguments.failed) return NULL;
  double reaped = 0;
  for (;;) {
    siginfo_t ended = {0};
    if (waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) < 0 || ended.si_pid == 0) break;
    struct child *child = child_with(arguments.addon, ended.si_pid);
    int status = 0;
    if (waitpid(ended.si_pid, &status, WNOHANG) != ended.si_pid) break;
    if (child == NULL) {
      reaped++;
    } else {
      /* Its SIGCHLD is on the way to on_child_ended. */
      child->status = status;
      child->reaped = true;
    }
  }
  return number_result(env, reaped);
}
