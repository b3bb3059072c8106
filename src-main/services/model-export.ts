/**
 * Takes a model out of the window as a folder for the hub (runs/checkpoint-export.ts): a checkpoint that was listed, or
 * what a run has made: its result, or its last save where it has none. The checkpoint thread does the work.
 */
import type { CallOutput, CallParsed } from '../contract/contract'
import { MidbenchError } from '../errors'
import { savedCheckpoint } from '../runs/run-folder'
import type { RunManager } from '../runs/run-manager'
import type { CallOptions } from '../threads/calls'
import type { AskedModels } from './asked-models'
import type { CheckpointAccess } from './checkpoint-access'
import { runPlace } from './run-places'

type Asked = Pick<CallParsed<'exports.model'>, 'of' | 'config' | 'dir'>

export interface ModelExportOptions {
  models: Pick<AskedModels, 'resolve'>
  checkpoints: Pick<CheckpointAccess, 'ask' | 'listed'>
  runs: Pick<RunManager, 'get' | 'list' | 'watch'>
  /** The folder of the person's data. */
  dataDir: string
}

export class ModelExport {
  constructor(private readonly options: ModelExportOptions) {}

  /**
   * @param out the new folder
   * @throws MidbenchError `run.unknown`, `run.no-checkpoint`, `checkpoint.unlisted`; what exportCheckpoint throws
   */
  async write(
    { of, config, dir }: Asked,
    out: string,
    call: CallOptions,
  ): Promise<NonNullable<CallOutput<'exports.model'>>> {
    const { models, checkpoints, runs, dataDir } = this.options
    const { tokenizerDir } = models.resolve(of, { config, dir })
    const found = of.of === 'run' ? await this.ofRun(of.runId) : { dir: of.dir, step: of.step }
    const known = runs.list().map(({ id, dir: runDir }) => ({ id, dir: runDir }))
    const asked = { ...found, tokenizerDir, out, dataDir, runs: known }
    const { path, step, bytes } = await checkpoints.ask((thread) => thread.call('export', asked, call))
    return { path, step, bytes }
  }

  private async ofRun(runId: string): Promise<{ dir: string; step: number | null }> {
    const { runs } = this.options
    const result = await runPlace(runs, runId, 'result').catch(() => null)
    if (result !== null) return { dir: result, step: null }
    const { name, dir, checkpoints } = runs.get(runId)
    const step = checkpoints.at(-1)
    if (step !== undefined) return { dir: savedCheckpoint(dir, step), step }
    throw new MidbenchError({
      code: 'run.no-checkpoint',
      message: `The run ${name} has no checkpoint to export.`,
      remedy: 'Pause it: that saves one.',
    })
  }
}
