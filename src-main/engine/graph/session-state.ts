/**
 * The arrays of a step graph's session, read and written some at a time. TensorFlow prepares a run for every set of arrays
 * that it has not met before, which takes some 10 ms, more than to copy a small array; all at once, they would be in
 * memory twice.
 */
import type { FloatArray } from '../../checkpoint/types'
import { MidbenchError } from '../../errors'
import { DType } from '../../native/graph-def'
import type { GraphSession } from '../../native/graph-session'
import type { StepGraph } from './step-graph'

interface Opened {
  graph: StepGraph
  session: GraphSession
}

type Named = [name: string, array: FloatArray]

/** The most elements that are copied together: 8 MiB. A larger array is copied alone. */
const MOST_TOGETHER = 2 ** 21

/** Some arrays of the session, in the order of their names; each part of them is read when it is asked for. */
export function* readArrays({ graph, session }: Opened, names: readonly string[]): Generator<Named> {
  for (const batch of inBatches(names, graph.shapes)) {
    const values = session.run(
      {},
      batch.map((name) => graph.fetch.read(name)),
    )
    yield* batch.map((name, i): Named => {
      const value = values[i]
      if (!(value?.data instanceof Float32Array))
        throw new MidbenchError({ code: 'graph.run', message: `TensorFlow gave nothing for ${name}.` })
      return [name, { shape: value.shape, data: value.data }]
    })
  }
}

/**
 * Writes every array of the session.
 *
 * @throws MidbenchError `engine.state` where one is missing
 */
export function writeArrays({ graph, session }: Opened, arrays: ReadonlyMap<string, FloatArray>): void {
  for (const batch of inBatches([...graph.shapes.keys()], graph.shapes)) {
    const values = new Map(
      batch.map((name) => {
        const array = arrays.get(name)
        if (!array) throw new MidbenchError({ code: 'engine.state', message: `The state lacks ${name}.` })
        return [name, { dtype: DType.float32, shape: array.shape, data: array.data }] as const
      }),
    )
    session.run(graph.set.inputs(values), graph.set.outputs(values))
  }
}

function* inBatches(names: readonly string[], shapes: StepGraph['shapes']): Generator<string[]> {
  let batch: string[] = []
  let elements = 0
  for (const name of names) {
    const own = (shapes.get(name) ?? []).reduce((product, size) => product * size, 1)
    if (batch.length > 0 && elements + own > MOST_TOGETHER) {
      yield batch
      batch = []
      elements = 0
    }
    batch.push(name)
    elements += own
  }
  if (batch.length > 0) yield batch
}
