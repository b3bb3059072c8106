/**
 * A stream of bytes between two Midbenches: lines of text at first, while they find out whether they are of one version;
 * frames after that. Each frame is 12 bytes (its payload's length, its number, the number of the last frame received, as
 * little-endian uint32), then the payload.
 *
 * Guarantees: a line or a frame arrives whole or not at all; what is longer than it may be ends the connection.
 */
import type { Duplex } from 'node:stream'

import { MidbenchError } from '../errors'

const HEADER = 12
const LONGEST_LINE = 4096
/** Larger than any batch, and than the largest picture that may be exported. */
const LONGEST_FRAME = 512 * 2 ** 20

export interface Frame {
  /** 1, 2, 3, … of those that carry something; 0 of one that only says what was received. */
  seq: number
  /** The last one that its sender has received. */
  ack: number
  payload: Buffer
}

export class Wire {
  private chunks: Buffer[] = []
  private length = 0
  private lineWanted: ((line: string) => void) | null = null
  private framesWanted: ((frame: Frame) => void) | null = null
  private readonly endListeners: (() => void)[] = []
  private ended = false

  constructor(private readonly stream: Duplex) {
    stream.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk)
      this.length += chunk.length
      this.read()
    })
    stream.on('error', () => this.end()) // said by whoever made the stream, where there is more to say than that
    stream.on('end', () => this.end())
    stream.on('close', () => this.end())
  }

  /** @throws MidbenchError `machine.closed` where the stream ends first */
  line(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.onEnd(() => reject(closed()))
      this.lineWanted = resolve
      this.read()
    })
  }

  sendLine(value: unknown): void {
    this.stream.write(`${JSON.stringify(value)}\n`)
  }

  /** From now on what arrives are frames. */
  onFrame(listener: (frame: Frame) => void): void {
    this.framesWanted = listener
    this.read()
  }

  sendFrame({ seq, ack, payload }: Frame): void {
    const header = Buffer.alloc(HEADER)
    header.writeUInt32LE(payload.length, 0)
    header.writeUInt32LE(seq, 4)
    header.writeUInt32LE(ack, 8)
    this.stream.write(header)
    if (payload.length > 0) this.stream.write(payload)
  }

  /** @param listener called once, at once where the stream has ended already */
  onEnd(listener: () => void): void {
    if (this.ended) listener()
    else this.endListeners.push(listener)
  }

  close(): void {
    this.stream.destroy()
    this.end()
  }

  private end(): void {
    if (this.ended) return
    this.ended = true
    this.stream.destroy()
    for (const listener of this.endListeners.splice(0)) listener()
  }

  private read(): void {
    while (
      !this.ended &&
      (this.lineWanted ? this.readLine() : this.framesWanted !== null && this.readFrame())
    );
  }

  private readLine(): boolean {
    const end = this.all().indexOf(10)
    if (end < 0 || end > LONGEST_LINE) {
      if (this.length > LONGEST_LINE) this.close()
      return false
    }
    const line = this.take(end + 1).toString('utf8', 0, end)
    const wanted = this.lineWanted
    this.lineWanted = null
    wanted?.(line)
    return true
  }

  private readFrame(): boolean {
    if (this.length < HEADER) return false
    const header = this.all()
    const length = header.readUInt32LE(0)
    if (length > LONGEST_FRAME) {
      this.close()
      return false
    }
    if (this.length < HEADER + length) return false
    const frame = this.take(HEADER + length)
    this.framesWanted?.({
      seq: frame.readUInt32LE(4),
      ack: frame.readUInt32LE(8),
      payload: frame.subarray(HEADER),
    })
    return true
  }

  private all(): Buffer {
    const [first] = this.chunks
    if (this.chunks.length === 1 && first) return first
    const all = Buffer.concat(this.chunks)
    this.chunks = [all]
    return all
  }

  private take(length: number): Buffer {
    const all = this.all()
    this.chunks = [all.subarray(length)]
    this.length -= length
    return all.subarray(0, length)
  }
}

function closed(): MidbenchError {
  return new MidbenchError({ code: 'machine.closed', message: 'The other side closed the connection.' })
}
