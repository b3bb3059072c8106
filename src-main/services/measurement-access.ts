/** The window's access to kept measurements. The checkpoint thread reads them; here names become folders. */
import type { CallOutput, CallParsed, MeasuredKey } from '../contract/contract'
import { checkpointMeasurements, runMeasurements } from '../evaluation/kept-measurements'
import { MidbenchError } from '../errors'
import type { AskedQuestions } from '../runs/measurement-browser'
import type { CheckpointAccess } from './checkpoint-access'

export interface MeasurementAccessOptions {
  /** The folder of the person's data. */
  dataDir: string
  checkpoints: Pick<CheckpointAccess, 'ask'>
  runs: () => readonly { id: string; dir: string }[]
}

type Asked = Pick<CallParsed<'measuring.rows'>, 'task' | 'of'>

export class MeasurementAccess {
  constructor(private readonly options: MeasurementAccessOptions) {}

  /** All that is kept, of checkpoints and of runs. */
  list(): Promise<CallOutput<'measuring.kept'>> {
    const { dataDir, checkpoints, runs } = this.options
    const where = { dataDir, runs: runs().map(({ id, dir }) => ({ id, dir })) }
    return checkpoints.ask((thread) => thread.call('kept', where))
  }

  /** @throws MidbenchError `run.unknown` */
  async rows({
    show,
    search,
    ...asked
  }: CallParsed<'measuring.rows'>): Promise<CallOutput<'measuring.rows'>> {
    const question = { ...this.located(asked), show, search }
    return this.options.checkpoints.ask((thread) => thread.call('questionRows', question))
  }

  /** @throws MidbenchError `run.unknown` */
  async lines({ rows, ...asked }: CallParsed<'measuring.lines'>): Promise<CallOutput<'measuring.lines'>> {
    const question = { ...this.located(asked), rows }
    return this.options.checkpoints.ask((thread) => thread.call('questionLines', question))
  }

  /** @throws MidbenchError `run.unknown` */
  async question({
    row,
    ...asked
  }: CallParsed<'measuring.question'>): Promise<CallOutput<'measuring.question'>> {
    const question = { ...this.located(asked), row }
    return this.options.checkpoints.ask((thread) => thread.call('question', question))
  }

  private located({ task, of }: Asked): AskedQuestions {
    return { task, sources: of.map(({ key, dtype }) => ({ folder: this.folderOf(key), dtype })) }
  }

  private folderOf(key: MeasuredKey): string {
    const { dataDir, runs } = this.options
    if (key.of === 'checkpoint') return checkpointMeasurements(dataDir, key.identity)
    const run = runs().find(({ id }) => id === key.runId)
    if (run !== undefined) return runMeasurements(run.dir, key.step)
    throw new MidbenchError({ code: 'run.unknown', message: `There is no run ${key.runId}.` })
  }
}
