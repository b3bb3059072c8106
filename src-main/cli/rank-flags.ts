/** The flags by which `train` is told of ranks: `--ranks N` on this machine, or `--cluster HOSTFILE --rank R` on each. */
import { readFile } from 'node:fs/promises'

import { MOST_RANKS } from '../bounds.schema'
import { type ReadConfig, requireRules, type Rules } from '../config/config'
import { MidbenchError } from '../errors'
import { optionalCount, optionalString, usageError } from './usage'

export const RANK_FLAGS = {
  ranks: { type: 'string' },
  cluster: { type: 'string' },
  rank: { type: 'string' },
} as const

export interface RankFlags {
  /** Number of ranks; null where the command line names none. */
  ranks: number | null
  /** `host:port` of every rank, where they are on several machines. */
  hosts: string[] | null
  /** The rank of this machine; null where all are here. */
  rank: number | null
}

/** @throws MidbenchError of usage; `ranks.hosts` where the file cannot be read or names nobody */
export async function readRankFlags(values: Readonly<Record<string, unknown>>): Promise<RankFlags> {
  const ranks = optionalCount(values, 'ranks', 1, MOST_RANKS)
  const file = optionalString(values, 'cluster')
  const rank = optionalCount(values, 'rank', 0, MOST_RANKS - 1)
  if (file === null) {
    if (rank !== null) throw usageError('--rank is the number of this machine in a --cluster HOSTFILE.')
    return { ranks, hosts: null, rank: null }
  }
  if (ranks !== null)
    throw usageError('--ranks is for ranks on this machine; --cluster names those of several.')
  const hosts = await readHosts(file)
  if (rank === null || rank >= hosts.length) {
    throw usageError(
      `--cluster needs --rank with the number of this machine's line in ${file}: from 0 to ${String(hosts.length - 1)}.`,
    )
  }
  return { ranks: hosts.length, hosts, rank }
}

/** A host:port a line; empty lines and those that begin with # are passed over. */
async function readHosts(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw hostsError(`${file} could not be read: ${why}.`)
  })
  const lines = text.split('\n').map((line) => line.trim())
  const hosts = lines.filter((line) => line !== '' && !line.startsWith('#'))
  if (hosts.length === 0) throw hostsError(`${file} names no host.`)
  return hosts
}

function hostsError(message: string): MidbenchError {
  const remedy = 'Write a line host:port for each rank, rank 0 first.'
  return new MidbenchError({ code: 'ranks.hosts', message, remedy })
}

/** The config with the ranks of the command line. @throws MidbenchError `config.invalid` */
export function withRanks(loaded: ReadConfig, { ranks, hosts }: RankFlags, rules: Rules): ReadConfig {
  if (ranks === null) return loaded
  const config = { ...loaded.config, world_size: ranks, hosts: hosts ?? loaded.config.hosts }
  requireRules(config, rules, loaded.path)
  return { ...loaded, config }
}
