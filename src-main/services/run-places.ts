/** Where what a run wrote lies, to be opened outside the window. The page names the run, never a path. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'

import { pathInLog, REPORT_LINE, RESULT_LINE } from '../config/run-lines'
import type { CallInput } from '../contract/contract'
import { MidbenchError } from '../errors'
import type { RunManager } from '../runs/run-manager'

export type RunPlace = CallInput<'runs.open'>['what']

const TITLES: Record<RunPlace, string> = {
  folder: 'folder',
  result: 'result',
  report: 'report',
  log: 'log',
}

/**
 * The path of a run's folder, result, report or log. Folders are folders and the others plain text files, so that
 * opening one never runs a program.
 *
 * @throws MidbenchError `run.unknown`, `run.place-missing` where the run has none, or it is not there any more
 */
export async function runPlace(
  runs: Pick<RunManager, 'watch'>,
  runId: string,
  what: RunPlace,
): Promise<string> {
  const { detail, log } = await runs.watch(runId, Number.MAX_SAFE_INTEGER)
  const paths: Record<RunPlace, string | null> = {
    folder: detail.dir,
    log: join(detail.dir, 'log.txt'),
    result: pathInLog(log, RESULT_LINE),
    report: pathInLog(log, REPORT_LINE),
  }
  const path = paths[what]
  if (path === null) throw missing(`The run ${detail.name} has no ${TITLES[what]} yet.`)
  const found = await stat(path).catch(() => null)
  const isFile = what === 'log' || what === 'report'
  const fits = isFile ? found?.isFile() === true && /\.(md|txt)$/.test(path) : found?.isDirectory() === true
  if (!fits) throw missing(`${path} is not there any more.`)
  return path
}

function missing(message: string): MidbenchError {
  return new MidbenchError({ code: 'run.place-missing', message })
}
