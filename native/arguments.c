/* Reading and checking what JavaScript passes in; shaping what goes back. */
#include "system.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct arguments read_arguments(napi_env env, napi_callback_info info) {
  struct arguments arguments = {.env = env, .addon = addon_of(env)};
  size_t count = MAX_ARGUMENTS;
  void *name = NULL;
  /* Missing arguments are filled with undefined, which no reader but is_absent accepts. */
  if (napi_get_cb_info(env, info, &count, arguments.values, NULL, &name) != napi_ok) arguments.failed = true;
  arguments.function = name;
  return arguments;
}

static void fail(struct arguments *arguments, bool range, const char *name, const char *requirement) {
  if (arguments->failed) return;
  arguments->failed = true;
  char message[200];
  snprintf(message, sizeof message, "%s: %s %s", arguments->function, name, requirement);
  if (range) {
    napi_throw_range_error(arguments->env, NULL, message);
  } else {
    napi_throw_type_error(arguments->env, NULL, message);
  }
}

void fail_with_range_error(struct arguments *arguments, const char *name, const char *requirement) {
  fail(arguments, true, name, requirement);
}

static napi_valuetype type_of(struct arguments *arguments, size_t index) {
  napi_valuetype type = napi_undefined;
  napi_typeof(arguments->env, arguments->values[index], &type);
  return type;
}

bool is_absent(struct arguments *arguments, size_t index) {
  if (arguments->failed) return true;
  napi_valuetype type = type_of(arguments, index);
  return type == napi_undefined || type == napi_null;
}

bool is_number(struct arguments *arguments, size_t index) {
  return !arguments->failed && type_of(arguments, index) == napi_number;
}

int64_t integer_argument(struct arguments *arguments, size_t index, const char *name, int64_t min, int64_t max) {
  if (arguments->failed) return 0;
  double value = 0;
  if (napi_get_value_double(arguments->env, arguments->values[index], &value) != napi_ok || value != trunc(value)) {
    fail(arguments, false, name, "must be an integer");
    return 0;
  }
  /* An infinity is its own trunc() and ends here. */
  if (value < (double)min || value > (double)max) {
    char requirement[80];
    snprintf(requirement, sizeof requirement, "must be between %lld and %lld", (long long)min, (long long)max);
    fail(arguments, true, name, requirement);
    return 0;
  }
  return (int64_t)value;
}

bool boolean_argument(struct arguments *arguments, size_t index, const char *name) {
  if (arguments->failed) return false;
  bool value = false;
  if (napi_get_value_bool(arguments->env, arguments->values[index], &value) != napi_ok) {
    fail(arguments, false, name, "must be a boolean");
  }
  return value;
}

/* A typed array's elements; a detached one has none. */
static void *elements(struct arguments *arguments, size_t index, napi_typedarray_type wanted, size_t *length) {
  bool is_typed_array = false;
  napi_typedarray_type type;
  void *data = NULL;
  napi_value value = arguments->values[index];
  if (napi_is_typedarray(arguments->env, value, &is_typed_array) != napi_ok || !is_typed_array) return NULL;
  if (napi_get_typedarray_info(arguments->env, value, &type, length, &data, NULL, NULL) != napi_ok) return NULL;
  if (type != wanted) return NULL;
  static uint8_t nothing[1];
  if (data == NULL) *length = 0;
  return data == NULL ? nothing : data;
}

static void require_length(struct arguments *arguments, const char *name, size_t length, size_t min_length) {
  if (length >= min_length) return;
  char requirement[80];
  snprintf(requirement, sizeof requirement, "must have at least %zu elements", min_length);
  fail(arguments, true, name, requirement);
}

struct bytes bytes_argument(struct arguments *arguments, size_t index, const char *name, size_t min_length) {
  struct bytes bytes = {0};
  if (arguments->failed) return bytes;
  bytes.data = elements(arguments, index, napi_uint8_array, &bytes.length);
  if (bytes.data == NULL) {
    fail(arguments, false, name, "must be a Uint8Array");
  } else {
    require_length(arguments, name, bytes.length, min_length);
  }
  return bytes;
}

struct numbers numbers_argument(struct arguments *arguments, size_t index, const char *name, size_t min_length) {
  struct numbers numbers = {0};
  if (arguments->failed) return numbers;
  numbers.data = elements(arguments, index, napi_float64_array, &numbers.length);
  if (numbers.data == NULL) {
    fail(arguments, false, name, "must be a Float64Array");
  } else {
    require_length(arguments, name, numbers.length, min_length);
  }
  return numbers;
}

void text_argument(struct arguments *arguments, size_t index, const char *name, char *buffer, size_t size) {
  buffer[0] = '\0';
  if (arguments->failed) return;
  size_t length = 0;
  napi_value value = arguments->values[index];
  if (napi_get_value_string_utf8(arguments->env, value, NULL, 0, &length) != napi_ok) {
    fail(arguments, false, name, "must be a string");
    return;
  }
  if (length >= size) {
    fail(arguments, true, name, "is too long");
    return;
  }
  napi_get_value_string_utf8(arguments->env, value, buffer, size, &length);
  if (strlen(buffer) != length) fail(arguments, false, name, "must not contain a NUL byte");
}

napi_value function_argument(struct arguments *arguments, size_t index, const char *name) {
  if (arguments->failed) return NULL;
  if (type_of(arguments, index) != napi_function) fail(arguments, false, name, "must be a function");
  return arguments->values[index];
}

int descriptor_argument(struct arguments *arguments, size_t index) {
  int64_t handle = integer_argument(arguments, index, "handle", 0, MAX_HANDLE);
  return arguments->failed ? -1 : descriptor_of(arguments->addon, handle);
}

napi_value number_result(napi_env env, double value) {
  napi_value result = NULL;
  napi_create_double(env, value, &result);
  return result;
}

napi_value failure(napi_env env, const char *call, int error) {
  napi_value object = NULL, number = NULL, name = NULL, text = NULL;
  napi_create_object(env, &object);
  napi_create_int32(env, error, &number);
  napi_create_string_utf8(env, call, NAPI_AUTO_LENGTH, &name);
  napi_create_string_utf8(env, strerror(error), NAPI_AUTO_LENGTH, &text);
  napi_set_named_property(env, object, "errno", number);
  napi_set_named_property(env, object, "call", name);
  napi_set_named_property(env, object, "text", text);
  return object;
}
