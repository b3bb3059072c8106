/**
 * What `bench pack` reads from disk: token caches written for it, with conversations of given lengths, or a mixture's
 * own. Each is opened with and without checking, to show the cost of the checksums.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SEGMENT_ROWS, SegmentReader, writeSegment, type SegmentRow } from '../data/token-cache/segment'
import type { LoaderSource } from '../packing/loader'
import type { Stretches } from '../tokenizer/supervision'

/** A source whose files are open. */
export type OpenSource = LoaderSource & { close(): void }

/** Opens the same ids again, with or without checks when they are read. */
export type OpenCache = (checked: boolean) => OpenSource

/** Writes conversations of these lengths to a token cache, passes it to `use`, and removes it. */
export async function withCache<Result>(
  lengths: Int32Array,
  use: (open: OpenCache) => Promise<Result>,
): Promise<Result> {
  const dir = await mkdtemp(join(tmpdir(), 'midbench-bench-'))
  try {
    const paths: string[] = []
    for (let first = 0; first < lengths.length; first += SEGMENT_ROWS) {
      const path = join(dir, String(paths.length))
      await writeSegment(path, rowsOf(lengths.subarray(first, first + SEGMENT_ROWS)))
      paths.push(path)
    }
    return await use((checked) => openSegments(paths, lengths.length, checked))
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

function rowsOf(lengths: Int32Array): SegmentRow[] {
  return Array.from(lengths, (length) => {
    const ids = Int32Array.from({ length }, (_, i) => (length + 31 * i) % 65_536)
    return { ids, stretches: madeUpStretches(length), cut: 0, supervisedCut: 0 }
  })
}

/** Ids between two answers in the default mixture, about: a question and its answer are as long again. */
const TURN = 150

/** A made-up conversation of this length: questions and answers in turn, each the same length. */
export function madeUpStretches(length: number): Stretches {
  const answers = Math.ceil(length / (2 * TURN))
  const turn = length / (2 * answers)
  return Uint16Array.from({ length: 2 * answers }, (_, edge) => Math.round((edge + 1) * turn))
}

function openSegments(paths: readonly string[], length: number, checked: boolean): OpenSource {
  const readers = paths.map((path) => SegmentReader.open(path, checked))
  return {
    length,
    locate: (c) => ({ task: 0, row: c }),
    tokens: (c) => {
      const row = readers[Math.floor(c / SEGMENT_ROWS)]?.read(c % SEGMENT_ROWS)
      return row ?? { ids: new Int32Array(), stretches: new Uint16Array() }
    },
    close: () => {
      for (const reader of readers) reader?.close()
    },
  }
}
