/**
 * How a rank finds the others: it starts its server, waits until every other one answers, and compares what they are
 * about to train with. Nothing is trained before all of it is the same.
 */
import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'

import { MidbenchError } from '../../errors'
import { hostName, hostPort, joinCluster } from '../../native/cluster'
import { loadTensorflow } from '../../native/tensorflow'
import type { RankJob } from '../trainer-calls'
import { RankPeers } from './rank-peers'

const BETWEEN_TRIES_MS = 200
const TRY_MS = 2000

/**
 * @param threads null = as many as there are processors
 * @param signal aborts the waiting
 * @param onExchange as {@link RankPeers} tells it
 * @throws MidbenchError `ranks.port`, `ranks.host`; `ranks.no-answer` naming each host that did not answer in time;
 *   `cancelled`
 */
export async function joinRanks(
  { rank, hosts, timeoutS }: RankJob,
  threads: number | null,
  signal: AbortSignal,
  onExchange: (count: number) => void,
): Promise<RankPeers> {
  const tensorflow = await loadTensorflow({ threads: threads ?? undefined, onServer: true })
  const cluster = await joinCluster(tensorflow, { rank, hosts })
  await allAnswer(hosts, timeoutS, signal)
  return new RankPeers(cluster, timeoutS, onExchange)
}

async function allAnswer(hosts: readonly string[], timeoutS: number, signal: AbortSignal): Promise<void> {
  const until = performance.now() + timeoutS * 1000
  const found = await Promise.all(
    hosts.map(async (host, rank) => ((await answersBy(host, until, signal)) ? null : { host, rank })),
  )
  if (signal.aborted)
    throw new MidbenchError({ code: 'cancelled', message: 'The wait for other ranks was cancelled.' })
  const silent = found.flatMap((each) => (each === null ? [] : `${each.host} (rank ${String(each.rank)})`))
  if (silent.length === 0) return
  throw new MidbenchError({
    code: 'ranks.no-answer',
    message: `No answer within ${String(timeoutS)} s from ${silent.join(', ')}.`,
    remedy:
      'Start `midbench train` on that machine with the same list of hosts and its own --rank, and see that its port can be reached from here.',
  })
}

async function answersBy(host: string, until: number, signal: AbortSignal): Promise<boolean> {
  for (;;) {
    if (await answers(host)) return true
    if (signal.aborted || performance.now() > until) return false
    await setTimeout(BETWEEN_TRIES_MS)
  }
}

function answers(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostName(host), port: hostPort(host), timeout: TRY_MS })
    const end = (found: boolean) => () => {
      socket.destroy()
      resolve(found)
    }
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false))
  })
}
