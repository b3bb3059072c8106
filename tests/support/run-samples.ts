/** Runs and metrics as tests need them: plausible, small, different from step to step. */
import { runConfig, type RunConfig } from '../../src-main/config/config.schema'
import type { MeasureMetric, SampleMetric } from '../../src-main/config/aside-metrics.schema'
import type { Measured, StepMetric } from '../../src-main/config/step-figures.schema'
import { measuredStep, measureStep } from '../../src-main/engine/measure'
import type { NewRun } from '../../src-main/runs/store'

export function sampleConfig(): RunConfig {
  return runConfig.parse({
    mixture: { train: [{ task: 'SimpleSpelling', split: 'train', size: 10 }], val: [] },
  })
}

export function sampleRun(overrides: Partial<NewRun> = {}): NewRun {
  return {
    id: 'run-1',
    name: 'first',
    dir: '/runs/run-1',
    config: sampleConfig(),
    config_path: null,
    ...overrides,
  }
}

/** What engines measure, where every norm is 2 / step. */
export function sampleMeasured(step: number): Measured {
  const group = { label: 'matrices', names: ['weight'] }
  const name = (of: string): string => of
  const measured = measuredStep([group], group.names, { parameter: name, gradient: name, update: name })
  return measureStep(measured, { norm: () => 2 / step })((norm) => norm)
}

/** A step with targets. */
export function sampleStep(step: number): SampleStep {
  return {
    step,
    loss: 8 / step,
    loss_last_micro: 8.5 / step,
    loss_ema: 8.25 / step,
    lrm: 1,
    momentum: 0.85,
    dt_ms: 300 + step,
    data_wait_ms: 0.5,
    tok_per_sec: 1000 + step,
    mfu: null,
    epoch: 1,
    progress: step / 1000,
    training_time_s: step * 0.3,
    first_batch: step - 1,
    ...sampleMeasured(step),
    targets: 90,
    empty_micro_batches: 0,
    loss_by_task: [{ entry: 0, loss: 8 / step, targets: 90 }],
    loss_by_rank: null,
    wait_by_rank: null,
    memory_by_rank: null,
    ended_at: 1_000_000 + 400 * step,
    epochs_read: step / 500,
    resumed: 0,
    memory_bytes: 500_000_000 + step,
  }
}

/** The losses of a step that has targets are numbers. */
type SampleStep = StepMetric & Record<'loss' | 'loss_last_micro' | 'loss_ema', number>

/** Steps `from` to `to`, both included. */
export function sampleSteps(from: number, to: number): SampleStep[] {
  return Array.from({ length: to - from + 1 }, (_, i) => sampleStep(from + i))
}

export function sampleAnswers(step: number): SampleMetric {
  const answer = `c, a, t\n${String(step)}`
  return { step, seconds: 0.5, answers: [{ prompt: 'How do you spell cat?', answer, cut: false }] }
}

export function sampleMeasure(step: number): MeasureMetric {
  const tasks = [{ task: 'SpellingBee' as const, right: 16, total: 64, baseline: 0 }]
  return { step, seconds: 2, tasks, chatcore: 0.25, chatcore_cat: null }
}
