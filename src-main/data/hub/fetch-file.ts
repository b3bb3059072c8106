/**
 * Downloads one file: in one piece, or in as many as the network breaks it into. What has arrived stays beside the
 * target in `.midbench.part`. Where a checksum or the server's ETag can tell whether the parts fit, this process or a
 * later one continues from there. Two downloads of the same file take turns. The target appears whole and checked, or
 * not at all. Costs one network buffer, and a second pass over the file for the checksum.
 */
import { createHash } from 'node:crypto'
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { MidbenchError } from '../../errors'
import { holding } from '../../files/lock'
import { exists, syncPath } from '../../files/durable'
import { hashFile } from '../../files/sha256'
import { codeOf } from '../../system-error'
import { forgetPartVersion, keepPartVersion, partVersion, strongEtag } from './part-version'
import {
  checkStatus,
  DEFAULT_POLICY,
  Retries,
  StallWatch,
  TransientFault,
  type RetryPolicy,
} from './requests'

/** How the hub names contents: sha256, or git's sha1 of `blob SIZE\0CONTENT` for small files. */
export interface Checksum {
  kind: 'sha256' | 'git-sha1'
  hex: string
}

export interface FileRequest {
  url: string
  headers?: Record<string, string>
  target: string
  /** Name for people. */
  what: string
  /** Bytes, where known beforehand. */
  size?: number
  checksum?: Checksum
}

export interface FetchOptions {
  /** Aborting keeps what has arrived. */
  signal?: AbortSignal | undefined
  /** Bytes on disk so far, and the total; null while that is not known. */
  onProgress?: ((done: number, total: number | null) => void) | undefined
  policy?: RetryPolicy | undefined
}

/** Where a file's bytes lie until all have arrived. */
export function partialPath(target: string): string {
  return `${target}.midbench.part`
}

/**
 * @throws MidbenchError `hub.*`: refused, not found, given up after several tries, wrong checksum or length; `disk.full`.
 */
export function fetchFile(request: FileRequest, options: FetchOptions = {}): Promise<void> {
  return holding(`${request.target}.midbench.lock`, { signal: options.signal }, async () => {
    if (!(await exists(request.target))) await fetchAlone(request, options)
  })
}

async function fetchAlone(request: FileRequest, options: FetchOptions): Promise<void> {
  const partial = partialPath(request.target)
  const version = request.checksum === undefined ? await partVersion(request.target) : undefined
  // Without a checksum or a version nothing tells whether old and new bytes belong to one file.
  if (request.checksum === undefined && version === undefined) await rm(partial, { force: true })
  const file = await open(partial, 'a+')
  try {
    await new Download(request, options, file, version).run()
    await file.sync()
  } catch (error) {
    throw explained(error, request)
  } finally {
    await file.close()
  }
  await rename(partial, request.target)
  await forgetPartVersion(request.target)
  await syncPath(dirname(request.target))
}

class Download {
  private readonly policy: RetryPolicy
  private readonly retries: Retries
  private done = 0
  /** The most bytes that have been on disk. Fewer than that, after a new start, are no progress. */
  private farthest = 0

  constructor(
    private readonly request: FileRequest,
    private readonly options: FetchOptions,
    private readonly file: FileHandle,
    /** The version of the file that the bytes on disk belong to, where the server names versions. */
    private version: string | undefined,
  ) {
    this.policy = options.policy ?? DEFAULT_POLICY
    this.retries = new Retries(this.policy, request.what, options.signal)
  }

  async run(): Promise<void> {
    this.done = (await this.file.stat()).size
    for (;;) {
      try {
        if (this.done !== this.request.size) await this.receive()
        await this.verify()
        return
      } catch (error) {
        await this.retries.after(error)
      }
    }
  }

  /** One request and its answer, from where the file ends. */
  private async receive(): Promise<void> {
    const { request, options } = this
    if (request.size !== undefined && this.done > request.size) await this.startOver()
    const watch = new StallWatch(this.policy.stallMs, options.signal)
    try {
      const response = await fetch(request.url, { headers: this.headers(), signal: watch.signal })
      await this.checkAnswer(response)
      const total = request.size ?? this.done + Number(response.headers.get('content-length') ?? NaN)
      for await (const chunk of bodyOf(response)) {
        watch.alive()
        await this.append(chunk)
        options.onProgress?.(this.done, Number.isNaN(total) ? null : total)
      }
    } catch (error) {
      throw watch.explain(error)
    } finally {
      watch.stop()
    }
    const { size } = request
    if (size !== undefined && this.done < size) {
      throw new TransientFault(
        `the connection was cut ${String(size - this.done)} bytes early`,
        'hub.network',
      )
    }
  }

  private headers(): Record<string, string> {
    const headers = { ...this.request.headers, 'accept-encoding': 'identity' }
    if (this.done === 0) return headers
    const range = { ...headers, range: `bytes=${String(this.done)}-` }
    return this.version === undefined ? range : { ...range, 'if-range': this.version }
  }

  /** Makes the bytes on disk fit the answer: a server may send the whole file even if only the rest was requested. */
  private async checkAnswer(response: Response): Promise<void> {
    if (response.status === 416) {
      await this.startOver()
      throw new TransientFault('the server does not have the rest of the file', 'hub.length')
    }
    checkStatus(response, this.request.what)
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '')
    if (response.status !== 206) await this.startOver()
    else if (Number(range?.[1]) !== this.done) {
      await this.startOver()
      throw new TransientFault('the server sends another part than it was asked for', 'hub.length')
    }
    await this.checkVersion(strongEtag(response))
    this.checkLength(range?.[2] ?? response.headers.get('content-length'))
  }

  /** Where no checksum will tell, bytes of two versions are never put together. */
  private async checkVersion(etag: string | undefined): Promise<void> {
    if (this.request.checksum !== undefined || etag === this.version) return
    if (this.done > 0) {
      await this.startOver()
      throw new TransientFault('the file has changed on the server since its first part came', 'hub.changed')
    }
    if (etag !== undefined) await keepPartVersion(this.request.target, etag)
    this.version = etag
  }

  private checkLength(announced: string | null): void {
    const { size } = this.request
    if (size === undefined || announced === null || announced === '*' || Number(announced) === size) return
    const message = `the server announces ${announced} bytes where the listing has ${String(size)}`
    throw new TransientFault(message, 'hub.length')
  }

  private async append(chunk: Uint8Array): Promise<void> {
    const { size } = this.request
    if (size !== undefined && this.done + chunk.length > size) {
      await this.startOver()
      throw new TransientFault(`the server sends more than the ${String(size)} bytes there are`, 'hub.length')
    }
    await this.file.appendFile(chunk)
    this.done += chunk.length
    if (this.done <= this.farthest) return
    this.farthest = this.done
    this.retries.progressed()
  }

  private async verify(): Promise<void> {
    const { checksum, size } = this.request
    if (checksum === undefined) return
    if (await hasChecksum(partialPath(this.request.target), checksum, size ?? this.done)) return
    await this.startOver()
    const message = 'what arrived is not what the hub has (the checksum differs)'
    throw new TransientFault(message, 'hub.checksum', { weight: this.policy.attempts / 2 })
  }

  private async startOver(): Promise<void> {
    if (this.version !== undefined) await forgetPartVersion(this.request.target)
    await this.file.truncate(0)
    this.done = 0
    this.version = undefined
  }
}

async function* bodyOf(response: Response): AsyncGenerator<Uint8Array> {
  if (response.body === null) return
  const reader = response.body.getReader()
  try {
    for (;;) {
      const read: { done: boolean; value?: unknown } = await reader.read()
      if (read.done) return
      if (read.value instanceof Uint8Array) yield read.value
    }
  } finally {
    await reader.cancel().catch(() => undefined) // the connection is abandoned either way
  }
}

/** Whether a file's bytes have a checksum; reads the whole file. @param size its bytes, where known already */
export async function hasChecksum(path: string, { kind, hex }: Checksum, size?: number): Promise<boolean> {
  const hash = createHash(kind === 'sha256' ? 'sha256' : 'sha1')
  if (kind === 'git-sha1') hash.update(`blob ${String(size ?? (await stat(path)).size)}\0`)
  return (await hashFile(path, { hash })) === hex
}

function explained(error: unknown, { target }: FileRequest): unknown {
  if (codeOf(error) !== 'ENOSPC') return error
  return new MidbenchError(
    {
      code: 'disk.full',
      message: `The disk that ${dirname(target)} is on is full.`,
      remedy: 'Make room and try again: what has arrived is kept.',
    },
    { cause: error },
  )
}

/** Bytes of a file that have arrived already: the whole file, its partial file, or 0. */
export async function arrivedBytes(target: string): Promise<number> {
  for (const path of [target, partialPath(target)]) {
    const found = await stat(path).catch(() => undefined)
    if (found !== undefined) return found.size
  }
  return 0
}
