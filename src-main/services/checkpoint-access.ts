/**
 * The window's access to checkpoints, through a thread that starts when they are first looked at. The main thread reads
 * nothing itself. Only checkpoints that a listing has named can be opened.
 */
import { MidbenchError } from '../errors'
import type { CallOutput } from '../contract/contract'
import { type Caller, type CallOptions, Ended } from '../threads/calls'
import type { CheckpointCalls, ListRequest } from '../runs/checkpoint-browser'
import type { MeasurementCalls } from '../runs/measurement-browser'
import type { CheckpointRow } from '../runs/checkpoint-view.schema'
import { baseDirOf } from '../config/config'
import type { RunConfig } from '../config/config.schema'
import { startThread } from '../threads/spawn'

type Calls = CheckpointCalls & MeasurementCalls

export interface CheckpointAccessOptions {
  /** The person's data. */
  dataDir: string
  /** The nanochat folder where a config names none; null = the environment's or the default one. */
  defaultBaseDir: () => string | null
  runs: () => ListRequest['runs']
}

export class CheckpointAccess {
  private thread: Caller<Calls> | null = null
  /** The checkpoints that have been listed, by folder: of several in one, the last one that was found. */
  private readonly known = new Map<string, CheckpointRow>()

  constructor(private readonly options: CheckpointAccessOptions) {}

  /** The checkpoints of a config's nanochat folder and of the runs. @throws MidbenchError `cancelled` */
  async list(config: RunConfig, dir: string, call: CallOptions): Promise<CallOutput<'checkpoints.list'>> {
    const { dataDir, defaultBaseDir, runs } = this.options
    const request: ListRequest = {
      baseDir: baseDirOf(config, dir, defaultBaseDir()),
      dataDir,
      modelTag: config.model_tag,
      modelStep: config.model_step,
      runs: runs().map(({ id, name, dir: folder }) => ({ id, name, dir: folder })),
    }
    const list = await this.ask((thread) => thread.call('list', request, call))
    for (const row of list.rows) this.known.set(row.dir, row)
    return list
  }

  /** What a listing found in a checkpoint's folder. @throws MidbenchError `checkpoint.unlisted` */
  listed(dir: string): CheckpointRow {
    const row = this.known.get(dir)
    if (row !== undefined) return row
    throw new MidbenchError({
      code: 'checkpoint.unlisted',
      message: `${dir} is none of the checkpoints that were listed.`,
      remedy: 'List the checkpoints again.',
    })
  }

  /** @throws MidbenchError `checkpoint.unlisted`; an error that says what is wrong with the file */
  async tensors(at: { dir: string; step: number }): Promise<CallOutput<'checkpoints.tensors'>> {
    this.listed(at.dir)
    return this.ask((thread) => thread.call('tensors', at))
  }

  /**
   * @throws MidbenchError `checkpoint.unlisted`, `checkpoint.missing`, `cancelled`; an error that says what is wrong
   *   with the file
   */
  async histogram(
    at: { dir: string; step: number; name: string },
    call: CallOptions,
  ): Promise<CallOutput<'checkpoints.histogram'>> {
    this.listed(at.dir)
    return this.ask((thread) => thread.call('histogram', at, call))
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    const { thread } = this
    this.thread = null
    await thread?.close()
  }

  /** Asks the thread, which also reads what was measured. */
  async ask<T>(question: (thread: Caller<Calls>) => Promise<T>): Promise<T> {
    const thread = (this.thread ??= startThread('checkpoints', 'checkpoint thread'))
    try {
      return await question(thread)
    } catch (error) {
      if (error instanceof Ended && this.thread === thread) this.thread = null // the next call starts another
      throw error
    }
  }
}
