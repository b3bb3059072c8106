/**
 * Writes a run's result from one of its own checkpoints: the same model and optimizer files, byte for byte, under
 * mid_checkpoints; of a run of several ranks, the optimizer's state in their shares, as nanochat's ranks save it and load it
 * again. It needs no engine and no data, so it can be repeated at any time.
 *
 * The folder is filled beside its place and renamed: it exists whole or not at all, and of two runs that end at once
 * only one gets a name. What a killed process left is removed when the next result is written there. Costs one read and
 * one write of the files.
 */
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { makeFile, syncPath } from '../files/durable'
import { ensureFolder } from '../files/ensure-folder'
import { MidbenchError } from '../errors'
import { besideName, removeLeftovers } from '../files/leftovers'
import { readJsonFile } from '../files/python-json'
import { hashFile } from '../files/sha256'
import { copyOf } from '../files/sink'
import { writeReason } from '../files/write-reason'
import { codeOf } from '../system-error'
import { fileNames, listSteps, writeOptimizerShares } from './nanochat-files'
import { resultPlaces, RUN_KEY, type ResultPlace } from './result-place'
import { readManifest, type StoredCheckpoint } from './run-checkpoint'

/** Error codes of a rename onto an existing folder: others can see it, so it is not replaced. */
const TAKEN = ['EEXIST', 'ENOTEMPTY', 'ENOTDIR']

export interface Result {
  /** mid_checkpoints */
  folder: string
  /** The wanted tag. */
  tag: string
  runId: string
  /** Sequence length of the result's model: as in the seed, its context is the rows' length. */
  sequenceLen: number
  /** Number of the run's ranks. @default 1 */
  ranks?: number
}

/**
 * @returns where the result lies now: where it was already, or at the first free place when it was written
 * @throws MidbenchError `result.write` where the place cannot be written to, `checkpoint.torn` where the checkpoint is
 * not whole
 */
export async function writeResult(checkpoint: StoredCheckpoint, result: Result): Promise<ResultPlace> {
  const beside = besideName(join(result.folder, `.${result.runId}`))
  try {
    await removeLeftovers(result.folder)
    for await (const place of resultPlaces(result.folder, result.tag, result.runId)) {
      if (place.standing === 'own' && (await listSteps(place.dir)).includes(checkpoint.step)) return place
      if ((await stat(beside).catch(() => null)) === null) await fill(beside, checkpoint, result)
      const placed =
        place.standing === 'own' ? await moveInto(beside, place.dir) : await swapIn(beside, place.dir)
      if (placed) return place
    }
    throw new Error(`${result.folder} has no free name for ${result.tag}.`)
  } catch (error) {
    await rm(beside, { recursive: true, force: true }).catch(() => undefined) // the first error says more
    throw unwritten(error, join(result.folder, result.tag))
  }
}

async function fill(
  beside: string,
  { step, dir }: StoredCheckpoint,
  { sequenceLen, runId, ranks = 1 }: Result,
): Promise<void> {
  const { model, meta, optimizers } = fileNames(step)
  const { files } = await readManifest(dir)
  await ensureFolder(beside)
  if (ranks > 1) {
    if ((await hashFile(join(dir, optimizers))) !== files[optimizers]?.sha256)
      throw torn(join(dir, optimizers))
    await writeOptimizerShares(dir, step, beside, ranks)
  }
  for (const name of ranks > 1 ? [model] : [optimizers, model]) {
    const { sha256 } = await makeFile(join(beside, name), copyOf(join(dir, name)))
    if (sha256 !== files[name]?.sha256) throw torn(join(dir, name))
  }
  const known = await readJsonFile(join(dir, meta), z.looseObject({ model_config: z.looseObject({}) }))
  const model_config = { ...known.model_config, sequence_len: sequenceLen }
  await makeFile(join(beside, meta), JSON.stringify({ ...known, model_config, [RUN_KEY]: runId }, null, 2))
}

/** @returns whether the place was still free */
async function swapIn(beside: string, dir: string): Promise<boolean> {
  try {
    await rename(beside, dir)
  } catch (error) {
    if (TAKEN.includes(codeOf(error))) return false
    throw error
  }
  await syncPath(dirname(dir))
  return true
}

/** Adds a later step to the run's earlier result; the model comes last, since a folder is searched for it. */
async function moveInto(beside: string, dir: string): Promise<true> {
  const names = (await readdir(beside)).sort(
    (a, b) => Number(a.startsWith('model')) - Number(b.startsWith('model')),
  )
  for (const name of names) await rename(join(beside, name), join(dir, name))
  await syncPath(dir)
  await rm(beside, { recursive: true, force: true })
  return true
}

function torn(path: string): MidbenchError {
  return new MidbenchError({
    code: 'checkpoint.torn',
    message: `${path} was changed after it was saved, so no result is made from it.`,
    remedy: 'Resume the run: it goes on from its last whole checkpoint.',
  })
}

/** Turns a failure to write into words that name the result; a fault of the checkpoint is returned unchanged. */
function unwritten(cause: unknown, dir: string): unknown {
  if (!(cause instanceof Error && 'syscall' in cause)) return cause
  return new MidbenchError(
    {
      code: 'result.write',
      message: `The result ${dir} could not be written: ${writeReason(cause)}. The run is done, and all of it is in its own folder.`,
      remedy:
        'See that this folder can be written to, then resume the run: its result is written, and no step is made.',
    },
    { cause },
  )
}
