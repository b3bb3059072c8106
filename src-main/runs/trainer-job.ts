/** Runs one job of a trainer that ends with a result: an evaluation, losses, a benchmark, a self-test. */
import { TrainerClient } from '../engine/trainer-client'
import type { OpenTrainer } from '../engine/trainer-link'
import type { TrainerJob, TrainerReport } from '../engine/trainer-protocol'
import type { Progress } from '../progress.schema'
import { MidbenchError } from '../errors'
import type { LogLine } from '../config/run.schema'
import { openChosenTrainer } from './trainer-host'

export interface TrainerJobCall {
  /** Breaks the job off. */
  signal: AbortSignal
  onProgress: (progress: Progress) => void
  /** Hears what is said of what went wrong and ended nothing. */
  onLog?: (line: LogLine) => void
  /** Where the job is done. @default as the environment says, else a thread */
  openTrainer?: OpenTrainer
}

/**
 * Starts a trainer for the job, and ends it with the job.
 *
 * @param pick the result in the report that is the job's last, undefined for any other report
 * @throws MidbenchError what the job failed with; `cancelled` after an abort
 */
export async function runTrainerJob<Result>(
  job: TrainerJob,
  { signal, onProgress, onLog, openTrainer = openChosenTrainer }: TrainerJobCall,
  pick: (report: TrainerReport) => Result | undefined,
): Promise<Result> {
  const trainer = openTrainer()
  try {
    return await new Promise<Result>((resolve, reject) => {
      const client = new TrainerClient(trainer, (report) => {
        if (report.type === 'progress') {
          const { type: _, ...progress } = report
          onProgress(progress)
        } else if (report.type === 'log') onLog?.(report.line)
        else if (report.type === 'failed' || report.type === 'crashed') {
          reject(new MidbenchError(report.failure))
        } else {
          const result = pick(report)
          if (result !== undefined) resolve(result)
        }
      })
      signal.addEventListener('abort', () => {
        client.stop()
      })
      if (signal.aborted) client.stop()
      client.begin(job)
    })
  } finally {
    await trainer.close()
  }
}
