/** What a window and a machine say to each other: lines of JSON before the session, messages in it. */
import { z } from 'zod'

/** Two that differ in any of this do not talk. */
export const identity = z.object({
  /** Midbench's version. */
  version: z.string(),
  /** The first digits of a hash over every call and event of the contract. */
  contract: z.string(),
})

/** The first line, of the server's side. */
export const hello = z.object({ midbench: identity, host: z.string(), pid: z.int() })

/** The window's answer: which session it goes on with, and how much of it has arrived there. */
export const joining = z.object({ session: z.uuid(), received: z.int().min(0) })

/** The server's answer to that: how much has arrived there; null where it knows no such session and begins one. */
export const joined = z.object({ received: z.int().min(0).nullable() })

/** What `serve --json` prints once it can be reached. */
export const served = hello.extend({ socket: z.string() })

export const fromWindow = z.discriminatedUnion('type', [
  z.object({ type: z.literal('call'), id: z.int(), name: z.string(), input: z.unknown() }),
  /** The page was loaded anew: nobody waits for its jobs any more. */
  z.object({ type: z.literal('reloaded') }),
  /** The window goes elsewhere: the session ends. */
  z.object({ type: z.literal('left') }),
])

export const fromMachine = z.discriminatedUnion('type', [
  z.object({ type: z.literal('answer'), id: z.int(), answer: z.unknown() }),
  z.object({ type: z.literal('event'), name: z.string(), payload: z.unknown() }),
])

export type Identity = z.infer<typeof identity>
export type Hello = z.infer<typeof hello>
export type Served = z.infer<typeof served>
export type FromWindow = z.infer<typeof fromWindow>
export type FromMachine = z.infer<typeof fromMachine>
