// The native module's entry: what tfjs-node's binding exports, four functions about the memory that large-blocks.cc
// holds for TensorFlow, quietErrors(true or false) of quiet-log.cc, and what cluster.cc has for ranks and program-names.cc
// for compiled graphs.

// tfjs-node's own entry gets another name, since this file defines the module's.
#define napi_register_module_v1 tfjs_register_module
#define node_api_module_get_api_version_v1 tfjs_module_api_version
#include "binding/tfjs_binding.cc"
#undef napi_register_module_v1
#undef node_api_module_get_api_version_v1

#include "cluster.h"
#include "large-blocks.h"
#include "napi-calls.h"
#include "program-names.h"
#include "quiet-log.h"

namespace {

// largeBlocks(): [bytes held now, most bytes held since the start or the last reset].
napi_value large_blocks(napi_env env, napi_callback_info) {
  uint64_t usage[2];
  midbench_large_blocks(&usage[0], &usage[1]);
  napi_value pair;
  napi_create_array_with_length(env, 2, &pair);
  for (uint32_t index = 0; index < 2; index++) {
    napi_value number;
    napi_create_double(env, static_cast<double>(usage[index]), &number);
    napi_set_element(env, pair, index, number);
  }
  return pair;
}

napi_value reset_large_blocks_peak(napi_env, napi_callback_info) {
  midbench_reset_large_blocks_peak();
  return nullptr;
}

// The first argument of a call.
napi_value argument_of(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  return argument;
}

// limitLargeBlocks(bytes)
napi_value limit_large_blocks(napi_env env, napi_callback_info info) {
  int64_t bytes = INT64_MAX;
  napi_get_value_int64(env, argument_of(env, info), &bytes);
  midbench_limit_large_blocks(static_cast<uint64_t>(bytes));
  return nullptr;
}

napi_value release_kept_blocks(napi_env, napi_callback_info) {
  midbench_release_kept_blocks();
  return nullptr;
}

// quietErrors(quiet)
napi_value quiet_errors(napi_env env, napi_callback_info info) {
  bool quiet = false;
  napi_get_value_bool(env, argument_of(env, info), &quiet);
  midbench_quiet_errors(quiet);
  return nullptr;
}

}  // namespace

NAPI_MODULE_INIT() {
  export_function(env, exports, "largeBlocks", large_blocks);
  export_function(env, exports, "resetLargeBlocksPeak", reset_large_blocks_peak);
  export_function(env, exports, "limitLargeBlocks", limit_large_blocks);
  export_function(env, exports, "releaseKeptBlocks", release_kept_blocks);
  export_function(env, exports, "quietErrors", quiet_errors);
  midbench_export_cluster(env, exports);
  midbench_export_program_names(env, exports);
  return tfnodejs::InitTFNodeJSBinding(env, exports);
}
