/**
 * Takes runs down in a store from their folders: who they are, their options, the checkpoints they can go on from, and
 * the end of their logs. What only the store held, the figures of each step, is not in the folders.
 */
import { readdirSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { z } from 'zod'

import { readJsonFile } from '../files/python-json'
import { listRunCheckpoints } from '../checkpoint/run-checkpoint'
import { toFailure } from '../errors'
import { differences } from './differences'
import { RESULT_LINE } from './report'
import { readRunFolder } from './run-folder'
import type { LogLine } from '../config/run.schema'
import type { RunStore } from './store'

/** Lines of a log that are taken: as many as are shown. */
const LOG_LINES = 500

/** Of a checkpoint's resume.json, what is shown of a run; where it is of an older form, nothing is. */
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
    return [] // none has been made
  }
}

/** @returns how many runs there are now, and which folders could not be read */
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
  const { identity, config } = await readRunFolder(dir)
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
    owner: null,
  })
  store.update(identity.id, {
    checkpoints: found.map(({ step }) => step),
    step: last?.step ?? 0,
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

/** A run whose steps are all made and whose result could not be written is not done: a resume writes it. */
function tellsOfResult(log: readonly LogLine[]): boolean {
  return log.some(({ level, text }) => level === 'info' && text.startsWith(RESULT_LINE))
}

/** The end of a run's log.txt, all at the time that it was last written. */
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
