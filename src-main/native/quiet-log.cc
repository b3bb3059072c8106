// Keeps TensorFlow's notes about itself off stderr; errors still go there.
//
// Its log writes everything to stderr until absl::InitializeLog() is called, and some of it while the library is being
// loaded, before anyone could call that. The library asks this function whether it was, and finds this definition
// before its own, since the binding is loaded with RTLD_DEEPBIND. Where its version of Abseil has another name, the
// notes are back, and nothing else changes. TF_CPP_MIN_LOG_LEVEL=0 brings them back too.
//
// While a graph is compiled even errors are kept off stderr: TensorFlow logs three of them for each program that it
// takes from its cache though nothing is wrong (a second file format it tries first, and tuning hints that it mistakes
// for instruction sets). What really fails there is thrown by the call.

#include "quiet-log.h"

#include <stdlib.h>

namespace absl {
inline namespace lts_20250814 {  // the Abseil of TensorFlow 2.21

enum class LogSeverityAtLeast : int { kError = 2, kFatal = 3 };
__attribute__((weak)) void SetStderrThreshold(LogSeverityAtLeast severity);

namespace log_internal {

bool IsInitialized() {
  const char* level = getenv("TF_CPP_MIN_LOG_LEVEL");
  return level != nullptr && level[0] >= '2';
}

}  // namespace log_internal
}  // namespace lts_20250814
}  // namespace absl

void midbench_quiet_errors(bool quiet) {
  if (absl::SetStderrThreshold == nullptr || !absl::log_internal::IsInitialized()) return;
  absl::SetStderrThreshold(quiet ? absl::LogSeverityAtLeast::kFatal : absl::LogSeverityAtLeast::kError);
}
