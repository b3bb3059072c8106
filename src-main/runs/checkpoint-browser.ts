/**
 * The checkpoints that a person can look at: those of the nanochat folder, folder by folder, and those of the runs.
 * Each is listed with what it is and why no run can start from it.
 *
 * Only headers are read, which takes some milliseconds a checkpoint; a histogram reads its one tensor twice. What is
 * wrong with a checkpoint is part of its row and is never thrown. This runs in a thread of its own
 * (checkpoint-thread.ts).
 */
import { join } from 'node:path'

import { locateBaseFolder, type BaseFolder } from '../checkpoint/base-folder'
import { checkpointIdentity } from '../checkpoint/identity'
import { tensorHistogram, type Histogram } from '../checkpoint/histogram'
import { groupsOfConfig, inspectCheckpoint, tokenizerSize, type TensorSummary } from '../checkpoint/inspect'
import { findModel, listModels, phaseFolders } from '../checkpoint/nanochat-folder'
import { listRunCheckpoints } from '../checkpoint/run-checkpoint'
import { MidbenchError, type Failure } from '../errors'
import { parameterCount } from '../model/flops'
import type { ModelConfig } from '../model/config.schema'
import { variantOf } from '../model/variants/variant'
import type { CallContext, CallHandlers } from '../threads/calls'
import { type CheckpointExport, exportCheckpoint, type ExportedCheckpoint } from './checkpoint-export'
import type { CheckpointList, CheckpointPlace, CheckpointRow } from './checkpoint-view.schema'

export interface ListRequest {
  /** The config's nanochat folder. */
  baseDir: string
  /** The person's data, where bases are made from recipes. */
  dataDir: string
  /** The config's model tag. */
  modelTag: string | null
  modelStep: number | null
  /** Runs whose own checkpoints are listed too. */
  runs: { id: string; name: string; dir: string }[]
}

export interface CheckpointCalls {
  list: { input: ListRequest; output: CheckpointList }
  tensors: { input: { dir: string; step: number }; output: TensorSummary[] }
  histogram: { input: { dir: string; step: number; name: string }; output: Histogram }
  export: { input: CheckpointExport; output: ExportedCheckpoint }
}

export const checkpointBrowser: CallHandlers<CheckpointCalls> = {
  export: (asked, { progress, signal }) => exportCheckpoint(asked, { onProgress: progress, signal }),
  list: listCheckpoints,
  tensors: ({ dir, step }) => tensorsOf(dir, step),
  histogram: ({ dir, step, name }, { progress, signal }) =>
    tensorHistogram(dir, step, name, {
      signal,
      onProgress: (done, total) => {
        progress({ what: `Reading ${name}`, done: done / 1e6, total: total / 1e6, unit: 'MB' })
      },
    }),
}

/** A checkpoint that has been found but not yet read. */
interface Found {
  dir: string
  step: number
  place: CheckpointPlace
  folder: string
  tag: string
  runId: string | null
}

/** @throws MidbenchError `cancelled`; `checkpoint.json` for a file that is no recipe */
async function listCheckpoints(
  request: ListRequest,
  { progress, signal }: CallContext,
): Promise<CheckpointList> {
  const base = await locateBaseFolder(request.baseDir, request.dataDir)
  const vocabSize = await tokenizerSize(request.baseDir)
  const found = [...(await modelsOf(base.readFrom)), ...(await checkpointsOfRuns(request.runs))]
  const rows: CheckpointRow[] = []
  for (const [index, checkpoint] of found.entries()) {
    if (signal.aborted) throw new MidbenchError({ code: 'cancelled', message: 'The listing was stopped.' })
    rows.push(await rowOf(checkpoint, vocabSize))
    progress({ what: 'Reading checkpoints', done: index + 1, total: found.length, unit: 'checkpoints' })
  }
  if (base.recipe !== undefined && !rows.some(({ place }) => place === 'base')) {
    rows.unshift(plannedRow(base, base.recipe.model_config, base.recipe.model_tag))
  }
  return { base_dir: request.baseDir, rows, chosen: await chosenOf(request, base, rows) }
}

async function modelsOf(baseDir: string): Promise<Found[]> {
  return (await listModels(baseDir)).flatMap(({ phase, folder, tag, dir, steps }) =>
    steps
      .toReversed()
      .map((step) => ({ dir, step, place: phase ?? ('other' as const), folder, tag, runId: null })),
  )
}

async function checkpointsOfRuns(runs: ListRequest['runs']): Promise<Found[]> {
  const found: Found[] = []
  for (const { id, name, dir } of runs) {
    const checkpoints = await listRunCheckpoints(join(dir, 'checkpoints'))
    for (const checkpoint of checkpoints.reverse()) {
      found.push({ ...checkpoint, place: 'run', folder: 'runs', tag: name, runId: id })
    }
  }
  return found
}

async function rowOf(found: Found, vocabSize: number | null): Promise<CheckpointRow> {
  const summary = await inspectCheckpoint(found.dir, found.step, vocabSize)
  const { config, valBpb, bytes, parameters, groups, hasOptimizers, obstacles, notes } = summary
  return {
    ...found,
    identity: await checkpointIdentity(found.dir, found.step).catch(() => null),
    planned: false,
    config,
    form: formOf(config, notes),
    val_bpb: valBpb,
    bytes,
    parameters,
    groups,
    has_optimizers: hasOptimizers,
    obstacles: [...obstacles, ...misplaced(found)],
  }
}

/** The base that a recipe will make, while it is not made yet. */
function plannedRow({ readFrom }: BaseFolder, config: ModelConfig, tag: string): CheckpointRow {
  return {
    dir: join(readFrom, phaseFolders.base, tag),
    step: 0,
    place: 'base',
    folder: phaseFolders.base,
    tag,
    runId: null,
    identity: null,
    planned: true,
    config,
    form: formOf(config),
    val_bpb: null,
    bytes: 0,
    parameters: parameterCount(config),
    groups: groupsOfConfig(config),
    has_optimizers: false,
    obstacles: [],
  }
}

function formOf(config: ModelConfig | null, notes: readonly string[] = []): CheckpointRow['form'] {
  if (config === null) return null
  const { label, note } = variantOf(config)
  const all = note === undefined ? notes : [note, ...notes]
  return { label, note: all.length === 0 ? null : all.join(' ') }
}

/** Only a checkpoint in base_checkpoints can start a run, as in the seed. */
function misplaced({ place, folder, tag }: Found): Failure[] {
  if (place === 'base') return []
  if (place === 'run') {
    return [
      {
        code: 'checkpoint.of-run',
        message: `It belongs to the run ${tag}, which goes on from its last checkpoint when it is resumed.`,
        remedy: `To start another run from it, copy its folder into ${phaseFolders.base} under a tag of its own.`,
      },
    ]
  }
  return [
    {
      code: 'checkpoint.not-base',
      message: `It lies in ${folder}; a run starts from ${phaseFolders.base}, as nanochat's mid_train does.`,
      remedy: `To start a run from it, copy its folder into ${phaseFolders.base} under a tag of its own.`,
    },
  ]
}

async function chosenOf(
  { modelTag, modelStep }: ListRequest,
  { readFrom }: BaseFolder,
  rows: readonly CheckpointRow[],
): Promise<CheckpointList['chosen']> {
  const planned = rows.find((row) => row.planned)
  if (planned !== undefined) {
    const { dir, step, tag } = planned
    return (modelTag ?? tag) === tag && (modelStep ?? step) === step ? { dir, step } : null
  }
  return findModel(readFrom, 'base', modelTag, modelStep).then(
    ({ dir, step }) => ({ dir, step }),
    () => null,
  )
}

/** @throws MidbenchError saying what is wrong with the file, where its tensors cannot be listed */
async function tensorsOf(dir: string, step: number): Promise<TensorSummary[]> {
  const { tensors, obstacles } = await inspectCheckpoint(dir, step)
  const [obstacle] = obstacles
  if (tensors.length > 0 || obstacle === undefined) return tensors
  throw new MidbenchError(obstacle)
}
