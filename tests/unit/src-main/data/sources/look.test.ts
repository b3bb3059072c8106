import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Look } from '../../../../../src-main/data/look.schema'
import { mixtureEntry } from '../../../../../src-main/data/mixture.schema'
import { lookAtEntry } from '../../../../../src-main/data/sources/open-task'
import type { Progress } from '../../../../../src-main/progress.schema'
import { failureOf } from '../../../../support/failure'
import { goldenPath } from '../../../../support/golden'
import { temporaryFolder } from '../../../../support/temporary-folder'

interface Options {
  counts?: boolean
  signal?: AbortSignal
  onProgress?: (progress: Progress) => void
}

function lookAt(
  entry: object,
  { counts = false, signal, onProgress = () => undefined }: Options = {},
): Promise<Look> {
  const folder = temporaryFolder()
  const locations = { baseDir: folder, configDir: goldenPath('formats'), cacheDir: join(folder, 'cache') }
  const parsed = mixtureEntry.parse({ task: 'Conversations', ...entry })
  return lookAtEntry(parsed, counts, locations, { signal, onProgress })
}

describe('a look', () => {
  it('shows rows that cannot be converted with their reason, and counts them without an error', async () => {
    const found = await lookAt({ source: 'tool.jsonl' }, { counts: true })
    expect(found.samples).toMatchObject([{ place: 'line 1', after: null, fault: 'it has tool_calls' }])
    expect(found.tally).toMatchObject({ rows: 1, reasons: { 'tool-calls': 1 } })
  })

  it('says which columns of parquet are read and which are not, and shows its first five rows', async () => {
    const columns = { instruction: 'question', output: 'answer' }
    const found = await lookAt({ source: '../datasets/gsm8k-main-train.parquet', format: 'alpaca', columns })
    expect(found.files).toMatchObject([{ kind: 'parquet' }])
    expect(found.columns).toEqual([
      { name: 'question', part: 'instruction' },
      { name: 'answer', part: 'output' },
    ])
    expect(found.samples).toHaveLength(5)
    const chats = await lookAt({ source: '../datasets/smol-smoltalk-test.parquet' })
    expect(chats.columns.find(({ part }) => part === 'messages')?.name).toBe('messages')
  })

  it('says how each file is written, and shows a long row cut', async () => {
    expect((await lookAt({ source: 'jsonl.zst' })).files[0]?.kind).toBe('JSON lines, zstd')
    expect((await lookAt({ source: 'array-oneline.json' })).files[0]?.kind).toBe('one JSON list')
    const path = join(temporaryFolder(), 'long.jsonl')
    const row = { instruction: 'a'.repeat(9000), output: 'b' }
    writeFileSync(path, JSON.stringify(row))
    const [sample] = (await lookAt({ source: path })).samples
    expect(sample?.before).toHaveLength(4001)
    expect(sample?.after?.messages[0]?.content).toHaveLength(9000)
  })

  it('reports how far it has counted, and stops when it is told to', async () => {
    const path = join(temporaryFolder(), 'many.jsonl')
    writeFileSync(path, '{"instruction": "a", "output": "b"}\n'.repeat(200_000))
    const stop = new AbortController()
    const seen: Progress[] = []
    const onProgress = (progress: Progress): void => {
      seen.push(progress)
      stop.abort()
    }
    await expect(lookAt({ source: path }, { counts: true, signal: stop.signal, onProgress })).rejects.toThrow(
      /abort/,
    )
    expect(seen[0]).toMatchObject({ unit: 'bytes', what: `reading ${path}` })
  })

  it('is not for other tasks', async () => {
    const folder = temporaryFolder()
    const locations = { baseDir: folder, configDir: folder, cacheDir: folder }
    const other = { task: 'SmolTalk', split: 'train' } as const
    const context = { signal: undefined, onProgress: () => undefined }
    const failure = await failureOf(() => lookAtEntry(other, false, locations, context))
    expect(failure.code).toBe('data.look')
  })
})
