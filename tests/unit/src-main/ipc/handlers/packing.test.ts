/** The packing.* calls on the starter project, over the real data thread. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { DataAccess } from '../../../../../src-main/services/data-access'
import { Jobs } from '../../../../../src-main/services/jobs'
import { packingHandlers } from '../../../../../src-main/ipc/handlers/packing'
import { projectDir } from '../../../../../src-main/native/paths'
import { loadConfig, withAbsolutePaths } from '../../../../../src-main/config/config'
import { RunStore } from '../../../../../src-main/runs/store'
import { checked } from '../../../../support/checked-handlers'
import { failureOf } from '../../../../support/failure'
import { sampleRun } from '../../../../support/run-samples'
import { keptFolder } from '../../../../support/temporary-folder'

const { config, dir } = await loadConfig(join(projectDir(), 'resources', 'starter', 'preset.json'))
const access = new DataAccess({ cacheDir: keptFolder(), defaultBaseDir: () => null })
const progress: string[] = []
const jobs = new Jobs(({ job, what, unit }) => progress.push(`${job}: ${what}, ${unit}`))
const store = RunStore.open(join(keptFolder(), 'runs.db'))
const runs = { get: (id: string) => store.detail(id) }
const packing = checked(packingHandlers(access, runs, jobs))
const at = { config, dir, split: 'train' as const }
afterAll(async () => {
  store.close()
  await access.close()
})

describe('packing.batch', () => {
  it('packs the batch that training would get, as typed arrays', async () => {
    const batch = await packing['packing.batch']({ ...at, batch: 3 })
    expect(batch).toMatchObject({ batch: 3, rows: 8, seq_len: 512 })
    expect(batch.ids).toHaveLength(8 * 513)
    expect(batch.tokens_used + batch.tokens_padded).toBe(8 * 513)
    const again = await packing['packing.batch']({ ...at, batch: 3 })
    expect(again).toEqual(batch)
  })
})

describe('packing.layout', () => {
  it('tells where the conversations of that batch lie', async () => {
    const { rows, seq_len, spans, pad_from } = await packing['packing.batch']({ ...at, batch: 3 })
    const layout = await packing['packing.layout']({ ...at, batch: 3 })
    expect(layout).toEqual({ batch: 3, rows, seq_len, spans, pad_from })
  })
})

describe('packing.plan', () => {
  it('tells the whole epoch, though the run is set to fewer steps', async () => {
    const plan = await packing['packing.plan']({ ...at, job: 'plan' })
    expect(plan).toMatchObject({ batches_per_step: 1, seq_len: 512, batch_size: 8 })
    expect(plan.steps).toBeGreaterThan(config.num_iterations)
    expect(plan.curve.used.reduce((a, b) => a + b)).toBe(plan.tokens_used)
    const batch = await packing['packing.batch']({ ...at, batch: plan.batches - 1 })
    expect(batch.last_step).toBe(plan.batches_left_over === 0)
    expect(progress.every((line) => line.startsWith('plan: '))).toBe(true)
  })

  it('counts several batches a step where the options say so, for train alone', async () => {
    const accumulated = { ...config, total_batch_size: 4 * config.total_batch_size }
    const train = await packing['packing.plan']({ ...at, config: accumulated, job: 'train' })
    expect(train).toMatchObject({ batches_per_step: 4, batches: 4 * train.steps })
    const val = await packing['packing.plan']({ ...at, config: accumulated, split: 'val', job: 'val' })
    expect(val).toMatchObject({ batches_per_step: 1, batches: val.steps })
  })

  it('refuses options that make no whole steps, with what would do', async () => {
    const odd = { ...config, total_batch_size: 5000 }
    const failure = await failureOf(() => packing['packing.plan']({ ...at, config: odd, job: 'odd' }))
    expect(failure.issues).toMatchObject([
      { path: 'total_batch_size', hint: 'the nearest that would do: 4096 or 8192' },
    ])
  })
})

describe('packing.facts', () => {
  it('tells of both splits what their plans tell', async () => {
    const accumulated = { ...config, total_batch_size: 4 * config.total_batch_size }
    const train = await packing['packing.plan']({ ...at, config: accumulated, job: 'train' })
    const val = await packing['packing.plan']({ ...at, config: accumulated, split: 'val', job: 'val' })
    const facts = await packing['packing.facts']({ config: accumulated, dir, job: 'facts' })
    expect(facts).toMatchObject({
      epoch_steps: train.steps,
      val_batches: val.batches,
      longer_than_row: train.conversations_longer_than_row,
      conversations: train.conversations,
    })
    expect(facts.entries.map(({ entry }) => entry)).toEqual(accumulated.mixture.train.map((_, i) => i))
    const cropped = facts.entries.reduce((sum, entry) => sum + entry.tokens_cropped, 0)
    expect(cropped).toBe(train.tokens_cropped)
  })

  it('refuses options that make no whole steps', async () => {
    const odd = { ...config, total_batch_size: 5000 }
    const failure = await failureOf(() => packing['packing.facts']({ config: odd, dir, job: 'odd' }))
    expect(failure.code).toBe('config.invalid')
  })
})

describe('packing.find', () => {
  it('finds what a batch holds, where it holds it', async () => {
    const { spans } = await packing['packing.batch']({ ...at, batch: 40 })
    const span = spans[5]
    const conversation = span?.conversation ?? -1
    const place = await packing['packing.find']({ ...at, conversation, job: 'find' })
    expect(place).toEqual({
      conversation,
      step: 41,
      batch: 40,
      row: span?.row,
      offset: span?.offset,
      length: span?.length,
      cropped: span?.cropped,
    })
  })

  it('refuses a number that the mixture does not reach', async () => {
    const failure = await failureOf(() => packing['packing.find']({ ...at, conversation: 1e6, job: 'find' }))
    expect(failure).toMatchObject({ code: 'packing.conversation' })
    expect(failure.remedy).toMatch(/^Give a number up to \d+\.$/)
  })
})

describe('packing.replay', () => {
  it('fills a row as the batch has it', async () => {
    const { spans } = await packing['packing.batch']({ ...at, batch: 7 })
    const replay = await packing['packing.replay']({ ...at, batch: 7, row: 2 })
    expect(replay).toMatchObject({ batch: 7, row: 2, capacity: 513 })
    const ofRow = spans.filter((span) => span.row === 2)
    expect(replay.steps.map((step) => step.chosen)).toEqual(ofRow.map((span) => span.conversation))
    const [first] = replay.steps
    const taken = first?.candidates.find((candidate) => candidate.conversation === first.chosen)
    expect(taken?.task).toBe(ofRow[0]?.task)
  })

  it('refuses a row that the batch does not have', async () => {
    const failure = await failureOf(() => packing['packing.replay']({ ...at, batch: 7, row: 8 }))
    expect(failure.code).toBe('packing.row')
  })
})

describe('a run', () => {
  const options = { max_seq_len: 256, device_batch_size: 4, total_batch_size: 4096 }
  const trained = { ...withAbsolutePaths(config, dir, dir), ...options }
  const of = { runId: 'r1', split: 'train' as const }
  beforeAll(() => {
    store.create(sampleRun({ id: 'r1', dir: keptFolder(), config: trained }))
  })

  it('has its own batches, steps, places and rows, whatever the project’s options are', async () => {
    const batch = await packing['packing.batch']({ ...of, batch: 5, job: 'batch' })
    expect([batch.rows, batch.seq_len]).toEqual([4, 256])
    expect(await packing['packing.batch']({ config: trained, dir: '/', split: 'train', batch: 5 })).toEqual(
      batch,
    )
    const plan = await packing['packing.plan']({ ...of, job: 'plan of a run' })
    expect([plan.batches_per_step, plan.seq_len]).toEqual([4, 256])
    const span = batch.spans[3]
    const conversation = span?.conversation ?? -1
    const place = await packing['packing.find']({ ...of, conversation, job: 'find of a run' })
    expect(place).toMatchObject({ batch: 5, step: 2, row: span?.row, offset: span?.offset })
    const replay = await packing['packing.replay']({ ...of, batch: 5, row: 1 })
    expect(replay.capacity).toBe(257)
    const variants = [{ ...variant, seq_len: 256, batch_size: 4 }]
    const [compared] = await packing['packing.compare']({ ...of, variants, job: 'compare for a run' })
    expect(compared?.steps).toBe(plan.steps)
    const at = { task: span?.task ?? -1, row: span?.taskRow ?? -1 }
    const { ids } = await packing['packing.conversation']({ ...of, at })
    expect(ids).toHaveLength((span?.length ?? 0) + (span?.cropped ?? 0))
  })

  it('is described with its options, and refused where there is none', async () => {
    const { detail, recorded } = await packing['packing.run']({ runId: 'r1' })
    expect([detail.config, recorded]).toEqual([trained, false])
    const failure = await failureOf(() => packing['packing.batch']({ ...of, runId: 'r2', batch: 0 }))
    expect(failure.code).toBe('run.unknown')
  })
})

describe('several ranks', () => {
  const shared = { ...config, world_size: 2, total_batch_size: 2 * config.total_batch_size }
  const conversationsOf = async (rank: number | undefined): Promise<number[]> => {
    const { spans } = await packing['packing.batch']({ ...at, config: shared, rank, batch: 3 })
    return spans.map(({ conversation }) => conversation)
  }

  it('each have their own batches, of every second conversation, and a plan of them', async () => {
    const [first, second] = [await conversationsOf(undefined), await conversationsOf(1)]
    expect(first.every((conversation) => conversation % 2 === 0)).toBe(true)
    expect(second.every((conversation) => conversation % 2 === 1)).toBe(true)
    const plan = await packing['packing.plan']({ ...at, config: shared, rank: 1, job: 'plan of rank 1' })
    expect(plan).toMatchObject({ rank: 1, world_size: 2, batches_per_step: 1 })
    const alone = await packing['packing.plan']({ ...at, job: 'plan of one' })
    expect(plan.conversations).toBe(Math.floor(alone.conversations / 2))
    const [conversation = -1] = second
    const place = await packing['packing.find']({ ...at, config: shared, rank: 1, conversation, job: 'find' })
    expect(place).toMatchObject({ batch: 3 })
  })

  it('have facts of one rank’s share', async () => {
    const facts = await packing['packing.facts']({ config: shared, dir, job: 'facts' })
    const alone = await packing['packing.facts']({ config, dir, job: 'facts of one' })
    expect(Math.abs(2 * facts.epoch_steps - alone.epoch_steps)).toBeLessThanOrEqual(2)
  })

  it('are refused beyond their number, of a run too', async () => {
    const runId = 'r3'
    store.create(
      sampleRun({ id: runId, dir: keptFolder(), config: { ...withAbsolutePaths(shared, dir, dir) } }),
    )
    const of = { split: 'train' as const, batch: 0, rank: 2 }
    for (const source of [{ config: shared, dir }, { runId }]) {
      const failure = await failureOf(() => packing['packing.batch']({ ...source, ...of }))
      expect(failure).toMatchObject({ code: 'packing.rank', remedy: 'Give a number up to 1.' })
      const own = await packing['packing.layout']({ ...source, ...of, rank: 1 })
      expect(own.spans.every(({ conversation }) => conversation % 2 === 1)).toBe(true)
    }
  })
})

const variant = { packing: 'bestfit-crop' as const, seq_len: 512, batch_size: 8, buffer_size: 100 }

describe('packing.compare', () => {
  it('sets packings side by side on this mixture', async () => {
    const variants = [variant, { ...variant, packing: 'bestfit-pad' as const }]
    const [crop, pad] = await packing['packing.compare']({ ...at, variants, job: 'compare' })
    const plan = await packing['packing.plan']({ ...at, job: 'plan' })
    expect([crop?.steps, crop?.tokens_cropped]).toEqual([plan.steps, plan.tokens_cropped])
    expect(crop?.tokens_padded).toBe(0)
    expect(pad?.tokens_padded).toBeGreaterThan(0)
  })

  it('can be cancelled', async () => {
    const variants = Array.from({ length: 64 }, () => variant)
    const comparing = packing['packing.compare']({ ...at, variants, job: 'slow' })
    jobs.cancel('slow') // at once: a timer could come too late on a busy machine
    await expect(comparing).rejects.toThrow(/cancelled/)
    const said = progress.filter((line) => line.startsWith('slow: '))
    expect(said.every((line) => line.endsWith('packings'))).toBe(true)
  })
})
