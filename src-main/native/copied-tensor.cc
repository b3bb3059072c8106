// Makes TensorFlow's tensors from JavaScript's arrays by copying.
//
// tfjs-node's binding hands an array's own memory to TF_NewTensor where it happens to be aligned, with a callback that
// lets the array go. A variable of a session then shares that memory with JavaScript, is updated in it, and lets it go on
// one of TensorFlow's threads, where Node's references must not be touched: the heap is damaged, and the process ends
// some time later. The binding is therefore compiled with TF_NewTensor renamed to this function (binding-source.ts).
//
// Costs one copy of what goes in. The callback runs before the function returns, on the caller's thread.

#include <stdint.h>
#include <string.h>

#include "tensorflow/c/tf_tensor.h"

extern "C" TF_Tensor* midbench_copied_tensor(TF_DataType type, const int64_t* dimensions, int rank, void* data,
                                             size_t size, void (*let_go)(void*, size_t, void*), void* argument) {
  TF_Tensor* tensor = TF_AllocateTensor(type, dimensions, rank, size);
  if (tensor != nullptr && size > 0) memcpy(TF_TensorData(tensor), data, size);
  let_go(data, size, argument);
  return tensor;
}
