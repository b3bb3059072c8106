/**
 * The session of a generation graph: a model's weights and its cache, and the passes that it can make. More passes make it
 * open a new session that has them, and hand the weights over.
 */
import type { FloatArray } from '../../checkpoint/types'
import { MidbenchError } from '../../errors'
import { checkParameters } from '../../model/parameters'
import { type ConstantValue, DType } from '../../native/graph-def'
import { type GraphSession, openGraphSession, type RunOutput } from '../../native/graph-session'
import type { Tensorflow } from '../../native/tensorflow'
import {
  buildGenerationGraph,
  type GenerationGraph,
  type GenerationGraphOptions,
  type PassShape,
} from './generation-graph'

interface Opened {
  graph: GenerationGraph
  session: GraphSession
}

export class Passes {
  private opened: Opened
  private isOpen = true

  /**
   * @param parameters the model's, under its parameters' names
   * @throws MidbenchError `graph.memory`, `model.parameters`
   */
  constructor(
    private readonly tensorflow: Pick<Tensorflow, 'binding' | 'memory'>,
    private readonly options: Omit<GenerationGraphOptions, 'passes'>,
    private shapes: readonly PassShape[],
    parameters: ReadonlyMap<string, FloatArray>,
  ) {
    this.opened = this.open(shapes, parameters)
  }

  get graph(): GenerationGraph {
    return this.opened.graph
  }

  /** Whether it has no weights any more: it is disposed of, or there was no memory for a pass that was needed. */
  get isClosed(): boolean {
    return !this.isOpen
  }

  run(inputs: Record<string, ConstantValue>, outputs: readonly string[]): RunOutput[] {
    return this.opened.session.run(inputs, outputs)
  }

  /**
   * Makes sure that there are such passes. Where one is missing the cache is lost.
   * @throws MidbenchError `graph.memory`
   */
  ensure(shapes: readonly PassShape[]): void {
    const missing = shapes.filter((shape) => this.graph.pass(shape) === undefined)
    if (missing.length === 0) return
    const parameters = this.parameters()
    this.dispose() // first, since there may be no memory for two
    const all = [...this.shapes, ...missing]
    this.opened = this.open(all, parameters)
    this.shapes = all
    this.isOpen = true
  }

  /** Frees the weights and the cache; once is enough. */
  dispose(): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.free(this.opened.session)
  }

  private parameters(): Map<string, FloatArray> {
    const { graph, session } = this.opened
    const read = (name: string): [string, FloatArray] => {
      const [value] = session.run({}, [graph.parameter(name)])
      if (!(value?.data instanceof Float32Array)) throw noOutput(name)
      return [name, { shape: value.shape, data: value.data }]
    }
    return new Map([...graph.shapes.keys()].map(read))
  }

  /** Opens a session with these passes and weights; nothing of it is left where that fails. */
  private open(shapes: readonly PassShape[], parameters: ReadonlyMap<string, FloatArray>): Opened {
    checkParameters(new Map([...parameters].map(([name, { shape }]) => [name, shape])), this.options.model)
    const graph = buildGenerationGraph({ ...this.options, passes: shapes })
    const session = openGraphSession(this.tensorflow.binding, graph.nodes)
    try {
      for (const [name, { shape, data }] of parameters) {
        const value = new Map([[name, { dtype: DType.float32, shape, data }]]) // one at a time: less memory
        session.run(graph.set.inputs(value), graph.set.outputs(value))
      }
      return { graph, session }
    } catch (error) {
      this.free(session)
      throw error
    }
  }

  private free(session: GraphSession): void {
    session.dispose()
    this.tensorflow.memory.release()
  }
}

export function noOutput(what: string): MidbenchError {
  return new MidbenchError({ code: 'graph.run', message: `TensorFlow gave nothing for ${what}.` })
}
