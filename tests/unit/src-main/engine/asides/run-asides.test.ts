/** Runs that ask their model on the way: golden's d3 on the golden mixture. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import type { RunConfigInput } from '../../../../../src-main/config/config.schema'
import type { MeasureMetric, SampleMetric } from '../../../../../src-main/config/aside-metrics.schema'
import { recordedLossesFile } from '../../../../../src-main/engine/recorded-losses'
import type { TrainJob } from '../../../../../src-main/engine/trainer-calls'
import {
  keptQuestions,
  readMeasurements,
  runMeasurements,
} from '../../../../../src-main/evaluation/kept-measurements'
import { readNpy } from '../../../../../src-main/files/npy'
import { shownValue } from '../../../../../src-main/shown'
import { type FinishedJob, goldenConfig, goldenTrainJob, runJob } from '../../../../support/golden-run'
import { keptFolder, temporaryFolder } from '../../../../support/temporary-folder'

/** The decoded mixture, shared by the tests. */
const cacheDir = keptFolder()
const COMPILING_MS = 300_000
const STEPS = 2

const ASKING = {
  sample_every: 1,
  sample_prompts: ['Spell the word: apple'],
  measure_every: 1,
  measure_tasks: ['MMLU'],
  measure_max_problems: 9,
} satisfies Partial<RunConfigInput>

const RECORDING = { record_losses: [1, 2] } satisfies Partial<RunConfigInput>

function job(folder: string, config: Partial<RunConfigInput>, options: Partial<TrainJob> = {}): TrainJob {
  const made = goldenTrainJob(
    folder,
    goldenConfig({ num_iterations: STEPS, save_every: STEPS, ...config }),
    options,
  )
  return { ...made, locations: { ...made.locations, cacheDir } }
}

const samplesOf = ({ reports }: FinishedJob): SampleMetric[] =>
  reports.flatMap((report) => (report.type === 'sample' ? report.metric : []))
const measuresOf = ({ reports }: FinishedJob): MeasureMetric[] =>
  reports.flatMap((report) => (report.type === 'measure' ? report.metric : []))
const logOf = ({ reports }: FinishedJob): string =>
  reports.map((report) => (report.type === 'log' ? report.line.text : '')).join('\n')

/** Of the last checkpoint's weights and optimizer state. */
function bitsOf(folder: string): string {
  const dir = join(folder, 'run', 'checkpoints', `step_${String(STEPS).padStart(6, '0')}`)
  const hash = createHash('sha256')
  for (const name of ['model', 'optim']) {
    const rank = name === 'optim' ? '_rank0' : ''
    hash.update(readFileSync(join(dir, `${name}_${String(STEPS).padStart(6, '0')}${rank}.pt`)))
  }
  return hash.digest('hex')
}

const lossesOf = ({ steps }: FinishedJob): unknown[] =>
  steps.map(({ step, loss, grad_norm }) => [step, loss, grad_norm])

test.each(['eager', 'graph'] as const)(
  '%s: answers, measurements and recorded losses change no bit, over a pause and a stop in the middle of a measuring too',
  async (engine) => {
    const [plain, broken] = [temporaryFolder(), temporaryFolder()]
    const whole = await runJob(job(plain, { engine }))
    const paused: number[] = []
    const first = await runJob(job(broken, { engine, ...ASKING, ...RECORDING }), (report, request) => {
      if (report.type === 'sample' && report.metric.step === 1) request('pause')
      if (report.type !== 'paused') return
      paused.push(report.step)
      request(paused.length === 1 ? 'resume' : 'stop')
      request('pause')
    })
    expect([paused, first.last.type]).toEqual([[1, 1], 'stopped'])
    const second = await runJob(job(broken, { engine, ...ASKING, ...RECORDING }, { resume: true }))
    expect(second.last.type).toBe('done')
    expect([...lossesOf(first), ...lossesOf(second)]).toEqual(lossesOf(whole))
    expect(bitsOf(broken)).toBe(bitsOf(plain))
    expect([...samplesOf(first), ...samplesOf(second)].map(({ step }) => step)).toEqual([0, 1, 2])
    expect([...measuresOf(first), ...measuresOf(second)].map(({ step }) => step)).toEqual([0, 1, 2])
    const { device_batch_size: rows, max_seq_len: length } = goldenConfig()
    for (const { step, loss } of whole.steps) {
      const recorded = readNpy(readFileSync(recordedLossesFile(join(broken, 'run'), step, 0)))
      expect(recorded?.shape.slice(1)).toEqual([rows, length])
      const counted = [...(recorded?.data ?? [])].filter((each) => !Number.isNaN(each))
      // no batch of these has padding, so that all micro-batches have as many targets
      expect(
        Math.abs(counted.reduce((sum, each) => sum + each, 0) / counted.length - (loss ?? NaN)),
      ).toBeLessThan(engine === 'eager' ? 1e-5 : 1e-3)
    }
  },
  COMPILING_MS,
)

test('what the model answers is told, logged and kept, down to each question', async () => {
  const folder = temporaryFolder()
  const atTheEnd = { sample_every: null, measure_every: null, measure_max_problems: 1 }
  const tasks = { measure_tasks: ['MMLU', 'SpellingBee'] } satisfies Partial<RunConfigInput>
  const run = await runJob(job(folder, { ...ASKING, ...atTheEnd, ...tasks }))
  expect(samplesOf(run)).toHaveLength(1)
  const { answers } = samplesOf(run)[0] ?? { answers: [] }
  expect(answers.map(({ prompt }) => prompt)).toEqual(ASKING.sample_prompts)
  expect(logOf(run)).toContain(
    `Step 00002 | "Spell the word: apple" -> ${shownValue(answers[0]?.answer, 160)}`,
  )
  expect(logOf(run)).toMatch(
    /Step 00002 \| MMLU: \d\/1 = .*% \(.* to .*\) \| SpellingBee: \d\/1 .* \| ChatCORE: /,
  )
  const kept = runMeasurements(join(folder, 'run'), 2)
  const questions = await keptQuestions(kept, { task: 'SpellingBee', dtype: 'float32' })
  expect([...questions.keys()]).toEqual([0])
  const [{ model, scores } = { model: null, scores: [] }] = [(await readMeasurements(kept)) ?? undefined]
  expect(model).toEqual({ identity: null, dir: null, step: 2, runId: 'golden-run' })
  expect(scores.map(({ task, right }) => [task, right])).toEqual(
    measuresOf(run)
      .at(-1)
      ?.tasks.map(({ task, right }) => [task, right]),
  )
})

test('of a prompt that is longer than the model can read its end is asked, and what is left out is said once', async () => {
  const long = 'letters of apple, '.repeat(1000)
  const run = await runJob(
    job(temporaryFolder(), {
      ...ASKING,
      ...{ num_iterations: 1, sample_prompts: ['Hi', long], measure_tasks: [] },
    }),
  )
  expect(samplesOf(run).map(({ answers }) => answers.map(({ prompt }) => prompt))).toEqual(
    [0, 1].map(() => ['Hi', long]),
  )
  const said = [...logOf(run).matchAll(/The prompt ("letters.*) is longer .*: the first (\d+) of its (\d+) tokens are left out/g)] // prettier-ignore
  expect(said).toHaveLength(1)
  const [dropped, length] = [Number(said[0]?.[2]), Number(said[0]?.[3])]
  expect(samplesOf(run)[1]?.answers.map((answer) => answer.dropped)).toEqual([undefined, dropped])
  expect(length - dropped).toBe(10 * 256 - 256) // ten times the sequence_len of golden's d3, without an answer's tokens
})

test('what cannot be measured is said once, and neither the other tasks nor the training are stopped', async () => {
  const tasks = { measure_tasks: ['HumanEval', 'MMLU'], sample_prompts: [] } satisfies Partial<RunConfigInput>
  const run = await runJob(job(temporaryFolder(), { ...ASKING, ...tasks }))
  expect([run.last.type, run.steps.length]).toEqual(['done', STEPS])
  const measures = measuresOf(run)
  expect(measures.map((each) => [each.tasks.map(({ task }) => task), each.chatcore])).toEqual(
    [0, 1, 2].map(() => [['MMLU'], null]),
  )
  expect(measures[0]?.chatcore_cat).not.toBeNull()
  expect(samplesOf(run)).toEqual([])
  // without Python that is said, with it that there are no problems on this machine
  expect(logOf(run).match(/HumanEval is (left out|not measured)/g)).toHaveLength(1)
})
