/**
 * Collective operations: nodes at which the graphs of all ranks meet. Each stands in the graph of every rank with the
 * same key and the same shape, and is done when all ranks have run it.
 *
 * A run that holds one fails on every rank where one rank does not come, and collective operations fail from then on. So
 * they stand in runs of their own, which compute nothing else (graph-engine.ts).
 */
import { DType } from '../../native/graph-def'
import { type Graph, type Value, valueOf } from './graph'

/** The one group that all ranks are in. */
const GROUP_KEY = 1

interface Collective {
  worldSize: number
  /** Of this one operation, as `Cluster.nextKey` gives it. */
  key: number
  /** Seconds after which a rank that has not come is given up. */
  timeoutS: number
}

/** The mean over all ranks of a value of the same shape; the same bits on each. */
export function meanOverRanks(graph: Graph, value: Value, collective: Collective): Value {
  const node = graph.add({
    op: 'CollectiveReduceV2',
    name: 'mean_over_ranks',
    inputs: [value, ...place(graph, collective)],
    attributes: {
      ...shared(value, collective),
      merge_op: { kind: 'string', value: 'Add' },
      final_op: { kind: 'string', value: 'Div' },
      max_subdivs_per_device: { kind: 'int', value: -1 },
    },
    outputs: [{ shape: value.shape, dtype: value.dtype }],
  })
  return valueOf(node)
}

/** [W * N, …] the values [N, …] of all ranks, in their order. */
export function gatherOverRanks(graph: Graph, value: Value, collective: Collective): Value {
  const [count = 1, ...rest] = value.shape
  const node = graph.add({
    op: 'CollectiveGatherV2',
    name: 'gather_over_ranks',
    inputs: [value, ...place(graph, collective)],
    attributes: shared(value, collective),
    outputs: [{ shape: [collective.worldSize * count, ...rest], dtype: value.dtype }],
  })
  return valueOf(node)
}

function place(graph: Graph, { worldSize, key }: Collective): Value[] {
  return [worldSize, GROUP_KEY, key].map((number) =>
    graph.constant({ dtype: DType.int32, shape: [], data: Int32Array.of(number) }),
  )
}

function shared({ dtype }: Value, { timeoutS }: Collective) {
  return {
    T: { kind: 'type', value: dtype },
    communication_hint: { kind: 'string', value: 'auto' },
    timeout_seconds: { kind: 'float', value: timeoutS },
    is_stateless: { kind: 'bool', value: false },
    Nordering_token: { kind: 'int', value: 0 },
  } as const
}
