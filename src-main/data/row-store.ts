/**
 * Conversations on disk for random access: one JSON line each, and an index of where the lines start. A dataset is
 * decoded and checked once, from parquet or JSONL, into such a store; after that reading any row takes microseconds,
 * and memory holds only the index (12 bytes a row). A store is either absent or whole (files/durable.ts).
 *
 * No line is returned that does not match its checksum. Each line has its own, so that reading a row touches no other
 * row's bytes. A damaged store is reported and made again from its source, when it is opened or in the middle of
 * reading; the row that was asked for is then returned when that is done.
 */
import { closeSync, fstatSync, statSync } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { MidbenchError } from '../errors'
import { checksum, Damage, type OnDamage } from '../files/checksum'
import { besideName } from '../files/leftovers'
import { holding } from '../files/lock'
import { conversation, type Conversation } from './conversation.schema'
import { exists, makeFile, makeFolder } from '../files/durable'
import { openIfThere, readExactly } from '../files/read-exactly'

export interface RowStore {
  readonly rows: number
  /**
   * The conversation of a row; blocks for the few microseconds of a cached read. A promise where that part of the store
   * is damaged and is being made again.
   * @throws MidbenchError what making it again throws; `data.cache-broken` where that did not help
   */
  read(row: number): Conversation | Promise<Conversation>
  close(): void
}

const LINES = 'conversations.jsonl'
/**
 * Little-endian: magic and the checksum of what follows, uint32; then where each line starts and where the last one
 * ends, float64 [rows + 1]; then each line's checksum, uint32 [rows].
 */
const INDEX = 'conversations.index'
const MAGIC = 0x3252424d // MBR2
const HEADER = 8

type Source = () => AsyncIterable<Conversation>

/**
 * Opens the store in a folder, filling it from its source first where it does not exist or is damaged.
 * @param source yields the conversations, the same ones each time
 */
export async function openRowStore(dir: string, source: Source, onDamage: OnDamage): Promise<RowStore> {
  const make = (): Promise<void> => makeFolder(dir, (beside) => writeStore(beside, source()))
  if (!(await exists(dir))) await make()
  try {
    return new HealingStore(dir, openFiles(dir), make, onDamage)
  } catch (damage) {
    if (!(damage instanceof Damage)) throw damage
    onDamage(damage.toNotice())
    await makeAgain(dir, (await stat(dir).catch(() => undefined))?.ino, make)
    return new HealingStore(dir, openFiles(dir), make, onDamage)
  }
}

async function writeStore(dir: string, conversations: AsyncIterable<Conversation>): Promise<void> {
  const offsets = [0]
  const sums: number[] = []
  await makeFile(join(dir, LINES), async (lines) => {
    for await (const one of conversations) {
      const line = Buffer.from(`${JSON.stringify(one.messages)}\n`)
      await lines.write(line)
      offsets.push(lines.position)
      sums.push(checksum(line))
    }
  })
  await makeFile(join(dir, INDEX), encodeIndex(offsets, sums))
}

function encodeIndex(offsets: readonly number[], sums: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(HEADER + 8 * offsets.length + 4 * sums.length)
  new Float64Array(bytes.buffer, HEADER, offsets.length).set(offsets)
  new Uint32Array(bytes.buffer, HEADER + 8 * offsets.length, sums.length).set(sums)
  new Uint32Array(bytes.buffer, 0, 2).set([MAGIC, checksum(bytes.subarray(HEADER))])
  return bytes
}

/** A store's open file of lines, and its index in memory. */
interface Files {
  /** Inode of the folder: a different one means that another store was made in its place. */
  inode: number
  lines: number
  /** [rows + 1] */
  offsets: Float64Array
  /** [rows] */
  sums: Uint32Array
}

/** @throws Damage */
function openFiles(dir: string): Files {
  const { offsets, sums } = readIndex(join(dir, INDEX))
  const path = join(dir, LINES)
  const lines = openIfThere(path)
  if (lines === undefined) throw new Damage(path, 'it is missing')
  if (fstatSync(lines).size === offsets.at(-1)) return { inode: statSync(dir).ino, lines, offsets, sums }
  closeSync(lines)
  throw new Damage(path, 'its size differs')
}

/** @throws Damage */
function readIndex(path: string): Pick<Files, 'offsets' | 'sums'> {
  const file = openIfThere(path)
  if (file === undefined) throw new Damage(path, 'it is missing')
  try {
    const bytes = readExactly(file, new Uint8Array(fstatSync(file).size), 0, path)
    const rows = (bytes.length - HEADER - 8) / 12
    if (!Number.isInteger(rows) || rows < 0) throw new Damage(path, 'its size differs')
    const [magic, sum] = new Uint32Array(bytes.buffer, 0, 2)
    if (magic !== MAGIC || sum !== checksum(bytes.subarray(HEADER)))
      throw new Damage(path, 'its checksum differs')
    return {
      offsets: new Float64Array(bytes.buffer, HEADER, rows + 1),
      sums: new Uint32Array(bytes.buffer, HEADER + 8 * (rows + 1), rows),
    }
  } finally {
    closeSync(file)
  }
}

/** Makes a store again, unless another process or thread has done so since the folder `inode` was found damaged. */
async function makeAgain(dir: string, inode: number | undefined, make: () => Promise<void>): Promise<void> {
  await holding(`${dir}.lock`, {}, async () => {
    const found = await stat(dir).catch(() => undefined)
    if (found !== undefined && found.ino !== inode) return
    if (found !== undefined) await discard(dir)
    await make()
  })
}

/** Removes a whole folder, even if it is interrupted at any time. */
async function discard(dir: string): Promise<void> {
  const aside = besideName(dir)
  await rename(dir, aside)
  await rm(aside, { recursive: true, force: true })
}

class HealingStore implements RowStore {
  readonly rows: number
  private closed = false
  /** Set while the store is being made again. */
  private healing: Promise<void> | undefined

  constructor(
    private readonly dir: string,
    private files: Files,
    private readonly make: () => Promise<void>,
    private readonly onDamage: OnDamage,
  ) {
    this.rows = files.sums.length
  }

  read(row: number): Conversation | Promise<Conversation> {
    try {
      return this.readWhole(row)
    } catch (damage) {
      if (!(damage instanceof Damage)) throw damage
      this.healing ??= this.heal(damage).finally(() => (this.healing = undefined))
      return this.healing.then(() => this.readHealed(row))
    }
  }

  close(): void {
    this.closed = true
    closeSync(this.files.lines)
  }

  /** @throws Damage */
  private readWhole(row: number): Conversation {
    const { lines, offsets, sums } = this.files
    const start = offsets[row]
    const end = offsets[row + 1]
    if (start === undefined || end === undefined) {
      throw new RangeError(`row ${String(row)} of a store of ${String(this.rows)}`)
    }
    const path = join(this.dir, LINES)
    const line = readExactly(lines, Buffer.allocUnsafe(end - start), start, path)
    if (checksum(line) !== sums[row]) throw new Damage(path, `the checksum of row ${String(row)} differs`)
    const messages: unknown = JSON.parse(line.toString('utf8'))
    return conversation.parse({ messages })
  }

  private async heal(damage: Damage): Promise<void> {
    this.onDamage(damage.toNotice())
    await makeAgain(this.dir, this.files.inode, this.make)
    if (this.closed) return
    const files = openFiles(this.dir)
    closeSync(this.files.lines)
    this.files = files
  }

  private readHealed(row: number): Conversation {
    try {
      return this.readWhole(row)
    } catch (damage) {
      if (!(damage instanceof Damage)) throw damage
      throw new MidbenchError({
        code: 'data.cache-broken',
        message: `${damage.message}, right after it was made again.`,
        remedy: 'Have the disk and the memory of this machine tested, or set MIDBENCH_CACHE to another disk.',
      })
    }
  }
}
