/** Runs on the golden mixture and base checkpoint, with the trainer in this thread and the data thread beside it. */
import { MessageChannel } from 'node:worker_threads'

import { serveTrainer } from '../../src-main/engine/trainer'
import type {
  RunRequest,
  Trainer,
  TrainerCalls,
  TrainEnd,
  TrainJob,
  TrainReport,
} from '../../src-main/engine/trainer-calls'
import { type Failure, toFailure } from '../../src-main/errors'
import { DataThread } from '../../src-main/packing/data-host'
import { Caller } from '../../src-main/threads/calls'
import { threadChannel } from '../../src-main/threads/channel'
import { runConfig, type RunConfig, type RunConfigInput } from '../../src-main/config/config.schema'
import type { EvalMetric, StepMetric } from '../../src-main/config/run.schema'
import './built-threads'
import { goldenPath } from './golden'
import { goldenMixture } from './golden-mixture'

/** The setting of golden/model.json: rows of 256, 4 a batch, float32; nothing is written to the golden folder. */
export function goldenConfig(options: Partial<RunConfigInput> = {}): RunConfig {
  return runConfig.parse({
    base_dir: goldenPath('nanochat_base'),
    dtype: 'float32',
    engine: 'eager',
    max_seq_len: 256,
    device_batch_size: 4,
    total_batch_size: 4 * 256,
    eval_every: -1,
    eval_tokens: 5 * 4 * 256,
    dry_run: true,
    mixture: goldenMixture,
    ...options,
  })
}

/** @param folder of the test: run, caches and data go there */
export function goldenTrainJob(folder: string, config: RunConfig, options: Partial<TrainJob> = {}): TrainJob {
  return {
    runId: 'golden-run',
    config,
    locations: {
      baseDir: config.base_dir ?? goldenPath('nanochat_base'),
      configDir: goldenPath('.'),
      cacheDir: `${folder}/cache`,
      dataDir: folder,
    },
    runDir: `${folder}/run`,
    files: [],
    resume: false,
    stopAfter: null,
    threads: null,
    ...options,
  }
}

/** A trainer in this thread, with a data thread beside it. */
export async function withGoldenTrainer<T>(use: (trainer: Trainer) => Promise<T>): Promise<T> {
  const { port1, port2 } = new MessageChannel()
  const data = DataThread.start()
  serveTrainer(threadChannel(port1, 'owner'), () => data.connectPort())
  const trainer = new Caller<TrainerCalls>(threadChannel(port2, 'trainer'))
  try {
    return await use(trainer)
  } finally {
    await trainer.close()
    await data.close()
  }
}

/** What a run told, as it came. */
export interface FinishedJob {
  reports: TrainReport[]
  steps: StepMetric[]
  evals: EvalMetric[]
  last: TrainEnd | { type: 'failed'; failure: Failure }
}

/**
 * Trains to the end of a job.
 *
 * @param onReport may make requests of the run
 */
export async function runJob(
  job: TrainJob,
  onReport: (report: TrainReport, request: (request: RunRequest) => void) => void = () => undefined,
): Promise<FinishedJob> {
  return withGoldenTrainer(async (trainer) => {
    const reports: TrainReport[] = []
    const onEvent = (report: TrainReport): void => {
      reports.push(report)
      onReport(report, (request) => void trainer.call('request', request))
    }
    const last = await trainer.call('train', job, { onEvent }).catch((error: unknown) => {
      return { type: 'failed' as const, failure: toFailure(error) }
    })
    const steps = reports.flatMap((report) => (report.type === 'step' ? report.metric : []))
    const evals = reports.flatMap((report) => (report.type === 'eval' ? report.metric : []))
    return { reports, steps, evals, last }
  })
}
