/**
 * What `bench pack` reads from disk: token caches written for it, with conversations of given lengths, or a mixture's
 * own. Each is opened with and without checking, to show the cost of the checksums.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SEGMENT_ROWS, SegmentReader, writeSegment, type SegmentRow } from '../data/token-cache/segment'
import type { LoaderSource } from '../packing/loader'

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
    return { ids, supervised: length >> 1, cut: 0 }
  })
}

function openSegments(paths: readonly string[], length: number, checked: boolean): OpenSource {
  const readers = paths.map((path) => SegmentReader.open(path, checked))
  return {
    length,
    locate: (c) => ({ task: 0, row: c }),
    ids: (c) => readers[Math.floor(c / SEGMENT_ROWS)]?.read(c % SEGMENT_ROWS) ?? new Int32Array(),
    close: () => {
      for (const reader of readers) reader?.close()
    },
  }
}
