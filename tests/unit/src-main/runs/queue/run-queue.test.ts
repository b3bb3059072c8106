import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'

import type { RunConfigInput } from '../../../../../src-main/config/config.schema'
import type { RunState, RunSummary } from '../../../../../src-main/config/run.schema'
import { MidbenchError } from '../../../../../src-main/errors'
import { openFork } from '../../../../../src-main/runs/fork'
import type { QueuedRun, QueueView } from '../../../../../src-main/runs/queue/queue.schema'
import { RunQueue } from '../../../../../src-main/runs/queue/run-queue'
import type { RunEvent } from '../../../../../src-main/runs/run-events'
import { RunManager } from '../../../../../src-main/runs/run-manager'
import type { StartRun } from '../../../../../src-main/runs/start-run'
import { RunStore } from '../../../../../src-main/runs/store'
import { openChosenTrainer } from '../../../../../src-main/runs/trainer-host'
import { failureOf } from '../../../../support/failure'
import { goldenPath } from '../../../../support/golden'
import { goldenConfig } from '../../../../support/golden-run'
import { sampleConfig, sampleRun } from '../../../../support/run-samples'
import { temporaryFolder } from '../../../../support/temporary-folder'

/** What a queue needs of the run manager. */
type Runs = ConstructorParameters<typeof RunQueue>[0]['runs']

const cacheDir = mkdtempSync(join(tmpdir(), 'midbench-test-cache-'))
afterAll(() => {
  rmSync(cacheDir, { recursive: true, force: true })
})

/** A manager and its queue on a data folder; the queue is not open yet. */
function openHome(home: string) {
  const store = RunStore.open(join(home, 'runs.db'))
  const runs: RunManager = new RunManager({
    ...{ store, dataDir: home, cacheDir, openTrainer: openChosenTrainer },
    memoryFree: () => {
      queue.look()
    },
  })
  const queue: RunQueue = new RunQueue({ path: join(home, 'queue.json'), runs, changed: () => undefined })
  let isClosed = false
  const close = async (): Promise<void> => {
    if (isClosed) return
    isClosed = true
    await queue.leave()
    await runs.close()
    store.close()
  }
  onTestFinished(close)
  return { runs, queue, close }
}

const golden = (name: string, options: Partial<RunConfigInput>): QueuedRun => {
  return { name, config: goldenConfig(options), path: null }
}

const states = ({ items }: QueueView): string[] => items.map(({ name, state }) => `${name} ${state}`)

test('starts one after the other behind a run by hand, passes over what cannot start, and goes on after a relaunch', async () => {
  const home = temporaryFolder()
  const first = openHome(home)
  first.queue.open()
  const request = { config: goldenConfig({ num_iterations: 2 }), dir: goldenPath('.'), path: null }
  await first.runs.start({ ...request, name: 'by hand' })
  const added = first.queue.add([
    golden('short', { num_iterations: 2 }),
    golden('baseless', { base_dir: join(home, 'gone') }),
    golden('long', { num_iterations: 10_000, save_every: 1 }),
  ])
  expect(first.queue.view).toMatchObject({ state: 'going', waits_for: 'by hand' })
  await added
  const named = (name: string) => first.runs.list().find((run) => run.name === name)
  await expect.poll(() => named('long')?.step ?? 0, { timeout: 120_000 }).toBeGreaterThan(1)
  expect(named('by hand')?.state).toBe('done')
  expect(named('short')?.state).toBe('done')
  expect(states(first.queue.view)).toEqual(['short ended', 'baseless refused', 'long begun'])
  const { code, issues } = first.queue.view.items[1]?.failure ?? {}
  expect([code, issues?.map(({ path }) => path)]).toEqual(['run.blocked', ['model_tag', 'base_dir']])
  const long = named('long')?.id ?? ''
  expect((await failureOf(() => first.queue.remove(first.queue.view.items.map(({ id }) => id)))).code).toBe(
    'queue.at-work',
  )

  // As at a quit: the queue starts nothing more, the run saves and waits.
  await first.queue.leave()
  first.runs.pause(long)
  await expect.poll(() => first.runs.get(long).state, { timeout: 120_000 }).toBe('paused')
  await first.close()
  expect(JSON.parse(readFileSync(join(home, 'queue.json'), 'utf8'))).toMatchObject({ state: 'going' })

  const second = openHome(home)
  const before = second.runs.get(long).step
  second.queue.open()
  await expect.poll(() => second.runs.get(long).step, { timeout: 120_000 }).toBeGreaterThan(before)
  await second.queue.pause(true)
  await expect.poll(() => second.runs.get(long).state, { timeout: 120_000 }).toBe('paused')
  expect(second.queue.view.state).toBe('paused')
  await second.runs.resume(long) // by hand
  expect(second.queue.view.state).toBe('going')
  await second.queue.pause(false)
  expect(second.queue.view.state).toBe('ending')
  await second.runs.stop(long)
  await expect.poll(() => second.queue.view.state, { timeout: 120_000 }).toBe('paused')
  expect(states(second.queue.view)).toEqual(['short ended', 'baseless refused', 'long ended'])
}, 360_000)

/** Runs of which the test says what becomes of them: what the queue asks of them, in order. */
function fakeRuns(found: { id: string; state: RunState; checkpoints?: number[] }[] = []) {
  const store = RunStore.open(join(temporaryFolder(), 'runs.db'))
  onTestFinished(() => {
    store.close()
  })
  const asked: string[] = []
  const started: StartRun[] = []
  const state = {
    current: null as string | null,
    paused: null as string | null,
    refusal: null as string | null,
  }
  const listeners = new Set<(event: RunEvent) => void>()
  const put = (id: string, to: RunState, checkpoints: number[] = [1]): RunSummary => {
    if (!store.list().some((run) => run.id === id)) store.create(sampleRun({ id, name: id }))
    return store.update(id, { state: to, checkpoints })
  }
  for (const { id, state: at, checkpoints } of found) put(id, at, checkpoints)
  const runs: Runs = {
    start: (request: StartRun) => {
      const { id = '', name } = request
      started.push(request)
      asked.push(`start ${String(name)}`)
      if (state.refusal !== null)
        return Promise.reject(new MidbenchError({ code: state.refusal, message: 'No' }))
      put(id, 'training')
      state.current = id
      return Promise.resolve(id)
    },
    resume: (id) => {
      asked.push(`resume ${id}`)
      state.current = id
      put(id, 'training')
      return Promise.resolve()
    },
    pause: (id) => void asked.push(`pause ${id}`),
    get: (id) => store.detail(id),
    summary: (id) => store.summary(id),
    current: () => state.current,
    paused: () => (state.paused === null ? null : store.summary(state.paused)),
    on: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const rest = (id: string, to: 'done' | 'failed' | 'paused'): void => {
    put(id, to)
    state.current = null
    state.paused = to === 'paused' ? id : null
    for (const listener of listeners) listener({ type: 'rest', runId: id, state: to })
  }
  const current = (): string => state.current ?? ''
  const create = (run: Parameters<typeof sampleRun>[0]): void => {
    store.create(sampleRun(run))
  }
  return { runs, asked, started, state, current, rest, put, create }
}

function queueOn(runs: Runs, kept?: { state: string; items: unknown[] }) {
  const path = join(temporaryFolder(), 'queue.json')
  if (kept !== undefined) writeFileSync(path, JSON.stringify(kept))
  return new RunQueue({ path, runs, changed: () => undefined })
}

const waiting = (name: string): QueuedRun => ({ name, config: sampleConfig(), path: null })
const begun = (run_id: string) => {
  return { ...waiting('begun'), id: 'one', state: 'begun', run_id, failure: null }
}
/** Lets the queue do what there is to do. */
const settled = async (queue: RunQueue): Promise<void> => {
  await expect.poll(() => queue.isBusy).toBe(false)
}

describe('the queue at a launch', () => {
  test('does not go on by itself with a run that a crash cut off, and resumes it when asked to', async () => {
    const { runs, asked } = fakeRuns([{ id: 'cut', state: 'interrupted' }])
    const queue = queueOn(runs, { state: 'going', items: [begun('cut')] })
    queue.open()
    await settled(queue)
    expect([queue.view.state, asked]).toEqual(['paused', []])
    await queue.goOn()
    await settled(queue)
    expect(asked).toEqual(['resume cut'])
  })

  test('starts a run anew that was cut off before it was saved, or before it was', async () => {
    const { runs, asked } = fakeRuns([{ id: 'cut', state: 'interrupted', checkpoints: [] }])
    for (const id of ['cut', 'never']) {
      const queue = queueOn(runs, { state: 'going', items: [begun(id)] })
      queue.open()
      await queue.goOn()
      await settled(queue)
    }
    expect(asked).toEqual(['start begun']) // the second waits for the first
  })

  test('takes a run as ended that was done before the queue could note it', async () => {
    const { runs, asked } = fakeRuns([{ id: 'over', state: 'done' }])
    const queue = queueOn(runs, { state: 'going', items: [begun('over')] })
    queue.open()
    await settled(queue)
    expect([states(queue.view), asked]).toEqual([['begun ended'], []])
  })

  test('sets a file aside that cannot be understood, and says so', () => {
    const queue = queueOn(fakeRuns().runs, { state: 'nowhere', items: [] })
    expect(queue.list.problem).toContain('cannot be understood')
    expect(queue.view).toEqual({ state: 'paused', items: [], waits_for: null })
  })
})

describe('a queued branch', () => {
  /** A run that keeps a checkpoint of step 6, and a branch of it. */
  function parentOf() {
    const fakes = fakeRuns()
    const dir = temporaryFolder()
    cpSync(goldenPath('before-house/home/runs/eager'), dir, { recursive: true })
    fakes.create({ id: 'parent', name: 'parent', dir })
    const branch = { ...waiting('branch'), branch: { runId: 'parent', step: 6 } }
    return { ...fakes, branch, checkpoint: join(dir, 'checkpoints', 'step_000006') }
  }

  test('begins with its checkpoint though its run keeps that no more, and nothing is kept once it has ended', async () => {
    const { runs, branch, checkpoint, current, rest, started } = parentOf()
    const queue = queueOn(runs)
    queue.open()
    const { step, runId } = branch.branch
    await queue.add([branch, { ...branch, name: 'another' }])
    const [names, bytes] = [readdirSync(checkpoint), readFileSync(join(checkpoint, 'model_000006.pt'))]
    rmSync(checkpoint, { recursive: true })
    expect((await failureOf(() => openFork(runs.get(runId), step))).code).toBe('branch.gone')
    await queue.goOn()
    await settled(queue)
    const forks = started[0]?.forks ?? ''
    const fork = await openFork(runs.get(runId), step, forks)
    expect(fork).toMatchObject({ step: 6, parent: { name: 'parent' }, saved: { loop: { step: 6 } } })
    const kept = fork.saved?.dir ?? ''
    expect(readdirSync(kept)).toEqual(names)
    expect(readFileSync(join(kept, 'model_000006.pt'))).toEqual(bytes)
    rest(current(), 'done')
    await settled(queue)
    expect(existsSync(kept)).toBe(true) // the other one needs it
    rest(current(), 'done')
    await settled(queue)
    await expect.poll(() => existsSync(forks)).toBe(false)
    const id = queue.view.items[0]?.id ?? ''
    expect((await failureOf(() => queue.again(id))).code).toBe('branch.gone')
    expect(states(queue.view)).toEqual(['branch ended', 'another ended'])
  })

  test('is not queued where its checkpoint is gone already', async () => {
    const { runs, branch, checkpoint } = parentOf()
    const queue = queueOn(runs)
    rmSync(checkpoint, { recursive: true })
    expect((await failureOf(() => queue.add([branch]))).code).toBe('branch.gone')
    expect(queue.view.items).toEqual([])
  })
})

describe('the queue and a person', () => {
  test('starts nothing until it is asked to, where no run goes on', async () => {
    const { runs, asked, rest, current } = fakeRuns()
    const queue = queueOn(runs)
    queue.open()
    await queue.add([waiting('a'), waiting('b')])
    expect(queue.view.state).toBe('paused')
    await queue.goOn()
    await settled(queue)
    rest(current(), 'failed')
    await settled(queue)
    rest(current(), 'done')
    await settled(queue)
    expect(asked).toEqual(['start a', 'start b'])
    expect([queue.view.state, states(queue.view)]).toEqual(['paused', ['a ended', 'b ended']])
    await queue.again(queue.view.items[0]?.id ?? '')
    expect(states(queue.view)).toEqual(['b ended', 'a waiting'])
  })

  test('waits while a run by hand is paused in memory, and pauses with its own', async () => {
    const { runs, asked, rest, state, current, put } = fakeRuns()
    const queue = queueOn(runs)
    queue.open()
    put('hand', 'training')
    state.current = 'hand'
    await queue.add([waiting('a')])
    rest('hand', 'paused')
    await settled(queue)
    expect([queue.view.waits_for, asked]).toEqual(['hand', []])
    rest('hand', 'done')
    await settled(queue)
    expect(asked).toEqual(['start a'])
    rest(current(), 'paused') // by the main button
    expect(queue.view.state).toBe('paused')
  })

  test('keeps an item that cannot begin now, and says of one that cannot begin why', async () => {
    const { runs, state, asked } = fakeRuns()
    const queue = queueOn(runs)
    queue.open()
    await queue.add([waiting('a'), waiting('b')])
    state.refusal = 'run.busy'
    await queue.goOn()
    await settled(queue)
    expect([states(queue.view), asked]).toEqual([['a waiting', 'b waiting'], ['start a']])
    state.refusal = 'run.blocked'
    queue.look()
    await settled(queue)
    expect(states(queue.view)).toEqual(['a refused', 'b refused'])
    expect(queue.view.items[0]?.failure?.code).toBe('run.blocked')
  })
})
