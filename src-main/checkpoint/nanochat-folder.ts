/**
 * nanochat's base directory: which checkpoints it holds, and which one is selected. They are
 * `base_checkpoints/<tag>/model_<step>.pt` and so on; no tag means the deepest `d<N>`, no step the last.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { MidbenchError } from '../errors'
import { chooseStep, listSteps } from './nanochat-files'

/** Phases of training, in order, and nanochat's folder for each. */
export const phaseFolders = {
  base: 'base_checkpoints',
  mid: 'mid_checkpoints',
  sft: 'chatsft_checkpoints',
  rl: 'chatrl_checkpoints',
} as const

export type Phase = keyof typeof phaseFolders

export interface FoundModel {
  /** null for a folder that is not nanochat's. */
  phase: Phase | null
  /** `base_checkpoints`, or another name that ends in `_checkpoints`. */
  folder: string
  tag: string
  dir: string
  /** Ascending; at least one. */
  steps: number[]
}

/**
 * Every model in a base directory: by phase, then in other folders named `…_checkpoints`; in each, the deepest first.
 * Unreadable folders are left out.
 */
export async function listModels(baseDir: string): Promise<FoundModel[]> {
  const found: FoundModel[] = []
  for (const { phase, folder } of await checkpointFolders(baseDir)) {
    for (const tag of await tagsByDepth(join(baseDir, folder))) {
      const dir = join(baseDir, folder, tag)
      const steps = await listSteps(dir).catch(() => [])
      if (steps.length > 0) found.push({ phase, folder, tag, dir, steps })
    }
  }
  return found
}

async function checkpointFolders(baseDir: string): Promise<Pick<FoundModel, 'phase' | 'folder'>[]> {
  const known = (['base', 'mid', 'sft', 'rl'] as const).map((phase) => ({
    phase,
    folder: phaseFolders[phase],
  }))
  const names = await readdir(baseDir).catch((): string[] => [])
  const others = names.filter(
    (name) => name.endsWith('_checkpoints') && !known.some(({ folder }) => folder === name),
  )
  return [...known, ...others.sort().map((folder) => ({ phase: null, folder }))]
}

/**
 * The folder and step that a run starts from.
 * @param phase "base" for midtraining
 * @param tag null = the deepest `d<N>`; where there is none, the folder that changed last
 * @param step null = the last
 * @throws MidbenchError `checkpoint.missing` saying which ones exist
 */
export async function findModel(
  baseDir: string,
  phase: Phase,
  tag: string | null,
  step: number | null,
): Promise<{ dir: string; tag: string; step: number }> {
  const folder = join(baseDir, phaseFolders[phase])
  const tags = await tagsByDepth(folder)
  const chosen = tag ?? tags[0]
  if (chosen === undefined || !tags.includes(chosen)) throw missingTag(folder, tag, tags)
  const dir = join(folder, chosen)
  return { dir, tag: chosen, step: await chooseStep(dir, step) }
}

/** The tags of a folder: `d<N>` from the deepest, then the others from the one that changed last. */
async function tagsByDepth(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const tags: { name: string; depth: number; changed: number }[] = []
  for (const { name } of entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink())) {
    if (name.startsWith('.')) continue // a result that is being written
    const depth = Number(/^d(\d+)/.exec(name)?.[1] ?? -1)
    const changed = await stat(join(folder, name)).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    )
    tags.push({ name, depth, changed })
  }
  tags.sort(
    (a, b) => b.depth - a.depth || (a.depth < 0 ? b.changed - a.changed : a.name.localeCompare(b.name)),
  )
  return tags.map(({ name }) => name)
}

function missingTag(folder: string, tag: string | null, tags: string[]): MidbenchError {
  const there = tags.length === 0 ? 'there is none' : `there are ${tags.join(', ')}`
  return new MidbenchError({
    code: 'checkpoint.missing',
    message: `No checkpoint ${tag === null ? '' : `"${tag}" `}in ${folder}: ${there}.`,
    remedy: 'Check base_dir and model_tag; base_dir is the folder that holds base_checkpoints/.',
  })
}
