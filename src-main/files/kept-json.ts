/**
 * A small JSON file that stores a person's choices: read once at start-up, written whole after each change.
 *
 * Guarantees: the file always has the old or the new content, also after a power cut (written beside, flushed,
 * renamed). A file that cannot be understood is moved aside, never overwritten, and the returned `problem` says so. Of
 * several changes in quick succession, the last one is sure to be written; where the disk refuses, it is tried again
 * every few seconds until it succeeds.
 */
import { readFileSync, renameSync } from 'node:fs'
import type { z } from 'zod'

import { makeFile } from './durable'
import { MidbenchError } from '../errors'
import { codeOf, reasonOf } from '../system-error'
import { writeReason } from './write-reason'

const AGAIN_MS = 3000

export class JsonFile<T> {
  private next: { value: T } | null = null
  private writing: Promise<void> | null = null
  private again: NodeJS.Timeout | undefined

  constructor(
    readonly path: string,
    private readonly schema: z.ZodType<T>,
  ) {}

  /** The content, or null where there is none; `problem` says why, unless there simply is no file. */
  read(): { value: T | null; problem: string | null } {
    let text: string
    try {
      text = readFileSync(this.path, 'utf8')
    } catch (error) {
      return {
        value: null,
        problem: codeOf(error) === 'ENOENT' ? null : `${this.path} cannot be read: ${reasonOf(error)}.`,
      }
    }
    try {
      return { value: this.schema.parse(JSON.parse(text)), problem: null }
    } catch (error) {
      return { value: null, problem: this.setAside(reasonOf(error)) }
    }
  }

  /**
   * Resolves once this value, or a later one, is on disk.
   *
   * @throws MidbenchError `file.unwritable`; the value is still tried again
   */
  write(value: T): Promise<void> {
    this.next = { value }
    this.writing ??= this.drain()
    return this.writing
  }

  private async drain(): Promise<void> {
    clearTimeout(this.again)
    try {
      while (this.next) {
        const written = this.next
        await makeFile(this.path, `${JSON.stringify(written.value, null, 2)}\n`)
        if (this.next === written) this.next = null
      }
    } catch (error) {
      this.again = setTimeout(() => {
        this.writing ??= this.drain()
        this.writing.catch(() => undefined) // the first attempt reported the failure
      }, AGAIN_MS).unref()
      throw this.unwritable(error)
    } finally {
      this.writing = null
    }
  }

  private unwritable(cause: unknown): MidbenchError {
    const message = `${this.path} cannot be written: ${writeReason(cause)}.`
    const remedy =
      'Make room, or see that the folder may be written: until then it is kept in memory, and tried again.'
    return new MidbenchError({ code: 'file.unwritable', message, remedy }, { cause })
  }

  private setAside(reason: string): string {
    const aside = `${this.path}.unreadable-${new Date().toISOString().replaceAll(':', '-')}`
    const what = `${this.path} cannot be understood and is not used: ${reason}`
    try {
      renameSync(this.path, aside)
      return `${what}\nIt was kept as ${aside}.`
    } catch (error) {
      return `${what}\nIt could not be moved aside: ${reasonOf(error)}.`
    }
  }
}
