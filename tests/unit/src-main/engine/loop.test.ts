import { describe, expect, test } from 'vitest'

import { TrainLoop } from '../../../../src-main/engine/loop'
import type { Aside, BatchSource, LoopHooks, LoopOptions } from '../../../../src-main/engine/loop-options'
import { initialState, type LoopState } from '../../../../src-main/engine/loop-state'
import type {
  EngineState,
  StepEngine,
  StepResult,
  StepSettings,
  TokenBatch,
} from '../../../../src-main/engine/step-engine'
import { ALONE, type Peers } from '../../../../src-main/engine/ranks/peers'
import { DEFAULTS } from '../../../../src-main/config/config.schema'
import type { TaskSum } from '../../../../src-main/engine/task-sums'
import type { LoaderState, PackedBatch } from '../../../../src-main/packing/types'
import type { EvalMetric, StepMetric } from '../../../../src-main/config/run.schema'
import { failureOf } from '../../../support/failure'
import { sampleMeasured } from '../../../support/run-samples'

const EPOCH = 10

/** An epoch of 10 batches of one conversation each; the next epochs follow. */
class Batches implements BatchSource {
  next = 0

  nextTrain(): Promise<PackedBatch & { waitedMs: number }> {
    const batch = batchAt(this.next)
    this.next += 1
    return Promise.resolve({ ...batch, waitedMs: 2 })
  }

  async *valBatches(count: number): AsyncGenerator<PackedBatch, void, void> {
    for (let index = 0; index < count; index++) yield await Promise.resolve(batchAt(index))
  }
}

function batchAt(index: number): PackedBatch {
  const consumed = index + 1
  const stateAfter: LoaderState = { cursor: consumed, epoch: 1, consumed, buffer: [], batches: consumed }
  return {
    index,
    batchSize: 1,
    seqLen: 1,
    inputs: Int32Array.of(0),
    targets: Int32Array.of(index % 2),
    spans: [],
    epoch: Math.ceil(consumed / EPOCH),
    progress: consumed / EPOCH,
    lastStep: consumed >= EPOCH,
    stateAfter,
  }
}

/** Its loss is the number of the micro-batch, from 1; its gradient norm twice that of the step's first one. */
class CountingEngine implements StepEngine {
  readonly name = 'counting'
  readonly settings: StepSettings[] = []
  readonly batches: TokenBatch[] = []
  byTask: TaskSum[] = []
  private micro = 0

  step(batches: readonly TokenBatch[], settings: StepSettings): Promise<StepResult> {
    this.settings.push(settings)
    this.batches.push(...batches)
    const measured = { ...sampleMeasured(1), grad_norm: 2 * (this.micro + 1) }
    return Promise.resolve({ losses: batches.map(() => (this.micro += 1)), byTask: this.byTask, measured })
  }

  evaluate(): Promise<Float32Array> {
    return Promise.resolve(Float32Array.of(Math.LN2))
  }

  exportParameters(): Promise<EngineState['parameters']> {
    return Promise.resolve(new Map())
  }

  exportState(): Promise<EngineState> {
    return Promise.resolve(this.arrays())
  }

  arrays(): EngineState {
    return { parameters: new Map(), optimizer: new Map() }
  }

  importState(): Promise<void> {
    return Promise.resolve()
  }

  dispose(): void {
    return
  }
}

interface Trace {
  loop: TrainLoop
  engine: CountingEngine
  /** Steps told before they are made, with their number of micro-batches. */
  told: [step: number, batches: number][]
  steps: StepMetric[]
  evals: EvalMetric[]
  /** The states that were to be saved. */
  saved: LoopState[]
  /** What saving fails with. */
  failsWith: Error | null
}

function makeLoop(
  options: Partial<LoopOptions> = {},
  request: LoopHooks['request'] = () => null,
  {
    engine = new CountingEngine(),
    data = new Batches(),
    state = initialState,
    peers = ALONE,
  }: { engine?: CountingEngine; data?: Batches; state?: LoopState; peers?: Peers } = {},
): Trace {
  const trace: Omit<Trace, 'loop' | 'engine'> = {
    told: [],
    steps: [],
    evals: [],
    saved: [],
    failsWith: null,
  }
  const loop: TrainLoop = new TrainLoop(
    engine,
    data,
    {
      steps: null,
      gradAccumSteps: 1,
      totalBatchSize: 100,
      schedule: DEFAULTS.mid,
      evalEvery: null,
      asides: [],
      evalBatches: 4,
      trainEntries: [],
      trainLength: EPOCH,
      valTasks: [],
      saveEvery: null,
      flopsPerToken: 10,
      peakFlops: null,
      byteLengths: Int32Array.of(0, 2),
      ...options,
    },
    {
      request,
      onPhase: () => undefined,
      beforeStep: (step, batches) => {
        trace.told.push([step, batches.length])
        return Promise.resolve()
      },
      onStep: (metric) => trace.steps.push(metric),
      onEval: (metric) => trace.evals.push(metric),
    },
    state,
    peers,
  )
  return Object.assign(trace, { loop, engine })
}

/** Saves as a run does; where saving fails, that is the trace's `failsWith`. */
async function save(trace: Trace): Promise<void> {
  await trace.loop.saveBy((state) => {
    trace.saved.push(state)
    return trace.failsWith ? Promise.reject(trace.failsWith) : Promise.resolve()
  })
}

/** Runs to the end or to a request, and saves whenever that is due, whether or not it succeeds. */
async function runSaving(trace: Trace): Promise<string> {
  for (;;) {
    const outcome = await trace.loop.run()
    if (outcome !== 'save') return outcome
    await save(trace).catch(() => undefined)
  }
}

function stepsOf(saved: readonly LoopState[]): number[] {
  return saved.map(({ step }) => step)
}

describe('where a run ends', () => {
  test('an epoch ends with its last batch', async () => {
    const { loop, steps } = makeLoop()
    expect(await loop.run()).toBe('done')
    expect(steps.map((step) => step.progress)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1])
  })

  test('with accumulation, every complete step of the epoch is trained and the rest is not', async () => {
    const { loop, steps, told } = makeLoop({ gradAccumSteps: 3 })
    expect(await loop.run()).toBe('done')
    expect(told).toEqual([1, 2, 3].map((step) => [step, 3]))
    expect(steps.map((step) => [step.step, step.progress, step.first_batch])).toEqual([
      [1, 0.3, 0],
      [2, 0.6, 3],
      [3, 0.9, 6],
    ])
  })

  test('a set number of steps is trained exactly, whatever the epoch', async () => {
    const { loop, steps } = makeLoop({ steps: 8, gradAccumSteps: 2 })
    expect(await loop.run()).toBe('done')
    expect(steps.map((step) => step.progress)).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((step) => step / 8))
    expect(steps.map((step) => step.epoch)).toEqual([1, 1, 1, 1, 1, 2, 2, 2])
  })
})

test('schedules see the progress after the step, and stay within bounds', async () => {
  const { loop, engine } = makeLoop()
  await loop.run()
  const factors = engine.settings.map(({ lrMultiplier }) => Number(lrMultiplier.toFixed(6)))
  expect(factors).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 0.5, 0])
  expect(engine.settings[0]?.momentum).toBe(0.85)
})

test('the loss is logged as its average, its mean and its last', async () => {
  const { loop, steps } = makeLoop({ gradAccumSteps: 2 })
  await loop.run()
  expect(steps.slice(0, 2).map(({ loss, loss_last_micro }) => [loss, loss_last_micro])).toEqual([
    [1.5, 2],
    [3.5, 4],
  ])
  expect(steps[0]?.loss_ema).toBeCloseTo(2, 12)
  expect(steps[1]?.loss_ema).toBeCloseTo((0.9 * 2 + 4) / 1.9, 12)
  expect(steps[0]?.data_wait_ms).toBe(4)
})

test('what the engine measured is told', async () => {
  const { loop, steps } = makeLoop({ steps: 3, gradAccumSteps: 2 })
  await loop.run()
  expect(steps.map((metric) => metric.grad_norm)).toEqual([2, 6, 10])
})

test('a step says when it ended, how often the mixture has been read, and what memory the process holds', async () => {
  const before = Date.now()
  const { loop, steps } = makeLoop({ steps: 8, gradAccumSteps: 2 })
  await loop.run()
  expect(steps.map((metric) => metric.epochs_read)).toEqual([0.2, 0.4, 0.6, 0.8, 1, 1.2, 1.4, 1.6])
  const ends = steps.map((metric) => metric.ended_at ?? NaN)
  expect(ends).toEqual(ends.toSorted((a, b) => a - b))
  expect(ends[0]).toBeGreaterThanOrEqual(before)
  expect(ends.at(-1)).toBeLessThanOrEqual(Date.now())
  expect(steps.at(-1)?.memory_bytes).toBeGreaterThan(10_000_000)
})

describe('of two ranks, which do the same', () => {
  const peers: Peers = {
    ...ALONE,
    worldSize: 2,
    gather: (values) => [values, values],
    gatherText: (text) => [text, text],
    waitedShare: () => 0.25,
  }

  test('a step says how often both together have read the mixture', async () => {
    const { loop, steps } = makeLoop({ steps: 4 }, undefined, { peers })
    await loop.run()
    expect(steps.map((metric) => metric.epochs_read)).toEqual([0.2, 0.4, 0.6, 0.8])
  })

  test('a step says what each waited, but for one after an evaluation, a save or a pause', async () => {
    let asked = false
    const pauseAfter4 = (): 'pause' | null => {
      const isDue = !asked && trace.loop.state.step === 4
      asked ||= isDue
      return isDue ? 'pause' : null
    }
    const trace: Trace = makeLoop({ steps: 8, evalEvery: 6, saveEvery: 2 }, pauseAfter4, { peers })
    expect(await runSaving(trace)).toBe('pause')
    expect(await runSaving(trace)).toBe('done')
    const each = [0.25, 0.25]
    const afterAside = [true, false, true, false, true, false, true, false]
    expect(trace.steps.map((metric) => metric.wait_by_rank)).toEqual(
      afterAside.map((is) => (is ? [null, null] : each)),
    )
  })
})

test('a step says whether the run had rested before it: after a pause, and in a run that goes on from a checkpoint', async () => {
  const requests = [null, null, null, 'pause' as const]
  const { loop, steps } = makeLoop({ steps: 4 }, () => requests.shift() ?? null)
  expect(await loop.run()).toBe('pause')
  expect(await loop.run()).toBe('done')
  expect(steps.map((metric) => metric.resumed)).toEqual([0, 0, 0, 1])
  const again = makeLoop({ steps: 6 }, () => null, { state: { ...loop.state, finished: false } })
  await again.loop.run()
  expect(again.steps.map((metric) => metric.resumed)).toEqual([1, 0])
})

test('MFU is told where the peak is known, and time only after ten steps', async () => {
  const { loop, steps } = makeLoop({ steps: 12, peakFlops: 1e6 })
  await loop.run()
  const last = steps.at(-1)
  expect(last?.mfu).toBeCloseTo((100 * 10 * (last?.tok_per_sec ?? 0)) / 1e6, 6)
  expect(steps[9]?.training_time_s).toBe(0)
  expect(steps[10]?.training_time_s).toBeGreaterThan(0)
})

describe('evaluation', () => {
  test('at the start, every so many steps, and at the end', async () => {
    const { loop, evals } = makeLoop({ steps: 7, evalEvery: 3 })
    await loop.run()
    expect(evals.map((each) => each.step)).toEqual([0, 3, 6, 7])
    // targets 0, 1, 0, 1: two of 2 bytes and one bit each, and two of none
    expect(evals[0]?.val_bpb).toBeCloseTo(0.5, 6)
  })

  test('one that is interrupted is made again', async () => {
    let asked = 0
    const pauseOnce = (): 'pause' | null => ([3, 4].includes(++asked) ? 'pause' : null)
    const { loop, evals } = makeLoop({ steps: 1, evalEvery: 1 }, pauseOnce)
    expect(await loop.run()).toBe('pause')
    expect(evals).toEqual([])
    expect(await loop.run()).toBe('done')
    expect(evals.map((each) => each.step)).toEqual([0, 1])
  })
})

describe('what the model is asked on the way', () => {
  /** Notes at which steps it is asked; its first so many askings are interrupted. */
  function aside(
    doneAt: Aside['doneAt'],
    every: number | null,
    interrupted = 0,
  ): Aside & { steps: number[] } {
    const steps: number[] = []
    let left = interrupted
    const run = (step: number): Promise<boolean> => {
      if (left-- > 0) return Promise.resolve(false)
      steps.push(step)
      return Promise.resolve(true)
    }
    return { doneAt, every, steps, run }
  }

  test('comes at the start, every so many steps and at the end, or only there, and changes no step', async () => {
    const [often, once] = [aside('sampledAt', 3), aside('measuredAt', null)]
    const asking = makeLoop({ steps: 7, asides: [often, once] })
    expect(await asking.loop.run()).toBe('done')
    expect([often.steps, once.steps]).toEqual([[0, 3, 6, 7], [7]])
    const plain = makeLoop({ steps: 7 })
    await plain.loop.run()
    const bits = ({ steps }: Trace) =>
      steps.map(({ step, loss, lrm, progress }) => [step, loss, lrm, progress])
    expect(bits(asking)).toEqual(bits(plain))
  })

  test('is asked again where it was interrupted, after the pause', async () => {
    const measure = aside('measuredAt', null, 1)
    const pause = [null, null, 'pause' as const]
    const { loop } = makeLoop({ steps: 1, asides: [measure] }, () => pause.shift() ?? null)
    expect(await loop.run()).toBe('pause')
    expect([measure.steps, loop.state.measuredAt]).toEqual([[], -1])
    expect(await loop.run()).toBe('done')
    expect([measure.steps, loop.state.measuredAt]).toEqual([[1], 1])
  })

  test('is part of its step’s checkpoint, and not asked again after a resume', async () => {
    const sample = aside('sampledAt', 2)
    const first = makeLoop({ steps: 4, saveEvery: 2, evalEvery: 2, asides: [sample] })
    expect(await first.loop.run()).toBe('save')
    await save(first)
    expect(first.saved).toMatchObject([{ step: 2, evaluatedAt: 2, sampledAt: 2, measuredAt: -1 }])
    const second = makeLoop({ steps: 4, asides: [sample] }, () => null, { state: first.loop.state })
    await second.loop.run()
    expect(sample.steps).toEqual([0, 2, 4])
  })
})

describe('saving', () => {
  test('is due every so many steps and at the end, once each', async () => {
    const trace = makeLoop({ steps: 5, saveEvery: 2 })
    expect(await runSaving(trace)).toBe('done')
    expect(stepsOf(trace.saved)).toEqual([2, 4, 5])
    expect(trace.loop.isSaved).toBe(true)
  })

  test('after the evaluation of the same step, so that it holds it', async () => {
    const trace = makeLoop({ steps: 5, saveEvery: 2, evalEvery: 2 })
    await runSaving(trace)
    expect(trace.saved.map(({ step, evaluatedAt }) => [step, evaluatedAt])).toEqual([
      [2, 2],
      [4, 4],
      [5, 5],
    ])
  })

  test('what was stopped before its evaluation is saved without it, and again with it', async () => {
    const options = { steps: 2, saveEvery: 2, evalEvery: 2 }
    const first: Trace = makeLoop(options, () => (first.steps.length === 2 ? 'stop' : null))
    expect(await runSaving(first)).toBe('stop')
    await save(first)
    expect(first.saved).toMatchObject([{ step: 2, evaluatedAt: 0 }])
    const second = makeLoop(options, () => null, { state: first.loop.state })
    expect(await runSaving(second)).toBe('done')
    expect(second.evals.map(({ step }) => step)).toEqual([2])
    expect(second.saved).toMatchObject([{ step: 2, evaluatedAt: 2 }])
  })

  test('a run that is killed between evaluation and save makes both again, and the same events in all', async () => {
    const options = { steps: 6, saveEvery: 2, evalEvery: 2 }
    const whole = makeLoop(options)
    await runSaving(whole)
    const killed = makeLoop(options)
    expect(await killed.loop.run()).toBe('save')
    expect(killed.evals.map(({ step }) => step)).toEqual([0, 2])
    const again = makeLoop(options) // nothing was saved
    await runSaving(again)
    expect(again.evals.map(({ step, val_bpb }) => [step, val_bpb])).toEqual(
      whole.evals.map(({ step, val_bpb }) => [step, val_bpb]),
    )
    expect(again.saved).toEqual(whole.saved)
  })

  test('a pause before the first step can be saved', async () => {
    const trace = makeLoop({}, () => 'stop')
    expect(await runSaving(trace)).toBe('stop')
    expect(trace.loop.isSaved).toBe(false)
    await save(trace)
    expect(stepsOf(trace.saved)).toEqual([0])
    expect(trace.loop.isSaved).toBe(true)
  })

  test('what could not be saved is not due again at once, but with the next checkpoint', async () => {
    const trace = makeLoop({ steps: 5, saveEvery: 2 })
    trace.failsWith = new Error('The disk is full.')
    expect(await runSaving(trace)).toBe('done')
    expect(stepsOf(trace.saved)).toEqual([2, 4, 5])
    expect(trace.loop.isSaved).toBe(false)
    trace.failsWith = null
    await save(trace)
    expect(trace.loop.isSaved).toBe(true)
  })

  test('a failed step leaves the state of the one before', async () => {
    const engine = new CountingEngine()
    const step = engine.step.bind(engine)
    engine.step = (batches, settings) =>
      engine.settings.length === 2 ? Promise.reject(new Error('no memory')) : step(batches, settings)
    const { loop } = makeLoop({}, () => null, { engine })
    await expect(loop.run()).rejects.toThrow('no memory')
    expect(loop.state).toMatchObject({ step: 2, loader: { batches: 2 } })
  })
})

test('a loss that is not a number ends the run', async () => {
  const engine = new CountingEngine()
  engine.step = () => Promise.resolve({ losses: [1, NaN], byTask: [], measured: sampleMeasured(1) })
  const { loop } = makeLoop({}, () => null, { engine })
  expect(await failureOf(() => loop.run())).toMatchObject({ code: 'train.diverged' })
  expect(loop.state.step).toBe(0)
})

describe('targets that do not count', () => {
  /** Batches of which some have no target: {@link batchAt} with its target put to -1. */
  class Masked extends Batches {
    constructor(private readonly empty: readonly number[]) {
      super()
    }

    override async nextTrain(): Promise<PackedBatch & { waitedMs: number }> {
      const batch = await super.nextTrain()
      return this.empty.includes(batch.index) ? { ...batch, targets: Int32Array.of(-1) } : batch
    }
  }

  test('a micro-batch without any is counted, and is in no loss', async () => {
    const { loop, steps } = makeLoop({ steps: 4, gradAccumSteps: 2 }, () => null, {
      data: new Masked([0, 1, 3, 4]),
    })
    expect(await loop.run()).toBe('done')
    // The engine's losses are 1, 2 | 3, 4 | 5, 6 | 7, 8; those of the batches 0, 1, 3, 4 do not count.
    expect(steps.map(({ loss, loss_last_micro: last }) => [loss, last])).toEqual([
      [null, null],
      [3, null],
      [6, 6],
      [7.5, 8],
    ])
    expect(steps.map(({ empty_micro_batches: empty, targets }) => [empty, targets])).toEqual([
      [2, 0],
      [1, 1],
      [1, 1],
      [0, 2],
    ])
    const [first, second, third, fourth] = steps.map(({ loss_ema: average }) => average)
    expect([first, second]).toEqual([null, null])
    expect(third).toBeCloseTo(6, 12)
    expect(fourth).toBeCloseTo((0.09 * 6 + 0.1 * 8) / 0.19, 12)
  })

  test('every target’s task is told to the engine, and the tasks’ means are in the step', async () => {
    const engine = new CountingEngine()
    engine.byTask = [
      { nats: 6, targets: 4 },
      { nats: 0, targets: 0 },
      { nats: 1, targets: 2 },
    ]
    const data = new Batches()
    const next = data.nextTrain.bind(data)
    const span = { row: 0, offset: 0, length: 2, cropped: 0, conversation: 0, taskRow: 0 }
    data.nextTrain = async () => ({ ...(await next()), spans: [{ ...span, task: 1 }] })
    const { loop, steps } = makeLoop({ steps: 1, trainEntries: [0, 2] }, () => null, { engine, data })
    await loop.run()
    expect(engine.batches.map(({ tasks }) => tasks)).toEqual([Int32Array.of(2)])
    expect(steps[0]?.loss_by_task).toEqual([
      { entry: 0, loss: 1.5, targets: 4 },
      { entry: 2, loss: 0.5, targets: 2 },
    ])
  })
})

test('an evaluation of targets without a byte of text is refused before the first step', async () => {
  const { loop, steps, evals } = makeLoop({ steps: 2, evalEvery: 1, byteLengths: Int32Array.of(0, 0) })
  expect(await failureOf(() => loop.run())).toMatchObject({ code: 'eval.no-bytes' })
  expect([steps, evals]).toEqual([[], []])
})
