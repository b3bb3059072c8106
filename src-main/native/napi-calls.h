// Small parts of Node's native interface that several of our files need.

#ifndef MIDBENCH_NAPI_CALLS_H_
#define MIDBENCH_NAPI_CALLS_H_

#include <node_api.h>

#include <string>

inline std::string string_argument(napi_env env, napi_value value) {
  size_t length = 0;
  napi_get_value_string_utf8(env, value, nullptr, 0, &length);
  std::string text(length + 1, '\0'); // with room for the end that Node writes
  napi_get_value_string_utf8(env, value, &text[0], text.size(), &length);
  text.resize(length);
  return text;
}

inline void export_function(napi_env env, napi_value exports, const char* name, napi_callback callback) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
  napi_set_named_property(env, exports, name, function);
}

#endif  // MIDBENCH_NAPI_CALLS_H_
