/** The end of a run: writes nanochat's files from its last checkpoint, and handles a disk that cannot take them. */
import { MidbenchError } from '../errors'
import { peakMemory } from '../native/process-memory'
import type { RequestQueue } from './request-queue'
import type { RunReporter } from './run-reporter'
import { type FinishedRun, resultFolder, RunResult } from './run-result'
import type { TrainEnd, TrainJob } from './trainer-calls'

const HOLDS =
  'Make room on that disk, then resume: the run is held in memory, and nothing is lost while Midbench stays open.'

/**
 * The result of the work; null where the disk could not take it, which is reported.
 *
 * @param remedy the remedy for the run's own state; a result has its own
 */
export async function unlessUnwritable<T>(
  work: () => Promise<T>,
  reporter: RunReporter,
  remedy = HOLDS,
): Promise<T | null> {
  try {
    return await work()
  } catch (error) {
    if (!isUnwritable(error)) throw error
    reporter.unsaved(error.code === 'result.write' ? error.toFailure() : { ...error.toFailure(), remedy })
    return null
  }
}

/** Whether the error only says that the disk could not take the run's own state, or its result. */
function isUnwritable(error: unknown): error is MidbenchError {
  return error instanceof MidbenchError && ['checkpoint.write', 'result.write'].includes(error.code)
}

/**
 * Writes nanochat's files, unless it is a dry run.
 *
 * @param result null for a rank that does not write it
 * @throws as {@link RunResult.write}
 */
export async function finish(
  result: RunResult | null,
  { state, nLayer }: FinishedRun,
  reporter: RunReporter,
): Promise<TrainEnd> {
  const { step, bestBpb, trainingTimeS } = state
  reporter.enter('saving')
  const checkpointDir = (await result?.write(step, { n_layer: nLayer })) ?? null
  const outcome = { baseDir: result?.writeTo ?? '', checkpointDir, bestBpb, trainingTimeS }
  return { type: 'done', step, outcome: { ...outcome, peakMemoryBytes: peakMemory() ?? 0 } }
}

/** For a run whose steps were all made before: the rest needs no model and no data. */
export async function finishAgain(
  job: TrainJob,
  finished: FinishedRun,
  requests: RequestQueue,
  reporter: RunReporter,
): Promise<TrainEnd> {
  const isFirst = (job.rank?.rank ?? 0) === 0
  const result = isFirst ? new RunResult(job, await resultFolder(job), reporter) : null
  const { step } = finished.state
  reporter.log('info', `All ${String(step)} steps are made: the result is written from the last checkpoint.`)
  for (;;) {
    const end = await unlessUnwritable(() => finish(result, finished, reporter), reporter)
    if (end !== null) return end
    reporter.paused(step)
    if ((await requests.afterPause()) === 'stop') return { type: 'stopped' }
  }
}
