/** Messages over real sockets that are cut at any byte: each arrives once and in order, whatever it holds. */
import fc from 'fast-check'
import { mkdtempSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex, PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'

import { Session } from '../../../../src-main/machines/session'
import { Wire, type Frame } from '../../../../src-main/machines/wire'
import { failureOf } from '../../../support/failure'

const server = createServer()
const path = join(mkdtempSync(join(tmpdir(), 'midbench-test-')), 's')
beforeAll(() => new Promise<void>((resolve) => void server.listen(path, resolve)))
afterAll(() => void server.close())

/** The two ends of a new connection. */
async function pair(): Promise<[Socket, Socket]> {
  const there = new Promise<Socket>((resolve) => void server.once('connection', resolve))
  const here = connect(path)
  return [here, await there]
}

function end(mostKept?: number): { session: Session; heard: unknown[]; overflown: () => boolean } {
  const heard: unknown[] = []
  let overflown = false
  const session = new Session({
    receive: (message) => heard.push(message),
    overflow: () => (overflown = true),
    ...(mostKept !== undefined && { mostKept }),
  })
  onTestFinished(() => session.close())
  return { session, heard, overflown: () => overflown }
}

const until = (wanted: () => boolean): Promise<true> => vi.waitUntil(wanted, { timeout: 10_000, interval: 5 })

async function connectBoth(a: Session, b: Session): Promise<() => void> {
  const [here, there] = await pair()
  const [last, lastThere] = [a.lastReceived, b.lastReceived]
  a.attach(new Wire(here), lastThere)
  b.attach(new Wire(there), last)
  return () => void here.destroy()
}

describe('messages', () => {
  it('cross whole: typed arrays as themselves, each with a buffer of its own', async () => {
    const [a, b] = [end(), end()]
    await connectBoth(a.session, b.session)
    const ids = Int32Array.from({ length: 5000 }, (_, at) => at)
    const message = { ids, losses: new Float32Array([NaN, 1.5]), none: undefined, bytes: new Uint8Array([7]) }
    a.session.send(message)
    await until(() => b.heard.length === 1)
    expect(b.heard).toEqual([message])
    const [{ ids: arrived, bytes }] = b.heard as [typeof message]
    expect([arrived.buffer.byteLength, bytes.buffer.byteLength]).toEqual([20_000, 1])
  })

  it('arrive once and in order, both ways, however often the connection breaks', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3), { minLength: 1, maxLength: 6 }), async (bursts) => {
        const [a, b] = [end(), end()]
        let sent = 0
        for (const burst of bursts) {
          const cut = await connectBoth(a.session, b.session)
          for (let each = 0; each < burst * 7; each++) {
            a.session.send({ at: sent, filling: 'x'.repeat(each * 997) })
            b.session.send(sent++)
          }
          if (burst % 2 === 0) await until(() => b.heard.length * 2 >= sent)
          cut()
          a.session.send({ at: sent, filling: '' }) // while there is no connection
          b.session.send(sent++)
        }
        await connectBoth(a.session, b.session)
        await until(() => a.heard.length >= sent && b.heard.length >= sent)
        const numbers = Array.from({ length: sent }, (_, at) => at)
        expect(a.heard).toEqual(numbers)
        expect(b.heard.map((message) => (message as { at: number }).at)).toEqual(numbers)
      }),
      { numRuns: 20 },
    )
  })

  it('are forgotten once the other side has them, also where it sends nothing itself', async () => {
    const [a, b] = [end(1000), end()]
    await connectBoth(a.session, b.session)
    for (let each = 1; each <= 2; each++) {
      a.session.send(new Uint8Array(600))
      await until(() => b.heard.length === each)
      await new Promise((resolve) => setTimeout(resolve, 300)) // it says so after 200 ms
    }
    expect(a.overflown()).toBe(false)
  })

  it('that nobody takes end the session, not the memory', () => {
    const a = end(1000)
    a.session.send(new Uint8Array(900))
    expect(a.overflown()).toBe(false)
    a.session.send(new Uint8Array(900))
    expect(a.overflown()).toBe(true)
  })
})

describe('a connection', () => {
  it('gives a line and then frames, in whatever pieces they come', async () => {
    const stream = new PassThrough()
    const wire = new Wire(stream)
    const written: Buffer[] = []
    const write = (chunk: Buffer, _: string, done: () => void): void => {
      written.push(chunk)
      done()
    }
    const out = new Wire(new Duplex({ read: () => undefined, write }))
    out.sendLine({ a: 1 })
    out.sendFrame({ seq: 1, ack: 0, payload: Buffer.from('one') })
    out.sendFrame({ seq: 0, ack: 9, payload: Buffer.alloc(0) })
    const frames: Frame[] = []
    const line = wire.line()
    for (const byte of Buffer.concat(written)) stream.write(Buffer.from([byte]))
    expect(await line).toBe('{"a":1}')
    wire.onFrame((frame) => frames.push(frame))
    await until(() => frames.length === 2)
    expect(frames.map(({ seq, ack, payload }) => [seq, ack, payload.toString()])).toEqual([
      [1, 0, 'one'],
      [0, 9, ''],
    ])
  })

  it.each([
    ['a line without an end', Buffer.alloc(5000, 'a')],
    ['nothing', null],
  ])('that brings %s ends', async (_, bytes) => {
    const stream = new PassThrough()
    const line = new Wire(stream).line()
    if (bytes === null) stream.end()
    else stream.write(bytes)
    expect(await failureOf(() => line)).toMatchObject({ code: 'machine.closed' })
  })

  it('that announces more than a frame may hold ends', async () => {
    const stream = new PassThrough()
    const wire = new Wire(stream)
    wire.onFrame(() => undefined)
    stream.write(Buffer.alloc(12, 0xff))
    await new Promise<void>((resolve) => wire.onEnd(resolve))
    expect(stream.destroyed).toBe(true)
  })
})
