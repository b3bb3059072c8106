/** Runs one job of the trainer thread that ends with a result: an evaluation, losses, a benchmark. */
import { TrainerClient } from '../engine/trainer-client'
import type { TrainerJob, TrainerReport } from '../engine/trainer-protocol'
import { MidbenchError } from '../errors'
import type { LogLine } from './run.schema'
import { openRunThreads } from './run-threads'

type Progress = Extract<TrainerReport, { type: 'progress' }>

export interface TrainerJobCall {
  /** Breaks the job off. */
  signal: AbortSignal
  onProgress: (progress: Omit<Progress, 'type'>) => void
  /** Hears what is said of what went wrong and ended nothing. */
  onLog?: (line: LogLine) => void
}

/**
 * Starts a trainer and a data thread for the job, and ends them with it.
 *
 * @param pick the result in the report that is the job's last, undefined for any other report
 * @throws MidbenchError what the job failed with; `cancelled` after an abort
 */
export async function runTrainerJob<Result>(
  job: TrainerJob,
  { signal, onProgress, onLog }: TrainerJobCall,
  pick: (report: TrainerReport) => Result | undefined,
): Promise<Result> {
  const threads = openRunThreads()
  try {
    return await new Promise<Result>((resolve, reject) => {
      const client = new TrainerClient(threads.trainer, (report) => {
        if (report.type === 'progress') {
          const { label, done, total, unit } = report
          onProgress({ label, done, total, unit })
        } else if (report.type === 'log') onLog?.(report.line)
        else if (report.type === 'failed') reject(new MidbenchError(report.failure))
        else {
          const result = pick(report)
          if (result !== undefined) resolve(result)
        }
      })
      signal.addEventListener('abort', () => {
        client.stop()
      })
      if (signal.aborted) client.stop()
      client.begin(job, threads.dataPort)
    })
  } finally {
    await threads.close()
  }
}
