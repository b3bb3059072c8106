/**
 * The run loop (docs/REFERENCE.md §5, with the differences of §6): evaluate when due, ask the model when due, save when
 * due, collect a step's micro-batches, step, log. A checkpoint holds the evaluation of its own step; a run that is killed
 * between evaluating and saving resumes from the checkpoint before, and does both again.
 *
 * `run()` returns when the run is done or when a pause or a stop was asked for; after a pause it can be called again
 * and goes on. A due checkpoint that cannot be written does not stop the run: it goes on, and tries again at the next
 * one.
 *
 * Between two steps the loop lets the thread handle its messages, so a request takes effect within one step, or within
 * one batch of an evaluation. The loop knows neither threads nor files: data, engine and hooks are passed in.
 *
 * Where several ranks train together, each has such a loop, and what comes next is rank 0's word for all of them.
 */
import { setImmediate } from 'node:timers/promises'

import { lrMultiplier, muonMomentum } from '../optimizers/schedules'
import type { PackedBatch } from '../packing/types'
import type { StepMetric } from '../config/run.schema'
import { bitsPerByte, evaluate, noBytes, perTask } from './evaluate'
import type { Aside, BatchSource, LoopHooks, LoopOptions } from './loop-options'
import { initialState, type LoopState } from './loop-state'
import { agreeOnStep, type AgreedStep, namedByFirst, overRanks } from './ranks/agreement'
import { ALONE, ledByFirst, type Peers } from './ranks/peers'
import { countTargets, rankLosses } from './ranks/rank-losses'
import { modelFlopsUtilisation } from './metrics'
import type { StepEngine, StepResult, StepSettings } from './step-engine'
import { tasksOfTargets } from './task-sums'

/** The first steps are slower (memory is allocated, a graph is compiled) and do not count in the time. */
const UNTIMED_STEPS = 10

/** What is done at a step besides training, after which a checkpoint of it is another one. */
const DONE_AT = ['evaluatedAt', 'sampledAt', 'measuredAt'] as const

/** What a loop does next. */
const MOVES = ['pause', 'stop', 'evaluate', 'ask', 'save', 'done', 'step'] as const
type Move = (typeof MOVES)[number]

type StepBatches = (PackedBatch & { waitedMs: number })[]

export class TrainLoop {
  /** The state that the last checkpoint holds; null where there is none. */
  private saved: LoopState | null
  /** The last checkpoint that was attempted, whether or not it could be written. */
  private tried: Pick<LoopState, 'step' | (typeof DONE_AT)[number]>
  /** Whether the run has rested since the last step. */
  private rested: boolean
  /** Whether anything else was done since the last step; what a rank waited in it says nothing of the steps. */
  private isAfterAside = false

  constructor(
    private readonly engine: StepEngine,
    private readonly data: BatchSource,
    private readonly options: LoopOptions,
    private readonly hooks: LoopHooks,
    public state: LoopState = initialState,
    private readonly peers: Peers = ALONE,
  ) {
    this.saved = state.loader === null ? null : state
    this.tried = state
    this.rested = state.step > 0
  }

  /**
   * Trains until the run is done, a checkpoint is due, or a request comes.
   *
   * @throws MidbenchError `train.diverged` when a loss is not a number; whatever data and engine throw. The state is
   *   then that of the last complete step.
   */
  async run(): Promise<'done' | 'save' | 'pause' | 'stop'> {
    for (;;) {
      await setImmediate() // lets the thread handle its messages
      const move = namedByFirst(this.peers, MOVES, () => this.nextMove())
      if (move !== 'step') this.isAfterAside = true
      if (move === 'pause' || move === 'stop') this.rested = this.state.step > 0
      if (move === 'evaluate') await this.evaluate()
      else if (move === 'ask') await this.ask()
      else if (move === 'step') await this.nextStep()
      else return move
    }
  }

  private nextMove(): Move {
    const request = this.hooks.request()
    if (request !== null) return request
    if (this.evalIsDue()) return 'evaluate'
    if (this.dueAside() !== undefined) return 'ask'
    if (this.saveIsDue()) return 'save'
    return this.state.finished ? 'done' : 'step'
  }

  /** Whether the last checkpoint holds the current state. */
  get isSaved(): boolean {
    return this.saved === this.state
  }

  /**
   * Saves the state through `write`; with the engine's it is the whole state of the run.
   *
   * @throws what `write` throws; this step's checkpoint is then not due again
   */
  async saveBy(write: (state: LoopState) => Promise<void>): Promise<void> {
    const { state } = this
    this.tried = state
    await write(state)
    this.saved = state
  }

  /** True once a step; one that was saved by a stop before its evaluation or answers is saved again with them. */
  private saveIsDue(): boolean {
    const { saveEvery } = this.options
    const { step, finished } = this.state
    const tried = this.tried.step === step && DONE_AT.every((at) => this.tried[at] === this.state[at])
    return saveEvery !== null && step > 0 && !tried && (finished || step % saveEvery === 0)
  }

  private evalIsDue(): boolean {
    const { evalEvery } = this.options
    const { step, evaluatedAt, finished } = this.state
    return evalEvery !== null && evaluatedAt !== step && (finished || step % evalEvery === 0)
  }

  private dueAside(): Aside | undefined {
    const { step, finished } = this.state
    return this.options.asides.find(
      ({ doneAt, every }) =>
        this.state[doneAt] !== step && (finished || (every !== null && step % every === 0)),
    )
  }

  /** Only rank 0 has asides; the others wait, and note when they are done. */
  private async ask(): Promise<void> {
    this.hooks.onPhase('evaluating')
    const { step } = this.state
    const done = await ledByFirst(this.peers, async () => {
      const aside = this.dueAside()
      return aside !== undefined && (await aside.run(step)) ? DONE_AT.indexOf(aside.doneAt) : -1
    })
    const at = DONE_AT[done]
    if (at !== undefined) this.state = { ...this.state, [at]: step }
  }

  private async evaluate(): Promise<void> {
    this.hooks.onPhase('evaluating')
    const started = performance.now()
    const { valTasks } = this.options
    const batches = this.data.valBatches(this.options.evalBatches)
    const own = await evaluate(this.engine, batches, this.options.byteLengths, () => this.interrupted())
    if (own === null) return
    const tasks = valTasks.map(({ index }) => index)
    const sums = overRanks(this.peers, own, tasks)
    if (sums.bytes === 0) throw noBytes('raise eval_tokens, or set eval_every to -1')
    const { step, bestBpb } = this.state
    const bpb = bitsPerByte(sums)
    this.state = { ...this.state, evaluatedAt: step, lastBpb: bpb, bestBpb: Math.min(bestBpb ?? bpb, bpb) }
    this.hooks.onEval({
      step,
      val_bpb: bpb,
      seconds: (performance.now() - started) / 1000,
      per_task: perTask(sums.byTask, valTasks),
    })
  }

  private async interrupted(): Promise<boolean> {
    await setImmediate()
    const move = namedByFirst(this.peers, MOVES, () => this.hooks.request() ?? 'evaluate')
    return move !== 'evaluate'
  }

  private async nextStep(): Promise<void> {
    this.hooks.onPhase('training')
    const started = performance.now()
    const batches = await this.collect()
    const agreed = this.agree(batches)
    if (batches === null || !agreed.complete) {
      this.state = { ...this.state, finished: true }
      return
    }
    const { progress } = agreed
    const seconds = (): number => (performance.now() - started) / 1000
    const collected = seconds()
    await this.hooks.beforeStep(this.state.step + 1, batches)
    const aside = seconds() - collected
    const multiplier = lrMultiplier(progress, this.options.schedule)
    const settings = { lrMultiplier: multiplier, momentum: muonMomentum(this.state.step) }
    const { trainEntries } = this.options
    const told = batches.map((batch) => ({ ...batch, tasks: tasksOfTargets(batch, trainEntries) }))
    const result = await this.engine.step(told, settings)
    this.advance(batches, result, agreed, settings, seconds() - aside)
  }

  private agree(batches: StepBatches | null): AgreedStep {
    const last = batches === null ? null : lastOf(batches)
    const agreed = agreeOnStep(
      this.peers,
      {
        targets: batches?.map(countTargets) ?? null,
        lastStep: last?.lastStep ?? false,
        progress: last === null ? 1 : this.progressAfter(last),
        loader: last?.stateAfter ?? null,
        isAfterAside: this.isAfterAside,
      },
      this.options.gradAccumSteps,
    )
    this.isAfterAside = false
    return agreed
  }

  /** A step's micro-batches; null where the epoch ends before the step is complete (docs/REFERENCE.md §6.3). */
  private async collect(): Promise<StepBatches | null> {
    const batches: StepBatches = []
    while (batches.length < this.options.gradAccumSteps) {
      const batch = await this.data.nextTrain()
      batches.push(batch)
      const complete = batches.length === this.options.gradAccumSteps
      if (batch.lastStep && this.options.steps === null && !complete) return null
    }
    return batches
  }

  /** Progress after the step's last batch (docs/REFERENCE.md §6.2, §6.3); it never falls. */
  private progressAfter(last: PackedBatch): number {
    const { steps } = this.options
    const progress = steps === null ? last.progress : (this.state.step + 1) / steps
    return Math.max(this.state.progress, Math.min(progress, 1))
  }

  private advance(
    batches: StepBatches,
    result: StepResult,
    { progress, targets, lastStep, loaders, figures }: AgreedStep,
    settings: StepSettings,
    seconds: number,
  ): void {
    const last = lastOf(batches)
    const step = this.state.step + 1
    const { average, ...shown } = rankLosses(result, targets, this.state.average, step)
    const trainingTimeS = this.state.trainingTimeS + (step > UNTIMED_STEPS ? seconds : 0)
    const finished = this.options.steps === null ? lastStep : step >= this.options.steps
    const read = loaders.length > 1 ? { loader: last.stateAfter, loaders } : { loader: last.stateAfter }
    this.state = { ...this.state, step, average, trainingTimeS, progress, finished, ...read }
    const { totalBatchSize, flopsPerToken, peakFlops } = this.options
    const tokPerSec = totalBatchSize / seconds
    const metric: StepMetric = {
      step,
      ...shown,
      lrm: settings.lrMultiplier,
      momentum: settings.momentum,
      dt_ms: seconds * 1000,
      data_wait_ms: batches.reduce((sum, batch) => sum + batch.waitedMs, 0),
      tok_per_sec: tokPerSec,
      mfu: modelFlopsUtilisation(flopsPerToken * tokPerSec, peakFlops),
      epoch: last.epoch,
      progress,
      training_time_s: trainingTimeS,
      ...{ ...result.measured, ...figures },
      first_batch: batches[0]?.index ?? 0,
      ended_at: Date.now(),
      resumed: Number(this.rested),
      epochs_read: (last.stateAfter.consumed * this.peers.worldSize) / this.options.trainLength,
      memory_bytes: process.memoryUsage.rss(),
    }
    this.rested = false
    this.hooks.onStep(metric, finished)
  }
}

function lastOf(batches: StepBatches): PackedBatch {
  const last = batches.at(-1)
  if (last === undefined) throw new Error('a step has at least one micro-batch')
  return last
}
