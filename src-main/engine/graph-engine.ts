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
import type { ConstantValue } from '../native/graph-def'
import { type GraphSession, openGraphSession } from '../native/graph-session'
import type { Tensorflow } from '../native/tensorflow'
import type { ParameterGroup } from '../optimizers/groups'
import { shareOf, type Share } from '../optimizers/shares'
import type { RankPeers } from './ranks/rank-peers'
import { ownState, wholeState } from './ranks/shared-state'
import { readArrays, writeArrays } from './graph/session-state'
import { buildStepGraph, optimizerShapes, type StepGraph, type StepGraphOptions } from './graph/step-graph'
import { batchInputs, settingsInputs, taskInput } from './graph/step-inputs'
import {
  checkedBatches,
  type EngineState,
  type StateArrays,
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
  /** Whether it shares the optimizers' state out with them. @default each rank has all of it */
  sharesState?: boolean
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
  /** This rank's share of the optimizers' state; undefined where it has all of it. */
  private readonly share: Share | undefined
  /** The state while no session holds it; of the optimizers' state, this rank's share. */
  private outside: EngineState = { parameters: new Map(), optimizer: new Map() }
  /** Whether gradients may hold part of a step that failed. */
  private unfinished = true

  constructor(
    private readonly tensorflow: Tensorflow,
    private readonly options: GraphEngineOptions,
  ) {
    const { peers, sharesState, groups, model } = options
    if (peers !== undefined && sharesState === true)
      this.share = shareOf(groups, parameterShapes(model), peers)
  }

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
    return settle(() => new Map(this.each(this.names().parameters)))
  }

  exportState(): Promise<EngineState> {
    return settle(() => {
      const { parameters, optimizer } = this.arrays()
      return { parameters: new Map(parameters), optimizer: new Map(optimizer) }
    })
  }

  arrays(): StateArrays {
    const { share } = this
    const { peers, groups, model } = this.options
    const { parameters, optimizer } = this.names()
    return {
      parameters: this.each(parameters),
      optimizer:
        share === undefined || peers === undefined
          ? this.each(optimizer)
          : wholeState(
              (name) => this.array(name),
              groups,
              parameterShapes(model),
              share,
              (data) => peers.gatherFloats(data),
            ),
    }
  }

  /** An empty optimizer state stands for the state before the first step. */
  importState(state: EngineState): Promise<void> {
    return settle(() => {
      const { parameters } = state
      const { share, options } = this
      const all = state.optimizer
      const own = share === undefined ? all : ownState(all, options.groups, share)
      const optimizer = all.size > 0 ? own : this.freshOptimizer()
      if (this.compiled) this.write(this.compiled, { parameters, optimizer })
      else this.outside = { parameters, optimizer }
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
    const { peers } = this.options
    peers?.meet(() => this.run(compiled, 'reduce', {}))
    const updated = this.run(compiled, 'update', settingsInputs(settings, batches.length))
    const moved = this.share && peers ? peers.meet(() => this.run(compiled, 'gather', {})) : updated
    this.unfinished = false
    const sums = moved.map(({ data }) => data[0] ?? NaN)
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
    const ranks = peers && { ...ranksOf(peers), share: this.share }
    const graph = buildStepGraph({ ...this.options, batchSize, seqLen, ranks })
    const session = peers?.cluster.open(graph.nodes) ?? openGraphSession(this.tensorflow.binding, graph.nodes)
    this.compiled = { batchSize, seqLen, graph, session, warm: new Set() }
    this.unfinished = true
    this.write(this.compiled, state)
    return this.compiled
  }

  private run(
    compiled: Compiled,
    what: 'micro' | 'reduce' | 'update' | 'gather' | 'losses' | 'clear',
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

  /** The state as this rank holds it. */
  private state(): EngineState {
    if (!this.compiled) return this.outside
    const { parameters, optimizer } = this.names()
    return { parameters: new Map(this.each(parameters)), optimizer: new Map(this.each(optimizer)) }
  }

  private names(): { parameters: readonly string[]; optimizer: readonly string[] } {
    const { compiled, outside } = this
    return (
      compiled?.graph ?? {
        parameters: [...outside.parameters.keys()],
        optimizer: [...outside.optimizer.keys()],
      }
    )
  }

  /** Read as they are asked for: all at once, they would be in memory twice. */
  private *each(names: readonly string[]): Generator<[name: string, array: FloatArray]> {
    if (this.compiled) yield* readArrays(this.compiled, names)
    else for (const name of names) yield [name, this.array(name)]
  }

  private array(name: string): FloatArray {
    const { compiled, outside } = this
    const [read] = compiled ? readArrays(compiled, [name]) : []
    const array = read?.[1] ?? outside.parameters.get(name) ?? outside.optimizer.get(name)
    if (array === undefined) throw noOutput(name)
    return array
  }

  private freshOptimizer(): Map<string, FloatArray> {
    const shapes = optimizerShapes(this.options.groups, parameterShapes(this.options.model), this.share)
    return new Map([...shapes].map(([name, shape]) => [name, zeros(shape)]))
  }

  private write(compiled: Compiled, { parameters, optimizer }: EngineState): void {
    writeArrays(compiled, new Map([...parameters, ...optimizer]))
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

function scalarOf(outputs: ReturnType<GraphSession['run']>): number {
  const value = outputs[0]?.data[0]
  if (value === undefined) throw noOutput('loss')
  return value
}

function noOutput(name: string): MidbenchError {
  return new MidbenchError({ code: 'graph.run', message: `TensorFlow gave nothing for ${name}.` })
}
