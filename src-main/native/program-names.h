// What program-names.cc adds to the native module.

#ifndef MIDBENCH_PROGRAM_NAMES_H_
#define MIDBENCH_PROGRAM_NAMES_H_

#include <node_api.h>

// Exports startNames.
void midbench_export_program_names(napi_env env, napi_value exports);

#endif  // MIDBENCH_PROGRAM_NAMES_H_
