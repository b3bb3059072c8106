/** Runs one job of the trainer thread that ends with a result, for the commands that do not train. */
import { TrainerClient } from '../engine/trainer-client'
import type { JobLocations, TrainerJob, TrainerReport } from '../engine/trainer-protocol'
import { MidbenchError } from '../errors'
import { dataDir } from '../native/paths'
import type { LoadedConfig } from '../runs/config'
import { openRunThreads } from '../runs/run-threads'
import type { CommandIo } from './command'
import { locationsOf } from './open-data'
import { ProgressBar } from './progress-bar'

export function jobLocations(loaded: LoadedConfig): JobLocations {
  return { ...locationsOf(loaded), dataDir: dataDir() }
}

/**
 * @param pick the result in the report that is the job's last, undefined for any other report
 * @throws MidbenchError what the job failed with; `cancelled` after Ctrl-C
 */
export async function runTrainerJob<Result>(
  job: TrainerJob,
  io: CommandIo,
  pick: (report: TrainerReport) => Result | undefined,
): Promise<Result> {
  const threads = openRunThreads()
  const bar = new ProgressBar(process.stderr)
  try {
    return await new Promise<Result>((resolve, reject) => {
      const client = new TrainerClient(threads.trainer, (report) => {
        if (report.type === 'progress') bar.draw(report.done / (report.total ?? Infinity), report.label)
        else if (report.type === 'failed') reject(new MidbenchError(report.failure))
        else {
          const result = pick(report)
          if (result !== undefined) resolve(result)
        }
      })
      io.signal.addEventListener('abort', () => {
        client.stop()
      })
      client.begin(job, threads.dataPort)
    })
  } finally {
    bar.clear()
    await threads.close()
  }
}
