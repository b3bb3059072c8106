/**
 * The only list of the files that a run writes into its folder, by name. Removing a run takes these and nothing else,
 * so a file that a later Midbench writes there has to be named here.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { codeOf } from '../system-error'
import { LOCK_FILE } from './store-lock'

/** Suffixes of the files that an interrupted write leaves beside its target. */
const BESIDE = String.raw`(\.tmp|\.part-\d+-[0-9a-f]+)?`
const FILES = ['run.json', 'config.json', 'branch.json', 'data.json', 'log.txt', LOCK_FILE].map(escape)
/** What loggers write (loggers/): TensorBoard's files, and which steps the others have. W&B's folder is W&B's. */
const OF_LOGGERS = String.raw`events\.out\.tfevents\.[^/]+|logged-(wandb|trackio)\.json`
const OF_CHECKPOINT = [
  String.raw`manifest\.json`,
  String.raw`resume\.json`,
  String.raw`meta_\d+\.json`,
  String.raw`model_\d+\.pt`,
  String.raw`optim_\d+_rank\d+\.pt`,
]
/** Its own checkpoints, and the one of its parent that a branch began with. */
const CHECKPOINT = String.raw`(?:checkpoints|fork)/step_\d+(?:\.old|\.tmp)?`
/** What evaluation/kept-measurements.ts keeps of a step: `measurements/step_000100/GSM8K.float32.jsonl`. */
const MEASUREMENTS = String.raw`measurements/step_\d+`
const OF_MEASUREMENTS = String.raw`model\.json|[A-Za-z0-9-]+\.(float32|bfloat16)\.jsonl?`
/** The losses by token that were recorded: engine/recorded-losses.ts. */
const LOSSES = String.raw`losses/step_\d+(_rank\d+)?\.npy`
const IN_FOLDERS = `${CHECKPOINT}/(${OF_CHECKPOINT.join('|')})|${MEASUREMENTS}/(${OF_MEASUREMENTS})|${LOSSES}`
const FILE = new RegExp(`^((${FILES.join('|')}|${OF_LOGGERS})|${IN_FOLDERS}|wandb/.+)${BESIDE}$`)
const FOLDER = new RegExp(
  `^(checkpoints|fork|${CHECKPOINT}|losses|measurements|${MEASUREMENTS}|wandb(/.+)?)$`,
)

export interface FolderContents {
  /** Files of the run, by their path in the folder. */
  files: string[]
  /** Folders of the run, each listed after those inside it. */
  folders: string[]
  /** Everything else that lies there; a folder is one entry. */
  others: string[]
}

/** Sorts what lies in a run's folder. A link never counts as the run's; a missing folder gives empty lists. */
export async function contentsOf(dir: string, within = ''): Promise<FolderContents> {
  const found: FolderContents = { files: [], folders: [], others: [] }
  const entries = await readdir(join(dir, within), { withFileTypes: true }).catch(nothingIfMissing)
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = within === '' ? entry.name : `${within}/${entry.name}`
    if (entry.isFile() && FILE.test(path)) found.files.push(path)
    else if (entry.isDirectory() && FOLDER.test(path)) {
      const { files, folders, others } = await contentsOf(dir, path)
      found.files.push(...files)
      found.folders.push(...folders, path)
      found.others.push(...others)
    } else found.others.push(path)
  }
  return found
}

function nothingIfMissing(error: unknown): [] {
  if (codeOf(error) === 'ENOENT') return []
  throw error
}

function escape(name: string): string {
  return name.replaceAll('.', String.raw`\.`)
}
