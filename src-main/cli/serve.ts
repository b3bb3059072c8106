/**
 * `serve`: serves this machine to windows elsewhere (`machines/server.ts`). In the terminal it runs until Ctrl-C;
 * `--detach` leaves it running, which is how a window starts it over ssh, and is no error where one runs already.
 */
import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as pass } from 'node:timers/promises'

import { MidbenchError, toFailure } from '../errors'
import { identityText } from '../machines/identity'
import type { Served } from '../machines/protocol.schema'
import { MidbenchServer } from '../machines/server'
import { makePrivate, serverAt, serverPlace, type ServerPlace } from '../machines/server-place'
import type { Command, CommandIo } from './command'
import { usageError } from './usage'

const LOOK_MS = 100
const USAGE = 'serve [--detach | --stop] [--json]'

export const command: Command = {
  name: 'serve',
  summary: 'this machine for a window elsewhere, which reaches it over ssh',
  usage: USAGE,
  options: {
    detach: { type: 'boolean' },
    stop: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  async run({ detach, stop, json }, io) {
    if (detach === true && stop === true) throw usageError('Give --detach or --stop, not both.', USAGE)
    const place = serverPlace()
    if (stop === true) return stopped(place, io)
    const say = (served: Served): void => io.stdout(json === true ? JSON.stringify(served) : words(served))
    if (detach === true) say(await detached(place, io.signal))
    else await inTerminal(place, io, say)
    return 0
  },
}

function words({ midbench, pid, socket }: Served): string {
  return `Midbench ${identityText(midbench)} serves windows at ${socket}, process ${String(pid)}.`
}

/** Serves until Ctrl-C. */
async function inTerminal(place: ServerPlace, io: CommandIo, say: (served: Served) => void): Promise<void> {
  // A fault of one window's call must end no run.
  const report = (error: unknown): void => io.stderr(toFailure(error).message)
  process.on('uncaughtException', report)
  process.on('unhandledRejection', report)
  const log = (line: string): void => io.stderr(`${new Date().toISOString()} ${line}`)
  const server = await MidbenchServer.start({ place, log })
  say(server.served)
  await new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve()
    io.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await server.close()
}

/** The server that runs, or a new one that outlives this process. @throws MidbenchError `serve.failed` */
async function detached(place: ServerPlace, signal: AbortSignal): Promise<Served> {
  const known = await serverAt(place.socket)
  if (known !== null) return { ...known, socket: place.socket }
  await makePrivate(place.folder)
  const log = openSync(place.log, 'w', 0o600)
  const [script = ''] = process.argv.slice(1)
  const child = spawn(process.execPath, [...process.execArgv, script, 'serve'], {
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  const ended = new AbortController()
  child.on('exit', () => ended.abort())
  child.on('error', () => ended.abort())
  for (;;) {
    signal.throwIfAborted()
    const served = await serverAt(place.socket)
    if (served !== null) {
      child.unref()
      return { ...served, socket: place.socket }
    }
    if (ended.signal.aborted) throw notStarted(place)
    await pass(LOOK_MS)
  }
}

/** Asks the server to save and end, and waits until it has. */
async function stopped(place: ServerPlace, io: CommandIo): Promise<number> {
  const served = await serverAt(place.socket)
  if (served === null) {
    io.stderr('No server of this data folder runs.')
    return 0
  }
  process.kill(served.pid, 'SIGTERM')
  while (isAlive(served.pid)) {
    io.signal.throwIfAborted()
    await pass(LOOK_MS)
  }
  io.stderr(`The server, process ${String(served.pid)}, has saved and ended.`)
  return 0
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function notStarted({ log }: ServerPlace): MidbenchError {
  const said = readFileSync(log, 'utf8').trim()
  return new MidbenchError({
    code: 'serve.failed',
    message: `The server did not start. ${said === '' ? 'It said nothing.' : said}`,
  })
}
