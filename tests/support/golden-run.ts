/** Runs on the golden mixture and base checkpoint, with the trainer in this thread and the data thread beside it. */
import { MessageChannel } from 'node:worker_threads'

import { LAST_REPORTS, TrainerClient } from '../../src-main/engine/trainer-client'
import { portLink } from '../../src-main/engine/trainer-link'
import { serveTrainer } from '../../src-main/engine/trainer'
import type { TrainerJob, TrainerReport, TrainJob } from '../../src-main/engine/trainer-protocol'
import { DataThread } from '../../src-main/packing/data-host'
import { runConfig, type RunConfig, type RunConfigInput } from '../../src-main/config/config.schema'
import type { EvalMetric, StepMetric } from '../../src-main/config/run.schema'
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
    type: 'train',
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

/** A job's reports, as they came. */
export interface FinishedJob {
  reports: TrainerReport[]
  steps: StepMetric[]
  evals: EvalMetric[]
  last: TrainerReport
}

/**
 * Does one job to its end.
 *
 * @param onReport may make requests of the trainer
 */
export async function runJob(
  job: TrainerJob,
  onReport: (report: TrainerReport, trainer: TrainerClient) => void = () => undefined,
): Promise<FinishedJob> {
  const { port1, port2 } = new MessageChannel()
  const data = DataThread.start()
  const reports: TrainerReport[] = []
  try {
    serveTrainer(port1)
    const last = await new Promise<TrainerReport>((resolve) => {
      const trainer = new TrainerClient(portLink(port2, data.connectPort()), (report) => {
        reports.push(report)
        onReport(report, trainer)
        if (LAST_REPORTS.includes(report.type)) resolve(report)
      })
      trainer.begin(job)
    })
    const steps = reports.flatMap((report) => (report.type === 'step' ? report.metric : []))
    const evals = reports.flatMap((report) => (report.type === 'eval' ? report.metric : []))
    return { reports, steps, evals, last }
  } finally {
    port1.close()
    port2.close()
    await data.close()
  }
}
