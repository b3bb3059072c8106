/** A job of the trainer thread for the commands that do not train: with a progress bar, broken off by Ctrl-C. */
import type { JobLocations, TrainerJob, TrainerReport } from '../engine/trainer-protocol'
import { dataDir } from '../native/paths'
import type { Progress } from '../progress.schema'
import type { LoadedConfig } from '../config/config'
import { runTrainerJob } from '../runs/trainer-job'
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
export async function runJobWithBar<Result>(
  job: TrainerJob,
  io: CommandIo,
  pick: (report: TrainerReport) => Result | undefined,
): Promise<Result> {
  const bar = new ProgressBar(process.stderr)
  const onProgress = (progress: Progress): void => {
    bar.show(progress)
  }
  try {
    const onLog = ({ text }: { text: string }): void => {
      bar.clear()
      io.stderr(text)
    }
    return await runTrainerJob(job, { signal: io.signal, onProgress, onLog }, pick)
  } finally {
    bar.clear()
  }
}
