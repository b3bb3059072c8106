// What JavaScript cannot do to its own process: setEnvironment(name, value) sets a variable of it, endWithParent() has
// the kernel end it when the process that started it ends.
//
// A worker thread's process.env is a copy that C code never sees, and TensorFlow reads its variables with getenv, some
// of them while its library is being loaded. So this is a module of its own, loaded first. Writing the value that is
// there already touches nothing, because other threads may be reading the environment.

#include <node_api.h>
#include <signal.h>
#include <stdlib.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include <string>

#include "napi-calls.h"

namespace {

napi_value set_environment(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  const std::string name = string_argument(env, arguments[0]);
  const std::string value = string_argument(env, arguments[1]);
  const char* present = getenv(name.c_str());
  if (present == nullptr || value != present) setenv(name.c_str(), value.c_str(), 1);
  return nullptr;
}

// SIGKILL, so that it also ends in the middle of a long operation. It holds for the thread that started this process,
// which is the main thread of Node and of Electron.
napi_value end_with_parent(napi_env, napi_callback_info) {
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  return nullptr;
}

}  // namespace

NAPI_MODULE_INIT() {
  export_function(env, exports, "setEnvironment", set_environment);
  export_function(env, exports, "endWithParent", end_with_parent);
  return exports;
}
