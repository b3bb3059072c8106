/**
 * `midbench serve` as a window uses it, over its plain Unix socket: calls and events, several windows, connections that
 * break, a run that goes on without any. ssh is in tests/contract/ssh.test.ts.
 */
import { statSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'

import type {
  CallInput,
  CallName,
  CallOutput,
  EventPayload,
  MachineStatus,
} from '../../src-main/contract/contract'
import { calls } from '../../src-main/contract/contract'
import { ownIdentity } from '../../src-main/machines/identity'
import { Machine, type Way } from '../../src-main/machines/machine'
import { failureOf } from '../support/failure'
import { runCommandLine, startCommand, type Started } from '../support/command-line'
import { openSockets } from '../support/open-sockets'
import { smallConfig } from '../support/small-project'
import { keptFolder, temporaryFolder } from '../support/temporary-folder'

const TIMEOUT = { timeout: 40_000, interval: 20 }

/** Connections to a socket, which a test can cut. */
class PlainWay implements Way {
  stream: Socket | null = null
  constructor(private readonly path: string) {}

  async open(): Promise<Socket> {
    const stream = connect(this.path)
    this.stream = stream
    await new Promise((resolve, reject) => stream.once('connect', resolve).once('error', reject))
    return stream
  }
  forget(): void {}
  fault(): null {
    return null
  }
  close(): void {
    this.stream?.destroy()
  }
}

interface Window {
  machine: Machine
  way: PlainWay
  events: [string, unknown][]
  states: MachineStatus['state'][]
  restarts: () => number
  ask: <N extends CallName>(name: N, input: CallInput<N>) => Promise<CallOutput<N>>
}

function windowOn(path: string): Window {
  const way = new PlainWay(path)
  const events: Window['events'] = []
  const states: Window['states'] = []
  let restarts = 0
  const machine = new Machine({
    ...{ host: 'here', way },
    event: (name, payload) => events.push([name, payload]),
    changed: ({ state }) => states.push(state),
    restarted: () => restarts++,
  })
  onTestFinished(() => machine.leave())
  const ask: Window['ask'] = async (name, input) => {
    const answer = await machine.call(name, input)
    if (!answer.ok) throw new Error(`${answer.failure.code}: ${answer.failure.message}`)
    return calls[name].output.parse(answer.value) as CallOutput<typeof name>
  }
  return { machine, way, events, states, restarts: () => restarts, ask }
}

async function connected(path: string): Promise<Window> {
  const window = windowOn(path)
  await window.machine.connect({ signal: new AbortController().signal, onProgress: () => undefined })
  return window
}

/** The metrics of a run, as a window has heard them. */
function metrics({ events }: Window): EventPayload<'run.metrics'>[] {
  return events
    .filter(([name]) => name === 'run.metrics')
    .map(([, each]) => each as EventPayload<'run.metrics'>)
}

const home = keptFolder()
const socket = join(home, 'server', 'window.sock')
let server: Started
beforeAll(async () => {
  server = startCommand(home, ['serve', '--json'])
  const line = await server.line('socket')
  expect(JSON.parse(line)).toMatchObject({ socket, pid: server.process.pid, midbench: ownIdentity() })
})
afterAll(async () => {
  server.process.kill('SIGKILL')
  await server.finished
})

describe('a server', () => {
  it('lets in its owner alone, and listens on no network', () => {
    expect(statSync(socket).mode & 0o777).toBe(0o600)
    expect(statSync(join(home, 'server')).mode & 0o777).toBe(0o700)
    expect(openSockets(server.process.pid ?? 0)).toEqual([])
  })

  it('is the only one of its data folder', async () => {
    const { code, stderr } = await runCommandLine(home, ['serve'])
    expect([code, stderr]).toEqual([1, expect.stringContaining(`process ${String(server.process.pid)}`)])
    const { stdout } = await runCommandLine(home, ['serve', '--detach', '--json'])
    expect(JSON.parse(stdout[0] ?? '')).toMatchObject({ pid: server.process.pid })
  })

  it('shows paths of its own where a window asks for one', async () => {
    const { ask, events } = await connected(socket)
    const opening = ask('project.pickFile', { kind: 'folder' })
    const asked = await vi.waitUntil(() => events.find(([name]) => name === 'paths.asked'), TIMEOUT)
    const [, { id, want }] = asked as [string, EventPayload<'paths.asked'>]
    expect(want).toBe('folder')
    expect(await ask('paths.list', { folder: home })).toMatchObject({
      folder: home,
      entries: expect.arrayContaining([{ name: 'server', folder: true }]) as unknown,
    })
    await ask('paths.choose', { id, path: join(home, 'server') })
    expect(await opening).toBe(join(home, 'server'))
    await expect(ask('paths.list', { folder: join(home, 'nowhere') })).rejects.toThrow(
      /paths\.unreadable: .*nowhere/,
    )
  })

  it('answers refusals as the app does', async () => {
    const { machine } = await connected(socket)
    expect(await machine.call('runs.get', { runId: 5 })).toMatchObject({ failure: { code: 'call.invalid' } })
    expect(await machine.call('machine.leave', {})).toMatchObject({ failure: { code: 'machine.not-here' } })
    expect(await machine.call('app.reveal', { path: home })).toMatchObject({
      failure: { code: 'machine.elsewhere' },
    })
  })
})

describe('a run on a server', () => {
  it('is heard by every window, and whole by one whose connection breaks; it goes on without any', async () => {
    const [first, second] = [await connected(socket), await connected(socket)]
    const batch = { config: smallConfig(), dir: home, split: 'train', batch: 0 } as const
    const { ids } = await first.ask('packing.batch', batch)
    expect(ids).toBeInstanceOf(Int32Array)
    const { runId } = await first.ask('runs.start', { config: smallConfig(), dir: home, path: null })
    await vi.waitUntil(() => metrics(first).length > 3 && metrics(second).length > 3, TIMEOUT)
    const waiting = first.ask('runs.list', {}) // on its way when the connection breaks
    first.way.stream?.destroy()
    expect((await waiting).map(({ id }) => id)).toEqual([runId])
    await vi.waitUntil(() => first.states.at(-1) === 'connected' && first.states.includes('lost'), TIMEOUT)
    const heard = metrics(first).length
    await vi.waitUntil(() => metrics(first).length > heard + 3, TIMEOUT)
    const numbers = metrics(first).map(({ seq }) => seq)
    expect(numbers).toEqual(numbers.map((_, at) => (numbers[0] ?? 0) + at))
    void first.machine.leave()
    void second.machine.leave()
    const third = await connected(socket)
    const before = (await third.ask('runs.get', { runId })).step
    await vi.waitUntil(async () => (await third.ask('runs.get', { runId })).step > before, TIMEOUT)
    await third.ask('runs.pause', { runId })
    await vi.waitUntil(async () => (await third.ask('runs.get', { runId })).state === 'paused', TIMEOUT)
    expect(openSockets(server.process.pid ?? 0)).toEqual([]) // the trainer's thread included
  })
})

describe('a server that ends', () => {
  it('saves its run, and windows find the next one', async () => {
    const own = temporaryFolder()
    const path = join(own, 'server', 'window.sock')
    const detached = async (): Promise<number> => {
      const { stdout, stderr } = await runCommandLine(own, ['serve', '--detach', '--json'])
      if (stdout[0] === undefined) throw new Error(stderr)
      return (JSON.parse(stdout[0]) as { pid: number }).pid
    }
    await detached()
    onTestFinished(async () => void (await runCommandLine(own, ['serve', '--stop'])))
    const window = await connected(path)
    const { runId } = await window.ask('runs.start', { config: smallConfig(), dir: own, path: null })
    await vi.waitUntil(() => metrics(window).length > 1, TIMEOUT)
    expect((await runCommandLine(own, ['serve', '--stop'])).code).toBe(0)
    await vi.waitUntil(() => window.states.includes('lost'), TIMEOUT)
    const waiting = window.machine.call('runs.list', {})
    await detached()
    window.machine.retry()
    expect(await waiting).toMatchObject({ ok: false, failure: { code: 'machine.ended' } })
    await vi.waitUntil(() => window.states.at(-1) === 'connected', TIMEOUT)
    expect(window.restarts()).toBe(1)
    const { state, step, checkpoints } = await window.ask('runs.get', { runId })
    expect(['paused', 'interrupted']).toContain(state)
    expect(checkpoints.at(-1)).toBe(step)
  })
})

describe('a machine of another version', () => {
  it('is refused by name, with both versions', async () => {
    const path = join(temporaryFolder(), 'other.sock')
    const other = createServer((stream) => {
      const midbench = { ...ownIdentity(), version: '9.9.9' }
      stream.write(`${JSON.stringify({ midbench, host: 'other', pid: 1 })}\n`)
    })
    await new Promise<void>((resolve) => void other.listen(path, resolve))
    onTestFinished(() => void other.close())
    const { version } = ownIdentity()
    const failure = await failureOf(() => connected(path))
    expect(failure).toMatchObject({
      code: 'machine.version',
      message: expect.stringMatching(
        new RegExp(`here runs Midbench 9\\.9\\.9 .* window is ${version} `),
      ) as unknown,
      remedy: expect.stringContaining('--stop') as unknown,
    })
  })
})
