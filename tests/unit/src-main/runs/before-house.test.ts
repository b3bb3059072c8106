import Database from 'libsql'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'

import { openRunStore } from '../../../../src-main/runs/open-store'
import { RunManager } from '../../../../src-main/runs/run-manager'
import { openChosenTrainer } from '../../../../src-main/runs/trainer-host'
import '../../../support/built-threads'
import { goldenPath } from '../../../support/golden'
import { temporaryFolder } from '../../../support/temporary-folder'

// A store and two run folders that Midbench wrote before its redesign: golden/before-house/README.md.

const RUNS = [
  { engine: 'eager', id: '2026-11-29-035522-156e', savedAt: 6, storedSteps: 6, steps: 12 },
  { engine: 'graph', id: '2026-11-29-035527-8034', savedAt: 20, storedSteps: 40, steps: 40 },
] as const

/** A copy whose paths are those of the copy, opened as the app opens it. */
async function openCopy(): Promise<RunManager> {
  const folder = temporaryFolder()
  cpSync(goldenPath('before-house'), folder, { recursive: true })
  const home = join(folder, 'home')
  for (const { engine } of RUNS) {
    for (const name of ['run.json', 'config.json', 'data.json']) {
      const path = join(home, 'runs', engine, name)
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll('/tmp/before-house', folder))
    }
  }
  const db = new Database(join(home, 'runs.db'))
  for (const column of ['dir', 'config', 'config_path']) {
    db.prepare(`UPDATE runs SET ${column} = replace(${column}, '/tmp/before-house', ?)`).run([folder])
  }
  db.close()
  const { store, notes } = await openRunStore(home)
  expect(notes).toEqual([])
  const manager = new RunManager({
    store,
    dataDir: home,
    cacheDir: join(folder, 'cache'),
    openTrainer: openChosenTrainer,
  })
  onTestFinished(async () => {
    await manager.close()
    store.close()
  })
  return manager
}

const line = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('step'),
    step: z.int(),
    loss: z.number(),
    lrm: z.number(),
    grad_norm: z.number(),
  }),
  z.object({ event: z.literal('eval'), step: z.int(), val_bpb: z.number() }),
])

function recorded(engine: string) {
  const text = readFileSync(goldenPath(`before-house/${engine}-continued.jsonl`), 'utf8')
  const lines = text.trimEnd().split('\n').map((each) => line.parse(JSON.parse(each))) // prettier-ignore
  return {
    steps: lines.filter((each) => each.event === 'step'),
    evals: lines.filter((each) => each.event === 'eval'),
  }
}

test('a store of before the redesign opens and shows its runs', async () => {
  const manager = await openCopy()
  const list = manager.list().map(({ id, name, state, step, checkpoints, spark }) => ({
    ...{ id, name, state, step, checkpoints, points: spark.length },
  }))
  expect(list).toEqual([
    { id: RUNS[1].id, name: 'before-graph', state: 'interrupted', step: 40, checkpoints: [20], points: 40 },
    { id: RUNS[0].id, name: 'before-eager', state: 'stopped', step: 6, checkpoints: [6], points: 6 },
  ])
  const { detail, steps, evals, log } = await manager.watch(RUNS[1].id, 0)
  expect(detail).toMatchObject({
    config: { engine: 'graph', num_iterations: 40, matrix_lr: 0.002 },
    model: { tag: 'd2', parameters: 30_724, n_embd: 16 },
    device: 'CPU, 2 threads, float32, graph',
  })
  expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1))
  const told = recorded('graph').steps
  expect(steps.slice(20).map(({ loss, lrm, grad_norm }) => ({ loss, lrm, grad_norm }))).toEqual(
    told.map(({ loss, lrm, grad_norm }) => ({ loss, lrm, grad_norm })),
  )
  expect(evals.map(({ step }) => step)).toEqual([0, 10, 20, 30])
  expect(evals[0]?.per_task?.[0]).toMatchObject({ task: 'CustomJSON', entry: 0 })
  expect(log.length).toBeGreaterThan(40)
})

test.each(RUNS)('a $engine run of before the redesign goes on as it did then', async (run) => {
  const manager = await openCopy()
  const rest = new Promise<void>((resolve) => {
    manager.on((event) => {
      if (event.type === 'rest') resolve()
    })
  })
  await manager.resume(run.id)
  await rest
  const { detail, steps, evals } = await manager.watch(run.id, run.savedAt + 1)
  expect(detail).toMatchObject({ state: 'done', step: run.steps, error: null })
  const told = recorded(run.engine)
  // To the bit on the machine that they were recorded on; another processor adds up in another order.
  const near = (value: number): unknown => expect.closeTo(value, 3)
  expect(steps.map(({ step, loss, lrm }) => ({ step, loss, lrm }))).toEqual(
    told.steps.map(({ step, loss, lrm }) => ({ step, loss: near(loss), lrm })),
  )
  expect(evals.map(({ step, val_bpb }) => ({ step, val_bpb }))).toEqual(
    told.evals.map(({ step, val_bpb }) => ({ step, val_bpb: near(val_bpb) })),
  )
})
