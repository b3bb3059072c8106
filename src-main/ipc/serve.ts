/**
 * Answers the calls that arrive at a port and sends events to it; uses contract.ts and nothing of Electron.
 *
 * Guarantees: an unknown name never reaches a handler, nor does an input that its schema refuses; a handler's failure
 * crosses as data and never as a thrown error; a malformed message is dropped. Besides its handler, a call costs one
 * parse and one structured clone.
 */
import { createBirpc } from 'birpc'
import { z } from 'zod'

import { toFailure, type Failure } from '../errors'
import { schemaFaults } from '../schema-faults'
import { calls, type Answer, type CallName, type CallOutput, type CallParsed } from '../contract/contract'
import type { ServedPage } from '../services/event-hub'

/** A function for each call of the contract. */
export type Handlers = {
  [N in CallName]: (input: CallParsed<N>) => CallOutput<N> | Promise<CallOutput<N>>
}

/** One end of a message channel, Electron's or Node's. */
export interface Port {
  post(message: unknown): void
  onMessage(listen: (message: unknown) => void): void
  onClose(listen: () => void): void
  close(): void
}

/** What the page may send: a birpc call of our one function. Replies are not expected, since we send no requests. */
const request = z.object({ t: z.literal('q'), m: z.literal('call'), a: z.array(z.unknown()), i: z.string() })

interface Page {
  event(name: string, payload: unknown): void
}

/** Serves the contract at `port` until it closes. */
export function serve(port: Port, handlers: Handlers): ServedPage {
  let closed = false
  const call = (name: unknown, input: unknown): Promise<Answer<CallName>> => answerCall(handlers, name, input)
  const rpc = createBirpc<Page, { call: typeof call }>(
    { call },
    {
      post: (message: unknown) => {
        if (!closed) postOrExplain(port, message)
      },
      on: (receive) => {
        port.onMessage((message) => {
          if (request.safeParse(message).success) receive(message)
        })
      },
      // An answer that cannot be cloned: birpc sends the page an error in its place.
      onGeneralError: () => true,
    },
  )
  const close = (): void => {
    if (closed) return
    closed = true
    rpc.$close()
    port.close()
  }
  port.onClose(close)
  return {
    event: (name, payload) => {
      if (!closed) void rpc.event.asEvent(name, payload)
    },
    close,
  }
}

/** Where posting fails, the page gets an explanation: the clone's own error could not be cloned either. */
function postOrExplain(port: Port, message: unknown): void {
  try {
    port.post(message)
  } catch (error) {
    throw new Error(`The answer cannot be sent: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Finds the handler, parses the input and calls; anything that goes wrong becomes a failure. */
export async function answerCall(
  handlers: Handlers,
  name: unknown,
  input: unknown,
): Promise<Answer<CallName>> {
  if (!isCallName(name)) {
    return refusal({ code: 'call.unknown', message: `There is no call ${JSON.stringify(name)}.` })
  }
  return run(name, handlers, input)
}

async function run<N extends CallName>(name: N, handlers: Handlers, input: unknown): Promise<Answer<N>> {
  const parsed = calls[name].input.safeParse(input)
  if (!parsed.success) return refusal(invalidInput(name, parsed.error, input))
  try {
    // The schema of `name` has just parsed it: TypeScript does not follow that through the map.
    const value = await handlers[name](parsed.data as CallParsed<N>)
    return { ok: true, value }
  } catch (error) {
    return refusal(toFailure(error))
  }
}

function isCallName(name: unknown): name is CallName {
  return typeof name === 'string' && Object.hasOwn(calls, name)
}

function refusal(failure: Failure): { ok: false; failure: Failure } {
  return { ok: false, failure }
}

function invalidInput(name: CallName, error: z.ZodError, input: unknown): Failure {
  return {
    code: 'call.invalid',
    message: `The input of ${name} is not what it takes.`,
    issues: schemaFaults(error, input),
  }
}
