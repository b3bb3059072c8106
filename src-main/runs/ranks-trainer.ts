/**
 * A run of several ranks, which looks like one trainer: a process for every rank of this machine. What the first of them
 * reports is the run; requests go to it, and the ranks agree among themselves on when they take effect.
 *
 * A rank that ends, or is stopped, ends the step on all within seconds; one that is stuck (hang-watch.ts), within a
 * minute or ten times the longest step. One that is left saves, and all begin again from that checkpoint on other ports,
 * a few times; where they share the optimizers' state out, nothing can be saved without all of them, and they begin again
 * from the last save. Where ranks are on other machines, they end when nothing comes from the others in time, and are
 * not started again from here.
 */
import { availableParallelism } from 'node:os'

import type {
  RankJob,
  RunRequest,
  Trainer,
  TrainerCalls,
  TrainEnd,
  TrainJob,
  TrainReport,
} from '../engine/trainer-calls'
import type { RankLoss } from '../config/rank-status.schema'
import { MidbenchError } from '../errors'
import { memoryLimit } from '../memory-limit'
import { type CallOptions, Ended, type EventOf } from '../threads/calls'
import { freePorts } from './free-ports'
import { PATIENCE_MS } from './hang-watch'
import { openProcessTrainer } from './process-trainer'
import { type RankAttempt, startRanks, type Tellings } from './rank-attempt'

/** How often all ranks begin again after one was lost, and how often on other ports after one was taken. */
const MOST_RESTARTS = 3
const MOST_PORTS = 5
const TIMEOUT_VARIABLE = 'MIDBENCH_RANK_TIMEOUT'
const TIMEOUT_S = 600

/** One rank that is alone of its run on this machine. */
export function rankOf(rank: number, hosts: readonly string[]): RankJob {
  return { rank, hosts, leads: true, timeoutS: Number(process.env[TIMEOUT_VARIABLE] ?? TIMEOUT_S) }
}

interface RanksOptions {
  /** Ports for the ranks of this machine. @default {@link freePorts} */
  pickPorts?: (count: number) => Promise<number[]>
  /** As {@link HangWatch} has it. @default {@link PATIENCE_MS} */
  patienceMs?: number
}

export function openRanks({ pickPorts = freePorts, patienceMs = PATIENCE_MS }: RanksOptions = {}): Trainer {
  return new RanksTrainer({ pickPorts, patienceMs })
}

class RanksTrainer implements Trainer {
  private attempt: RankAttempt | null = null
  /** The last request: ranks that begin again are told of it too. */
  private asked: RunRequest | null = null
  private loss: RankLoss | null = null
  private closed = false

  constructor(private readonly options: Required<RanksOptions>) {}

  call<N extends keyof TrainerCalls>(
    name: N,
    input: TrainerCalls[N]['input'],
    options: CallOptions<EventOf<TrainerCalls[N]>> = {},
  ): Promise<TrainerCalls[N]['output']> {
    if (name === 'train') return this.train(input as TrainJob, this.withLoss(options as Tellings))
    if (name === 'request') return this.request(input as RunRequest)
    return Promise.reject(new Error(`ranks train, and do not answer ${name}`))
  }

  async close(): Promise<void> {
    this.closed = true
    await this.attempt?.close()
  }

  private request(request: RunRequest): Promise<null> {
    this.asked = request
    this.attempt?.request(request)
    return Promise.resolve(null)
  }

  /** What is told of the ranks, with the last loss of one. */
  private withLoss(tell: Tellings): Tellings {
    const onEvent = (report: TrainReport): void => {
      tell.onEvent?.(report.type === 'ranks' ? { ...report, loss: this.loss } : report)
    }
    return { ...tell, onEvent }
  }

  /** @throws Ended */
  private requireOpen(): void {
    if (this.closed) throw new Ended({ code: 'process.ended', message: 'The ranks were ended.' })
  }

  private async train(job: TrainJob, tell: Tellings): Promise<TrainEnd> {
    let [restarts, ports] = [0, 0]
    let { resume, stopAfter } = job
    for (;;) {
      if (this.asked === 'stop') return { type: 'stopped' }
      const here = await ranksHere(job, this.options.pickPorts)
      this.requireOpen()
      const attempt = startRanks(
        { ...job, resume, stopAfter, threads: threadsOf(job, here) },
        here,
        () => openProcessTrainer({ environment: memoryShare(here.length) }),
        tell,
        this.options.patienceMs,
      )
      this.attempt = attempt
      if (this.asked !== null) attempt.request(this.asked)
      const outcome = await attempt.outcome
      this.attempt = null
      if (outcome.type === 'end') return outcome.end
      this.requireOpen()
      const { failure } = outcome
      const isPort = failure.code === 'ranks.port' && isOnOwnPorts(job)
      if (isPort ? ++ports > MOST_PORTS : !outcome.lost || !isOnOwnPorts(job) || ++restarts > MOST_RESTARTS) {
        throw outcome.lost ? new Ended(failure) : new MidbenchError(failure)
      }
      if (isPort) continue
      const { message: why } = failure
      this.loss = { rank: outcome.rank, why, at: Date.now(), times: restarts, most: MOST_RESTARTS }
      resume = true
      stopAfter = stopAfter === null ? null : stopAfter - attempt.stepsSaved()
      if (stopAfter !== null && stopAfter <= 0) return { type: 'stopped' }
      warn(
        tell,
        `${failure.message} ${beginAgain(job)} (${String(restarts)} of at most ${String(MOST_RESTARTS)} times).`,
      )
    }
  }
}

function beginAgain({ config }: TrainJob): string {
  return config.shard_optimizer
    ? 'Its share of the optimizer’s state is lost with it, so nothing could be saved: all ranks begin again from the last checkpoint that there is'
    : 'All ranks begin again from the last checkpoint'
}

/** Whether all ranks are on this machine, on ports that are chosen here. */
function isOnOwnPorts({ rank, config }: TrainJob): boolean {
  return rank === undefined && config.hosts.length === 0
}

async function ranksHere(
  { rank, config }: TrainJob,
  pickPorts: (count: number) => Promise<number[]>,
): Promise<RankJob[]> {
  if (rank !== undefined) return [rank]
  if (config.hosts.length > 0) return [rankOf(0, config.hosts)]
  const hosts = (await pickPorts(config.world_size)).map((port) => `127.0.0.1:${String(port)}`)
  return hosts.map((_, each) => ({ ...rankOf(each, hosts), leads: each === 0 }))
}

/** The processors, or what the person gives to Midbench of them, shared by the ranks of this machine. */
function threadsOf({ threads }: TrainJob, here: readonly RankJob[]): number {
  return Math.max(1, Math.floor((threads ?? availableParallelism()) / here.length))
}

/** Each process of this machine is given its part of the memory that TensorFlow may take. */
function memoryShare(ranks: number): NodeJS.ProcessEnv {
  return { MIDBENCH_MEMORY_LIMIT: String(Math.floor(memoryLimit() / ranks)) }
}

function warn(tell: Tellings, text: string): void {
  const report: TrainReport = { type: 'log', line: { at: Date.now(), level: 'warn', text } }
  tell.onEvent?.(report)
}
