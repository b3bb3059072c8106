/**
 * Conversations on disk for random access: one JSON line each and a table of offsets. A dataset is decoded and checked
 * once, from parquet or JSONL, into such a store; after that any row costs microseconds, and memory holds only the
 * offsets (8 bytes a row). A store is either absent or whole (files/durable.ts).
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { MidbenchError } from '../errors'
import { conversation, type Conversation } from './conversation.schema'
import { exists, makeFolder, syncPath } from './files/durable'

export interface RowStore {
  readonly rows: number
  /** The conversation of a row; blocks for the few microseconds a cached read takes. */
  read(row: number): Conversation
  close(): void
}

const LINES = 'conversations.jsonl'
/** [rows + 1] float64, little-endian: where each line starts, and where the last one ends. */
const OFFSETS = 'offsets.f64'
/** Bytes gathered before each write. */
const BLOCK = 1 << 20

/** Opens the store in a folder, filling it from `conversations` first where it does not exist. */
export async function openRowStore(
  dir: string,
  conversations: () => AsyncIterable<Conversation>,
): Promise<RowStore> {
  if (!(await exists(dir))) await makeFolder(dir, (beside) => writeStore(beside, conversations()))
  const offsets = await readOffsets(dir)
  return new FileRowStore(openSync(join(dir, LINES), 'r'), offsets)
}

async function writeStore(dir: string, conversations: AsyncIterable<Conversation>): Promise<void> {
  const offsets = [0]
  const lines = await open(join(dir, LINES), 'wx')
  try {
    let pending: Buffer[] = []
    let size = 0
    let end = 0
    const flush = async (): Promise<void> => {
      await lines.writeFile(Buffer.concat(pending))
      pending = []
      size = 0
    }
    for await (const one of conversations) {
      const line = Buffer.from(`${JSON.stringify(one.messages)}\n`)
      pending.push(line)
      size += line.length
      end += line.length
      offsets.push(end)
      if (size >= BLOCK) await flush()
    }
    await flush()
    await lines.sync()
  } finally {
    await lines.close()
  }
  const table = await open(join(dir, OFFSETS), 'wx')
  try {
    await table.writeFile(new Uint8Array(Float64Array.from(offsets).buffer))
    await table.sync()
  } finally {
    await table.close()
  }
  await syncPath(dir)
}

async function readOffsets(dir: string): Promise<Float64Array> {
  const bytes = await readFile(join(dir, OFFSETS))
  const whole = bytes.length - (bytes.length % 8)
  const offsets = new Float64Array(Uint8Array.from(bytes.subarray(0, whole)).buffer)
  const { size } = await stat(join(dir, LINES))
  if (whole !== bytes.length || offsets.at(-1) !== size) {
    throw new MidbenchError({
      code: 'data.cache-broken',
      message: `${dir}: the decoded rows are damaged: ${String(size)} bytes where ${String(offsets.at(-1))} are due`,
      remedy: 'Delete that folder; it is made again from the dataset.',
    })
  }
  return offsets
}

class FileRowStore implements RowStore {
  readonly rows: number

  constructor(
    private readonly file: number,
    private readonly offsets: Float64Array,
  ) {
    this.rows = offsets.length - 1
  }

  read(row: number): Conversation {
    const start = this.offsets[row]
    const end = this.offsets[row + 1]
    if (start === undefined || end === undefined) {
      throw new RangeError(`row ${String(row)} of a store of ${String(this.rows)}`)
    }
    const line = Buffer.allocUnsafe(end - start)
    for (let done = 0; done < line.length;) {
      const count = readSync(this.file, line, done, line.length - done, start + done)
      if (count === 0) throw new RangeError('the store was cut while it was in use')
      done += count
    }
    const messages: unknown = JSON.parse(line.toString('utf8'))
    return conversation.parse({ messages })
  }

  close(): void {
    closeSync(this.file)
  }
}
