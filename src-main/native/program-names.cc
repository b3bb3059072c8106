// Gives the programs that XLA compiles of a graph the same names whenever the graph is opened, so that they are found on
// disk (program-cache.ts).
//
// TensorFlow names a program by a hash of its graph (--tf_xla_deterministic_cluster_names) and a number that it counts on
// for the life of the process, so that the second session over a graph would compile again what the first has stored. It
// gives names in the first run of a session that asks for certain outputs. JavaScript announces such a run by
// startNames(): then the numbers begin at zero, and no other thread is within such a run, since one graph's programs must
// not have the same number twice. tfjs-node's binding is compiled with TF_SessionRun renamed to the function here
// (binding-source.ts).

#include <node_api.h>
#include <stdlib.h>
#include <string.h>

#include <mutex>

#include "napi-calls.h"
#include "program-names.h"
#include "tensorflow/c/c_api.h"

#undef TF_SessionRun
extern "C" void TF_SessionRun(TF_Session*, const TF_Buffer*, const TF_Output*, TF_Tensor* const*, int, const TF_Output*,
                              TF_Tensor**, int, const TF_Operation* const*, int, TF_Buffer*, TF_Status*);

// TensorFlow's own, which its tests of the cache use. A library without it compiles more often, and trains all the same.
namespace tensorflow::testing {
__attribute__((weak)) void ResetClusterSequenceNumber();
}

namespace {

std::mutex naming;
thread_local bool names_next_run = false;

// Without the hash, which a person's own flags may leave out, programs of different graphs would get the same name.
bool names_have_hash() {
  const char* flags = getenv("TF_XLA_FLAGS");
  return flags != nullptr && strstr(flags, "--tf_xla_deterministic_cluster_names=true") != nullptr;
}

// startNames()
napi_value start_names(napi_env, napi_callback_info) {
  names_next_run = true;
  return nullptr;
}

}  // namespace

void midbench_export_program_names(napi_env env, napi_value exports) {
  export_function(env, exports, "startNames", start_names);
}

extern "C" void midbench_session_run(TF_Session* session, const TF_Buffer* options, const TF_Output* inputs,
                                     TF_Tensor* const* input_values, int input_count, const TF_Output* outputs,
                                     TF_Tensor** output_values, int output_count,
                                     const TF_Operation* const* targets, int target_count, TF_Buffer* metadata,
                                     TF_Status* status) {
  std::unique_lock<std::mutex> alone(naming, std::defer_lock);
  if (names_next_run) {
    names_next_run = false;
    alone.lock();
    const auto reset = tensorflow::testing::ResetClusterSequenceNumber;
    if (reset != nullptr && names_have_hash()) reset();
  }
  TF_SessionRun(session, options, inputs, input_values, input_count, outputs, output_values, output_count, targets,
                target_count, metadata, status);
}
