/** serve.ts over a real message channel, asked as the window asks: what it answers, refuses, drops and survives. */
import { createBirpc } from 'birpc'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { describe, expect, it, onTestFinished } from 'vitest'

import { MidbenchError } from '../../src-main/errors'
import type { EventName } from '../../src-main/contract/contract'
import { EventHub } from '../../src-main/services/event-hub'
import { serve, type Handlers, type Port } from '../../src-main/ipc/serve'
import type { ServedPage } from '../../src-main/services/event-hub'
import { runConfig } from '../../src-main/config/config.schema'
import { sampleConfig } from '../support/run-samples'

type Call = (name: string, input: unknown) => Promise<unknown>
interface Page {
  call: Call
  port: MessagePort
  events: [EventName, unknown][]
  served: ServedPage
}

/** A page and the main process's end, joined by a channel; handlers that a test does not give must not be called. */
function connect(given: Partial<Handlers> = {}): Page {
  const { port1, port2 } = new MessageChannel()
  const events: Page['events'] = []
  const served = serve(nodePort(port1), handlersOf(given))
  const local = { event: (name: EventName, payload: unknown) => void events.push([name, payload]) }
  const rpc = createBirpc<{ call: Call }, typeof local>(local, {
    post: (message: unknown) => port2.postMessage(message),
    on: (receive) => port2.on('message', receive),
    timeout: 5000,
  })
  onTestFinished(() => served.close())
  return { call: rpc.call, port: port2, events, served }
}

function nodePort(port: MessagePort): Port {
  return {
    post: (message) => port.postMessage(message),
    onMessage: (listen) => void port.on('message', listen),
    onClose: (listen) => void port.on('close', listen),
    close: () => port.close(),
  }
}

function handlersOf(given: Partial<Handlers>): Handlers {
  const refuse = (name: string) => () => {
    throw new Error(`${name} was not to be called`)
  }
  return new Proxy(given, {
    get: (target, name): unknown => Reflect.get(target, name) ?? refuse(String(name)),
  }) as Handlers
}

describe('a call', () => {
  it('is answered with the value of its handler', async () => {
    const { call } = connect({ 'runs.list': () => [] })
    expect(await call('runs.list', {})).toEqual({ ok: true, value: [] })
  })

  it('reaches its handler parsed: defaults filled in, unknown keys of the envelope gone', async () => {
    const seen: unknown[] = []
    const { mixture } = sampleConfig()
    const { call } = connect({
      'runs.start': (input) => {
        seen.push(input)
        return { runId: 'r1' }
      },
    })
    await call('runs.start', { config: { mixture }, dir: '/', path: null, extra: 1 })
    expect(seen).toEqual([{ config: runConfig.parse({ mixture }), dir: '/', path: null }])
  })

  it('carries typed arrays as typed arrays', async () => {
    const ids = Int32Array.from({ length: 32 * 2049 }, (_, i) => i)
    const conversation = { messages: [] }
    const rendered = {
      index: 0,
      task: 0,
      row: 0,
      conversation,
      ids,
      mask: new Uint8Array(2),
      pieces: [],
      message: [],
    }
    const { call } = connect({ 'mixture.conversation': () => rendered })
    const at = { config: sampleConfig(), dir: '/', split: 'train', at: { index: 0 } }
    expect(await call('mixture.conversation', at)).toEqual({ ok: true, value: rendered })
  })

  it('fails as data, with code, remedy and issues', async () => {
    const failure = {
      code: 'run.busy',
      message: 'Busy.',
      remedy: 'Wait.',
      issues: [{ path: 'a', message: 'b' }],
    }
    const { call } = connect({
      'runs.pause': () => {
        throw new MidbenchError(failure)
      },
    })
    expect(await call('runs.pause', { runId: 'r' })).toEqual({ ok: false, failure })
  })

  it('fails as data where a handler breaks', async () => {
    const { call } = connect({ 'runs.stop': () => Promise.reject(new TypeError('no such thing')) })
    const failure = { code: 'internal', message: 'no such thing' }
    expect(await call('runs.stop', { runId: 'r' })).toMatchObject({ ok: false, failure })
  })

  it('is refused where its input is not what it takes, naming the field', async () => {
    const { call } = connect()
    const answer = await call('runs.watch', { runId: 'r', fromStep: -1 })
    expect(answer).toMatchObject({
      ok: false,
      failure: { code: 'call.invalid', issues: [{ path: 'fromStep' }] },
    })
  })

  it.each(['runs.reticulate', '', 'constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'is refused where it has no such name: %s',
    async (name) => {
      expect(await connect().call(name, {})).toMatchObject({ ok: false, failure: { code: 'call.unknown' } })
    },
  )
})

describe('a message that is no call', () => {
  const messages: [string, unknown][] = [
    ['nothing', null],
    ['text', 'runs.list'],
    ['another function', { t: 'q', i: '1', m: 'constructor', a: ['return 1'] }],
    ['a function of Object', { t: 'q', i: '1', m: 'hasOwnProperty', a: ['call'] }],
    ['arguments that are none', { t: 'q', i: '1', m: 'call', a: 'runs.list' }],
    ['a reply', { t: 's', i: '1', r: 1 }],
    ['a call without a number', { t: 'q', m: 'call', a: ['runs.list', {}] }],
  ]
  it.each(messages)('is dropped: %s', async (_, message) => {
    const { call, port } = connect({
      'runs.get': () => Promise.reject(new Error('unused')),
      'runs.list': () => [],
    })
    const answers: unknown[] = []
    port.on('message', (answer) => answers.push(answer))
    port.postMessage(message)
    // The channel keeps its order: this call's answer comes after whatever the message would have caused.
    expect(await call('runs.list', {})).toEqual({ ok: true, value: [] })
    expect(answers).toHaveLength(1)
  })

  it('that cannot be answered by a clone rejects at the asker and leaves the port working', async () => {
    const uncloneable = (() => undefined) as unknown as never
    const { call } = connect({ 'runs.get': () => uncloneable, 'runs.list': () => [] })
    await expect(call('runs.get', { runId: 'r' })).rejects.toThrow(/could not be cloned/)
    expect(await call('runs.list', {})).toEqual({ ok: true, value: [] })
  })
})

describe('events', () => {
  const payload = { runId: 'r1' }

  it('arrive in order', async () => {
    const { served, events, call } = connect({ 'runs.list': () => [] })
    served.event('run.removed', payload)
    served.event('menu.command', { command: 'palette' })
    await call('runs.list', {})
    expect(events).toEqual([
      ['run.removed', payload],
      ['menu.command', { command: 'palette' }],
    ])
  })

  it('are dropped quietly once the port has closed, from either side', async () => {
    const { served, port, events } = connect()
    port.close()
    await new Promise((resolve) => port.once('close', resolve))
    served.event('run.removed', payload)
    served.close()
    served.event('run.removed', payload)
    expect(events).toEqual([])
  })

  it('go to every page that listens, and to none that has left', async () => {
    const hub = new EventHub()
    hub.publish('run.removed', payload)
    const first = connect({ 'runs.list': () => [] })
    const second = connect({ 'runs.list': () => [] })
    hub.join(first.served)
    hub.join(second.served)
    hub.publish('run.removed', payload)
    hub.leave(first.served)
    hub.publish('run.removed', payload)
    await Promise.all([first.call('runs.list', {}), second.call('runs.list', {})]) // what was sent before is there
    expect([first.events.length, second.events.length]).toEqual([1, 2])
  })
})
