/** Tensors by name, made and freed together. tf.tidy itself does not look into a Map. */
import * as tf from '@tensorflow/tfjs-core'

/** tf.tidy for a function that returns named tensors: they stay, everything else that it made is freed. */
export function tidyMap(make: () => ReadonlyMap<string, tf.Tensor>): Map<string, tf.Tensor> {
  let names: string[] = []
  const tensors = tf.tidy(() => {
    const made = make()
    names = [...made.keys()]
    return [...made.values()]
  })
  return new Map(
    tensors.map((tensor, i) => {
      const name = names[i]
      if (name === undefined) throw new Error('tf.tidy returns as many tensors as it is given')
      return [name, tensor]
    }),
  )
}

export function disposeAll(tensors: ReadonlyMap<string, tf.Tensor>): void {
  for (const tensor of tensors.values()) tensor.dispose()
}
