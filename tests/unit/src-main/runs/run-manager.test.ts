import { spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'

import type { RunConfigInput } from '../../../../src-main/config/config.schema'
import { processIsAlive, thisProcess } from '../../../../src-main/files/process-identity'
import type { RunEvent } from '../../../../src-main/runs/run-events'
import { RunManager } from '../../../../src-main/runs/run-manager'
import type { StartRun } from '../../../../src-main/runs/start-run'
import { openChosenTrainer } from '../../../../src-main/runs/trainer-host'
import { RunStore } from '../../../../src-main/runs/store'
import { containing } from '../../../support/containing'
import { failureOf } from '../../../support/failure'
import { holdElsewhere } from '../../../support/folder-holder'
import { goldenPath } from '../../../support/golden'
import { goldenConfig } from '../../../support/golden-run'
import { sampleRun, sampleStep, sampleSteps } from '../../../support/run-samples'
import { temporaryFolder } from '../../../support/temporary-folder'

/** The decoded mixture, shared by the tests. */
const cacheDir = mkdtempSync(join(tmpdir(), 'midbench-test-cache-'))
afterAll(() => {
  rmSync(cacheDir, { recursive: true, force: true })
})

interface Workplace {
  folder: string
  store: RunStore
  manager: RunManager
  events: RunEvent[]
  /** What was said of the memory that others hold. */
  memory: ('wanted' | 'free')[]
}

function openManager(folder = temporaryFolder()): Workplace {
  const store = RunStore.open(join(folder, 'runs.db'))
  const memory: Workplace['memory'] = []
  const manager = new RunManager({
    ...{ store, dataDir: folder, cacheDir, openTrainer: openChosenTrainer },
    releaseMemory: () => Promise.resolve(void memory.push('wanted')),
    memoryFree: () => void memory.push('free'),
  })
  const events: RunEvent[] = []
  manager.on((event) => events.push(event))
  onTestFinished(async () => {
    await manager.close()
    store.close()
  })
  return { folder, store, manager, events, memory }
}

function request(options: Partial<RunConfigInput> = {}, more: Partial<StartRun> = {}): StartRun {
  const config = goldenConfig({ num_iterations: 6, save_every: 2, ...options })
  return { config, dir: goldenPath('.'), path: '/configs/golden.json', ...more }
}

/** Waits for the run's next rest, or for the first event that `found` accepts. */
function until(
  { manager }: Workplace,
  found: (event: RunEvent) => boolean = (event) => event.type === 'rest',
): Promise<RunEvent> {
  return new Promise((resolve) => {
    const off = manager.on((event) => {
      if (!found(event)) return
      off()
      resolve(event)
    })
  })
}

const hasStep =
  (step: number) =>
  (event: RunEvent): boolean =>
    event.type === 'metrics' && event.metrics.steps.some((metric) => metric.step >= step)

describe('a run from start to end', () => {
  test('is recorded as it goes', async () => {
    const work = openManager()
    const rest = until(work)
    const id = await work.manager.start(request({ eval_every: 3 }))
    await rest
    const { detail, steps, evals, log, seq } = await work.manager.watch(id, 0)
    expect(detail).toMatchObject({
      name: 'golden',
      state: 'done',
      step: 6,
      total_steps: 6,
      progress: 1,
      checkpoints: [4, 6],
      config_path: '/configs/golden.json',
      model: { tag: 'd3', step: 100, n_layer: 3, vocab_size: 723 },
      error: null,
    })
    expect(detail.device).toMatch(/^(CPU, \d+ threads?|.+), float32, eager$/)
    expect(detail.differences.length).toBeGreaterThan(3)
    expect(detail.best_val_bpb).toBe(Math.min(...evals.map((each) => each.val_bpb)))
    expect(steps.map((step) => step.step)).toEqual([1, 2, 3, 4, 5, 6])
    expect(evals.map((each) => each.step)).toEqual([0, 3, 6])
    expect(log.map((line) => line.text)).toContainEqual(
      expect.stringMatching(/^step 00006 \(100\.00%\) \| loss: /),
    )
    expect(work.store.owner(id)).toBeNull()
    const numbers = work.events.flatMap((event) => (event.type === 'metrics' ? event.metrics.seq : []))
    expect(numbers).toEqual(Array.from({ length: seq }, (_, i) => i + 1))
    expect(readFileSync(join(detail.dir, 'log.txt'), 'utf8')).toContain('Step 00003 | Validation bpb: ')
    await expect.poll(() => work.memory).toEqual(['wanted', 'free'])
    expect((await failureOf(() => work.manager.resume(id))).code).toBe('run.not-resumable')
  })

  test('is refused where it would break, and leaves nothing', async () => {
    const { manager, folder, memory } = openManager()
    const failure = await failureOf(() => manager.start(request({ model_tag: 'd9' })))
    expect(failure).toMatchObject({ code: 'run.blocked', issues: [{ path: 'model_tag' }] })
    expect(memory).toEqual(['wanted', 'free'])
    expect(manager.list()).toEqual([])
    expect(existsSync(join(folder, 'runs'))).toBe(false)
  })

  test('is refused for data that cannot be read, each fault at its entry, and leaves nothing', async () => {
    const { manager, folder, events } = openManager()
    const bee = { task: 'SpellingBee' as const, split: 'train' as const, size: 5 }
    const train = [bee, { task: 'CustomJSON' as const, filepath: '/nowhere.jsonl' }, { ...bee, stop: 9 }]
    const failure = await failureOf(() => manager.start(request({ mixture: { train, val: [] } })))
    expect(failure).toMatchObject({
      code: 'run.blocked',
      issues: [{ path: 'mixture.train.1.filepath' }, { path: 'mixture.train.2.stop' }],
    })
    const empty = { train: [{ ...bee, stop: 0 }], val: [] }
    const nothing = await failureOf(() => manager.start(request({ mixture: empty })))
    expect(nothing).toMatchObject({ code: 'run.blocked', issues: [{ path: 'mixture.train' }] })
    expect(manager.list()).toEqual([])
    expect(existsSync(join(folder, 'runs'))).toBe(false)
    expect(events.filter(({ type }) => type !== 'progress')).toEqual([])
  })

  test('is refused for a tokenizer that cannot be read, and leaves nothing', async () => {
    const { manager, folder } = openManager()
    const baseDir = join(folder, 'base')
    cpSync(goldenPath('nanochat_base'), baseDir, { recursive: true })
    writeFileSync(join(baseDir, 'tokenizer', 'tokenizer.pkl'), 'no pickle')
    const failure = await failureOf(() => manager.start(request({ base_dir: baseDir })))
    expect(failure).toMatchObject({ code: 'run.blocked', issues: [{ path: 'base_dir' }] })
    expect(manager.list()).toEqual([])
    expect(existsSync(join(folder, 'runs'))).toBe(false)
  })

  test('that its input keeps from its first step leaves no record, and says why', async () => {
    const work = openManager()
    const removed = until(work, (event) => event.type === 'removed')
    const small = { train: [{ task: 'SpellingBee' as const, split: 'train' as const, size: 2 }], val: [] }
    const id = await work.manager.start(
      request({ num_iterations: -1, total_batch_size: 8192, mixture: small }),
    )
    expect(await removed).toEqual({ type: 'removed', runId: id })
    const refused = work.events.find((event) => event.type === 'refused')
    expect(refused).toMatchObject({ runId: id, failure: { code: 'run.no-step' } })
    expect(work.events.some((event) => event.type === 'rest')).toBe(false)
    expect(work.manager.list()).toEqual([])
    expect(existsSync(join(work.folder, 'runs', id))).toBe(false)
  })
})

describe('pause, resume and stop', () => {
  test('a paused run stands still, and goes on in memory', async () => {
    const work = openManager()
    const begun = until(work, hasStep(1))
    const id = await work.manager.start(request({ num_iterations: 40 }, { stopAfter: 8 }))
    await begun
    const paused = until(work)
    work.manager.pause(id)
    expect(work.manager.get(id).state).toBe('pausing')
    expect(await paused).toMatchObject({ state: 'paused' })
    const { step, checkpoints } = work.manager.get(id)
    expect(checkpoints).toContain(step)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(work.manager.get(id)).toMatchObject({ state: 'paused', step })
    const stopped = until(work)
    await work.manager.resume(id)
    expect(await stopped).toMatchObject({ state: 'stopped' })
    const { steps } = await work.manager.watch(id, 0)
    expect(steps.map((metric) => metric.step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  test('a stopped run is taken up by another manager from its last checkpoint', async () => {
    const first = openManager()
    const stopped = until(first)
    const id = await first.manager.start(request({}, { stopAfter: 3 }))
    await stopped
    await first.manager.close()
    const second = openManager(first.folder)
    expect(await second.manager.findResumable({ configPath: '/configs/golden.json' })).toBe(id)
    const done = until(second)
    await second.manager.resume(id)
    await done
    const { detail, steps } = await second.manager.watch(id, 2)
    expect(detail.state).toBe('done')
    expect(steps.map((metric) => metric.step)).toEqual([2, 3, 4, 5, 6])
    expect((await failureOf(() => second.manager.findResumable({ configPath: '/other.json' }))).code).toBe(
      'run.none',
    )
  })

  test('a config.json that was edited since is refused, and the run stays as it is', async () => {
    const work = openManager()
    const stopped = until(work)
    const id = await work.manager.start(request({}, { stopAfter: 1 }))
    await stopped
    const path = join(work.manager.get(id).dir, 'config.json')
    const kept = readFileSync(path, 'utf8')
    writeFileSync(path, kept.replace('"buffer_size": 100', '"buffer_size": 50'))
    expect(await failureOf(() => work.manager.resume(id))).toMatchObject({
      code: 'run.options-changed',
      issues: [{ path: 'buffer_size', message: 'is 50; the run began with 100' }],
    })
    expect(work.manager.get(id)).toMatchObject({ state: 'stopped', error: null })
    writeFileSync(path, kept)
    const done = until(work)
    await work.manager.resume(id)
    expect(await done).toMatchObject({ state: 'done' })
  })

  test('a manager that closes leaves a run in progress interrupted, and a paused one paused', async () => {
    const work = openManager()
    const begun = until(work, hasStep(1))
    const id = await work.manager.start(request({ num_iterations: 40 }))
    await begun
    const paused = until(work)
    work.manager.pause(id)
    await paused
    await work.manager.close()
    expect(work.manager.get(id).state).toBe('paused')
    expect(work.store.owner(id)).toBeNull()
    const again = until(work, hasStep(work.manager.get(id).step + 1))
    await work.manager.resume(id)
    await again
    await work.manager.close()
    expect(work.manager.get(id).state).toBe('interrupted')
  })

  test('one run trains at a time', async () => {
    const work = openManager()
    const begun = until(work, hasStep(1))
    const id = await work.manager.start(request({ num_iterations: 40 }))
    await begun
    expect(work.manager.current()).toBe(id)
    expect((await failureOf(() => work.manager.start(request()))).code).toBe('run.busy')
    expect((await failureOf(() => work.manager.remove(id))).code).toBe('run.busy')
    const rest = until(work)
    await work.manager.stop(id)
    expect(await rest).toMatchObject({ state: 'stopped' })
    expect(work.manager.current()).toBeNull()
    const { dir } = work.manager.get(id)
    writeFileSync(join(dir, 'checkpoints', 'notes.txt'), 'mine')
    const before = await work.manager.watch(id, 0)
    expect(await work.manager.remove(id)).toMatchObject({ id, dir, kept: ['checkpoints/notes.txt'] })
    expect(readdirSync(dir, { recursive: true }).sort()).toEqual(['checkpoints', 'checkpoints/notes.txt'])
    expect(work.events.at(-1)).toEqual({ type: 'removed', runId: id })
    expect(work.manager.list()).toEqual([])
    expect(openManager(work.folder).manager.list()).toEqual([])
    await work.manager.restore(id)
    const after = await work.manager.watch(id, 0)
    expect({ ...after.detail, updated_at: 0 }).toEqual({ ...before.detail, updated_at: 0 })
    expect([after.steps, after.log]).toEqual([before.steps, before.log])
    const last = until(work, hasStep(before.detail.step + 1))
    await work.manager.resume(id)
    await last
    const stopped = until(work)
    await work.manager.stop(id)
    await stopped
    await work.manager.remove(id)
    await work.manager.removal.empty()
    expect((await failureOf(() => work.manager.get(id))).code).toBe('run.unknown')
    expect((await failureOf(() => work.manager.restore(id))).code).toBe('trash.missing')
    expect(readFileSync(join(dir, 'checkpoints', 'notes.txt'), 'utf8')).toBe('mine')
    expect((await failureOf(() => work.manager.pause(id))).code).toBe('run.not-active')
  })
})

describe('the results of several runs', () => {
  test('lie side by side, each under a name of its own, which is said', async () => {
    const work = openManager()
    const base_dir = join(work.folder, 'base')
    cpSync(goldenPath('nanochat_base'), base_dir, { recursive: true })
    const options = { base_dir, dry_run: false, eval_every: 1 }
    for (const steps of [2, 1]) {
      const rest = until(work)
      await work.manager.start(request({ ...options, num_iterations: steps }))
      expect(await rest).toMatchObject({ state: 'done' })
    }
    const results = join(base_dir, 'mid_checkpoints')
    expect(readdirSync(join(results, 'd3'))).toContain('model_000002.pt')
    const second = readdirSync(join(results, 'd3-2')).sort()
    expect(second).toEqual(['meta_000001.json', 'model_000001.pt', 'optim_000001_rank0.pt'])
    expect(readdirSync(join(base_dir, 'report')).sort()).toEqual(['midtraining-d3-2.md', 'midtraining.md'])
    const [last] = work.manager.list()
    const log = (await work.manager.watch(last?.id ?? '', 0)).log.map(({ text }) => text)
    expect(log).toContain(`The result will be ${join(results, 'd3-2')}, since d3 is taken`)
    expect(log).toContain(`Report: ${join(base_dir, 'report', 'midtraining-d3-2.md')}`)
    expect(work.events.findLast(({ type }) => type === 'checkpoint')).toMatchObject({
      dir: join(results, 'd3-2'),
      result: true,
    })
    const taken = await failureOf(() => work.manager.start(request({ ...options, output_tag: 'd3-2' })))
    expect(taken).toMatchObject({ code: 'run.blocked', issues: [{ path: 'output_tag' }] })
    expect(work.manager.list()).toHaveLength(2)
  })
})

test('a run whose result could not be written is on the disk: another may take its place, and it goes on later', async () => {
  const work = openManager()
  const base_dir = join(work.folder, 'base')
  cpSync(goldenPath('nanochat_base'), base_dir, { recursive: true })
  const results = join(base_dir, 'mid_checkpoints')
  const begun = until(work, hasStep(1))
  const paused = until(work)
  const id = await work.manager.start(request({ base_dir, dry_run: false, num_iterations: 8 }))
  await begun
  writeFileSync(results, 'a file in its place')
  expect(await paused).toMatchObject({ state: 'paused' })
  expect(work.manager.get(id)).toMatchObject({ step: 8, error: { code: 'result.write' } })
  expect(work.manager.unsaved()).toBeNull()
  const other = until(work)
  await work.manager.start(request({ num_iterations: 1 }))
  await other
  rmSync(results)
  const done = until(work)
  await work.manager.resume(id)
  expect(await done).toMatchObject({ runId: id, state: 'done' })
  expect(work.manager.get(id)).toMatchObject({ step: 8, error: null })
  expect(readdirSync(join(results, 'd3'))).toContain('model_000008.pt')
})

describe('a place is taken before anything is waited for', () => {
  test('of two starts at once one begins', async () => {
    const work = openManager()
    const rest = until(work)
    const starts = [1, 2].map(() => work.manager.start(request({ num_iterations: 1 })))
    const [first, second] = await Promise.allSettled(starts)
    expect([first?.status, second?.status].sort()).toEqual(['fulfilled', 'rejected'])
    const reasons = [first, second].flatMap((each): unknown =>
      each?.status === 'rejected' ? each.reason : [],
    )
    expect(reasons).toMatchObject([{ code: 'run.busy' }])
    await rest
    expect(work.manager.list()).toHaveLength(1)
    expect(readdirSync(join(work.folder, 'runs'))).toHaveLength(1)
  })

  test('two resumes at once are one, and a run that begins is not removed', async () => {
    const work = openManager()
    const stopped = until(work)
    const id = await work.manager.start(request({}, { stopAfter: 2 }))
    await stopped
    const opened: RunEvent[] = []
    const off = work.manager.on((event) => {
      if (event.type === 'changed' && event.run.state === 'preparing') opened.push(event)
    })
    const done = until(work)
    const resumes = [work.manager.resume(id), work.manager.resume(id)]
    expect((await failureOf(() => work.manager.remove(id))).code).toBe('run.busy')
    expect((await failureOf(() => work.manager.start(request()))).code).toBe('run.busy')
    await Promise.all(resumes)
    await done
    off()
    const { steps, log } = await work.manager.watch(id, 0)
    expect(steps.map((metric) => metric.step)).toEqual([1, 2, 3, 4, 5, 6])
    expect(log.filter(({ text }) => text.startsWith('Resumed after step'))).toHaveLength(1)
  })

  test('a start that is refused gives its place back', async () => {
    const work = openManager()
    const runDir = join(work.folder, 'mine')
    mkdirSync(runDir)
    writeFileSync(join(runDir, 'thesis.txt'), 'mine')
    const refused = await failureOf(() => work.manager.start(request({}, { runDir })))
    expect(refused).toMatchObject({ code: 'run.folder-filled', message: containing('thesis.txt') })
    expect(readdirSync(runDir)).toEqual(['thesis.txt'])
    expect(work.manager.list()).toEqual([])
    const rest = until(work)
    await work.manager.start(request({ num_iterations: 1 }))
    expect(await rest).toMatchObject({ state: 'done' })
  })
})

test('a long history is read whole', async () => {
  const { store, manager } = openManager()
  store.create(sampleRun({ state: 'stopped' }))
  store.appendSteps('run-1', sampleSteps(1, 6001))
  const { steps } = await manager.watch('run-1', 2)
  expect(steps.map((metric) => metric.step)).toEqual(Array.from({ length: 6000 }, (_, i) => i + 2))
  expect((await failureOf(() => manager.watch('nobody', 0))).code).toBe('run.unknown')
})

test('a run that no disk takes holds in memory, and no other takes its place', async () => {
  const work = openManager()
  const runDir = join(work.folder, 'held')
  const id = await work.manager.start(request({}, { runDir }))
  rmSync(join(runDir, 'checkpoints'), { recursive: true })
  writeFileSync(join(runDir, 'checkpoints'), 'a file in its place')
  const paused = until(work)
  work.manager.pause(id)
  expect(await paused).toMatchObject({ state: 'paused' })
  expect(work.manager.unsaved()).toMatchObject({ id, state: 'paused', error: { code: 'checkpoint.write' } })
  expect((await failureOf(() => work.manager.start(request()))).code).toBe('run.unsaved')
  rmSync(join(runDir, 'checkpoints'))
  const stopped = until(work)
  await work.manager.stop(id)
  expect(await stopped).toMatchObject({ state: 'stopped' })
  expect(work.manager.unsaved()).toBeNull()
  expect(work.manager.get(id)).toMatchObject({ state: 'stopped', error: null })
})

describe('runs of other processes', () => {
  test('one whose process died is marked interrupted, and goes on from its checkpoint', async () => {
    const first = openManager()
    const stopped = until(first)
    const id = await first.manager.start(request({}, { stopAfter: 3 }))
    await stopped
    await first.manager.close()
    first.store.update(id, { state: 'training', owner: { pid: 4_000_000, startedAt: 1 } })
    first.store.appendSteps(id, [sampleStep(4)])
    const second = openManager(first.folder)
    expect(second.manager.get(id)).toMatchObject({ state: 'interrupted', step: 4 })
    const done = until(second)
    await second.manager.resume(id)
    await done
    expect((await second.manager.watch(id, 0)).steps.map((metric) => metric.step)).toEqual([1, 2, 3, 4, 5, 6])
  })

  test('one that another process holds is left to it', async () => {
    const { store, manager } = openManager()
    const other = spawn('sleep', ['60'])
    onTestFinished(() => void other.kill())
    const owner = { pid: other.pid ?? 0, startedAt: 0 }
    expect(processIsAlive(owner.pid, owner.startedAt)).toBe(true)
    store.create(sampleRun({ state: 'paused', owner }))
    expect((await failureOf(() => manager.resume('run-1'))).code).toBe('run.elsewhere')
    expect((await failureOf(() => manager.stop('run-1'))).code).toBe('run.elsewhere')
    expect((await failureOf(() => manager.remove('run-1'))).code).toBe('run.elsewhere')
    store.update('run-1', { owner: thisProcess() })
    await manager.stop('run-1')
    expect(manager.get('run-1').state).toBe('stopped')
  })

  test('one whose folder another process holds is left to it, whatever the store says', async () => {
    const first = openManager()
    const stopped = until(first)
    const runDir = join(first.folder, 'shared')
    const id = await first.manager.start(request({}, { stopAfter: 2, runDir }))
    await stopped
    await first.manager.close()
    const second = openManager() // another store
    await second.manager.findResumable({ runDir })
    const holder = await holdElsewhere(runDir)
    for (const { manager } of [first, second]) {
      expect((await failureOf(() => manager.resume(id))).code).toBe('run.elsewhere')
      expect(manager.get(id).state).not.toBe('preparing')
    }
    await holder.kill()
    const done = until(second)
    await second.manager.resume(id)
    expect(await done).toMatchObject({ state: 'done' })
  })

  test('one that was cut off can be left, so that another is started', async () => {
    const { store, manager } = openManager()
    store.create(sampleRun({ state: 'interrupted' }))
    await manager.stop('run-1')
    expect(manager.get('run-1').state).toBe('stopped')
    expect((await failureOf(() => manager.stop('run-1'))).code).toBe('run.not-active')
  })

  test('a folder that the store does not know is taken up', async () => {
    const first = openManager()
    const stopped = until(first)
    const runDir = join(first.folder, 'moved')
    const id = await first.manager.start(request({}, { stopAfter: 2, runDir }))
    await stopped
    await first.manager.close()
    const second = openManager()
    expect(await second.manager.findResumable({ runDir })).toBe(id)
    const done = until(second)
    await second.manager.resume(id)
    await done
    expect(second.manager.get(id)).toMatchObject({ state: 'done', step: 6, dir: runDir })
  })
})
