/**
 * This process as one rank of several: TensorFlow's own server, and sessions on it whose graphs may hold collective
 * operations. The server listens on one address of this machine and on no other (cluster.cc), has neither passwords nor
 * encryption, and lives as long as the process: a rank is a process of its own, never a thread of the app.
 *
 * After one collective operation has failed, all later ones of the process fail; what a rank holds can still be read.
 */
import { lookup } from 'node:dns/promises'

import { MidbenchError } from '../errors'
import { serverDefinition, sessionConfig } from './cluster-def'
import type { NodeDef } from './graph-def'
import { type GraphSession, openGraphSession } from './graph-session'
import type { Tensorflow } from './tensorflow'

interface RankPlace {
  rank: number
  /** `host:port` of every rank, in their order. */
  hosts: readonly string[]
}

export interface Cluster {
  readonly rank: number
  readonly worldSize: number
  /**
   * A key for one collective operation of one graph, which no other has in the life of the process. Ranks that open the
   * same graphs in the same order have the same keys.
   */
  nextKey(): number
  /** Runs collective operations: that a rank is gone is thrown, and TensorFlow's own lines about it stay off stderr. */
  quietly<Result>(run: () => Result): Result
  /** Opens a session whose collective operations meet those of the other ranks. @throws as {@link openGraphSession} */
  open(nodes: readonly NodeDef[]): GraphSession
}

/**
 * Starts this rank's server.
 *
 * @throws MidbenchError `ranks.port` where its port is in use, `ranks.host` where its host is not of this machine or has
 *   no address
 */
export async function joinCluster(tensorflow: Tensorflow, { rank, hosts }: RankPlace): Promise<Cluster> {
  const own = hosts[rank]
  if (own === undefined) throw new Error(`there is no host for rank ${String(rank)}`)
  const description = { rank, hosts, threads: tensorflow.threads }
  const target = startServer(tensorflow, serverDefinition(description), own, await addressOf(own))
  const config = sessionConfig(description)
  let lastKey = 0
  return {
    rank,
    worldSize: hosts.length,
    nextKey: () => ++lastKey,
    quietly: (run) => tensorflow.quietly(run),
    open(nodes) {
      tensorflow.server.use(target, config)
      try {
        return openGraphSession(tensorflow.binding, nodes)
      } finally {
        tensorflow.server.use('', new Uint8Array())
      }
    },
  }
}

/** `127.0.0.1:2222` → `127.0.0.1`, `[::1]:2222` → `::1`. */
export function hostName(host: string): string {
  return host.slice(0, host.lastIndexOf(':')).replace(/^\[(.*)\]$/, '$1')
}

export function hostPort(host: string): number {
  return Number(host.slice(host.lastIndexOf(':') + 1))
}

async function addressOf(host: string): Promise<string> {
  try {
    return (await lookup(hostName(host))).address
  } catch (cause) {
    throw hostError(host, `has no address: ${words(cause)}`, cause)
  }
}

function startServer(tensorflow: Tensorflow, definition: Uint8Array, host: string, address: string): string {
  try {
    return tensorflow.quietly(() => tensorflow.server.start(definition, address))
  } catch (cause) {
    throw new MidbenchError(
      {
        code: 'ranks.port',
        message: `TensorFlow's server could not listen on ${host}: ${words(cause)}`,
        remedy:
          'See that no other program listens on that port, and that the host is a name or an address of this machine.',
      },
      { cause },
    )
  }
}

function hostError(host: string, what: string, cause: unknown): MidbenchError {
  const remedy = 'Name every rank as host:port, by a name or an address that this machine knows.'
  return new MidbenchError({ code: 'ranks.host', message: `${host} ${what}.`, remedy }, { cause })
}

function words(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
