/**
 * The metrics of runs as a table: a row for each step of each run that has any, with what the step, the evaluation, the
 * measuring and the answers of that step say. A figure of several values has a column for each of them. Columns that no
 * run has a value for are there all the same where their figure is one number, so that tables of several exports fit
 * together.
 */
import { FIGURE_ROWS, type StepMetric } from '../config/step-figures.schema'
import { isSeveral } from '../config/figures/figure.schema'
import type { MeasureMetric } from '../config/aside-metrics.schema'
import type { EvalMetric, RunDetail } from '../config/run.schema'
import { figuresOf } from '../evaluation/chatcore'
import type { Ancestor } from './lineage'
import type { RunHistory } from './run-records'

/** A run with all that was recorded of it. */
export interface ExportedRun extends Omit<RunHistory, 'log'> {
  detail: RunDetail
  /** Of a branch: who made the steps before its own. */
  before?: readonly Ancestor[]
}

/** An empty cell is null. */
export type Cell = string | number | null
type Cells = ReadonlyMap<string, Cell>

const SINGLE = FIGURE_ROWS.filter(([, { schema }]) => !isSeveral(schema)).map(([key]) => key)
const SEVERAL = FIGURE_ROWS.filter(([, { schema }]) => isSeveral(schema)).map(([key]) => key)
const FIXED = ['run_id', 'run', ...SINGLE, 'val_bpb', 'val_seconds', 'chatcore', 'chatcore_cat', 'answers']

/** The names of the columns. Yields nothing after every row that it looked at, so that other work can come between. */
export function* columnNames(runs: readonly ExportedRun[]): Generator<'', string[], void> {
  const columns = new Set(FIXED)
  for (const run of runs) {
    for (const cells of rowsOf(run)) {
      for (const name of cells.keys()) columns.add(name)
      yield ''
    }
  }
  return [...columns]
}

/** Yields a row after the other, with a cell for each column: the runs as they are given, steps ascending. */
export function* tableRows(
  runs: readonly ExportedRun[],
  columns: readonly string[],
): Generator<Cell[], void, void> {
  for (const run of runs) {
    for (const cells of rowsOf(run)) yield columns.map((name) => cells.get(name) ?? null)
  }
}

function* rowsOf(run: ExportedRun): Generator<Cells, void, void> {
  const { detail, before = [], steps, evals, samples, measures } = run
  const byStep = {
    steps: new Map(steps.map((one) => [one.step, one])),
    evals: new Map(evals.map((one) => [one.step, one])),
    samples: new Map(samples.map((one) => [one.step, one])),
    measures: new Map(measures.map((one) => [one.step, one])),
  }
  const all = new Set(Object.values(byStep).flatMap((rows) => [...rows.keys()]))
  for (const step of [...all].sort((a, b) => a - b)) {
    const answers = byStep.samples.get(step)?.answers
    yield new Map<string, Cell>([
      ['run_id', detail.id],
      ['run', detail.name],
      ['step', step],
      ...stepCells(byStep.steps.get(step), before.find((one) => step <= one.step) ?? detail),
      ...evalCells(byStep.evals.get(step)),
      ...measureCells(byStep.measures.get(step)),
      ['answers', answers === undefined ? null : JSON.stringify(answers)],
    ])
  }
}

/** @param maker the run that made it: a branch's mixture may be another than its parent's */
function stepCells(step: StepMetric | undefined, { config }: Pick<RunDetail, 'config'>): [string, Cell][] {
  if (step === undefined) return []
  const single = SINGLE.map((key): [string, Cell] => [key, numberOf(step[key])])
  const several = SEVERAL.flatMap((key): [string, Cell][] => {
    const value = step[key]
    if (!Array.isArray(value)) return Object.entries(value ?? {}).map(([of, each]) => [`${key}.${of}`, each])
    return value.flatMap((one, rank): [string, Cell][] => {
      if (typeof one !== 'object' || one === null) return [[`${key}.${String(rank)}`, one]]
      const { entry, loss, targets } = one
      const task = `${String(entry)}.${config.mixture.train[entry]?.task ?? ''}`
      return [
        [`${key}.${task}`, loss],
        [`${key}.${task}.targets`, targets],
      ]
    })
  })
  return [...single, ...several]
}

function numberOf(value: StepMetric[keyof StepMetric]): number | null {
  return typeof value === 'number' ? value : null
}

function evalCells(evaluation: EvalMetric | undefined): [string, Cell][] {
  if (evaluation === undefined) return []
  const byTask = (evaluation.per_task ?? []).flatMap(({ entry, label, ...figures }): [string, Cell][] => {
    const of = `${String(entry)}.${label}`
    return [
      [`val_bpb.${of}`, figures.val_bpb],
      [`val_loss.${of}`, figures.loss],
      [`val_targets.${of}`, figures.targets],
    ]
  })
  return [['val_bpb', evaluation.val_bpb], ['val_seconds', evaluation.seconds], ...byTask]
}

function measureCells(measure: MeasureMetric | undefined): [string, Cell][] {
  if (measure === undefined) return []
  const byTask = measure.tasks.flatMap(({ task, right, total }): [string, Cell][] => {
    const figures = Object.entries(figuresOf({ right, total }))
    return figures.map(([name, value]) => [`measured.${task}.${name}`, value])
  })
  return [['chatcore', measure.chatcore], ['chatcore_cat', measure.chatcore_cat], ...byTask]
}
