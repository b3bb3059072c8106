/**
 * Rebuilds the store's entries of runs from their folders: identity, options, the checkpoints that a run can go on
 * from, and the end of its log. The figures of each step were only in the store and are not in the folders.
 */
import { readdirSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { z } from 'zod'

import { readJsonFile } from '../files/python-json'
import { listRunCheckpoints } from '../checkpoint/run-checkpoint'
import { toFailure } from '../errors'
import { differences } from './differences'
import { RESULT_LINE } from '../config/run-lines'
import { readRunFolder } from './run-folder'
import type { LogLine } from '../config/run.schema'
import type { RunStore } from './store'

/** How many lines of a log are taken: as many as are shown. */
const LOG_LINES = 500

/** The fields of a checkpoint's resume.json that are shown of a run; a file of an older form gives none. */
const resumeFile = z.object({
  loop: z.object({
    loop: z.object({
      trainingTimeS: z.number(),
      progress: z.number(),
      bestBpb: z.number().nullable(),
      finished: z.boolean(),
    }),
  }),
})

/** The folders in a data folder that may hold a run. */
export function runFolders(dataDir: string): string[] {
  const runs = join(dataDir, 'runs')
  try {
    const entries = readdirSync(runs, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map((entry) => join(runs, entry.name))
  } catch {
    return [] // no folder of runs exists
  }
}

/** @returns how many runs the store has now, and which folders could not be read */
export async function restoreRuns(
  store: RunStore,
  dataDir: string,
): Promise<{ restored: number; faults: string[] }> {
  const faults: string[] = []
  let restored = 0
  for (const dir of runFolders(dataDir)) {
    try {
      await restoreRun(store, dir)
      restored++
    } catch (error) {
      const { code, message } = toFailure(error)
      if (code !== 'run.folder-empty') faults.push(`The run in ${dir} could not be taken up: ${message}`)
    }
  }
  return { restored, faults }
}

async function restoreRun(store: RunStore, dir: string): Promise<void> {
  const { identity, config, branch } = await readRunFolder(dir)
  const found = await listRunCheckpoints(join(dir, 'checkpoints')).catch(() => [])
  const last = found.at(-1)
  const resumed = last === undefined ? null : await resumeOf(last.dir)
  const log = await logOf(dir)
  store.create({
    ...identity,
    dir,
    config,
    state: resumed?.finished === true && (config.dry_run || tellsOfResult(log)) ? 'done' : 'interrupted',
    differences: differences(config, null),
    parent: branch?.parent ?? null,
    owner: null,
  })
  store.update(identity.id, {
    checkpoints: found.map(({ step }) => step),
    step: last?.step ?? branch?.parent.step ?? 0,
    ...(resumed === null ? {} : progressOf(resumed)),
  })
  store.appendLog(identity.id, log)
}

type Resumed = z.infer<typeof resumeFile>['loop']['loop']

async function resumeOf(checkpoint: string): Promise<Resumed | null> {
  return readJsonFile(join(checkpoint, 'resume.json'), resumeFile).then(
    ({ loop }) => loop.loop,
    () => null, // a resume says what is wrong with a checkpoint
  )
}

function progressOf({ trainingTimeS, progress, bestBpb }: Resumed) {
  return { training_time_s: trainingTimeS, progress, best_val_bpb: bestBpb }
}

/** Without this line a run whose steps are all made is not done: its result was not written, and a resume writes it. */
function tellsOfResult(log: readonly LogLine[]): boolean {
  return log.some(({ level, text }) => level === 'info' && text.startsWith(RESULT_LINE))
}

/** The last lines of a run's log.txt, all timed at the file's last change. */
async function logOf(dir: string): Promise<LogLine[]> {
  const path = join(dir, 'log.txt')
  const text = await readFile(path, 'utf8').catch(() => '')
  if (text === '') return []
  const at = Math.round(statSync(path).mtimeMs)
  const lines = text.trimEnd().split('\n').slice(-LOG_LINES)
  return lines.map((line) => {
    const [, level = 'info', rest = line] = /^(warn|error): (.*)$/.exec(line) ?? []
    return { at, level: level === 'warn' || level === 'error' ? level : 'info', text: rest }
  })
}
