/** Makes and frees tensors by name together; tf.tidy itself does not look into a Map. */
import * as tf from '@tensorflow/tfjs-core'

/** tf.tidy for a function that returns named tensors: they stay, and all others that it made are freed. */
export function tidyMap(make: () => ReadonlyMap<string, tf.Tensor>): Map<string, tf.Tensor> {
  return tidyMapAnd(() => ({ tensors: make(), told: undefined })).tensors
}

/** Like {@link tidyMap}, for a function that returns something else as well. */
export function tidyMapAnd<Told>(make: () => { tensors: ReadonlyMap<string, tf.Tensor>; told: Told }): {
  tensors: Map<string, tf.Tensor>
  told: Told
} {
  let names: string[] = []
  const told: Told[] = []
  const kept = tf.tidy(() => {
    const made = make()
    names = [...made.tensors.keys()]
    told.push(made.told)
    return [...made.tensors.values()]
  })
  const tensors = new Map(kept.map((tensor, i) => [names[i] ?? '', tensor]))
  return { tensors, told: told[0] as Told }
}

export function disposeAll(tensors: ReadonlyMap<string, tf.Tensor>): void {
  for (const tensor of tensors.values()) tensor.dispose()
}
