/**
 * Finds the model that a question is about: the last checkpoint of a run, the last of a folder, or the base checkpoint of
 * a nanochat folder; and loads TensorFlow for what is computed beside runs.
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'

import { resolveBaseFolder } from '../checkpoint/base-folder'
import { chooseStep, fileNames } from '../checkpoint/nanochat-files'
import { findModel } from '../checkpoint/nanochat-folder'
import { latestValid, listRunCheckpoints, type StoredCheckpoint } from '../checkpoint/run-checkpoint'
import { MidbenchError } from '../errors'
import { initParameters } from '../model/init'
import { loadTensorflow, type Tensorflow } from '../native/tensorflow'
import { yieldToRuns } from '../threads/priority'
import { requireDevice } from './device'
import type { AskedModel } from './asked'

/**
 * Loads TensorFlow in this thread, which from then on leaves the processor to runs that want it.
 *
 * @throws MidbenchError `device.unavailable`; what loadTensorflow throws
 */
export async function openBesideRuns({
  threads,
  deviceType,
}: Pick<AskedModel, 'threads' | 'deviceType'>): Promise<Tensorflow> {
  const tensorflow = await loadTensorflow(threads === null ? {} : { threads })
  // All threads of a process share one pool of TensorFlow's threads, a run's too: its priority stays as it is.
  if (!isMainThread) yieldToRuns()
  requireDevice(deviceType, tensorflow.device)
  return tensorflow
}

/** The checkpoint that is asked for, whole or not; null where there is none. Reads only names. */
export async function lastOf(asked: AskedModel): Promise<StoredCheckpoint | null> {
  if (asked.runDir === null) return folderOrBaseOf(asked)
  return (await listRunCheckpoints(checkpointsOf(asked.runDir))).at(-1) ?? null
}

/** {@link lastOf} without torn checkpoints: reads a run's every byte. @throws MidbenchError `run.no-checkpoint` */
export async function wholeOf(asked: AskedModel): Promise<StoredCheckpoint> {
  if (asked.runDir === null) return folderOrBaseOf(asked)
  const { checkpoint } = await latestValid(checkpointsOf(asked.runDir))
  if (checkpoint !== null) return checkpoint
  throw new MidbenchError({
    code: 'run.no-checkpoint',
    message: `The run in ${asked.runDir} has no checkpoint to ask.`,
    remedy: 'Pause it: that saves one. Or ask the base checkpoint.',
  })
}

async function folderOrBaseOf(asked: AskedModel): Promise<StoredCheckpoint> {
  const { checkpointDir: dir, modelStep } = asked
  return dir === null ? baseOf(asked) : { dir, step: await chooseStep(dir, modelStep) }
}

async function baseOf({ baseDir, dataDir, modelTag, modelStep }: AskedModel): Promise<StoredCheckpoint> {
  const { readFrom } = await resolveBaseFolder(baseDir, dataDir, initParameters)
  return findModel(readFrom, 'base', modelTag, modelStep)
}

function checkpointsOf(runDir: string): string {
  return join(runDir, 'checkpoints')
}

/** Changes whenever the checkpoint's files or the number of threads change. */
export async function keyOf(
  { threads, deviceType }: AskedModel,
  found: StoredCheckpoint | null,
): Promise<string> {
  if (found === null) return ''
  const { model, meta } = fileNames(found.step)
  const stamps = [model, meta].map(async (name) => {
    const file = await stat(join(found.dir, name)).catch(() => null)
    return [file?.ino, file?.size, file?.mtimeMs]
  })
  return JSON.stringify([found.dir, threads, deviceType, ...(await Promise.all(stamps))])
}
