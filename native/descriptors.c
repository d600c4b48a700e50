/*
 * Descriptors and waiting for them.
 *
 * JavaScript holds handles: slot + 65536 x generation. A slot's generation
 * grows each time it is closed, so an old handle never reaches a new socket.
 *
 * Waiting goes through an epoll instance of our own, which libuv polls. Giving
 * each descriptor to libuv instead would have three drawbacks: libuv aborts
 * the process when a descriptor turns out to be closed; it stops polling a
 * descriptor that reports an error (an AF_PACKET or AF_NETLINK socket whose
 * interface went down); and it runs callbacks in the kernel's order, while
 * here a wake-up serves all sockets first and the deadlines (`late`) after
 * them: after a pause, a MASTER has to read what was said meanwhile before
 * it acts on its timer.
 */
#include "system.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define MAX_SLOTS 65536

struct descriptor {
  int fd; /* -1: the slot is free */
  uint32_t generation;
  bool keeps_alive;
  bool late;
  napi_ref callback; /* NULL: nobody waits */
};

static struct descriptor *find(struct addon *addon, int64_t handle) {
  uint32_t slot = (uint32_t)(handle % MAX_SLOTS);
  if (slot >= addon->descriptor_slots) return NULL;
  struct descriptor *descriptor = &addon->descriptors[slot];
  bool current = descriptor->fd >= 0 && descriptor->generation == (uint32_t)(handle / MAX_SLOTS);
  return current ? descriptor : NULL;
}

int descriptor_of(struct addon *addon, int64_t handle) {
  struct descriptor *descriptor = find(addon, handle);
  return descriptor == NULL ? -1 : descriptor->fd;
}

/* A free slot, or NULL when there is no memory for more. */
static struct descriptor *free_slot(struct addon *addon) {
  for (uint32_t slot = 0; slot < addon->descriptor_slots; slot++) {
    if (addon->descriptors[slot].fd < 0) return &addon->descriptors[slot];
  }
  uint32_t slots = addon->descriptor_slots == 0 ? 32 : addon->descriptor_slots * 2;
  if (slots > MAX_SLOTS) return NULL;
  struct descriptor *grown = realloc(addon->descriptors, slots * sizeof *grown);
  if (grown == NULL) return NULL;
  for (uint32_t slot = addon->descriptor_slots; slot < slots; slot++) grown[slot] = (struct descriptor){.fd = -1};
  struct descriptor *found = &grown[addon->descriptor_slots];
  addon->descriptors = grown;
  addon->descriptor_slots = slots;
  return found;
}

int64_t adopt_descriptor(struct addon *addon, int fd) {
  struct descriptor *descriptor = free_slot(addon);
  if (descriptor == NULL) {
    close(fd);
    return -1;
  }
  descriptor->fd = fd;
  return (descriptor - addon->descriptors) + (int64_t)descriptor->generation * MAX_SLOTS;
}

napi_value descriptor_result(struct addon *addon, int fd) {
  int64_t handle = adopt_descriptor(addon, fd);
  return handle < 0 ? failure(addon->env, "adopt", EMFILE) : number_result(addon->env, (double)handle);
}

static void stop_waiting(struct addon *addon, struct descriptor *descriptor) {
  if (descriptor->callback == NULL) return;
  epoll_ctl(addon->epoll, EPOLL_CTL_DEL, descriptor->fd, NULL);
  napi_delete_reference(addon->env, descriptor->callback);
  descriptor->callback = NULL;
  addon->watched--;
  if (descriptor->keeps_alive && --addon->keeping_alive == 0) uv_unref((uv_handle_t *)&addon->readiness);
}

static int start_waiting(struct addon *addon, struct descriptor *descriptor, int64_t handle, napi_value callback,
                         bool writable) {
  napi_ref reference = NULL;
  if (napi_create_reference(addon->env, callback, 1, &reference) != napi_ok) return ENOMEM;
  struct epoll_event event = {.events = writable ? EPOLLOUT : EPOLLIN, .data.u64 = (uint64_t)handle};
  if (epoll_ctl(addon->epoll, EPOLL_CTL_ADD, descriptor->fd, &event) < 0) {
    int error = errno;
    napi_delete_reference(addon->env, reference);
    return error;
  }
  descriptor->callback = reference;
  addon->watched++;
  if (descriptor->keeps_alive && addon->keeping_alive++ == 0) uv_ref((uv_handle_t *)&addon->readiness);
  return 0;
}

/* watch(handle, callback | undefined, late, keepsAlive, writable | undefined): replaces what was there. */
napi_value watch(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  int64_t handle = integer_argument(&arguments, 0, "handle", 0, MAX_HANDLE);
  bool stop = is_absent(&arguments, 1);
  napi_value callback = stop ? NULL : function_argument(&arguments, 1, "callback");
  bool late = stop ? false : boolean_argument(&arguments, 2, "late");
  bool keeps_alive = stop ? false : boolean_argument(&arguments, 3, "keepsAlive");
  bool writable = stop || is_absent(&arguments, 4) ? false : boolean_argument(&arguments, 4, "writable");
  if (arguments.failed) return NULL;

  struct descriptor *descriptor = find(arguments.addon, handle);
  if (descriptor == NULL) return failure(env, "watch", EBADF);
  stop_waiting(arguments.addon, descriptor);
  if (stop) return NULL;
  descriptor->late = late;
  descriptor->keeps_alive = keeps_alive;
  int error = start_waiting(arguments.addon, descriptor, handle, callback, writable);
  return error == 0 ? NULL : failure(env, "epoll_ctl", error);
}

/* The slot is free, the descriptor is the caller's. */
static int let_go(struct addon *addon, struct descriptor *descriptor) {
  stop_waiting(addon, descriptor);
  int fd = descriptor->fd;
  descriptor->fd = -1;
  descriptor->generation++;
  return fd;
}

static void release(struct addon *addon, struct descriptor *descriptor) {
  close(let_go(addon, descriptor));
}

void close_adopted(struct addon *addon, int64_t handle) {
  struct descriptor *descriptor = find(addon, handle);
  if (descriptor != NULL) release(addon, descriptor);
}

/* closeHandle(handle): also fine when it is closed already. */
napi_value close_handle(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  int64_t handle = integer_argument(&arguments, 0, "handle", 0, MAX_HANDLE);
  if (!arguments.failed) close_adopted(arguments.addon, handle);
  return NULL;
}

/* takeDescriptor(handle): its number, which is the caller's to close; the handle is as closed. */
napi_value take_descriptor(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  int64_t handle = integer_argument(&arguments, 0, "handle", 0, MAX_HANDLE);
  if (arguments.failed) return NULL;
  struct descriptor *descriptor = find(arguments.addon, handle);
  if (descriptor == NULL) return failure(env, "take", EBADF);
  return number_result(env, let_go(arguments.addon, descriptor));
}

/* read(handle, into): bytes read, 0 at the end of the file, -1 when there is nothing now. */
napi_value read_bytes(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  int fd = descriptor_argument(&arguments, 0);
  struct bytes into = bytes_argument(&arguments, 1, "into", 1);
  if (arguments.failed) return NULL;
  ssize_t length;
  do length = read(fd, into.data, into.length);
  while (length < 0 && errno == EINTR);
  if (length < 0 && errno != EAGAIN) return failure(env, "read", errno);
  return number_result(env, (double)length);
}

/* --- the event loop's side --- */

#define EVENTS_ON_STACK 64

/* False when JavaScript can no longer run. */
static bool serve(struct addon *addon, const struct epoll_event *events, int count, bool late) {
  for (int index = 0; index < count; index++) {
    /* An earlier callback may have closed or replaced this one. */
    struct descriptor *descriptor = find(addon, (int64_t)events[index].data.u64);
    if (descriptor == NULL || descriptor->callback == NULL || descriptor->late != late) continue;
    if (!call_back(addon->env, descriptor->callback, 0, NULL)) return false;
  }
  return true;
}

static void on_ready(uv_poll_t *readiness, int status, int mask) {
  (void)status;
  (void)mask;
  struct addon *addon = readiness->data;
  struct epoll_event on_stack[EVENTS_ON_STACK];
  struct epoll_event *events = on_stack;
  int capacity = EVENTS_ON_STACK;
  if (addon->watched > EVENTS_ON_STACK) {
    struct epoll_event *larger = malloc(addon->watched * sizeof *larger);
    if (larger != NULL) {
      events = larger;
      capacity = (int)addon->watched;
    }
  }
  int count = epoll_wait(addon->epoll, events, capacity, 0);
  if (count > 0 && serve(addon, events, count, false)) serve(addon, events, count, true);
  if (events != on_stack) free(events);
}

bool start_descriptors(struct addon *addon) {
  uv_loop_t *loop = NULL;
  if (napi_get_uv_event_loop(addon->env, &loop) != napi_ok) return false;
  addon->epoll = epoll_create1(EPOLL_CLOEXEC);
  if (addon->epoll < 0) return false;
  if (uv_poll_init(loop, &addon->readiness, addon->epoll) != 0) return false;
  addon->readiness.data = addon;
  addon->open_uv_handles++;
  uv_unref((uv_handle_t *)&addon->readiness);
  return uv_poll_start(&addon->readiness, UV_READABLE, on_ready) == 0;
}

void close_descriptors(struct addon *addon, uv_close_cb on_closed) {
  for (uint32_t slot = 0; slot < addon->descriptor_slots; slot++) {
    if (addon->descriptors[slot].fd >= 0) release(addon, &addon->descriptors[slot]);
  }
  free(addon->descriptors);
  addon->descriptors = NULL;
  addon->descriptor_slots = 0;
  if (addon->readiness.data != NULL) uv_close((uv_handle_t *)&addon->readiness, on_closed);
  if (addon->epoll >= 0) close(addon->epoll);
}
