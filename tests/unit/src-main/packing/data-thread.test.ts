import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openMixture, type DataLocations, type Mixture } from '../../../../src-main/data/mixture'
import { renderSource, type ConversationSource } from '../../../../src-main/data/render-source'
import { viewBatch } from '../../../../src-main/packing/batch-view'
import type { DataClient } from '../../../../src-main/packing/data-client'
import { DataThread } from '../../../../src-main/packing/data-host'
import type { DataOptions } from '../../../../src-main/packing/data-calls'
import { createLoader } from '../../../../src-main/packing/loader'
import type { LoaderState, PackedBatch } from '../../../../src-main/packing/types'
import { failureOf } from '../../../support/failure'
import { loadTokenizer, type Tokenizer } from '../../../../src-main/tokenizer/tokenizer'
import { goldenPath } from '../../../support/golden'
import { goldenLocations, goldenMixture, goldenTokenizerDir } from '../../../support/golden-mixture'

const shape = {
  packing: 'bestfit-crop' as const,
  batchSize: 4,
  seqLen: 256,
  bufferSize: 100,
  rank: 0,
  worldSize: 1,
}

let locations: DataLocations
let tokenizer: Tokenizer
let thread: DataThread
const mixtures: Mixture[] = []
const sources: ConversationSource[] = []

function dataOptions(changes: Partial<DataOptions['config']> = {}): DataOptions {
  const config = {
    mixture: goldenMixture,
    max_seq_len: shape.seqLen,
    device_batch_size: shape.batchSize,
    packing: shape.packing,
    buffer_size: shape.bufferSize,
    loss: 'all' as const,
    ...changes,
  }
  return { ...locations, config }
}

/** The same batches without any thread. */
async function direct(split: 'train' | 'val', count: number, state?: LoaderState): Promise<PackedBatch[]> {
  const source = sources[split === 'train' ? 0 : 1]
  if (!source) throw new Error(`no ${split} source`)
  const loader = createLoader(source, { ...shape, bosId: tokenizer.specials['<|bos|>'] }, state)
  const batches: PackedBatch[] = []
  while (batches.length < count) batches.push(await loader.next())
  return batches
}

async function opened(changes: Partial<DataOptions['config']> = {}): Promise<DataClient> {
  const client = thread.client()
  await client.open(dataOptions(changes))
  return client
}

async function nextBatches(client: DataClient, count: number): Promise<PackedBatch[]> {
  const batches: PackedBatch[] = []
  for (let i = 0; i < count; i++) {
    const { waitedMs, ...batch } = await client.nextTrain()
    expect(waitedMs).toBeGreaterThanOrEqual(0)
    batches.push(batch)
  }
  return batches
}

beforeAll(async () => {
  locations = await goldenLocations()
  tokenizer = await loadTokenizer(goldenTokenizerDir)
  for (const split of ['train', 'val'] as const) {
    const mixture = await openMixture(goldenMixture[split], locations)
    mixtures.push(mixture)
    sources.push(renderSource(mixture, tokenizer))
  }
  thread = DataThread.start()
})

afterAll(async () => {
  await thread.close()
  for (const mixture of mixtures) await mixture.close()
  await rm(locations.cacheDir, { recursive: true, force: true })
})

describe('the data thread', () => {
  it('says what it opened', async () => {
    const client = thread.client()
    const data = await client.open(dataOptions())
    expect(data).toMatchObject({ trainConversations: 1380, valConversations: 152, bosId: 714 })
    expect(data.tasks.train).toHaveLength(7)
    expect(data.byteLengths).toEqual(tokenizer.byteLengths)
    expect(data.vocabSize).toBe(tokenizer.vocabSize)
    await client.close()
  })

  it('gives the train batches of the loader, and goes on from a state', async () => {
    const client = await opened()
    await client.startTrain()
    const batches = await nextBatches(client, 6)
    expect(batches).toEqual(await direct('train', 6))
    await client.startTrain(batches[2]?.stateAfter)
    expect(await nextBatches(client, 3)).toEqual(batches.slice(3))
    await client.close()
  })

  it('follows a set number of batches', async () => {
    const client = await opened()
    await client.startTrain(undefined, { totalBatches: 2, ahead: 1 })
    expect((await nextBatches(client, 2)).map((b) => [b.progress, b.lastStep])).toEqual([
      [0.5, false],
      [1, true],
    ])
    await client.close()
  })

  it('keeps batches ready, so that a consumer that takes its time does not wait', async () => {
    const client = await opened()
    await client.startTrain(undefined, { ahead: 3 })
    const slowStep = async (): Promise<number> => {
      await new Promise((resolve) => setTimeout(resolve, 50))
      return (await client.nextTrain()).waitedMs
    }
    await expect.poll(slowStep, { timeout: 20_000 }).toBeLessThan(1)
    await client.close()
  })

  it('refuses train batches before the start', async () => {
    const client = await opened()
    await expect(client.nextTrain()).rejects.toMatchObject({ code: 'packing.not_started' })
    await client.close()
  })

  it('gives the same val batches each time, between train batches', async () => {
    const client = await opened()
    await client.startTrain()
    const expected = await direct('val', 5)
    for (let round = 0; round < 2; round++) {
      const batches: PackedBatch[] = []
      for await (const batch of client.valBatches(5)) batches.push(batch)
      expect(batches).toEqual(expected)
    }
    expect(await nextBatches(client, 2)).toEqual(await direct('train', 2))
    await client.close()
  })

  it('finds any batch, and shows it', async () => {
    const client = await opened()
    const batches = await direct('train', 41)
    expect(await client.inspect({ split: 'train', batch: 40 })).toEqual(batches[40])
    expect(await client.inspect({ split: 'train', batch: 7 })).toEqual(batches[7])
    const view = await client.batchView({ split: 'train', batch: 7 })
    const [, , , , , , , seventh] = batches
    if (!seventh) throw new Error('no batch 7')
    expect(view).toEqual(viewBatch(seventh, 'train', tokenizer))
    const { batch, rows, seq_len, spans, pad_from } = view
    const layout = await client.layout({ split: 'train', batch: 7 })
    expect(layout).toEqual({ batch, rows, seq_len, spans, pad_from })
    await client.close()
  })

  it('reads a conversation with its tokens', async () => {
    const client = await opened()
    const view = await client.conversation('train', { index: 3 })
    expect(view.ids).toEqual((await sources[0]?.tokens(3))?.ids)
    expect(view.conversation).toEqual(await mixtures[0]?.conversation(3))
    const { task, row } = view
    const byRow = await client.conversation('train', { task, row })
    expect(byRow).toEqual({ ...view, index: null })
    await client.close()
  })

  it('tells lengths by task', async () => {
    const client = await opened()
    const tasks = await client.taskLengths('train')
    expect(tasks.map((t) => t.conversations)).toEqual([600, 300, 120, 40, 40, 200, 80])
    expect(tasks.reduce((sum, t) => sum + t.tokens, 0)).toBe(177_496)
    await client.close()
  })

  it('plans, finds conversations and compares', async () => {
    const client = await opened()
    const request = { split: 'train' as const, batches_per_step: 2, num_iterations: null }
    const plan = await client.plan(request)
    expect([plan.batches, plan.steps, plan.batches_left_over]).toEqual([114, 57, 0])
    const [, , third] = await direct('train', 3)
    const span = third?.spans[4]
    expect(await client.findConversation(request, span?.conversation ?? -1)).toEqual({
      conversation: span?.conversation,
      step: 2,
      batch: 2,
      row: span?.row,
      offset: span?.offset,
      length: span?.length,
      cropped: span?.cropped,
    })
    const variant = { seq_len: 256, batch_size: 4, buffer_size: 100 }
    const variants = [
      { ...variant, packing: 'bestfit-crop' as const },
      { ...variant, packing: 'bestfit-pad' as const },
    ]
    const [crop, pad] = await client.compare({ split: 'train', tokens_per_step: 2048, variants })
    expect(crop?.batches).toBe(114)
    expect(crop?.steps).toBe(57)
    expect(pad?.tokens_padded).toBeGreaterThan(0)
    await client.close()
  })

  it('knows what a preflight asks', async () => {
    const client = await opened()
    const facts = await client.facts({ batches_per_step: 3, num_iterations: null })
    const tasks = await client.taskLengths('train')
    const longer = tasks.reduce((sum, task) => sum + task.longer_than_row, 0)
    expect(facts).toMatchObject({ epoch_steps: 114 / 3, longer_than_row: longer, conversations: 1380 })
    expect(facts.val_batches).toBeGreaterThan(0)
    expect(facts.run?.steps).toBe(114 / 3)
    expect((await client.facts({ batches_per_step: 3, num_iterations: 2 })).run?.steps).toBe(2)
    expect((await client.facts({ batches_per_step: 3, num_iterations: 5 * 38 })).run).toBeNull()
    await client.close()
    const trainOnly = await opened({ mixture: { ...goldenMixture, val: [] } })
    expect((await trainOnly.facts({ batches_per_step: 1, num_iterations: null })).val_batches).toBeNull()
    await trainOnly.close()
  })

  it('refuses what would fill the memory, and answers the next call', async () => {
    const client = await opened()
    const variant = { packing: 'bestfit-crop' as const, seq_len: 256, batch_size: 4, buffer_size: 100 }
    const compare = (changes: object): Promise<unknown> =>
      client.compare({ split: 'train', tokens_per_step: 2048, variants: [{ ...variant, ...changes }] })
    for (const changes of [{ buffer_size: 1e12 }, { batch_size: 1e6 }, { seq_len: 1e9 }]) {
      expect(await failureOf(() => compare(changes))).toMatchObject({ code: 'packing.invalid' })
    }
    const long = { split: 'train' as const, batches_per_step: 1, num_iterations: 1e9 }
    expect(await failureOf(() => client.plan(long))).toMatchObject({ code: 'packing.too-long' })
    expect((await client.plan({ ...long, num_iterations: 3 })).steps).toBe(3)
    await client.close()
  })

  it('refuses a mixture of more conversations than memory takes, and opens the next', async () => {
    const client = thread.client()
    const bee = { task: 'SpellingBee' as const, split: 'train' as const, size: 10_000_000 }
    const mixture = {
      train: [
        { ...bee, size: 10 },
        { ...bee, repeat: 1000 },
      ],
      val: [],
    }
    const failure = await failureOf(() => client.open(dataOptions({ mixture })))
    expect(failure).toMatchObject({ code: 'config.invalid', issues: [{ path: 'mixture.train.1' }] })
    expect(failure.message).toContain('the most is 16777216')
    const lists = Array.from({ length: 5 }, () => ({ ...bee, size: 10, repeat: 1000 }))
    const listed = await failureOf(() => client.open(dataOptions({ mixture: { train: lists, val: [] } })))
    expect(listed.message).toContain('5000 tasks, repeats counted; the most is 4096')
    expect((await client.open(dataOptions())).trainConversations).toBe(1380)
    await client.close()
  })

  it('replays a row', async () => {
    const client = await opened()
    const [, first] = await direct('train', 2)
    const { steps } = await client.replayRow({ split: 'train', batch: 1, row: 2 })
    expect(steps.map((s) => s.chosen)).toEqual(
      first?.spans.filter((s) => s.row === 2).map((s) => s.conversation),
    )
    expect(steps.every((s) => s.candidates.length === 100)).toBe(true)
    await expect(client.replayRow({ split: 'train', batch: 1, row: 4 })).rejects.toMatchObject({
      code: 'packing.row',
    })
    await client.close()
  })

  it('searches a task, and checks the lines of a file', async () => {
    const client = await opened()
    const rows = await client.search('train', 5, 'SPELL THE WORD')
    expect(rows).toEqual(Int32Array.from({ length: 200 }, (_, row) => row))
    await expect(client.search('train', 7, 'a')).rejects.toMatchObject({ code: 'search.task' })
    const identity = goldenPath('nanochat_base/identity_conversations.jsonl')
    expect(await client.checkLines(identity)).toMatchObject({ conversations: 40, faultCount: 0 })
    await expect(client.checkLines('/nowhere/x.jsonl')).rejects.toThrow('/nowhere/x.jsonl')
    await client.close()
  })

  it('names the entry at fault, and works on', async () => {
    const client = thread.client()
    const train = [...goldenMixture.train, { task: 'CustomJSON' as const, filepath: '/nowhere/x.jsonl' }]
    const broken = dataOptions({ mixture: { train, val: [] } })
    await expect(client.open(broken)).rejects.toMatchObject({
      name: 'MidbenchError',
      issues: [{ path: 'mixture.train.6.filepath' }],
    })
    await expect(client.inspect({ split: 'train', batch: 0 })).rejects.toMatchObject({
      code: 'data.not_open',
    })
    await client.open(dataOptions({ mixture: { ...goldenMixture, val: [] } }))
    await expect(client.inspect({ split: 'val', batch: 0 })).rejects.toMatchObject({ code: 'data.no_split' })
    await client.close()
  })

  it('keeps clients apart', async () => {
    const one = await opened()
    const two = await opened({ max_seq_len: 64, device_batch_size: 1 })
    await one.close()
    expect((await two.inspect({ split: 'train', batch: 0 })).seqLen).toBe(64)
    await two.close()
  })

  it('fails what waits when it ends', async () => {
    const other = DataThread.start()
    const client = other.client()
    const opening = client.open(dataOptions())
    await other.close()
    await expect(opening).rejects.toMatchObject({ code: 'thread.ended' })
  })
})
