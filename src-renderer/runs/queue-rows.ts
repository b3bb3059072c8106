/** The queue's items as rows of its table: each with its run's figures, and the options in which it differs. */
import type { QueueItem, RunConfig, RunSummary } from '../api/types'
import { optionDiff } from './run-options'
import { RUN_STATES } from './run-state'

export interface QueueRow {
  item: QueueItem
  /** Its run; null where it has none, or none any more. */
  run: RunSummary | null
  /** What it is doing, in a word. */
  state: string
  /** Its values of the options in which the queue's runs differ: "matrix_lr 0.01, seed 7". */
  differs: string
  /** Whether it has the lowest validation of all. */
  isBest: boolean
}

/** @param configs the options of items, by their id, as far as they are known */
export function queueRows(
  items: readonly QueueItem[],
  runs: readonly RunSummary[],
  configs: ReadonlyMap<string, RunConfig>,
): QueueRow[] {
  const differences = differencesOf(items, configs)
  const byId = new Map(runs.map((run) => [run.id, run]))
  const rows = items.map((item) => {
    const run = byId.get(item.run_id ?? '') ?? null
    return { item, run, state: stateOf(item, run), differs: differences.get(item.id) ?? '' }
  })
  const measured = rows.flatMap(({ run }) => run?.best_val_bpb ?? [])
  const best = measured.length > 1 ? Math.min(...measured) : null
  return rows.map((row) => ({ ...row, isBest: best !== null && row.run?.best_val_bpb === best }))
}

function stateOf({ state, run_id }: QueueItem, run: RunSummary | null): string {
  if (run !== null) return RUN_STATES[run.state].label
  if (state === 'waiting') return 'waits'
  if (state === 'refused') return 'could not start'
  if (state === 'begun') return 'is checked'
  return run_id === null ? 'ended' : 'removed'
}

/** A run's name stands beside its values; a mixture is too long to be one. */
function differencesOf(
  items: readonly QueueItem[],
  configs: ReadonlyMap<string, RunConfig>,
): ReadonlyMap<string, string> {
  const known = items.flatMap(({ id }) => {
    const config = configs.get(id)
    return config ? [{ id, config }] : []
  })
  const lines = optionDiff(known.map(({ config }) => config)).filter(({ name }) => name !== 'run')
  return new Map(
    known.map(({ id }, index) => [
      id,
      lines
        .map(({ name, values }) => (name.includes('mixture') ? name : `${name} ${values[index] ?? ''}`))
        .join(', '),
    ]),
  )
}
