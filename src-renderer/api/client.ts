/**
 * The window's end of the port: the only file that knows how the page talks to the main process.
 *
 * The preload posts one MessagePort into the page; everything goes over it as birpc messages. `call` returns a call's
 * output or throws a CallError, rebuilt from the failure that crossed as data. `on` listens to the main process's
 * events. Calls made before the port arrives wait for it. A call has no time limit, because some render a whole data
 * set or wait for a dialog.
 */
import { createBirpc } from 'birpc'
import { config as configureZod } from 'zod'
import type {
  Answer,
  CallInput,
  CallName,
  CallOutput,
  EventName,
  EventPayload,
} from '../../src-main/contract/contract'

// The page's policy forbids eval, which zod would use to speed up its parsers.
configureZod({ jitless: true })

/** One fault of an input: where it is, what is wrong, what would be right. */
export interface Issue {
  path: string
  message: string
  hint?: string | undefined
}

interface Failure {
  code: string
  message: string
  remedy?: string | undefined
  issues?: Issue[] | undefined
}

/** A call that failed, with what to do about it. */
export class CallError extends Error {
  readonly code: string
  readonly remedy: string | undefined
  readonly issues: Issue[]

  constructor(failure: Failure) {
    super(failure.message)
    this.name = 'CallError'
    this.code = failure.code
    this.remedy = failure.remedy
    this.issues = failure.issues ?? []
  }
}

/** Any thrown value as a CallError, so that views show one kind of error. */
export function toCallError(error: unknown): CallError {
  if (error instanceof CallError) return error
  return new CallError({ code: 'window', message: error instanceof Error ? error.message : String(error) })
}

/** What the main process offers over the port. */
export interface Remote {
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<Answer<N>>
}

type Listener<N extends EventName> = (payload: EventPayload<N>) => void
type Listeners = { [N in EventName]: Set<Listener<N>> }

const listeners: Listeners = {
  'run.changed': new Set(),
  'run.removed': new Set(),
  'run.refused': new Set(),
  'run.metrics': new Set(),
  'run.ranks': new Set(),
  'talk.tokens': new Set(),
  'queue.changed': new Set(),
  'measuring.changed': new Set(),
  'job.progress': new Set(),
  'settings.changed': new Set(),
  'project.changed': new Set(),
  'trainer.changed': new Set(),
  'machine.changed': new Set(),
  'paths.asked': new Set(),
  'menu.command': new Set(),
}
const fileListeners = new Set<(paths: string[]) => void>()

const local = {
  event<N extends EventName>(name: N, payload: EventPayload<N>): void {
    for (const listener of listeners[name]) listener(payload)
  },
}

function overPort(port: MessagePort) {
  return createBirpc<Remote, typeof local>(local, {
    post: (data) => port.postMessage(data),
    on: (receive) => {
      port.onmessage = (event) => receive(event.data)
    },
    timeout: -1,
  })
}

/** Whether a message was posted by this very page (the preload shares its window). */
function fromThisPage(event: MessageEvent): boolean {
  return event.source === window && (event.origin === location.origin || event.origin === 'null')
}

function paths(data: unknown): string[] {
  if (typeof data !== 'object' || data === null || !('type' in data) || !('paths' in data)) return []
  if (data.type !== 'midbench:files' || !Array.isArray(data.paths)) return []
  return data.paths.filter((path) => typeof path === 'string')
}

const connection = new Promise<ReturnType<typeof overPort>>((resolve) => {
  window.addEventListener('message', (event) => {
    if (!fromThisPage(event)) return
    const port = event.data === 'midbench:port' ? event.ports[0] : undefined
    if (port) resolve(overPort(port))
    const files = paths(event.data)
    if (files.length > 0) for (const listener of fileListeners) listener(files)
  })
})

/**
 * Calls the main process.
 * @throws CallError with the failure's code, message, remedy and issues.
 */
export async function call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  const remote = await connection
  const answer = await remote.call(name, input)
  if (answer.ok) return answer.value
  throw new CallError(answer.failure)
}

/** Listens to an event until the returned function is called. */
export function on<N extends EventName>(name: N, listener: Listener<N>): () => void {
  listeners[name].add(listener)
  return () => listeners[name].delete(listener)
}

/** Listens for the paths of files dropped on the window, until the returned function is called. */
export function onFiles(listener: (paths: string[]) => void): () => void {
  fileListeners.add(listener)
  return () => fileListeners.delete(listener)
}
