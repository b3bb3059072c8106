/** `plan --ranks`: the epoch as several ranks would share it, for each number of ranks that is asked for. */
import { MOST_RANKS } from '../bounds.schema'
import { dataDir } from '../native/paths'
import type { LoadedConfig } from '../config/config'
import { askedSteps } from '../config/batches'
import { MidbenchError } from '../errors'
import { parameterCount } from '../model/flops'
import {
  batchesPerStepOf,
  planRanks,
  type RankPlans,
  type RankShare,
  type SharedPlanOptions,
} from '../packing/rank-plans'
import type { SplitData } from '../packing/split-data'
import { gatherFacts } from '../runs/preflight-facts'
import { Breather } from '../threads/breathe'
import type { CallContext } from '../threads/calls'
import type { CommandIo, CommandValues } from './command'
import { measuredSteps } from './rank-measurements'
import { LOOPBACK, rankTime, type RankTime } from './rank-time'
import { table } from './table'
import { optionalNumber, optionalString, usageError } from './usage'

export const RANK_OPTIONS = {
  ranks: { type: 'string' },
  'micro-ms': { type: 'string' },
  bandwidth: { type: 'string' },
  latency: { type: 'string' },
} as const

/** What is said of one number of ranks. */
type Simulated = RankPlans & { time: (RankTime & { step: number; efficiency: number }) | null }

/** @throws MidbenchError `usage`; `plan.ranks` where the ranks cannot share a step */
export async function planForRanks(
  values: CommandValues,
  loaded: LoadedConfig,
  data: SplitData,
  shared: Omit<SharedPlanOptions, 'batchesPerStep'>,
  context: CallContext,
): Promise<Simulated[]> {
  const asked = ranksOf(values)
  const speed = await speedOf(values, loaded)
  const { lengths, tasks, cut, supervision } = await data.table(context)
  const input = { lengths, tasks, cut, supervision, taskCount: data.mixture.tasks.length }
  const simulated: Simulated[] = []
  for (const ranks of asked) {
    const batchesPerStep = batchesPerStepOf(loaded.config, ranks)
    if (batchesPerStep === null) throw unshared(loaded.config, ranks)
    const walk = planRanks(input, { ...shared, batchesPerStep }, ranks, askedSteps(loaded.config))
    const what = `Planning ${String(ranks)} ranks`
    const plans = await new Breather(context.signal).walk(walk, (share) => {
      context.progress({ what, done: share, total: 1, unit: 'epoch' })
    })
    simulated.push({ ...plans, time: timed(speed, plans) })
  }
  return simulated
}

/** Prints them: a table over the numbers of ranks, and what each figure is. */
export function sayRanks(simulated: readonly Simulated[], json: boolean, io: CommandIo): void {
  const lines = json
    ? [JSON.stringify({ ranks: simulated, measured: measuredSteps() })]
    : rankLines(simulated)
  for (const line of lines) io.stdout(line)
}

function ranksOf(values: CommandValues): number[] {
  const text = optionalString(values, 'ranks') ?? ''
  const ranks = text.split(',').map((each) => (/^\d+$/.test(each) ? Number(each) : NaN))
  if (ranks.every((each) => each >= 1 && each <= MOST_RANKS)) return ranks
  throw usageError(`--ranks is ${text}; it must be numbers from 1 to ${String(MOST_RANKS)}, as in 8,64,512.`)
}

interface Speed {
  /** Seconds; null where it was not told. */
  microBatch: number | null
  bytes: number
  bandwidth: number
  latency: number
}

async function speedOf(values: CommandValues, { config, baseDir }: LoadedConfig): Promise<Speed | null> {
  const microBatch = optionalNumber(values, 'micro-ms', 0)
  const bandwidth = optionalNumber(values, 'bandwidth', 1e-6)
  const latency = optionalNumber(values, 'latency', 0)
  const { base } = await gatherFacts(config, baseDir, dataDir())
  if (base === null || base instanceof MidbenchError) return null
  return {
    microBatch: microBatch === null ? null : microBatch / 1000,
    bytes: 4 * parameterCount(base.config),
    bandwidth: bandwidth === null ? LOOPBACK.bandwidth : bandwidth * 1e6,
    latency: latency === null ? LOOPBACK.latency : latency / 1000,
  }
}

function timed(
  speed: Speed | null,
  { ranks, batches_per_step: batchesPerStep }: RankPlans,
): Simulated['time'] {
  if (speed === null || speed.microBatch === null) return null
  const time = rankTime({ ...speed, microBatch: speed.microBatch, ranks, batchesPerStep })
  const step = time.compute + time.reduce
  return { ...time, step, efficiency: time.compute / step }
}

function rankLines(simulated: readonly Simulated[]): string[] {
  const titles = ['steps', 'rows a rank', 'cropped', 'never trained', 'supervised a rank', 'target spread']
  const rows = simulated.map((each) => [
    count(each.ranks),
    count(each.steps),
    count(each.rows_per_rank),
    range(each, ({ tokens_cropped: tokens }) => tokens),
    range(each, ({ conversations_never_trained: conversations }) => conversations),
    range(each, ({ supervised_used: tokens }) => tokens),
    each.target_spread === null
      ? 'not known'
      : `${percent(each.target_spread.mean)}, ${percent(each.target_spread.worst)}`,
    ...timeCells(each.time),
  ])
  const isTimed = simulated.some(({ time }) => time !== null)
  return [
    ...table(['ranks', ...titles, ...(isTimed ? ['compute', 'all-reduce', 'efficiency'] : [])], rows),
    '',
    'cropped (tokens), never trained (conversations), supervised (tokens): least to most of a rank.',
    'target spread: how far ranks differ in the targets of a step, standard deviation by mean; mean and worst step.',
    ...(isTimed
      ? [
          'time of a step by a model of compute and a ring all-reduce, for machines that are alike.',
          ...errorLines(),
        ]
      : ['Give --micro-ms, the time of a micro-batch on one rank, for the time of a step.']),
  ]
}

/** How far the model was from real runs. */
function errorLines(): string[] {
  const said = measuredSteps().map(({ ranks, predicted, measured, error }) => {
    const who = ranks === 1 ? '1 rank' : `${count(ranks)} ranks`
    return `${who}: predicted ${seconds(predicted)}, measured ${seconds(measured)} (error ${percent(error)})`
  })
  return ['measured with a small model (0.7 M parameters), a thread a rank, on 2 cores at rest:', ...said]
}

function timeCells(time: Simulated['time']): string[] {
  if (time === null) return []
  return [seconds(time.compute), seconds(time.reduce), percent(time.efficiency)]
}

function range({ by_rank: byRank }: RankPlans, figure: (share: RankShare) => number): string {
  const figures = byRank.map(figure)
  if (figures.length === 0) return 'none'
  const [least, most] = [Math.min(...figures), Math.max(...figures)]
  return least === most ? count(least) : `${count(least)} to ${count(most)}`
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`
}

function seconds(value: number): string {
  return `${value < 1 ? (1000 * value).toFixed(1) : value.toFixed(2)} ${value < 1 ? 'ms' : 's'}`
}

function unshared(config: LoadedConfig['config'], ranks: number): MidbenchError {
  const { total_batch_size: total, device_batch_size: rows, max_seq_len: length } = config
  const most = Math.floor(total / (length * ranks))
  return new MidbenchError({
    code: 'plan.ranks',
    message:
      `${String(ranks)} ranks with micro-batches of ${count(rows * length)} tokens do not divide a step of ` +
      `${count(total)} tokens.`,
    remedy:
      most >= 1
        ? `Set device_batch_size to at most ${String(most)}, so that it divides, or raise total_batch_size.`
        : `Raise total_batch_size to at least ${count(length * ranks)}, or plan fewer ranks.`,
  })
}
