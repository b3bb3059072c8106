/**
 * A run's result. Where it will go is reported before the first step; whether it can be written there is tested again
 * at each save; at the end it is written from the checkpoint in the run's own folder.
 */
import { join } from 'node:path'

import { locateBaseFolder } from '../checkpoint/base-folder'
import { loadMeta } from '../checkpoint/nanochat-files'
import { phaseFolders } from '../checkpoint/nanochat-folder'
import { firstPlace, resultTag } from '../checkpoint/result-place'
import { writeResult } from '../checkpoint/result-write'
import { listRunCheckpoints, readResume, whatIsTorn } from '../checkpoint/run-checkpoint'
import { whyUnwritable } from '../checkpoint/try-folder'
import { type Failure, MidbenchError } from '../errors'
import type { ModelConfig } from '../model/config.schema'
import type { LoopState } from './loop-state'
import { runResume } from './loop-state.schema'
import type { RunReporter } from './run-reporter'
import { continuedState, requireSameOptions } from './resume-rules'
import { measureTimes, sampleTimes } from '../config/asides'
import type { TrainJob } from './trainer-calls'

/** The remedy where a resume is all that is needed. */
const WRITTEN_LATER =
  'See that it can be written to. The run goes on; what its result is made from is kept in its own folder, and a resume writes it.'

export class RunResult {
  private readonly folder: string

  /** @param writeTo the nanochat folder. @param reporter the run's reporter */
  constructor(
    private readonly job: TrainJob,
    readonly writeTo: string,
    private readonly reporter: RunReporter,
  ) {
    this.folder = join(writeTo, phaseFolders[job.config.recipe])
  }

  /** Reports where the result would go now. */
  async announce({ n_layer }: Pick<ModelConfig, 'n_layer'>): Promise<void> {
    if (this.job.config.dry_run) return
    const wanted = resultTag(this.job.config, n_layer)
    const { dir, tag } = await firstPlace(this.folder, wanted, this.job.runId)
    this.reporter.log(
      'info',
      `The result will be ${dir}${tag === wanted ? '' : `, since ${wanted} is taken`}`,
    )
  }

  /** Why the result could not be written now; null where it can. */
  async trouble(): Promise<Failure | null> {
    if (this.job.config.dry_run) return null
    const reason = await whyUnwritable(this.folder)
    if (reason === null) return null
    const message = `The result could not be written to ${this.folder} as it is now: ${reason}.`
    return { code: 'result.write', message, remedy: WRITTEN_LATER }
  }

  /**
   * @param step step of the last checkpoint
   * @returns the result's folder; null on a dry run
   * @throws MidbenchError `result.write`, `checkpoint.torn`, `checkpoint.missing`
   */
  async write(step: number, { n_layer }: Pick<ModelConfig, 'n_layer'>): Promise<string | null> {
    const { config, runId, runDir } = this.job
    if (config.dry_run) return null
    const checkpoints = await listRunCheckpoints(join(runDir, 'checkpoints'))
    const checkpoint = checkpoints.find((each) => each.step === step)
    if (checkpoint === undefined) throw noCheckpoint(runDir, step)
    const wanted = resultTag(config, n_layer)
    const { max_seq_len: sequenceLen, world_size: ranks } = config
    const result = { folder: this.folder, tag: wanted, runId, sequenceLen, ranks }
    const { dir, tag } = await writeResult(checkpoint, result)
    if (config.output_tag !== null && tag !== wanted) {
      this.reporter.log('warn', `${wanted} was taken by another run in the meantime: the result is ${dir}`)
    }
    return dir
  }
}

/** A run whose steps are all made, as its last checkpoint holds it. */
export interface FinishedRun {
  state: LoopState
  nLayer: number
}

/**
 * A run that has only its result left to write; null for any other. Reads every byte of its last checkpoint, to be sure
 * of it.
 *
 * @throws MidbenchError `run.options-changed`
 */
export async function finishedRun({ runDir, config }: TrainJob): Promise<FinishedRun | null> {
  const last = (await listRunCheckpoints(join(runDir, 'checkpoints'))).at(-1)
  const kept = last && (await readResume(last.dir).catch(() => null))
  const resume = runResume.safeParse(kept?.loop)
  if (last === undefined || !resume.success) return null
  const { loop, record } = resume.data
  const then = record?.config ?? config
  requireSameOptions(then, config, last.step)
  const state = continuedState(loop, then, config) // more steps may be asked for now
  const lacks =
    (config.eval_every !== -1 && state.evaluatedAt !== state.step) ||
    (sampleTimes(config) !== null && state.sampledAt !== state.step) ||
    (measureTimes(config) !== null && state.measuredAt !== state.step)
  if (!state.finished || lacks || (await whatIsTorn(last)) !== null) return null
  return { state, nLayer: (await loadMeta(last.dir, last.step)).model_config.n_layer }
}

/** The nanochat folder that results go to. */
export async function resultFolder({ locations }: TrainJob): Promise<string> {
  return (await locateBaseFolder(locations.baseDir, locations.dataDir)).writeTo
}

function noCheckpoint(runDir: string, step: number): MidbenchError {
  return new MidbenchError({
    code: 'checkpoint.missing',
    message: `${runDir} holds no checkpoint of step ${String(step)} to make the result from.`,
    remedy: 'Resume the run: it goes on from its last checkpoint.',
  })
}
