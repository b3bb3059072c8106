import { setTimeout as sleep } from 'node:timers/promises'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import { type Failure, MidbenchError } from '../../../../src-main/errors'
import type { Progress } from '../../../../src-main/progress.schema'
import { Caller, Ended, moving, serveCalls, type CallHandlers } from '../../../../src-main/threads/calls'
import { threadChannel } from '../../../../src-main/threads/channel'

interface Calls {
  double: { input: number; output: number }
  fail: { input: null; output: null }
  count: { input: number; output: null; event: number }
  wait: { input: number; output: string }
  bytes: { input: number; output: { data: Int32Array; left: number } }
}

let kept: Int32Array | undefined

const handlers: CallHandlers<Calls> = {
  double: (n) => n * 2,
  fail: () => {
    const issues = [{ path: 'mixture.train.2.filepath', message: 'is not there' }]
    throw new MidbenchError({ code: 'data.missing', message: 'a file is missing', remedy: 'find it', issues })
  },
  count: (to, { tell }) => {
    for (let n = 1; n <= to; n++) tell(n)
    return null
  },
  wait: async (ms, { progress, signal }) => {
    progress({ what: 'Waiting', done: 0, total: ms, unit: 'ms' })
    await sleep(ms, undefined, { signal })
    return 'waited'
  },
  bytes: (n) => {
    kept = new Int32Array(n).fill(7)
    return moving({ data: kept, left: n }, [kept])
  },
}

const ports: MessagePort[] = []

function connect(): Caller<Calls> {
  const { port1, port2 } = new MessageChannel()
  ports.push(port1, port2)
  serveCalls<Calls>(threadChannel(port2, 'test'), handlers)
  return new Caller<Calls>(threadChannel(port1, 'test thread'))
}

afterEach(() => {
  for (const port of ports.splice(0)) port.close()
})

describe('calls over a port', () => {
  it('answers, each call by itself', async () => {
    const caller = connect()
    const answers = [caller.call('wait', 5), caller.call('double', 21), caller.call('double', 4)]
    expect(await Promise.all(answers)).toEqual(['waited', 42, 8])
  })

  it('rebuilds what a handler throws', async () => {
    const failure = await connect()
      .call('fail', null)
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(MidbenchError)
    expect(failure).toMatchObject({
      code: 'data.missing',
      message: 'A file is missing.',
      remedy: 'Find it.',
      issues: [{ path: 'mixture.train.2.filepath', message: 'is not there' }],
    })
  })

  it('moves marked buffers instead of copying them', async () => {
    const { data, left } = await connect().call('bytes', 1000)
    expect(data).toEqual(new Int32Array(1000).fill(7))
    expect(left).toBe(1000)
    expect(kept?.length).toBe(0) // the thread no longer has it
  })

  it('reports progress and heeds a cancel', async () => {
    const caller = connect()
    const controller = new AbortController()
    const seen: Progress[] = []
    const call = caller.call('wait', 60_000, {
      signal: controller.signal,
      onProgress: (progress) => {
        seen.push(progress)
        controller.abort()
      },
    })
    await expect(call).rejects.toMatchObject({ code: 'cancelled', message: 'Wait was cancelled.' })
    expect(seen).toEqual([{ what: 'Waiting', done: 0, total: 60_000, unit: 'ms' }])
  })

  it('tells events in their order, before the answer', async () => {
    const heard: (number | string)[] = []
    await connect().call('count', 3, { onEvent: (n) => heard.push(n) })
    heard.push('answered')
    expect(heard).toEqual([1, 2, 3, 'answered'])
  })

  it('does not begin a call that is cancelled beforehand', async () => {
    const call = connect().call('wait', 60_000, { signal: AbortSignal.abort() })
    await expect(call).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('tells of what went wrong but ended no call', async () => {
    const { port1, port2 } = new MessageChannel()
    ports.push(port1, port2)
    const { notify } = serveCalls<Calls>(threadChannel(port2, 'test'), handlers)
    const heard: Failure[] = []
    const caller = new Caller<Calls>(threadChannel(port1, 'test thread'), (failure) => heard.push(failure))
    notify({ code: 'disk.full', message: 'No space is left.' })
    expect(await caller.call('double', 2)).toBe(4)
    expect(heard).toEqual([{ code: 'disk.full', message: 'No space is left.' }])
  })

  it('fails what waits when the other side goes away, and what is asked later', async () => {
    const caller = connect()
    const call = caller.call('wait', 60_000)
    ports[1]?.close()
    await expect(call).rejects.toMatchObject({ code: 'thread.ended', message: 'The test thread has closed.' })
    await expect(caller.call('double', 1)).rejects.toMatchObject({ code: 'thread.ended' })
  })

  it('says how a thread ended: that it threw, or by itself', async () => {
    const ending = (code: string): Promise<null> => {
      const worker = new Worker(code, { eval: true })
      return new Caller<Calls>(threadChannel(worker, 'test thread')).call('fail', null)
    }
    await expect(ending("throw new Error('no reason')")).rejects.toMatchObject({
      code: 'thread.ended',
      message: 'The test thread failed: no reason.',
    })
    const left = ending('process.exit(3)')
    await expect(left).rejects.toMatchObject({ message: 'The test thread ended by itself with code 3.' })
    await expect(left).rejects.toBeInstanceOf(Ended)
  })
})
