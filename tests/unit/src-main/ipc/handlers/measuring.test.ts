/** measuring.* over a real trainer: golden's d3 gets the reference's score, and what is kept can be looked through. */
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

import {
  calls,
  type CallInput,
  type Measuring as MeasuringView,
} from '../../../../../src-main/contract/contract'
import { measuringHandlers } from '../../../../../src-main/ipc/handlers/measuring'
import { Inspector } from '../../../../../src-main/runs/inspector'
import { openChosenTrainer } from '../../../../../src-main/runs/trainer-host'
import { CheckpointAccess } from '../../../../../src-main/services/checkpoint-access'
import { DataAccess } from '../../../../../src-main/services/data-access'
import { Jobs } from '../../../../../src-main/services/jobs'
import { MeasurementAccess } from '../../../../../src-main/services/measurement-access'
import { Measuring } from '../../../../../src-main/services/measuring'
import { askedModelsOf } from '../../../../support/asked-models'
import { checked } from '../../../../support/checked-handlers'
import { failureOf } from '../../../../support/failure'
import { goldenPath } from '../../../../support/golden'
import { goldenConfig } from '../../../../support/golden-run'
import { goldenTalk } from '../../../../support/golden-talk'
import { openStore } from '../../../../support/open-store'
import { temporaryFolder } from '../../../../support/temporary-folder'

/** A trainer loads TensorFlow, on a machine that may be busy. */
const BUSY_MS = 180_000
const at = { config: goldenConfig({ model_tag: 'd3' }), dir: goldenPath('.') }

function started(change: Partial<CallInput<'measuring.start'>> = {}) {
  return calls['measuring.start'].input.parse({
    ...{ ...at, model: { of: 'base' }, title: 'd3', tasks: ['MMLU'], most: 60, programs: false },
    ...change,
  })
}

interface Measured {
  call: ReturnType<typeof measuringHandlers>
  queue: Measuring
  /** What was told last. */
  told: () => MeasuringView[]
}

function measuring(): Measured {
  const folder = temporaryFolder()
  const { store } = openStore()
  let told: MeasuringView[] = []
  const data = new DataAccess({ cacheDir: join(folder, 'cache'), defaultBaseDir: () => null })
  const checkpoints = new CheckpointAccess({ dataDir: folder, defaultBaseDir: () => null, runs: () => store.list() }) // prettier-ignore
  onTestFinished(() => checkpoints.close())
  const queue = new Measuring({
    models: askedModelsOf(store, data, folder),
    ...{ checkpoints, data, dataDir: folder },
    inspector: new Inspector({ openTrainer: openChosenTrainer }),
    changed: (list) => void (told = list),
  })
  onTestFinished(() => queue.close())
  const kept = new MeasurementAccess({ dataDir: folder, checkpoints, runs: () => store.list() })
  const jobs = new Jobs(() => undefined)
  return { call: checked(measuringHandlers({ queue, kept }, data, jobs)), queue, told: () => told }
}

test(
  'a measuring gives the reference’s score; one that waits goes on after it, and one that is cancelled does not',
  async () => {
    const { call, told } = measuring()
    const first = await call['measuring.start'](started())
    await call['measuring.start'](started({ title: 'again', tasks: ['ARC-Easy', 'MMLU'] }))
    const third = await call['measuring.start'](started({ title: 'never' }))
    await call['measuring.cancel'](third)
    await expect.poll(() => told().map(({ state }) => state), { timeout: BUSY_MS }).toEqual(['done', 'done', 'cancelled']) // prettier-ignore

    const right = goldenTalk.categorical.filter((each) => each.right).length
    const [one, again] = told()
    expect(one).toMatchObject({ id: first.id, title: 'd3', failure: null })
    expect(one?.tasks).toMatchObject([{ state: 'done', seconds_left: null, score: { right, total: 60, problems: 60 } }]) // prettier-ignore
    expect(again?.tasks).toMatchObject([
      { task: 'ARC-Easy', state: 'failed', failure: { code: 'data.missing' } },
      { task: 'MMLU', state: 'done', score: { right, total: 60 } },
    ])
    await call['measuring.cancel'](first)
    expect((await call['measuring.list']({})).map(({ title }) => title)).toEqual(['again', 'never'])

    const [kept] = await call['measuring.kept']({})
    expect(kept).toMatchObject({ key: { of: 'checkpoint', identity: one?.identity }, scores: [{ right }] })
    if (kept === undefined) throw new Error('it is kept')
    const of = [{ key: kept.key, dtype: 'float32' as const }]
    const wrong = await call['measuring.rows']({ task: 'MMLU', of, show: 'wrong', search: '' })
    expect([...wrong.rows]).toEqual(goldenTalk.categorical.flatMap((each) => (each.right ? [] : [each.row])))
    const [row = -1] = wrong.rows
    const [line] = await call['measuring.lines']({ task: 'MMLU', of, rows: [row] })
    expect(line?.outcomes[0]).toEqual({ right: false, answer: goldenTalk.categorical[row]?.answer })
    const question = await call['measuring.question']({ task: 'MMLU', of, row })
    expect(question?.outcomes[0]?.letters.map(({ letter }) => letter)).toEqual(['A', 'B', 'C', 'D'])
  },
  BUSY_MS,
)

test(
  'a cancel ends the one that goes on, and what it answered is kept',
  async () => {
    const { call, told } = measuring()
    const { id } = await call['measuring.start'](started({ tasks: ['SpellingBee', 'MMLU'], most: null }))
    await expect.poll(() => told()[0]?.tasks[0]?.score?.total ?? 0, { timeout: BUSY_MS }).toBeGreaterThan(0)
    await call['measuring.cancel']({ id })
    await expect.poll(() => told()[0]?.state, { timeout: BUSY_MS }).toBe('cancelled')
    expect(told()[0]?.tasks.map(({ state }) => state)).toEqual(['waiting', 'waiting'])
    const [kept] = await call['measuring.kept']({})
    expect(kept?.scores[0]?.total).toBeGreaterThan(0)
    expect(kept?.scores[0]?.ended_at).not.toBeNull()
  },
  BUSY_MS,
)

test(
  'the one that goes on gives way to a run, frees its memory, and goes on after it',
  async () => {
    const { call, queue, told } = measuring()
    const answered = (): number => told()[0]?.tasks[0]?.score?.total ?? 0
    const { id } = await call['measuring.start'](started({ tasks: ['SpellingBee'], most: null }))
    await expect.poll(answered, { timeout: BUSY_MS }).toBeGreaterThan(0)
    await queue.giveWay()
    const [waiting] = queue.list()
    expect(waiting).toMatchObject({ id, state: 'waiting', failure: null, tasks: [{ state: 'waiting' }] })
    const before = waiting?.tasks[0]?.score?.total ?? 0
    queue.takeUp()
    await expect.poll(answered, { timeout: BUSY_MS }).toBeGreaterThan(before)
    await queue.giveWay()
    await call['measuring.cancel']({ id })
    expect(queue.list()).toMatchObject([{ id, state: 'cancelled' }])
    queue.takeUp()
    const next = await call['measuring.start'](started({ most: 1 }))
    await expect.poll(() => told().find((each) => each.id === next.id)?.state, { timeout: BUSY_MS }).toBe('done') // prettier-ignore
  },
  BUSY_MS,
)

test('each task says what it costs, how it is judged, and where its data was looked for', async () => {
  const { call } = measuring()
  const offers = await call['measuring.tasks'](at)
  expect(offers.find(({ task }) => task === 'MMLU')).toEqual({ task: 'MMLU', by: 'letter', rows: 14_042, missing: null }) // prettier-ignore
  const arc = offers.find(({ task }) => task === 'ARC-Easy')
  expect(arc).toMatchObject({ by: 'letter', rows: 2376, missing: { unusable: null } })
  expect(arc?.missing?.label).toContain('ARC-Easy')
  expect(arc?.missing?.dir.length).toBeGreaterThan(0)
})

test(
  'a checkpoint that was not listed, one that is not there and a run that is unknown are refused',
  async () => {
    const { call, told } = measuring()
    const unlisted = started({ model: { of: 'checkpoint', dir: '/nowhere', step: 1 } })
    const failure = await failureOf(() => Promise.resolve().then(() => call['measuring.start'](unlisted)))
    expect(failure).toMatchObject({ code: 'checkpoint.unlisted' })
    await call['measuring.start'](started({ config: { ...at.config, model_tag: 'no-such-model' } }))
    await expect.poll(() => told()[0]?.state, { timeout: BUSY_MS }).toBe('failed')
    expect(told()[0]?.failure?.message).toContain('no-such-model')
    const of = [{ key: { of: 'run' as const, runId: 'no-run', step: 1 }, dtype: 'float32' as const }]
    const asked = { task: 'MMLU' as const, of, row: 0 }
    const none = await failureOf(() => Promise.resolve().then(() => call['measuring.question'](asked)))
    expect(none).toMatchObject({ code: 'run.unknown' })
  },
  BUSY_MS,
)

test('what programs would be kept from is told, or that there is no Python', async () => {
  const { call } = measuring()
  const python = await call['measuring.python']({})
  if (python !== null) expect(python.python).toMatch(/\(3\./)
})
