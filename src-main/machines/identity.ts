/**
 * Which Midbench this is, for another to compare: its version, and a hash over the contract. Two checkouts of one version
 * may have other calls; those that have the same ones understand each other.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'

import { calls, events } from '../contract/contract'
import { MidbenchError } from '../errors'
import { appFiles } from '../services/places'
import type { Identity } from './protocol.schema'

let known: Identity | undefined

/** Takes some tens of milliseconds the first time. */
export function ownIdentity(): Identity {
  known ??= { version: packageVersion(), contract: contractHash() }
  return known
}

/** `0.1.0 (contract 1a2b3c4d)`. */
export function identityText({ version, contract }: Identity): string {
  return `${version} (contract ${contract})`
}

/** @throws MidbenchError `machine.version` where the two differ, naming both */
export function requireSame(theirs: Identity, host: string, ours: Identity = ownIdentity()): void {
  if (theirs.version === ours.version && theirs.contract === ours.contract) return
  throw new MidbenchError({
    code: 'machine.version',
    message: `On ${host} runs Midbench ${identityText(theirs)}, and this window is ${identityText(ours)}.`,
    remedy:
      'Bring both checkouts to the same commit. A server that still runs the one before ends with ' +
      '`midbench serve --stop` there, which saves its run; connecting starts it again.',
  })
}

function packageVersion(): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(appFiles().packageJson, 'utf8')))
    .version
}

function contractHash(): string {
  const hash = createHash('sha256')
  const schema = (of: z.ZodType, io: 'input' | 'output'): unknown =>
    z.toJSONSchema(of, { unrepresentable: 'any', io })
  for (const [name, { input, output }] of Object.entries(calls))
    hash.update(JSON.stringify([name, schema(input, 'input'), schema(output, 'output')]))
  for (const [name, payload] of Object.entries(events))
    hash.update(JSON.stringify([name, schema(payload, 'output')]))
  return hash.digest('hex').slice(0, 8)
}
