/** Runs a trainer's job for the commands that do not train, with a progress bar; Ctrl-C aborts it. */
import type { JobLocations, LogReport, Trainer } from '../engine/trainer-calls'
import { dataDir } from '../native/paths'
import type { LoadedConfig } from '../config/config'
import { openChosenTrainer } from '../runs/trainer-host'
import { withTrainer } from '../runs/trainer-job'
import type { CallOptions } from '../threads/calls'
import type { CommandIo } from './command'
import { locationsOf } from './open-data'
import { ProgressBar } from './progress-bar'

export function jobLocations(loaded: LoadedConfig): JobLocations {
  return { ...locationsOf(loaded), dataDir: dataDir() }
}

/** @throws MidbenchError what the job failed with; `cancelled` after Ctrl-C */
export function jobWithBar<Result>(
  io: CommandIo,
  job: (trainer: Trainer, call: CallOptions<LogReport>) => Promise<Result>,
): Promise<Result> {
  return eventsWithBar(io, job, ({ line }) => {
    io.stderr(line.text)
  })
}

/** {@link jobWithBar} for a job that tells other events. */
export async function eventsWithBar<Event, Result>(
  io: CommandIo,
  job: (trainer: Trainer, call: CallOptions<Event>) => Promise<Result>,
  onEvent: (event: Event) => void,
): Promise<Result> {
  const bar = new ProgressBar(process.stderr)
  const call: CallOptions<Event> = {
    signal: io.signal,
    onProgress: (progress) => {
      bar.show(progress)
    },
    onEvent: (event) => {
      bar.clear()
      onEvent(event)
    },
  }
  try {
    return await withTrainer(openChosenTrainer, (trainer) => job(trainer, call))
  } finally {
    bar.clear()
  }
}
