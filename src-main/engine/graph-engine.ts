/**
 * The compiled step engine: model, loss and both optimizers as one TensorFlow graph, run natively.
 *
 * Weights and optimizer state live in the session, on the device; a step takes in token ids and gives out one loss a
 * micro-batch. The graph is recorded at the first batch, for its shape, and TensorFlow compiles it at its first run
 * (seconds, fewer where native/program-cache.ts has its programs); `onCompile` reports that. The same inputs and
 * threads give the same bits. In bfloat16 matrix products are rounded as the reference's autocast does.
 *
 * In float32, starting from a trained base model, its losses equal the eager engine's to 1e-5. In a fresh model every
 * block gives zero, so the true gradient of the residual scalars is zero too: AdamW turns its rounding errors into
 * whole steps, their signs depend on the order of summation, and the two engines differ from the second step on.
 */
import type { FloatArray } from '../checkpoint/types'
import { MidbenchError } from '../errors'
import type { ModelConfig } from '../model/config.schema'
import { parameterShapes } from '../model/parameters'
import { type ConstantValue, DType } from '../native/graph-def'
import { type GraphSession, openGraphSession } from '../native/graph-session'
import type { Tensorflow } from '../native/tensorflow'
import type { ParameterGroup } from '../optimizers/groups'
import type { RankPeers } from './ranks/rank-peers'
import {
  buildStepGraph,
  inputNames,
  optimizerShapes,
  type StepGraph,
  type StepGraphOptions,
} from './graph/step-graph'
import {
  checkedBatches,
  type EngineState,
  type StepEngine,
  type StepResult,
  type StepSettings,
  type TokenBatch,
} from './step-engine'
import { addedSums, readSums, type TaskSum } from './task-sums'

/** Called before a run that compiles (`seconds` is null), and after it. */
export type CompileListener = (what: string, seconds: number | null) => void

export interface GraphEngineOptions {
  model: ModelConfig
  /** Which optimizer trains which parameters, with initial learning rates; none where nothing is trained. */
  groups: readonly ParameterGroup[]
  /** Type of the matrix products. */
  dtype: 'float32' | 'bfloat16'
  /** Number of tasks whose losses a step tells. @default 0 */
  taskCount?: number
  onCompile?: CompileListener | undefined
  /** The ranks that it trains with: their gradients are averaged. @default it trains alone */
  peers?: RankPeers | undefined
}

/** A session for one batch shape. */
interface Compiled {
  batchSize: number
  seqLen: number
  graph: StepGraph
  session: GraphSession
  /** Fetches that have been run, and so are compiled. */
  warm: Set<string>
}

export class GraphEngine implements StepEngine {
  readonly name = 'graph'
  private compiled: Compiled | undefined
  /** The state while no session holds it. */
  private outside: EngineState = { parameters: new Map(), optimizer: new Map() }
  /** Whether gradients may hold part of a step that failed. */
  private unfinished = true

  constructor(
    private readonly tensorflow: Tensorflow,
    private readonly options: GraphEngineOptions,
  ) {}

  step(batches: readonly TokenBatch[], settings: StepSettings): Promise<StepResult> {
    return settle(() => this.withSoundPrograms(() => this.stepOnce(batches, settings)))
  }

  evaluate(batch: TokenBatch): Promise<Float32Array> {
    return settle(() =>
      this.withSoundPrograms(() => {
        const [losses] = this.run(this.for(batch), 'losses', batchInputs(batch))
        if (!(losses?.data instanceof Float32Array)) throw noOutput('losses')
        return losses.data
      }),
    )
  }

  exportParameters(): Promise<EngineState['parameters']> {
    return settle(() => this.parameters())
  }

  exportState(): Promise<EngineState> {
    return settle(() => this.state())
  }

  /** An empty optimizer state stands for the state before the first step. */
  importState(state: EngineState): Promise<void> {
    return settle(() => {
      const { parameters } = state
      const whole = {
        parameters,
        optimizer: state.optimizer.size > 0 ? state.optimizer : this.freshOptimizer(),
      }
      if (this.compiled) this.write(this.compiled, whole)
      else this.outside = whole
    })
  }

  dispose(): void {
    this.compiled?.session.dispose()
    this.compiled = undefined
    this.tensorflow.memory.release()
    this.outside = { parameters: new Map(), optimizer: new Map() }
  }

  private stepOnce(batches: readonly TokenBatch[], settings: StepSettings): StepResult {
    const { first } = checkedBatches(batches)
    const compiled = this.for(first)
    if (this.unfinished) this.run(compiled, 'clear', {})
    this.unfinished = true
    const micro = batches.map((batch) => this.microBatch(compiled, batch))
    const told = this.overRanks(micro)
    this.options.peers?.meet(() => this.run(compiled, 'reduce', {}))
    const updated = this.run(compiled, 'update', {
      [inputNames.share]: scalar(1 / batches.length),
      [inputNames.lrMultiplier]: scalar(settings.lrMultiplier),
      [inputNames.momentum]: scalar(settings.momentum),
    })
    this.unfinished = false
    const sums = updated.map(({ data }) => data[0] ?? NaN)
    return { ...told, measured: compiled.graph.measured(sums, batches.length) }
  }

  /**
   * The losses of the micro-batches, those of the other ranks included. They are exchanged before the update, so that
   * nothing has changed where a rank is gone.
   */
  private overRanks(micro: readonly MicroBatch[]): Omit<StepResult, 'measured'> {
    const { peers, taskCount = 0 } = this.options
    const losses = micro.map(({ loss }) => loss)
    const byTask = addedSums(
      micro.map((each) => each.byTask),
      taskCount,
    )
    if (peers === undefined) return { losses, byTask }
    const told = peers.gather([...losses, ...byTask.flatMap(({ nats, targets }) => [nats, targets])])
    const sums = told.map((each) => pairsOf(each.slice(losses.length)))
    return {
      losses,
      byTask: addedSums(sums, taskCount),
      lossesByRank: told.map((each) => each.slice(0, losses.length)),
    }
  }

  private microBatch(compiled: Compiled, batch: TokenBatch): MicroBatch {
    const { taskCount = 0 } = this.options
    const inputs = { ...batchInputs(batch), ...(taskCount > 0 ? taskInput(batch) : {}) }
    const outputs = this.run(compiled, 'micro', inputs)
    const [, nats, targets] = outputs
    return {
      loss: scalarOf(outputs),
      byTask: taskCount > 0 ? readSums(nats?.data ?? [], targets?.data ?? []) : [],
    }
  }

  /** Where TensorFlow finds a damaged program in its cache, compiles the programs anew and runs once more. */
  private withSoundPrograms<Result>(run: () => Result): Result {
    try {
      return run()
    } catch (error) {
      const { programs } = this.tensorflow
      if (programs === null || !isDamagedProgram(error)) throw error
      programs.forget()
      if (this.options.peers !== undefined) throw error // the others would wait for this rank at another place
      const state = this.state()
      this.dispose() // a session remembers that its program failed
      this.outside = state
      return run()
    }
  }

  /** The session for batches of that shape; a session of another shape hands its state over. */
  private for(batch: TokenBatch): Compiled {
    const { batchSize, seqLen } = batch
    if (this.compiled?.batchSize === batchSize && this.compiled.seqLen === seqLen) return this.compiled
    const state = this.state()
    this.dispose()
    const { peers } = this.options
    const graph = buildStepGraph({ ...this.options, batchSize, seqLen, ranks: peers && ranksOf(peers) })
    const session = peers?.cluster.open(graph.nodes) ?? openGraphSession(this.tensorflow.binding, graph.nodes)
    this.compiled = { batchSize, seqLen, graph, session, warm: new Set() }
    this.unfinished = true
    this.write(this.compiled, state)
    return this.compiled
  }

  private run(
    compiled: Compiled,
    what: 'micro' | 'reduce' | 'update' | 'losses' | 'clear',
    inputs: Record<string, ConstantValue>,
  ): ReturnType<GraphSession['run']> {
    const outputs = compiled.graph.fetch[what]
    if (outputs.length === 0) {
      throw new MidbenchError({
        code: 'engine.groups',
        message: 'This engine was opened to evaluate; it does not train.',
      })
    }
    if (compiled.warm.has(what)) return compiled.session.run(inputs, outputs)
    this.options.onCompile?.(what, null)
    const started = performance.now()
    const result = this.tensorflow.quietly(() => compiled.session.run(inputs, outputs))
    compiled.warm.add(what)
    this.options.onCompile?.(what, (performance.now() - started) / 1000)
    return result
  }

  private state(): EngineState {
    const { compiled } = this
    if (!compiled) return this.outside
    return { parameters: this.parameters(), optimizer: readAll(compiled, compiled.graph.optimizer) }
  }

  private parameters(): EngineState['parameters'] {
    const { compiled } = this
    return compiled ? readAll(compiled, compiled.graph.parameters) : this.outside.parameters
  }

  private freshOptimizer(): Map<string, FloatArray> {
    const shapes = optimizerShapes(this.options.groups, parameterShapes(this.options.model))
    return new Map([...shapes].map(([name, shape]) => [name, zeros(shape)]))
  }

  private write({ graph, session }: Compiled, state: EngineState): void {
    const given = new Map([...state.parameters, ...state.optimizer])
    for (const name of graph.shapes.keys()) {
      const array = given.get(name)
      if (!array) throw new MidbenchError({ code: 'engine.state', message: `The state lacks ${name}.` })
      const value = new Map([[name, { dtype: DType.float32, shape: array.shape, data: array.data }]])
      session.run(graph.set.inputs(value), graph.set.outputs(value))
    }
    this.unfinished = true
  }
}

/** What a micro-batch tells. */
interface MicroBatch {
  loss: number
  byTask: TaskSum[]
}

function ranksOf({ cluster, worldSize, timeoutS }: RankPeers): NonNullable<StepGraphOptions['ranks']> {
  return { worldSize, timeoutS, nextKey: () => cluster.nextKey() }
}

/** Sums of tasks that crossed as nats, targets, nats, targets, … */
function pairsOf(numbers: readonly number[]): TaskSum[] {
  return Array.from({ length: numbers.length / 2 }, (_, task) => ({
    nats: numbers[2 * task] ?? 0,
    targets: numbers[2 * task + 1] ?? 0,
  }))
}

/** Reads one variable at a time: all at once, they would be in memory twice. */
function readAll({ graph, session }: Compiled, names: readonly string[]): Map<string, FloatArray> {
  const read = (name: string): [string, FloatArray] => {
    const [value] = session.run({}, [graph.fetch.read(name)])
    if (!(value?.data instanceof Float32Array)) throw noOutput(name)
    return [name, { shape: value.shape, data: value.data }]
  }
  return new Map(names.map(read))
}

/** Runs at once, and turns an error into a rejection. */
function settle<Result>(run: () => Result): Promise<Result> {
  return new Promise((resolve) => {
    resolve(run())
  })
}

/** Recognises TensorFlow's message for a file of its program cache that is not as it wrote it. */
function isDamagedProgram(error: unknown): boolean {
  return (
    error instanceof MidbenchError &&
    error.code === 'graph.run' &&
    /serialized cache key|Read less bytes than requested|persist|deserializ/i.test(error.message)
  )
}

function zeros(shape: readonly number[]): FloatArray {
  return { shape: [...shape], data: new Float32Array(shape.reduce((product, size) => product * size, 1)) }
}

function scalar(value: number): ConstantValue {
  return { dtype: DType.float32, shape: [], data: Float32Array.of(value) }
}

function batchInputs({ batchSize, seqLen, inputs, targets }: TokenBatch): Record<string, ConstantValue> {
  const shape = [batchSize, seqLen]
  return {
    [inputNames.inputs]: { dtype: DType.int32, shape, data: inputs },
    [inputNames.targets]: { dtype: DType.int32, shape, data: targets },
  }
}

function taskInput({ batchSize, seqLen, tasks }: TokenBatch): Record<string, ConstantValue> {
  const data = tasks ?? new Int32Array(batchSize * seqLen).fill(-1)
  return { [inputNames.tasks]: { dtype: DType.int32, shape: [batchSize, seqLen], data } }
}

function scalarOf(outputs: ReturnType<GraphSession['run']>): number {
  const value = outputs[0]?.data[0]
  if (value === undefined) throw noOutput('loss')
  return value
}

function noOutput(name: string): MidbenchError {
  return new MidbenchError({ code: 'graph.run', message: `TensorFlow gave nothing for ${name}.` })
}
