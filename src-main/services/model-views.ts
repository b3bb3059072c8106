/** The models that can be asked, as the page lists them: made of the checkpoints that were found and of the runs. */
import type { CheckpointList, CheckpointRow } from '../runs/checkpoint-view.schema'
import type { ModelView } from '../runs/model-ref.schema'
import type { RunConfig } from '../config/config.schema'
import type { Failure } from '../errors'
import type { RunSummary } from '../config/run.schema'
import { isAtRest } from '../runs/active-runs'

type Dtype = RunConfig['dtype']

/** What is known of the runs. */
export interface KnownRuns {
  summaries: readonly RunSummary[]
  dtypes: ReadonlyMap<string, Dtype>
}

/** Why no run can start from a checkpoint that can very well be asked. */
const ONLY_OF_STARTING: readonly string[] = ['checkpoint.of-run', 'checkpoint.not-base']

const NOT_SAVED: Failure = {
  code: 'run.no-checkpoint',
  message: 'The run has saved nothing yet.',
  remedy: 'Pause it: that saves it as it is.',
}

/**
 * The base of the config; each run's last save, and runs in progress that have none yet; then all other checkpoints, in
 * the order in which they were found.
 *
 * @param dtype of the config
 */
export function modelViews({ rows, chosen }: CheckpointList, runs: KnownRuns, dtype: Dtype): ModelView[] {
  const isChosen = ({ dir, step }: CheckpointRow): boolean => dir === chosen?.dir && step === chosen.step
  const base = rows.find(isChosen)
  const saves = new Map(
    runs.summaries.map(({ id }) => [id, rows.find(({ runId }) => runId === id)]), // the last one comes first
  )
  const others = rows.filter((row) => row !== base && (row.runId === null || saves.get(row.runId) !== row))
  const views = [
    ...(base === undefined ? [] : [{ ...viewOf(base, dtype), model: { of: 'base' } as const }]),
    ...runs.summaries.flatMap((run) => runView(run, saves.get(run.id), runs.dtypes.get(run.id) ?? dtype)),
    ...others.map((row) => viewOf(row, runs.dtypes.get(row.runId ?? '') ?? dtype)),
  ]
  const taught = taughtIn(rows)
  const isTaught = ({ dir, step }: ModelView): boolean => taught.has(placeOf({ dir, step }))
  return views.map((view) => (isTaught(view) ? { ...view, chats: 'yes' } : view))
}

/** Where there are trained models, also those that were copied among the bases, to go on from. */
function taughtIn(rows: readonly CheckpointRow[]): ReadonlySet<string> {
  const isTrained = ({ place }: CheckpointRow): boolean => place !== 'base' && place !== 'other'
  const identities = new Set(rows.filter(isTrained).flatMap(({ identity }) => identity ?? []))
  return new Set(rows.filter(({ identity }) => identity !== null && identities.has(identity)).map(placeOf))
}

function placeOf({ dir, step }: { dir: string; step: number }): string {
  return JSON.stringify([dir, step])
}

function runView(run: RunSummary, save: CheckpointRow | undefined, dtype: Dtype): ModelView[] {
  const model = { of: 'run', runId: run.id } as const
  const changing = !isAtRest(run)
  if (save !== undefined) return [{ ...viewOf(save, dtype), model, title: run.name, changing }]
  return changing ? [{ ...unsavedView(run, dtype), model, changing }] : []
}

function viewOf(row: CheckpointRow, dtype: Dtype): ModelView {
  const { dir, step, place, tag, runId, identity, val_bpb, parameters, config, obstacles } = row
  return {
    model: { of: 'checkpoint', dir, step },
    title: titleOf(row),
    ...{ place, tag, step, dir, runId, identity, val_bpb, parameters, dtype },
    vocab_size: config?.vocab_size ?? null,
    sequence_len: config?.sequence_len ?? null,
    changing: false,
    chats: place === 'base' ? 'no' : place === 'other' ? 'unknown' : 'yes',
    refusal: obstacles.find(({ code }) => !ONLY_OF_STARTING.includes(code)) ?? null,
  }
}

/** A run in progress before its first save. */
function unsavedView({ id, name, dir }: RunSummary, dtype: Dtype): Omit<ModelView, 'model' | 'changing'> {
  return {
    ...{ title: name, place: 'run', tag: name, step: 0, dir, runId: id, identity: null, dtype },
    ...{
      val_bpb: null,
      parameters: 0,
      vocab_size: null,
      sequence_len: null,
      chats: 'yes',
      refusal: NOT_SAVED,
    },
  }
}

function titleOf({ place, folder, tag, step }: CheckpointRow): string {
  if (place === 'base') return `Base ${tag}`
  return place === 'run' ? `${tag}, step ${String(step)}` : `${tag} in ${folder}`
}
