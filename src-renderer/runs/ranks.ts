/** The ranks of a run as they are shown: what each is doing, its own figures, and whether the others wait for it. */
import type { RankState, RanksNow, RunConfig, RunState, StepMetric } from '../api/types'
import { fixed, integer, percent } from '../format/number'
import { bytes } from '../format/units'
import { isOver, RUN_STATES, type Tone } from './run-state'

/** Steps over which waiting is averaged, so that the figure is calm. */
const WAIT_STEPS = 10
/** A rank is slow where the others wait so much more of their time than it does. */
const SLOW = 0.25

const TONES: Readonly<Record<RankState, Tone>> = {
  starting: 'active',
  compiling: 'active',
  training: 'active',
  evaluating: 'active',
  saving: 'active',
  waiting: 'idle',
  paused: 'amber',
  lost: 'red',
  ended: 'idle',
}

export interface RankView {
  rank: number
  /** What it is doing, in a word. */
  word: string
  tone: Tone
  /** Whether the others wait for it at every step. */
  isSlow: boolean
  loss: string
  memory: string
  /** Share of a step that it waits, with its unit. */
  wait: string
  /** The same, 0 to 1; null while not known. */
  waits: number | null
  /** All of it in a sentence. */
  about: string
}

export interface RanksOf {
  config: Pick<RunConfig, 'world_size' | 'hosts'>
  /** The run's own. */
  state: RunState
  now: RanksNow | null
  steps: readonly StepMetric[]
}

/** Figures are those of the last step; of a run that is not in memory, the state of all is the run's. */
export function rankViews({ config, state, now, steps }: RanksOf): RankView[] {
  const last = steps.at(-1)
  const waits = waitsOf(steps.slice(-WAIT_STEPS), config.world_size)
  return Array.from({ length: config.world_size }, (_, rank): RankView => {
    const known = now?.ranks.find((one) => one.rank === rank)
    const [word, tone] = known ? stateOf(known.state, state) : ofRun(state)
    const isSlow = tone === 'active' && othersWait(waits, rank)
    const figures = {
      loss: fixed(last?.loss_by_rank?.[rank], 4),
      memory: bytes(last?.memory_by_rank?.[rank]),
      wait: `${percent(waits[rank])} %`,
    }
    const process = known?.pid ? `, process ${String(known.pid)}` : ''
    const place = known
      ? ` at ${known.host}${process}`
      : (config.hosts[rank] ?? '') && ` at ${config.hosts[rank] ?? ''}`
    const slow = isSlow ? '; the others wait for it' : ''
    const about = `Rank ${integer(rank)}${place}: ${word}${slow}. Loss ${figures.loss} nats a token, ${figures.memory} resident, waits ${figures.wait} of a step.`
    return { rank, word, tone, isSlow, ...figures, waits: waits[rank] ?? null, about }
  })
}

/** What a rank of a run that is over was doing last need not have been its end; only its loss outlasts the run. */
function stateOf(rank: RankState, run: RunState): [string, Tone] {
  const shown = isOver(run) && rank !== 'lost' ? 'ended' : rank
  return [shown, TONES[shown]]
}

function ofRun(state: RunState): [string, Tone] {
  const { label, tone } = RUN_STATES[state]
  return state === 'done' || state === 'stopped' ? ['ended', 'idle'] : [label, tone]
}

/** The share of a step that each rank waits, in the mean over steps; null where none tells. */
function waitsOf(steps: readonly StepMetric[], ranks: number): (number | null)[] {
  return Array.from({ length: ranks }, (_, rank) => {
    const known = steps.flatMap(({ wait_by_rank: shares }) => shares?.[rank] ?? [])
    return known.length === 0 ? null : mean(known)
  })
}

function othersWait(waits: readonly (number | null)[], rank: number): boolean {
  const own = waits[rank] ?? null
  const others = waits.flatMap((wait, other) => (other === rank || wait === null ? [] : wait))
  return own !== null && others.length > 0 && mean(others) - own >= SLOW && Math.min(...others) > own
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length
}

/** How many ranks do what: "2 training", "62 training, 1 waiting, 1 lost". */
export function rankSummary(views: readonly RankView[]): string {
  const counts = new Map<string, number>()
  for (const { word } of views) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].map(([word, count]) => `${integer(count)} ${word}`).join(', ')
}

/** What befell a rank, and what came of it; empty where nothing did. */
export function lossText(now: RanksNow | null): string {
  if (!now?.loss) return ''
  const { why, times, most } = now.loss
  return `${why} All ranks began again from the last checkpoint (${integer(times)} of at most ${integer(most)} times).`
}
