/** Two ranks that share the optimizers' state out: the bits of ranks that do not, also when one of them is lost. */
import { expect, onTestFinished, test } from 'vitest'

import type { RunConfig } from '../../../../src-main/config/config.schema'
import type { StepMetric } from '../../../../src-main/config/run.schema'
import type { TrainReport } from '../../../../src-main/engine/trainer-calls'
import { openRanks } from '../../../../src-main/runs/ranks-trainer'
import { goldenConfig, goldenTrainJob } from '../../../support/golden-run'
import { children } from '../../../support/processes'
import { keptFolder, temporaryFolder } from '../../../support/temporary-folder'

/** Programs that are not in the cache yet are compiled by each rank. */
const COMPILING_MS = 600_000
const cacheDir = keptFolder()
const [SAVED, STEPS] = [3, 6]

/** The later optimizer decays all matrices and takes more norms than the earlier one. */
function twoRanks(options: Parameters<typeof goldenConfig>[0] = {}): RunConfig {
  return goldenConfig({
    ...{ engine: 'graph', world_size: 2, total_batch_size: 2 * 4 * 256, eval_tokens: 2 * 4 * 256 },
    ...{ optimizer: '2026-07', num_iterations: STEPS, save_every: SAVED, dry_run: true },
    ...options,
  })
}

interface Trained {
  reports: TrainReport[]
  steps: StepMetric[]
}

async function train(
  config: RunConfig,
  onReport: (report: TrainReport) => void = () => undefined,
): Promise<Trained> {
  const trainer = openRanks()
  onTestFinished(() => trainer.close())
  const { locations, ...job } = goldenTrainJob(temporaryFolder(), config)
  const reports: TrainReport[] = []
  const onEvent = (report: TrainReport): void => {
    reports.push(report)
    onReport(report)
  }
  const end = await trainer.call('train', { ...job, locations: { ...locations, cacheDir } }, { onEvent })
  expect(end).toMatchObject({ type: 'done', step: STEPS })
  return { reports, steps: reports.flatMap((each) => (each.type === 'step' ? each.metric : [])) }
}

/** Every hash of the state that was told, with its step; the last step's is told at its save and at the end. */
function hashes({ reports }: Trained): string[] {
  const told = reports.flatMap((each) => (each.type === 'hash' ? `${String(each.step)} ${each.sha256}` : []))
  return [...new Set(told)]
}

test(
  'the same state and figures; a lost rank takes its share along, and all go on from the last save to the same bits',
  async () => {
    const whole = await train(twoRanks())
    let killed = false
    const shared = await train(twoRanks({ shard_optimizer: true }), (report) => {
      if (killed || report.type !== 'step' || report.metric.step !== SAVED + 1) return
      killed = true
      process.kill(children(process.pid)[1] ?? NaN, 'SIGKILL')
    })
    expect(hashes(whole).map((each) => Number(each.split(' ')[0]))).toEqual([SAVED, STEPS])
    expect(hashes(shared)).toEqual(hashes(whole))
    // The first rank may have told of another step before the second one was gone.
    const numbers = shared.steps.map(({ step }) => step)
    const again = numbers.lastIndexOf(SAVED + 1)
    expect(again).toBeGreaterThan(SAVED)
    expect(numbers.slice(again)).toEqual([4, 5, 6])
    const figures = ({ steps }: Trained) =>
      steps.map(({ step, loss, grad_norm, update_norm }) => ({ step, loss, grad_norm, update_norm }))
    expect(figures(shared).toSpliced(SAVED, again - SAVED)).toEqual(figures(whole))
    const said = shared.reports.flatMap((report) => (report.type === 'log' ? report.line.text : []))
    expect(
      said.filter((text) => text.includes('nothing could be saved: all ranks begin again')),
    ).toHaveLength(1)
    expect(said.filter((text) => text.includes('The run is saved as of step'))).toHaveLength(0)
    const state = /^Each rank keeps (.*) of the optimizer’s state of (.*)$/
    const [, own, all] = said.flatMap((text) => state.exec(text) ?? [])
    expect(own).not.toBe(all)
  },
  COMPILING_MS,
)
