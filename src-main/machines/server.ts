/**
 * Serves this machine to windows elsewhere: everything that answers a window's calls, at a socket of its owner's. Nothing
 * listens on a network; ssh forwards the socket.
 *
 * A window that is cut off finds its session again for a while, with what was on its way. Runs go on without any window.
 */
import { chmod, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { hostname } from 'node:os'

import { MidbenchError } from '../errors'
import { holding } from '../files/lock'
import { EventHub } from '../services/event-hub'
import { appFiles } from '../services/places'
import { shutdownRuns } from '../services/shutdown'
import { closeServices, openServices, type Services } from '../services/workbench'
import { identityText, ownIdentity } from './identity'
import { joining, type Served } from './protocol.schema'
import { serverHosts } from './server-hosts'
import { makePrivate, serverAt, type ServerPlace } from './server-place'
import { WindowSession } from './window-session'
import { Wire } from './wire'

/** How long a window that was cut off finds its session again: a laptop is closed over lunch. */
const KEPT_MS = 2 * 60 * 60_000

export interface ServerOptions {
  place: ServerPlace
  /** One line about what happens. */
  log: (line: string) => void
}

export class MidbenchServer {
  private readonly windows = new Map<string, { window: WindowSession; expiry: NodeJS.Timeout | undefined }>()

  private constructor(
    private readonly server: Server,
    private readonly services: Services,
    private readonly hub: EventHub,
    private readonly options: ServerOptions,
  ) {
    server.on('connection', (socket) => {
      this.welcome(socket).catch((error: unknown) => {
        options.log(`A connection was refused: ${error instanceof Error ? error.message : String(error)}`)
        socket.destroy()
      })
    })
  }

  /**
   * @throws MidbenchError `serve.running` where this data folder has a server; `serve.path`; what opening the run store
   *   throws
   */
  static async start(options: ServerOptions): Promise<MidbenchServer> {
    const { place, log } = options
    await makePrivate(place.folder)
    return holding(place.lock, {}, async () => {
      const other = await serverAt(place.socket)
      if (other !== null) throw running(other.pid, identityText(other.midbench))
      const hub = new EventHub()
      const services = await openServices(hub, {
        files: { ...appFiles(), person: place.person },
        hosts: (settings) => serverHosts(() => settings.current.trainer_host),
      })
      for (const problem of services.problems) log(problem)
      const server = createServer()
      const made = new MidbenchServer(server, services, hub, options)
      await listen(server, place.socket)
      services.queue.open()
      return made
    })
  }

  /** What a window has to know to reach it. */
  get served(): Served {
    return { ...this.hello(), socket: this.options.place.socket }
  }

  /** Finishes the step in hand, saves, and ends. */
  async close(): Promise<void> {
    this.server.close()
    await this.services.queue.leave()
    await shutdownRuns(this.services.runs, () => Promise.resolve(true))
    for (const id of [...this.windows.keys()]) this.end(id)
    await closeServices(this.services)
    await rm(this.options.place.socket, { force: true })
  }

  private hello(): Omit<Served, 'socket'> {
    return { midbench: ownIdentity(), host: hostname(), pid: process.pid }
  }

  private async welcome(socket: Socket): Promise<void> {
    const wire = new Wire(socket)
    wire.sendLine(this.hello())
    const asked = await wire.line().catch(() => null)
    if (asked === null) return // it only looked who is there
    const { session: id, received } = joining.parse(JSON.parse(asked))
    const known = this.windows.get(id)
    clearTimeout(known?.expiry)
    const window = known?.window ?? new WindowSession(this.services, this.hub, () => this.end(id))
    wire.sendLine({ received: known ? window.session.lastReceived : null })
    window.session.attach(wire, received)
    this.windows.set(id, { window, expiry: undefined })
    this.options.log(known ? 'A window is back.' : 'A window has connected.')
    wire.onEnd(() => this.cutOff(id, window))
  }

  /** Keeps the session for a while, unless a newer connection has taken it over. */
  private cutOff(id: string, window: WindowSession): void {
    const known = this.windows.get(id)
    if (known?.window !== window || window.session.isAttached) return
    this.options.log('A window was cut off.')
    clearTimeout(known.expiry)
    known.expiry = setTimeout(() => this.end(id), KEPT_MS).unref()
  }

  private end(id: string): void {
    const known = this.windows.get(id)
    if (!known) return
    this.windows.delete(id)
    clearTimeout(known.expiry)
    known.window.close()
    this.options.log('A window has left.')
  }
}

async function listen(server: Server, socket: string): Promise<void> {
  await rm(socket, { force: true }) // of a server that was killed: nobody answers there
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socket, resolve)
  })
  await chmod(socket, 0o600)
}

function running(pid: number, version: string): MidbenchError {
  return new MidbenchError({
    code: 'serve.running',
    message: `A server of this data folder runs already: process ${String(pid)}, Midbench ${version}.`,
    remedy: 'Windows reach it as it is; `midbench serve --stop` saves its run and ends it.',
  })
}
