// What the binding can ask of quiet-log.cc.
#pragma once

// Whether TensorFlow's errors are kept off stderr too.
void midbench_quiet_errors(bool quiet);
