// What cluster.cc adds to the native module.

#ifndef MIDBENCH_CLUSTER_H_
#define MIDBENCH_CLUSTER_H_

#include <node_api.h>

// Exports startServer and setSession.
void midbench_export_cluster(napi_env env, napi_value exports);

#endif  // MIDBENCH_CLUSTER_H_
