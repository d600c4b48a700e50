/* Sending and receiving many datagrams in one call. */
#include "system.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define BATCH 64
#define SOURCE_BYTES sizeof(struct sockaddr_storage)

/* --- sending --- */

/* One row of the table that describes what to send: positions in the buffer. */
enum { PAYLOAD_AT, PAYLOAD_LENGTH, ADDRESS_AT, ADDRESS_LENGTH, SEND_FIELDS };

/* A span of the buffer; false when a number is none or leads outside. */
static bool span(struct bytes buffer, double at, double length, struct bytes *result) {
  if (!(at >= 0 && length >= 0 && at == trunc(at) && length == trunc(length))) return false;
  if (at + length > (double)buffer.length) return false;
  *result = (struct bytes){.data = buffer.data + (size_t)at, .length = (size_t)length};
  return true;
}

static bool fill_message(struct bytes buffer, const double *row, struct msghdr *message, struct iovec *part) {
  struct bytes payload, address;
  if (!span(buffer, row[PAYLOAD_AT], row[PAYLOAD_LENGTH], &payload)) return false;
  if (!span(buffer, row[ADDRESS_AT], row[ADDRESS_LENGTH], &address) || address.length > SOURCE_BYTES) return false;
  *part = (struct iovec){.iov_base = payload.data, .iov_len = payload.length};
  *message = (struct msghdr){
      .msg_iov = part,
      .msg_iovlen = 1,
      .msg_name = address.length == 0 ? NULL : address.data,
      .msg_namelen = (socklen_t)address.length,
  };
  return true;
}

static bool is_valid(struct bytes buffer, struct numbers table) {
  for (size_t at = 0; at < table.length; at += SEND_FIELDS) {
    struct msghdr message;
    struct iovec part;
    if (!fill_message(buffer, table.data + at, &message, &part)) return false;
  }
  return true;
}

/* How many of the messages went out; fewer than all sets errno. */
static size_t send_all(int fd, struct mmsghdr *messages, size_t count, int flags) {
  size_t sent = 0;
  while (sent < count) {
    int result = sendmmsg(fd, messages + sent, (unsigned)(count - sent), flags | MSG_DONTWAIT | MSG_NOSIGNAL);
    if (result > 0) {
      sent += (size_t)result;
    } else if (result == 0 || errno != EINTR) {
      break;
    }
  }
  return sent;
}

/*
 * send(handle, buffer, table, flags): the number of datagrams, all of them, or
 * the first failure. Four numbers of the table describe a datagram: where its
 * bytes start in the buffer and how many there are, then the same of its
 * destination (length 0: none).
 */
napi_value send_messages(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  int fd = descriptor_argument(&arguments, 0);
  struct bytes buffer = bytes_argument(&arguments, 1, "buffer", 0);
  struct numbers table = numbers_argument(&arguments, 2, "table", 0);
  int flags = (int)integer_argument(&arguments, 3, "flags", 0, INT_MAX);
  if (table.length % SEND_FIELDS != 0) fail_with_range_error(&arguments, "table", "must have four numbers a row");
  if (!arguments.failed && !is_valid(buffer, table)) {
    fail_with_range_error(&arguments, "table", "must describe spans of the buffer");
  }
  if (arguments.failed) return NULL;

  size_t rows = table.length / SEND_FIELDS;
  for (size_t first = 0; first < rows; first += BATCH) {
    struct mmsghdr messages[BATCH];
    struct iovec parts[BATCH];
    size_t count = rows - first < BATCH ? rows - first : BATCH;
    memset(messages, 0, sizeof messages);
    for (size_t index = 0; index < count; index++) {
      const double *row = table.data + (first + index) * SEND_FIELDS;
      fill_message(buffer, row, &messages[index].msg_hdr, &parts[index]);
    }
    if (send_all(fd, messages, count, flags) < count) return failure(env, "sendmmsg", errno);
  }
  return number_result(env, (double)rows);
}

/* --- receiving --- */

/* One row of what is told about a received datagram; NaN where the kernel did not say. */
enum { LENGTH, SOURCE_LENGTH, LINK_INDEX, TTL, AGE, TRUNCATED, RECEIVE_FIELDS };

#define CONTROL_BYTES 256

/* Microseconds from the kernel's time stamp to now; both are wall clock, so a step of it shows here. */
static double age_of(const struct timespec *stamp, const struct timespec *now) {
  return (double)(now->tv_sec - stamp->tv_sec) * 1e6 + (double)(now->tv_nsec - stamp->tv_nsec) / 1e3;
}

static bool carries(const struct cmsghdr *control, int level, int type, size_t size) {
  return control->cmsg_level == level && control->cmsg_type == type && control->cmsg_len >= CMSG_LEN(size);
}

static void describe(struct mmsghdr *message, const struct timespec *now, double *row) {
  struct msghdr *header = &message->msg_hdr;
  row[LENGTH] = message->msg_len;
  row[SOURCE_LENGTH] = header->msg_namelen < SOURCE_BYTES ? header->msg_namelen : SOURCE_BYTES;
  row[LINK_INDEX] = row[TTL] = row[AGE] = NAN;
  row[TRUNCATED] = (header->msg_flags & MSG_TRUNC) != 0;
  for (struct cmsghdr *control = CMSG_FIRSTHDR(header); control != NULL; control = CMSG_NXTHDR(header, control)) {
    if (carries(control, IPPROTO_IP, IP_PKTINFO, sizeof(struct in_pktinfo))) {
      struct in_pktinfo link;
      memcpy(&link, CMSG_DATA(control), sizeof link);
      row[LINK_INDEX] = link.ipi_ifindex;
    } else if (carries(control, IPPROTO_IP, IP_TTL, sizeof(int)) ||
               carries(control, IPPROTO_IPV6, IPV6_HOPLIMIT, sizeof(int))) {
      int ttl;
      memcpy(&ttl, CMSG_DATA(control), sizeof ttl);
      row[TTL] = ttl;
    } else if (carries(control, SOL_SOCKET, SCM_TIMESTAMPNS, sizeof(struct timespec))) {
      struct timespec stamp;
      memcpy(&stamp, CMSG_DATA(control), sizeof stamp);
      row[AGE] = age_of(&stamp, now);
    }
  }
}

/* How many datagrams fit all three buffers. */
static size_t capacity(struct bytes payloads, size_t slot, struct bytes sources, struct numbers table) {
  size_t count = BATCH;
  if (payloads.length / slot < count) count = payloads.length / slot;
  if (sources.length / SOURCE_BYTES < count) count = sources.length / SOURCE_BYTES;
  if (table.length / RECEIVE_FIELDS < count) count = table.length / RECEIVE_FIELDS;
  return count;
}

static int receive_batch(int fd, struct mmsghdr *messages, size_t count) {
  int result;
  do result = recvmmsg(fd, messages, (unsigned)count, MSG_DONTWAIT, NULL);
  while (result < 0 && errno == EINTR);
  return result;
}

/*
 * receive(handle, payloads, slotBytes, sources, table, limit): how many
 * datagrams there were, 0 when none waits. Datagram i is in payloads from
 * i x slotBytes on, its source address in sources from i x 128 on; the table
 * has six numbers for each: its length, its address's length, the link's
 * index, TTL, age in microseconds, and 1 if it was longer than a slot.
 */
napi_value receive_messages(napi_env env, napi_callback_info info) {
  struct arguments arguments = read_arguments(env, info);
  int fd = descriptor_argument(&arguments, 0);
  struct bytes payloads = bytes_argument(&arguments, 1, "payloads", 1);
  size_t slot = (size_t)integer_argument(&arguments, 2, "slotBytes", 1, 1 << 24);
  struct bytes sources = bytes_argument(&arguments, 3, "sources", SOURCE_BYTES);
  struct numbers table = numbers_argument(&arguments, 4, "table", RECEIVE_FIELDS);
  size_t limit = (size_t)integer_argument(&arguments, 5, "limit", 1, INT_MAX);
  if (slot > payloads.length) fail_with_range_error(&arguments, "slotBytes", "must fit the payloads");
  if (arguments.failed) return NULL;

  struct mmsghdr messages[BATCH];
  struct iovec parts[BATCH];
  _Alignas(struct cmsghdr) uint8_t controls[BATCH][CONTROL_BYTES];
  size_t count = capacity(payloads, slot, sources, table);
  if (limit < count) count = limit;
  memset(messages, 0, sizeof messages);
  for (size_t index = 0; index < count; index++) {
    parts[index] = (struct iovec){.iov_base = payloads.data + index * slot, .iov_len = slot};
    messages[index].msg_hdr = (struct msghdr){
        .msg_iov = &parts[index],
        .msg_iovlen = 1,
        .msg_name = sources.data + index * SOURCE_BYTES,
        .msg_namelen = SOURCE_BYTES,
        .msg_control = controls[index],
        .msg_controllen = CONTROL_BYTES,
    };
  }
  int received = receive_batch(fd, messages, count);
  if (received < 0) return errno == EAGAIN ? number_result(env, 0) : failure(env, "recvmmsg", errno);

  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  for (int index = 0; index < received; index++) {
    describe(&messages[index], &now, table.data + (size_t)index * RECEIVE_FIELDS);
  }
  return number_result(env, received);
}
