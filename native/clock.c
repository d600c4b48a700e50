/* CLOCK_MONOTONIC, and a timer that fires at one of its instants. */
#include "system.h"

#include <errno.h>
#include <sys/timerfd.h>
#include <time.h>

#define MICROSECONDS INT64_C(1000000)

/* now(): microseconds, rounded down. */
napi_value now(napi_env env, napi_callback_info info) {
  (void)info;
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return number_result(env, (double)(time.tv_sec * MICROSECONDS + time.tv_nsec / 1000));
}

/* openAlarm(): a handle that becomes readable when the alarm fires; reading takes that back. */
napi_value open_alarm(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  if (arguments.failed) return NULL;
  int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  return fd < 0 ? failure(env, "timerfd_create", errno) : descriptor_result(arguments.addon, fd);
}

/* setAlarm(handle, at): in microseconds as now() counts, at once when that is past; 0 disarms. */
napi_value set_alarm(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  int fd = descriptor_argument(&arguments, 0);
  int64_t at = integer_argument(&arguments, 1, "at", 0, (INT64_C(1) << 53) - 1);
  if (arguments.failed) return NULL;
  struct itimerspec value = {.it_value = {.tv_sec = at / MICROSECONDS, .tv_nsec = at % MICROSECONDS * 1000}};
  int result = timerfd_settime(fd, TFD_TIMER_ABSTIME, &value, NULL);
  return result < 0 ? failure(env, "timerfd_settime", errno) : NULL;
}
