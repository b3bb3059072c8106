/**
 * Appends events to a file of a run's folder that TensorBoard reads, in the background. What is given is written in
 * order, some milliseconds later; `sync` brings it to the disk.
 *
 * Each process that goes on with a run writes a file of its own, whose name sorts behind those before it: that is how
 * TensorBoard knows the order.
 */
import { type FileHandle, open, readdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

import { type Event, recordOf } from './event'

/** Bytes that may wait for a slow disk. */
const MOST_WAITING = 16 * 1024 * 1024

export class EventFile {
  private readonly handle: Promise<FileHandle>
  /** The last write that was begun. */
  private written: Promise<void>
  /** Those that no write has taken up yet. */
  private readonly records: Buffer[] = []
  /** Bytes that are not written yet. */
  private waiting = 0
  private failed = false

  /** @param onFailure told once where a write fails, or too much waits; nothing is written from then on */
  constructor(
    dir: string,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.handle = openFile(dir)
    this.written = this.handle.then(() => undefined).catch((error: unknown) => this.fail(error))
  }

  add(event: Event): void {
    if (this.failed) return
    const record = recordOf(event)
    this.waiting += record.length
    if (this.waiting > MOST_WAITING) {
      this.fail(new Error('the disk is too slow for them'))
      return
    }
    if (this.records.push(record) > 1) return // they are written together
    this.enqueue(async (file) => {
      const bytes = Buffer.concat(this.records.splice(0))
      await file.appendFile(bytes)
      this.waiting -= bytes.length
    })
  }

  /** Brings what was added so far to the disk. */
  sync(): void {
    this.enqueue((file) => file.datasync())
  }

  /** Never rejects. */
  async close(): Promise<void> {
    this.sync()
    await this.written
    await this.handle.then((file) => file.close()).catch(() => undefined)
  }

  private enqueue(work: (file: FileHandle) => Promise<void>): void {
    this.written = this.written
      .then(async () => {
        if (!this.failed) await work(await this.handle)
      })
      .catch((error: unknown) => {
        this.fail(error)
      })
  }

  private fail(error: unknown): void {
    if (this.failed) return
    this.failed = true
    this.onFailure(error)
  }
}

const FILE = /^events\.out\.tfevents\.(\d+)\./

/** `events.out.tfevents.1764426337.host.4711`: TensorBoard reads the files of a folder in the order of their names. */
async function openFile(dir: string): Promise<FileHandle> {
  const before = (await readdir(dir)).map((name) => Number(FILE.exec(name)?.[1] ?? 0))
  const seconds = Math.max(Math.floor(Date.now() / 1000), Math.max(0, ...before) + 1)
  const name = `events.out.tfevents.${String(seconds).padStart(10, '0')}.${hostname()}.${String(process.pid)}`
  return open(join(dir, name), 'ax')
}
