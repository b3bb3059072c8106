/**
 * One window that is connected to this machine: its calls are answered by the machine's services, with jobs and dialogs
 * of its own, so that windows do not meet in them. Runs and measurings belong to the machine and not to a window.
 */
import { homedir, hostname } from 'node:os'

import type { EventName, EventPayload, MachineStatus } from '../contract/contract'
import { MidbenchError } from '../errors'
import { allHandlers } from '../ipc/handlers'
import { answerCall, type Handlers } from '../ipc/serve'
import { aboutMachine } from '../services/about'
import type { EventHub } from '../services/event-hub'
import type { Keyring } from '../services/hub-token'
import { Jobs } from '../services/jobs'
import type { About, MachineChoice } from '../services/shell'
import { upkeepOf } from '../services/upkeep'
import type { Services } from '../services/workbench'
import { ownIdentity } from './identity'
import { PageDialogs } from './page-dialogs'
import { fromWindow, type FromMachine } from './protocol.schema'
import { Session } from './session'

export class WindowSession {
  readonly session: Session
  private readonly jobs = new Jobs((progress) => this.event('job.progress', progress))
  private readonly dialogs: PageDialogs
  private readonly handlers: Handlers

  /** @param ended called where the window goes elsewhere, or the session cannot go on */
  constructor(
    services: Services,
    private readonly hub: EventHub,
    private readonly ended: () => void,
  ) {
    this.session = new Session({ receive: (message) => this.receive(message), overflow: ended })
    this.dialogs = new PageDialogs({
      ask: (wanted) => this.event('paths.asked', wanted),
      chosen: (path) => services.granted.grant(path),
    })
    const own = { jobs: this.jobs, dialogs: this.dialogs, paths: this.dialogs }
    const rest = {
      about: aboutServer(services),
      documents: homedir(),
      machine: thisMachine,
      upkeep: upkeepOf(services, noKeyring),
    }
    this.handlers = allHandlers({ ...services, ...own, ...rest })
    hub.join(this)
  }

  readonly event = <N extends EventName>(name: N, payload: EventPayload<N>): void => {
    this.send({ type: 'event', name, payload })
  }

  close(): void {
    this.hub.leave(this)
    this.abandon()
    this.session.close()
  }

  /** Nobody waits any more for what the page asked for. */
  private abandon(): void {
    this.jobs.cancelAll()
    this.dialogs.cancelAll()
  }

  private receive(message: unknown): void {
    const { success, data } = fromWindow.safeParse(message)
    if (!success) return
    if (data.type === 'call') void this.answer(data)
    else if (data.type === 'reloaded') this.abandon()
    else this.ended()
  }

  private async answer({ id, name, input }: { id: number; name: string; input?: unknown }): Promise<void> {
    const answer = await answerCall(this.handlers, name, input)
    try {
      this.send({ type: 'answer', id, answer })
    } catch (error) {
      const message = `The answer cannot be sent: ${error instanceof Error ? error.message : String(error)}`
      this.send({ type: 'answer', id, answer: { ok: false, failure: { code: 'internal', message } } })
    }
  }

  private send(message: FromMachine): void {
    this.session.send(message)
  }
}

function aboutServer(services: Services): About {
  const none = 'none: a server'
  return {
    ...aboutMachine(services, { version: ownIdentity().version, electron: none, chrome: none }),
    open: () => Promise.resolve(`it lies on ${hostname()}, which has no desktop here`),
    reveal: (path) => {
      throw new MidbenchError({
        code: 'machine.elsewhere',
        message: `${path} lies on ${hostname()}, which has no desktop here.`,
        remedy: `Look at it there: ssh to ${hostname()}, or copy it with scp.`,
      })
    },
  }
}

/** A keyring is opened by a person who sits at the machine. */
const noKeyring: Keyring = {
  lacks: () => 'A server has no keyring that could keep a token, and it is never kept in plain text.',
  seal: () => {
    throw new Error('a server seals nothing')
  },
  open: () => {
    throw new Error('a server opens nothing')
  },
}

/** A server shows itself: which machine a window shows is the app's to decide. */
const thisMachine: MachineChoice = {
  status: (): MachineStatus => ({ host: null, state: 'connected', failure: null, retry_at: null }),
  known: () => [],
  open: () => Promise.reject(notHere()),
  leave: () => {
    throw notHere()
  },
  retry: () => undefined,
}

function notHere(): MidbenchError {
  return new MidbenchError({ code: 'machine.not-here', message: 'Only a window of the app opens a machine.' })
}
