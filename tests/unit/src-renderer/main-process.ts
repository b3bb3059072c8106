/**
 * The other end of the page's port, for tests of what talks over it: a real MessageChannel and birpc, inputs parsed with
 * the contract as serve.ts does, answers given by the test. The page takes the first port it is handed, as in the app, so
 * there is one a test file; `answer` changes what it answers.
 */
import { createBirpc } from 'birpc'
import { effectScope } from 'vue'
import {
  calls,
  type CallName,
  type CallOutput,
  type CallParsed,
  type EventName,
  type EventPayload,
} from '../../../src-main/contract/contract'
import { CallError, type Remote } from '../../../src-renderer/api/client'

type Handler<N extends CallName> = (input: CallParsed<N>) => CallOutput<N> | Promise<CallOutput<N>>
type Handlers = { [N in CallName]?: Handler<N> }

interface Page {
  event<N extends EventName>(name: N, payload: EventPayload<N>): void
}

let handlers: Handlers = {}
/** Every call made so far, with its input as it came. */
export const made: { name: CallName; input: unknown }[] = []

async function answer<N extends CallName>(name: N, input: unknown): Promise<CallOutput<N>> {
  const parsed = calls[name].input.safeParse(input)
  if (!parsed.success) throw new CallError({ code: 'input.invalid', message: parsed.error.message })
  const handler = handlers[name]
  if (!handler) throw new CallError({ code: 'call.unknown', message: `The test answers no ${name}` })
  return handler(parsed.data as CallParsed<N>)
}

const local: Remote = {
  async call(name, input) {
    made.push({ name, input })
    try {
      return { ok: true, value: await answer(name, input) }
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      const { code, message, remedy, issues } = error
      return { ok: false, failure: { code, message, ...(remedy ? { remedy } : {}), issues } }
    }
  },
}

const { port1, port2 } = new MessageChannel()
/** Messages that have been posted and not yet received, in both directions. */
let underWay = 0
const page = createBirpc<Page, Remote>(local, {
  post: (data) => {
    underWay++
    port2.postMessage(data)
  },
  on: (receive) => {
    port2.onmessage = (event) => {
      underWay--
      receive(event.data)
    }
  },
})
const postFromPage = port1.postMessage.bind(port1)
port1.postMessage = (message: unknown) => {
  underWay++
  postFromPage(message)
}

/** Hands the page its port, as the preload does. */
export function connect(origin = location.origin, source: MessageEventSource = window): void {
  port1.addEventListener('message', () => underWay--)
  window.dispatchEvent(new MessageEvent('message', { data: 'midbench:port', ports: [port1], origin, source }))
}

/** What the main process answers from now on; calls not named are refused. */
export function answerWith(next: Handlers): void {
  handlers = next
  made.length = 0
}

/** Sends an event to the page. */
export async function send<N extends EventName>(name: N, payload: EventPayload<N>): Promise<void> {
  await page.event.asEvent(name, payload)
  await settled()
}

/**
 * Waits until no message is under way and everything has happened that waits for promises or due timers alone. A call
 * that the test has not answered yet does not keep it waiting.
 */
export async function settled(): Promise<void> {
  do await new Promise((resolve) => setTimeout(resolve))
  while (underWay > 0)
}

/** Runs a composable in a scope of its own; `stop` disposes of it, as leaving a view does. */
export function inScope<T>(use: () => T): { value: T; stop: () => void } {
  const scope = effectScope()
  const value = scope.run(use)
  if (value === undefined) throw new Error('the composable gave nothing')
  return {
    value,
    stop: () => {
      scope.stop()
    },
  }
}
