import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { excludedByEntry, type ExcludedRow } from '../../../../src-main/data/exclude.schema'
import { openMixture, type Mixture } from '../../../../src-main/data/mixture'
import type { MixtureEntry } from '../../../../src-main/data/mixture.schema'
import { createLoader } from '../../../../src-main/packing/loader'
import type { LoaderState } from '../../../../src-main/packing/types'
import { renderSource } from '../../../../src-main/data/render-source'
import { loadTokenizer } from '../../../../src-main/tokenizer/tokenizer'
import { failureOf } from '../../../support/failure'
import { goldenPath } from '../../../support/golden'
import { goldenTokenizerDir } from '../../../support/golden-mixture'
import { privateCache } from '../../../support/private-cache'

const ENTRIES: readonly MixtureEntry[] = [
  { task: 'SimpleSpelling', split: 'train', size: 20 },
  { task: 'SpellingBee', split: 'train', size: 30, start: 2, stop: 29, step: 3 },
  { task: 'SimpleSpelling', split: 'train', size: 7, repeat: 3 },
]
const ROWS = [20, 9, 7]
const cacheDir = privateCache()

async function open(exclude?: readonly ExcludedRow[]): Promise<Mixture> {
  const locations = { baseDir: goldenPath('nanochat_base'), configDir: goldenPath('.'), cacheDir }
  const mixture = await openMixture(ENTRIES, locations, {
    split: 'train',
    ...(exclude === undefined ? {} : { exclude }),
  })
  onTestFinished(() => mixture.close())
  return mixture
}

/** [task, row] of every conversation, in the order in which it is read. */
const orderOf = (mixture: Mixture): number[][] =>
  Array.from({ length: mixture.length }, (_, index) => {
    const { task, row } = mixture.locate(index)
    return [task, row]
  })

const anyRow = fc
  .integer({ min: 0, max: ROWS.length - 1 })
  .chain((entry) => fc.tuple(fc.constant(entry), fc.integer({ min: 0, max: (ROWS[entry] ?? 1) - 1 })))

describe('excluded conversations', () => {
  it('are found again under their numbers where others are excluded', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRow, { maxLength: 9 }),
        fc.array(anyRow, { maxLength: 9 }),
        async (a, b) => {
          const [before, after] = [a, b].map((pairs) =>
            pairs.map(([entry, row]): ExcludedRow => [entry, row]),
          )
          const [then, now] = [await open(before), await open(after)]
          const order = orderOf(now).map(String)
          const found = orderOf(then).map((place) => order.indexOf(String(place)))
          expect([...now.renumbered(before ?? [])]).toEqual(found)
        },
      ),
      { numRuns: 15 },
    )
  })

  it('are passed over, in every repeat, and all others keep their order', async () => {
    const all = await open()
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { maxLength: 25 }), async (exclude) => {
        const pairs = exclude.map(([entry, row]): ExcludedRow => [entry, row])
        const excluded = excludedByEntry(pairs)
        const entryOf = (task = 0): number => all.tasks[task]?.entry ?? 0
        const left = orderOf(all).filter(([task, row]) => !excluded.get(entryOf(task))?.has(row ?? 0))
        const mixture = await open(pairs)
        expect(orderOf(mixture)).toEqual(left)
        expect(mixture.length).toBe(left.length)
        expect(mixture.tasks.map(({ length, excluded: out }) => length - out)).toEqual(
          mixture.tasks.map(({ index }) => left.filter(([task]) => task === index).length),
        )
      }),
      { numRuns: 25 },
    )
  })

  it('count rows after start, stop and step', async () => {
    const [all, mixture] = [await open(), await open([[1, 4]])]
    const gone = await all.taskConversation(1, 4)
    const read = await Promise.all(Array.from({ length: mixture.length }, (_, i) => mixture.conversation(i)))
    expect(all.datasetRow(1, 4).row).toBe(2 + 4 * 3)
    expect(read).toHaveLength(all.length - 1)
    expect(read).not.toContainEqual(gone)
  })

  it('leave the mixture as it is where there are none, and count once where they are listed twice', async () => {
    expect(orderOf(await open([]))).toEqual(orderOf(await open()))
    const twice = await open([
      [0, 3],
      [0, 3],
    ])
    expect([twice.length, twice.tasks[0]?.excluded]).toEqual([49, 1])
  })

  it.each([
    [[[0, 19]], [[0, 20]], 'exclude.0', 'row 20 of mixture.train.0 (SimpleSpelling', '20 rows'],
    [[[1, 8]], [[1, 9]], 'exclude.0', 'row 9 of mixture.train.1', '9 rows'],
    [[[2, 0]], [[2, 0], [3, 0]], 'exclude.1', 'entry 3', 'has 3, counted from 0'], // prettier-ignore
  ] satisfies [ExcludedRow[], ExcludedRow[], string, string, string][])(
    'are taken as %j and refused as %j',
    async (right, wrong, path, what, why) => {
      expect((await open(right)).length).toBeLessThan(50)
      const failure = await failureOf(() => open(wrong))
      expect(failure).toMatchObject({ code: 'config.invalid', issues: [{ path }] })
      expect(failure.message).toContain(what)
      expect(failure.message).toContain(why)
      expect(failure.remedy).toContain('Take that pair out of exclude')
    },
  )

  it('may not be all of them', async () => {
    const every = ROWS.flatMap((rows, entry) =>
      Array.from({ length: rows }, (_, row): ExcludedRow => [entry, row]),
    )
    expect((await open(every.slice(1))).length).toBe(1)
    const failure = await failureOf(() => open(every))
    expect(failure.message).toContain('names every conversation of mixture.train')
  })
})

it('a loader reads what is left as if the rest had never been there, and goes on from its state', async () => {
  const tokenizer = await loadTokenizer(goldenTokenizerDir)
  const exclude: ExcludedRow[] = [[0, 1], [1, 2], [2, 6]] // prettier-ignore
  const mixture = await open(exclude)
  const shape = { packing: 'bestfit-crop' as const, batchSize: 1, seqLen: 128, bufferSize: 5 }
  const options = { ...shape, rank: 0, worldSize: 1, bosId: tokenizer.specials['<|bos|>'] }
  const source = renderSource(mixture, tokenizer)
  const whole = createLoader(source, options)
  const read = new Set<string>()
  let state: LoaderState | undefined
  for (let last = false; !last;) {
    const batch = await whole.next()
    const resumed = await createLoader(source, options, state).next()
    expect([resumed.inputs, resumed.targets, resumed.progress]).toEqual([
      batch.inputs,
      batch.targets,
      batch.progress,
    ])
    for (const { task, taskRow } of batch.spans) read.add(`${String(task)} ${String(taskRow)}`)
    state = batch.stateAfter
    last = batch.lastStep
  }
  for (const gone of ['0 1', '1 2', '2 6', '3 6', '4 6']) expect(read).not.toContain(gone)
})
