/**
 * Messages between a window and a machine that outlive the connection they go over: each is numbered and kept until the
 * other side says that it has it, and what was on its way when a connection broke is sent again over the next one.
 *
 * Guarantees: every message arrives once and in order, or the session ends as a whole. Messages are structured clones,
 * typed arrays included; an array that arrives has a buffer of its own.
 */
import { deserialize, serialize } from 'node:v8'

import type { Wire } from './wire'

const ACK_AFTER_MS = 200
const NOTHING = Buffer.alloc(0)

export interface SessionOptions {
  receive: (message: unknown) => void
  /** More was sent than can be kept: the session cannot go on. */
  overflow: () => void
  /**
   * Bytes kept for a side that does not answer. Metrics of a run are some kilobytes a second.
   *
   * @default 256 MiB
   */
  mostKept?: number
}

export class Session {
  private sent = 0
  private received = 0
  private wire: Wire | null = null
  private kept: { seq: number; payload: Buffer }[] = []
  private keptBytes = 0
  private ackTimer: NodeJS.Timeout | undefined

  constructor(private readonly options: SessionOptions) {}

  /** The number of the last message that has arrived. */
  get lastReceived(): number {
    return this.received
  }

  get isAttached(): boolean {
    return this.wire !== null
  }

  /** @throws DataCloneError where the message cannot be cloned */
  send(message: unknown): void {
    const payload = serialize(message)
    const seq = ++this.sent
    this.kept.push({ seq, payload })
    this.keptBytes += payload.length
    if (this.keptBytes > (this.options.mostKept ?? 256 * 2 ** 20)) this.options.overflow()
    else this.wire?.sendFrame({ seq, ack: this.received, payload })
  }

  /**
   * Goes on over a connection; the one before is closed.
   *
   * @param theirs the number of the last message that the other side has
   */
  attach(wire: Wire, theirs: number): void {
    const before = this.wire
    this.wire = wire
    before?.close()
    this.forget(theirs)
    for (const { seq, payload } of this.kept) wire.sendFrame({ seq, ack: this.received, payload })
    wire.onEnd(() => {
      if (this.wire === wire) this.wire = null
    })
    wire.onFrame(({ seq, ack, payload }) => {
      if (this.wire !== wire) return
      this.forget(ack)
      if (seq === 0) return
      if (seq !== this.received + 1) wire.close()
      else this.take(seq, payload)
    })
  }

  close(): void {
    clearTimeout(this.ackTimer)
    this.wire?.close()
    this.kept = []
  }

  private take(seq: number, payload: Buffer): void {
    this.received = seq
    this.ackTimer ??= setTimeout(() => {
      this.ackTimer = undefined
      this.wire?.sendFrame({ seq: 0, ack: this.received, payload: NOTHING })
    }, ACK_AFTER_MS)
    this.options.receive(withOwnBuffers(deserialize(payload)))
  }

  private forget(upTo: number): void {
    while (this.kept[0] && this.kept[0].seq <= upTo) this.keptBytes -= this.kept.shift()?.payload.length ?? 0
  }
}

/** Arrays that lie in the frame they came in would take all of it along when they are posted on. */
function withOwnBuffers(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return value.byteLength === value.buffer.byteLength ? value : copied(value)
  if (Array.isArray(value)) return value.map(withOwnBuffers)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withOwnBuffers(each)]))
}

function copied(view: ArrayBufferView): ArrayBufferView {
  if (Buffer.isBuffer(view)) return new Uint8Array(view)
  const { buffer, byteOffset, byteLength } = view
  const Kind = view.constructor as new (content: ArrayBufferLike) => ArrayBufferView // of this very array
  return new Kind(buffer.slice(byteOffset, byteOffset + byteLength))
}
