/* Opening and preparing sockets. What the numbers mean is the business of src/system. */
#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_ADDRESS ((socklen_t)sizeof(struct sockaddr_storage))

struct opening {
  int domain, type, protocol;
  const char *namespace;
  int fd;
  const char *failed_call;
  int error;
};

static void open_here(struct opening *opening) {
  opening->fd = socket(opening->domain, opening->type | SOCK_CLOEXEC | SOCK_NONBLOCK, opening->protocol);
  opening->failed_call = "socket";
  opening->error = errno;
}

static void *open_in_namespace(void *data) {
  struct opening *opening = data;
  int namespace = open(opening->namespace, O_RDONLY | O_CLOEXEC);
  if (namespace < 0) {
    opening->failed_call = "open";
    opening->error = errno;
    return NULL;
  }
  if (setns(namespace, CLONE_NEWNET) < 0) {
    opening->failed_call = "setns";
    opening->error = errno;
  } else {
    open_here(opening);
  }
  close(namespace);
  return NULL;
}

/*
 * A namespace belongs to a thread. One that lives just for this call enters
 * it, so that there is no way back that could fail and leave the event loop's
 * thread in the wrong one.
 */
static void open_from_thread(struct opening *opening) {
  pthread_t thread;
  int error = pthread_create(&thread, NULL, open_in_namespace, opening);
  if (error != 0) {
    opening->failed_call = "pthread_create";
    opening->error = error;
    return;
  }
  pthread_join(thread, NULL);
}

/* openSocket(domain, type, protocol, path of a network namespace | undefined): a handle. */
napi_value open_socket(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  char namespace[PATH_MAX];
  struct opening opening = {.fd = -1, .namespace = namespace};
  opening.domain = (int)integer_argument(&arguments, 0, "domain", 0, UINT16_MAX);
  opening.type = (int)integer_argument(&arguments, 1, "type", 0, 15);
  opening.protocol = (int)integer_argument(&arguments, 2, "protocol", 0, INT_MAX);
  bool elsewhere = !is_absent(&arguments, 3);
  if (elsewhere) text_argument(&arguments, 3, "namespace", namespace, sizeof namespace);
  if (arguments.failed) return NULL;

  if (elsewhere) {
    open_from_thread(&opening);
  } else {
    open_here(&opening);
  }
  if (opening.fd < 0) return failure(env, opening.failed_call, opening.error);
  return descriptor_result(arguments.addon, opening.fd);
}

static struct bytes address_argument(struct arguments *arguments, size_t index) {
  struct bytes address = bytes_argument(arguments, index, "address", 0);
  if (address.length > MAX_ADDRESS) fail_with_range_error(arguments, "address", "is longer than any socket address");
  return address;
}

/* bind(handle, address) */
napi_value bind_socket(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  int fd = descriptor_argument(&arguments, 0);
  struct bytes address = address_argument(&arguments, 1);
  if (arguments.failed) return NULL;
  int result = bind(fd, (struct sockaddr *)address.data, (socklen_t)address.length);
  return result < 0 ? failure(env, "bind", errno) : NULL;
}

/* connect(handle, address) */
napi_value connect_socket(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  int fd = descriptor_argument(&arguments, 0);
  struct bytes address = address_argument(&arguments, 1);
  if (arguments.failed) return NULL;
  int result = connect(fd, (struct sockaddr *)address.data, (socklen_t)address.length);
  return result < 0 ? failure(env, "connect", errno) : NULL;
}

/* localAddress(handle, into): the address's length, at most that of `into`. */
napi_value local_address(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  int fd = descriptor_argument(&arguments, 0);
  struct bytes into = bytes_argument(&arguments, 1, "into", MAX_ADDRESS);
  if (arguments.failed) return NULL;
  socklen_t length = MAX_ADDRESS;
  if (getsockname(fd, (struct sockaddr *)into.data, &length) < 0) return failure(env, "getsockname", errno);
  return number_result(env, length < MAX_ADDRESS ? length : MAX_ADDRESS);
}

/* setOption(handle, level, name, value as an int or as bytes) */
napi_value set_option(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  int fd = descriptor_argument(&arguments, 0);
  int level = (int)integer_argument(&arguments, 1, "level", 0, INT_MAX);
  int name = (int)integer_argument(&arguments, 2, "name", 0, INT_MAX);
  int number = 0;
  struct bytes value = {.data = (uint8_t *)&number, .length = sizeof number};
  if (is_number(&arguments, 3)) {
    number = (int)integer_argument(&arguments, 3, "value", INT_MIN, INT_MAX);
  } else {
    value = bytes_argument(&arguments, 3, "value", 0);
  }
  if (value.length > INT_MAX) fail_with_range_error(&arguments, "value", "is too long");
  if (arguments.failed) return NULL;
  int result = setsockopt(fd, level, name, value.data, (socklen_t)value.length);
  return result < 0 ? failure(env, "setsockopt", errno) : NULL;
}

/* getOption(handle, level, name, into): the value's length, at most that of `into`. */
napi_value get_option(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  int fd = descriptor_argument(&arguments, 0);
  int level = (int)integer_argument(&arguments, 1, "level", 0, INT_MAX);
  int name = (int)integer_argument(&arguments, 2, "name", 0, INT_MAX);
  struct bytes into = bytes_argument(&arguments, 3, "into", 1);
  if (arguments.failed) return NULL;
  socklen_t length = into.length < 65536 ? (socklen_t)into.length : 65536;
  if (getsockopt(fd, level, name, into.data, &length) < 0) return failure(env, "getsockopt", errno);
  return number_result(env, length < into.length ? length : (double)into.length);
}

/*
 * attachFilter(handle, program): from now on only packets that the program (a classic BPF one, struct
 * sock_filter after struct sock_filter) accepts are received. An option whose value holds a pointer, hence
 * not one for setOption.
 */
napi_value attach_filter(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  int fd = descriptor_argument(&arguments, 0);
  struct bytes bytes = bytes_argument(&arguments, 1, "program", sizeof(struct sock_filter));
  size_t count = bytes.length / sizeof(struct sock_filter);
  if (count > BPF_MAXINSNS || bytes.length % sizeof(struct sock_filter) != 0) {
    fail_with_range_error(&arguments, "program", "is not a list of instructions that the kernel takes");
  }
  if (arguments.failed) return NULL;
  struct sock_filter instructions[BPF_MAXINSNS];
  memcpy(instructions, bytes.data, bytes.length);
  struct sock_fprog program = {.len = (unsigned short)count, .filter = instructions};
  int result = setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
  return result < 0 ? failure(env, "setsockopt", errno) : NULL;
}
