/**
 * Measures a checkpoint by some tasks, one after another, and keeps what becomes of each question. The model is loaded
 * once and freed at the end; its files may go meanwhile, as a run's checkpoints do. A task that cannot be measured is told,
 * and the others go on.
 */
import { stat } from 'node:fs/promises'
import { freemem } from 'node:os'
import { join } from 'node:path'

import { byteSize } from '../byte-size'
import { checkpointIdentity } from '../checkpoint/identity'
import { fileNames, loadMeta, loadModel } from '../checkpoint/nanochat-files'
import { RUN_KEY } from '../checkpoint/result-place'
import type { StoredCheckpoint } from '../checkpoint/run-checkpoint'
import { MidbenchError, toFailure } from '../errors'
import { checkpointMeasurements } from '../evaluation/kept-measurements'
import type { AnsweringModel } from '../evaluation/measure'
import { measureTask, type TaskMeasuring } from '../evaluation/measure-task'
import { memoryLimit } from '../memory-limit'
import { tensorflowVersion } from '../native/installation'
import type { TellingContext } from '../threads/calls'
import { loadTokenizer } from '../tokenizer/tokenizer'
import { openBesideRuns, wholeOf } from './asked-model'
import { mostCacheBytes } from './generation/answers'
import { GenerationSession } from './generation/generation-session'
import { sessionModel } from './generation/session-model'
import { requireSameVocabulary } from './job-context'
import type { MeasuringEvent, MeasuringQuestion } from './measuring-calls'

/** TensorFlow itself, the logits of the rows, and the cache's copy as it grows. */
const MEMORY_BESIDE = 2 ** 29

type Context = TellingContext<MeasuringEvent>

/**
 * @param beforeLoading called before TensorFlow is loaded
 * @throws MidbenchError `run.no-checkpoint`, `checkpoint.missing`, `tokenizer.mismatch`, `measure.memory`,
 *   `device.unavailable`; what reading a checkpoint and a tokenizer throws; the signal's reason where it is cancelled
 */
export async function measureCheckpoint(
  question: MeasuringQuestion,
  context: Context,
  beforeLoading: () => void = () => undefined,
): Promise<null> {
  const found = await wholeOf(question.of)
  const identity = await checkpointIdentity(found.dir, found.step)
  context.tell({ type: 'model', ...found, identity })
  await requireMemory(found)
  const tokenizer = await loadTokenizer(question.tokenizerDir)
  beforeLoading()
  const session = await openSession(found, tokenizer.vocabSize, question)
  try {
    const model = sessionModel(session, tokenizer, context.signal)
    const asked = {
      data: question.data,
      most: question.most,
      programs: question.programs,
      tokenizer,
      folder: checkpointMeasurements(question.dataDir, identity),
      keeping: {
        model: { identity, ...found, runId: question.runId ?? (await runOf(found)) },
        dtype: question.dtype,
        tensorflow: tensorflowVersion,
      },
    }
    for (const task of question.tasks) await measureOne({ ...asked, task }, model, context)
  } finally {
    session.dispose()
  }
  return null
}

/** The run whose result it is; null where its meta names none. */
async function runOf({ dir, step }: StoredCheckpoint): Promise<string | null> {
  const meta = await loadMeta(dir, step)
  const run = meta[RUN_KEY]
  return typeof run === 'string' ? run : null
}

async function measureOne(
  asked: Omit<TaskMeasuring, 'onScore'>,
  model: AnsweringModel,
  { signal, progress, tell }: Context,
): Promise<void> {
  const { task } = asked
  const onScore: TaskMeasuring['onScore'] = (score) => {
    tell({ type: 'score', score })
  }
  signal.throwIfAborted()
  tell({ type: 'begun', task })
  try {
    const score = await measureTask({ ...asked, onScore }, model, { signal, onProgress: progress })
    tell({ type: 'score', score })
  } catch (error) {
    signal.throwIfAborted()
    tell({ type: 'failed', task, failure: toFailure(error) })
  }
}

async function openSession(
  { dir, step }: StoredCheckpoint,
  vocabSize: number,
  { of, dtype }: MeasuringQuestion,
): Promise<GenerationSession> {
  const tensorflow = await openBesideRuns(of)
  const { meta, tensors } = await loadModel(dir, step)
  requireSameVocabulary(meta.model_config, vocabSize, dir)
  return new GenerationSession(tensorflow, { model: meta.model_config, dtype }, tensors)
}

/** The weights are held twice for a moment, as they are read and by TensorFlow; later once, beside the cache of answers. */
async function requireMemory({ dir, step }: StoredCheckpoint): Promise<void> {
  const { size } = await stat(join(dir, fileNames(step).model))
  const needed = size + Math.max(size, mostCacheBytes(size)) + MEMORY_BESIDE
  const free = Math.min(freemem(), memoryLimit())
  if (free >= needed) return
  throw new MidbenchError({
    code: 'measure.memory',
    message: `Measuring this model needs ${byteSize(needed)} of memory, and ${byteSize(free)} are free.`,
    remedy: 'Wait until the run that is training is done, or stop it; or close other programs.',
  })
}
