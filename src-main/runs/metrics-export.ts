/**
 * The metrics of one run or of several as text: comma separated values (RFC 4180) or JSON. The text comes in pieces, as
 * that of a long run is some 30 MB.
 */
import { Breather } from '../threads/breathe'
import type { Fill } from '../files/sink'
import { lineageOf } from './lineage'
import type { RunManager } from './run-manager'
import { columnNames, tableRows, type Cell, type ExportedRun } from './metrics-table'

export const EXPORT_FORMATS = ['csv', 'json'] as const
type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** All that was recorded of a run. @throws MidbenchError `run.unknown` */
export async function exportedRun(
  runs: Pick<RunManager, 'watch' | 'list'>,
  runId: string,
): Promise<ExportedRun> {
  const { detail, steps, evals, samples, measures } = await runs.watch(runId, 0)
  const folders = new Map(runs.list().map(({ id, dir }) => [id, dir]))
  const { runs: before } = await lineageOf(detail.dir, (id) => folders.get(id))
  return { detail, ...(before.length > 0 && { before }), steps, evals, samples, measures }
}

/**
 * Yields the text, piece by piece.
 *
 * CSV: the columns of metrics-table.ts. JSON: `{"run", "steps", "evals", "samples", "measures"}` for one run, and
 * `{"runs": […]}`, a list of these, for several. A branch's has `"before"` too: the runs that made its first steps, each
 * with the last of them and its options, by which the numbers of tasks there are to be read.
 */
export function metricsText(
  runs: readonly ExportedRun[],
  format: ExportFormat,
): Generator<string, void, void> {
  return format === 'csv' ? csvText(runs) : jsonText(runs)
}

function* csvText(runs: readonly ExportedRun[]): Generator<string, void, void> {
  const names = yield* columnNames(runs)
  yield line(names)
  for (const row of tableRows(runs, names)) yield line(row)
}

function line(cells: readonly Cell[]): string {
  return `${cells.map(field).join(',')}\r\n`
}

/** A value, quoted where a reader of the file could misunderstand it. */
function field(value: Cell): string {
  const text = value === null ? '' : String(value)
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function* jsonText(runs: readonly ExportedRun[]): Generator<string, void, void> {
  const [only] = runs
  if (runs.length === 1 && only !== undefined) yield* runText(only)
  else {
    yield '{"runs":['
    for (const [index, run] of runs.entries()) {
      if (index > 0) yield ',\n'
      yield* runText(run)
    }
    yield ']}'
  }
  yield '\n'
}

function* runText({ detail, ...lists }: ExportedRun): Generator<string, void, void> {
  yield `{"run":${JSON.stringify(detail)}`
  for (const [name, rows] of Object.entries(lists)) {
    yield `,\n${JSON.stringify(name)}:[`
    for (const [index, row] of rows.entries()) yield `${index === 0 ? '' : ','}\n${JSON.stringify(row)}`
    yield ']'
  }
  yield '}'
}

/**
 * Fills a file with the text, letting other work in between.
 *
 * @param signal aborts it; the file is then as it was before
 */
export function metricsFill(runs: readonly ExportedRun[], format: ExportFormat, signal?: AbortSignal): Fill {
  return async (sink) => {
    const encoder = new TextEncoder()
    const breather = new Breather(signal)
    for (const piece of metricsText(runs, format)) {
      await sink.write(encoder.encode(piece))
      if (breather.due) await breather.breathe()
    }
  }
}
