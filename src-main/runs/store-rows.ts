/**
 * Converts between the run store's rows and the shapes of run.schema.ts.
 *
 * A row of `runs` keeps lists and objects as JSON text and is checked on reading. Metric rows are read as plain arrays
 * in the order of the column lists here, since a long run has a hundred thousand of them. SQLite keeps NaN as NULL; it is
 * read back as null where a figure may be, and as NaN otherwise.
 */
import { types } from 'node:util'
import { z } from 'zod'

import {
  measureMetric,
  type MeasureMetric,
  sampleMetric,
  type SampleMetric,
} from '../config/aside-metrics.schema'
import { runConfig, type RunConfig } from '../config/config.schema'
import {
  failure,
  logLine,
  runDetail,
  runParent,
  runSummary,
  taskBpb,
  type EvalMetric,
  type LogLine,
  type RunDetail,
  type RunSummary,
} from '../config/run.schema'
import { isSeveral, oneNumber, type StepFigure } from '../config/figures/figure.schema'
import { everyFigure, FIGURE_ROWS, type StepMetric } from '../config/step-figures.schema'

/** The process that holds a run in memory: its id, and when it started (the system reuses ids). */
export interface RunOwner {
  pid: number
  /** Milliseconds since 1970. */
  startedAt: number
}

/** What a new run is created with; the rest of a {@link RunDetail} starts empty. */
export type NewRun = Pick<RunDetail, 'id' | 'name' | 'dir' | 'config' | 'config_path'> &
  Partial<
    Pick<
      RunDetail,
      | 'note'
      | 'tags'
      | 'starred'
      | 'state'
      | 'created_at'
      | 'device'
      | 'total_steps'
      | 'differences'
      | 'model'
      | 'parent'
    >
  > & {
    owner?: RunOwner | null
  }

/** The fields of a run that may be changed. Appending metrics changes the others. */
export type RunPatch = Partial<
  Omit<RunDetail, 'id' | 'created_at' | 'updated_at' | 'spark'> & { owner: RunOwner | null }
>

export type SqlValue = string | number | null

const json = z.string().transform((text): unknown => JSON.parse(text))

const summaryRow = z.object({
  ...runSummary.omit({ spark: true }).shape,
  tags: json.pipe(runSummary.shape.tags),
  starred: z.number().transform((flag) => flag !== 0),
  checkpoints: json.pipe(runSummary.shape.checkpoints),
  error: json.pipe(failure).nullable(),
  parent: json.pipe(runParent).nullable(),
})
const detailRow = summaryRow.extend({
  config: json.pipe(runConfig),
  config_path: z.string().nullable(),
  differences: json.pipe(runDetail.shape.differences),
  model: json.pipe(runDetail.shape.model).nullable(),
})
const ownerRow = z.object({ owner_pid: z.int().nullable(), owner_started_at: z.int().nullable() })

/** @param spark gives the points of a run's spark line, which are not in its row */
export function readSummary(row: unknown, spark: (id: string) => number[]): RunSummary {
  const summary = summaryRow.parse(row)
  return { ...summary, spark: spark(summary.id) }
}

/** Like {@link readSummary}, with everything else that is known of the run. */
export function readDetail(row: unknown, spark: (id: string) => number[]): RunDetail {
  const detail = detailRow.parse(row)
  return { ...detail, spark: spark(detail.id) }
}

/** The process that holds a run; null where none does. */
export function readOwner(row: unknown): RunOwner | null {
  const owner = ownerRow.parse(row)
  return owner.owner_pid === null ? null : { pid: owner.owner_pid, startedAt: owner.owner_started_at ?? 0 }
}

/** A run's id and options. */
export interface StoredConfig {
  id: string
  config: RunConfig
}

const configRow = z.object({ id: z.string(), config: json.pipe(runConfig) })

export function readConfig(row: unknown): StoredConfig {
  return configRow.parse(row)
}

/** The columns that a new run is written with. */
export function newRunColumns(run: NewRun): Record<string, SqlValue> {
  const createdAt = run.created_at ?? Date.now()
  return {
    id: run.id,
    created_at: createdAt,
    updated_at: createdAt,
    ...patchColumns({
      name: run.name,
      note: run.note ?? '',
      tags: run.tags ?? [],
      starred: run.starred ?? false,
      state: run.state ?? 'preparing',
      step: 0,
      total_steps: run.total_steps ?? null,
      progress: 0,
      training_time_s: 0,
      device: run.device ?? '',
      dir: run.dir,
      checkpoints: [],
      config: run.config,
      config_path: run.config_path,
      differences: run.differences ?? [],
      model: run.model ?? null,
      parent: run.parent ?? null,
      owner: run.owner ?? null,
    }),
  }
}

/** A patch as column values: flags become 0 or 1, lists and objects JSON. */
export function patchColumns(patch: RunPatch): Record<string, SqlValue> {
  const { owner, ...rest } = patch
  const columns: Record<string, SqlValue> = {}
  for (const [name, value] of Object.entries(rest)) {
    columns[name] = toSql(value)
  }
  if (owner !== undefined) {
    columns['owner_pid'] = owner?.pid ?? null
    columns['owner_started_at'] = owner?.startedAt ?? null
  }
  return columns
}

function toSql(value: unknown): SqlValue {
  if (typeof value === 'boolean') return Number(value)
  return typeof value === 'string' || typeof value === 'number' || value === null
    ? value
    : JSON.stringify(value)
}

// ---------------------------------------------------------------- metrics

/** Texts of metrics are read as bytes: libsql ends the process over a text that is not valid UTF-8. */
const asBytes = (column: string): string => `CAST(${column} AS BLOB) AS ${column}`

export const STEP_COLUMNS = FIGURE_ROWS.map(([key]) => key)
/** What to select for {@link readStep}. */
export const STEP_SELECT = FIGURE_ROWS.map(([key, { schema }]) => (isSeveral(schema) ? asBytes(key) : key))

/** @returns values in the order of {@link STEP_COLUMNS} */
export function stepValues(step: StepMetric): SqlValue[] {
  return STEP_COLUMNS.map((key) => toSql(step[key]))
}

/** @param row values in the order of {@link STEP_COLUMNS} */
export function readStep(row: unknown): StepMetric {
  const values: unknown[] = Array.isArray(row) ? row : []
  let column = 0
  return everyFigure((_, figure) => figureOf(figure, values[column++])) as StepMetric
}

function figureOf({ schema }: StepFigure, value: unknown): unknown {
  if (isSeveral(schema)) return schema.safeParse(jsonOf(value) ?? null).data ?? null
  if (typeof value === 'number') return value
  return schema === oneNumber ? null : NaN
}

export const EVAL_COLUMNS = [
  'step',
  'val_bpb',
  'seconds',
  'per_task',
] as const satisfies readonly (keyof EvalMetric)[]

/** What to select for {@link readEval}. */
export const EVAL_SELECT = ['step', 'val_bpb', 'seconds', asBytes('per_task')]

/** @returns values in the order of {@link EVAL_COLUMNS} */
export function evalValues({ step, val_bpb, seconds, per_task }: EvalMetric): (number | string | null)[] {
  return [step, val_bpb, seconds, per_task === undefined ? null : JSON.stringify(per_task)]
}

/** @param row values in the order of {@link EVAL_COLUMNS} */
export function readEval(row: unknown): EvalMetric {
  const at = cells(row)
  const evaluation = { step: at(0), val_bpb: at(1), seconds: at(2) }
  const perTask = z.array(taskBpb).safeParse(jsonOf(Array.isArray(row) ? row[3] : null))
  return perTask.success ? { ...evaluation, per_task: perTask.data } : evaluation
}

export const SAMPLE_COLUMNS = [
  'step',
  'seconds',
  'answers',
] as const satisfies readonly (keyof SampleMetric)[]
/** What to select for {@link readSample}. */
export const SAMPLE_SELECT = ['step', 'seconds', asBytes('answers')]

/** @returns values in the order of {@link SAMPLE_COLUMNS} */
export function sampleValues({ step, seconds, answers }: SampleMetric): SqlValue[] {
  return [step, seconds, JSON.stringify(answers)]
}

/** @returns nothing where the row is damaged */
export function readSample(row: unknown): SampleMetric[] {
  const values: unknown[] = Array.isArray(row) ? row : []
  const [step, seconds, answers] = values
  const { success, data } = sampleMetric.safeParse({ step, seconds, answers: jsonOf(answers) })
  return success ? [data] : []
}

export const MEASURE_COLUMNS = [
  'step',
  'seconds',
  'tasks',
  'chatcore',
  'chatcore_cat',
] as const satisfies readonly (keyof MeasureMetric)[]
/** What to select for {@link readMeasure}. */
export const MEASURE_SELECT = ['step', 'seconds', asBytes('tasks'), 'chatcore', 'chatcore_cat']

/** @returns values in the order of {@link MEASURE_COLUMNS} */
export function measureValues({ step, seconds, tasks, ...core }: MeasureMetric): SqlValue[] {
  return [step, seconds, JSON.stringify(tasks), core.chatcore, core.chatcore_cat]
}

/** @returns nothing where the row is damaged */
export function readMeasure(row: unknown): MeasureMetric[] {
  const values: unknown[] = Array.isArray(row) ? row : []
  const [step, seconds, tasks, chatcore, chatcore_cat] = values
  const measure = { step, seconds, tasks: jsonOf(tasks), chatcore, chatcore_cat }
  const { success, data } = measureMetric.safeParse(measure)
  return success ? [data] : []
}

export const LOG_COLUMNS = ['at', 'level', 'text'] as const satisfies readonly (keyof LogLine)[]
/** What to select for {@link readLogLine}. */
export const LOG_SELECT = ['at', asBytes('level'), asBytes('text')]

const logRow = z.object({
  at: z.number().catch(NaN),
  level: z.unknown().transform(textOf).pipe(logLine.shape.level).catch('info'),
  text: z.unknown().transform(textOf),
})

export function readLogLine(row: unknown): LogLine {
  return logRow.parse(row)
}

/** A text that was read as bytes; invalid UTF-8 in it becomes the replacement character. */
function textOf(bytes: unknown): string {
  return areBytes(bytes) ? new TextDecoder().decode(bytes) : ''
}

/** The value of a JSON text that was read as bytes; undefined where there is none or it is damaged. */
function jsonOf(bytes: unknown): unknown {
  if (!areBytes(bytes)) return undefined
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined // as if it had not been measured: the numbers beside it, which nothing can check, are no safer
  }
}

/** libsql gives views in raw rows and whole buffers in objects. */
function areBytes(value: unknown): value is ArrayBuffer | Uint8Array {
  return types.isArrayBuffer(value) || types.isUint8Array(value)
}

/** @param row one number, as a raw row */
export function readNumber(row: unknown): number {
  return cells(row)(0)
}

function cells(row: unknown): (column: number) => number {
  const values: unknown[] = Array.isArray(row) ? row : []
  return (column) => {
    const value = values[column]
    return typeof value === 'number' ? value : NaN
  }
}
