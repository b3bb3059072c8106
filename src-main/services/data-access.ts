/**
 * The window's own access to the data: a data thread beside a run's, in which the latest mixtures that were looked at
 * stay open.
 *
 * Opening a mixture may take long the first time, since its rows are decoded; an open one answers in milliseconds. The
 * main thread reads nothing itself. At most {@link KEPT} mixtures stay open. A run with the project's options shares
 * the project's open mixture; a mixture that could not be opened is tried again at the next call.
 */

import { createHash } from 'node:crypto'

import type { DataLocations } from '../data/locations'
import type { Look } from '../data/look.schema'
import type { JsonLinesCheck } from '../data/sources/lines'
import { MidbenchError, toFailure } from '../errors'
import type { DataClient } from '../packing/data-client'
import { DataThread } from '../packing/data-host'
import type { DataConfig, DataOptions, LookRequest, OpenedData } from '../packing/data-calls'
import type { CallOptions } from '../threads/calls'
import { describeFolder } from '../runs/describe-folder'
import { stateOf, type DataState } from '../runs/preflight-data'
import type { NanochatFolder } from '../runs/nanochat-folder.schema'
import { baseDirOf, withAbsolutePaths } from '../config/config'
import { TASK_DATA_FIRST } from '../config/recipes.schema'
import type { RunConfig } from '../config/config.schema'

/**
 * What a mixture is open for: the project as it is edited, a run whose batches are looked at, or a search for duplicates
 * whose results are.
 */
export type Asker = 'project' | 'run' | 'duplicates'

/** How many stay open: the project's config with the one before it, or an entry that is being tried; and one run. */
const KEPT: Readonly<Record<Asker, number>> = { project: 2, run: 1, duplicates: 1 }

/** How many results of openings are remembered; each is a few lines. */
const KEPT_OUTCOMES = 32

/** Which of a mixture's batches are looked at: a rank's, the first one's unless given, and where those of a branch begin. */
export type WhichBatches = Pick<DataOptions, 'rank' | 'start'>

/** An open mixture: its client, and its description. */
export interface OpenData {
  client: DataClient
  data: OpenedData
}

export interface DataAccessOptions {
  /** Folder for decoded rows and rendered ids. */
  cacheDir: string
  /** The nanochat folder where a config names none; null = the environment's or the default one. */
  defaultBaseDir: () => string | null
}

export class DataAccess {
  private thread: DataThread | null = null
  /** Open mixtures by their options. */
  private readonly open = new Map<string, Promise<OpenData>>()
  /** Options asked for, the latest at the end. */
  private readonly recent: Record<Asker, readonly string[]> = { project: [], run: [], duplicates: [] }

  /** Results of the latest openings by their options: what a preflight knows of the data. */
  private readonly outcomes = new Map<string, DataState>()

  constructor(private readonly options: DataAccessOptions) {}

  /** The result of the last opening of a config's mixture; null where it was never opened. Opens nothing. */
  lastOutcome(config: RunConfig, dir: string): DataState | null {
    return this.outcomes.get(this.dataOptions(config, dir).key) ?? null
  }

  /**
   * The opened mixture of a config. A caller that asks while it is being opened waits for the same opening; if the
   * first caller cancels, the others open it again.
   *
   * @param dir the folder that the config's relative paths start from
   * @param call progress and cancelling, if the mixture has to be opened
   * @throws MidbenchError naming the entry, the file and the reason
   */
  async of(
    config: RunConfig,
    dir: string,
    call: CallOptions = {},
    asker: Asker = 'project',
    which: WhichBatches = {},
  ): Promise<OpenData> {
    const { options, key } = this.dataOptions(config, dir, which)
    const opening = this.open.get(key) ?? this.openNow(options, call)
    this.open.set(key, opening)
    this.keep(key, asker)
    return opening.catch((error: unknown) => {
      if (this.open.get(key) === opening) this.open.delete(key)
      const byAnother = toFailure(error).code === 'cancelled' && call.signal?.aborted !== true
      if (byAnother) return this.of(config, dir, call, asker, which)
      throw error
    })
  }

  /**
   * Opens the mixture again, with its files as they are now, if the open one is still `stale`. Of several callers that
   * find it stale, the first opens it for all.
   */
  async reopen(
    stale: OpenData,
    config: RunConfig,
    dir: string,
    call: CallOptions = {},
    asker: Asker = 'project',
    which: WhichBatches = {},
  ): Promise<OpenData> {
    const { options, key } = this.dataOptions(config, dir, which)
    const current = this.open.get(key)
    const isStale = (await current?.catch(() => null)) === stale
    if (isStale && this.open.get(key) === current) {
      this.drop(key)
      this.open.set(key, this.openNow({ ...options, fresh: true }, call))
    }
    return this.of(config, dir, call, asker, which)
  }

  /** Where a config's data lies. */
  locations(config: Pick<RunConfig, 'base_dir' | 'recipe'>, dir: string): DataLocations {
    const baseDir = baseDirOf(config, dir, this.options.defaultBaseDir())
    const taskDataFirst = TASK_DATA_FIRST[config.recipe]
    return { baseDir, configDir: dir, cacheDir: this.options.cacheDir, taskDataFirst }
  }

  /** The nanochat folder of a config, and its contents. */
  folder(config: Pick<RunConfig, 'base_dir'>, dir: string): Promise<NanochatFolder> {
    return describeFolder(config, dir, this.options.defaultBaseDir())
  }

  /** Every fault of a JSONL file, by line. @throws MidbenchError where it cannot be read; `cancelled` */
  checkLines(path: string, call: CallOptions): Promise<JsonLinesCheck> {
    return this.ask((client) => client.checkLines(path, call))
  }

  /** A look at an entry of the task Conversations. @throws MidbenchError as opening it would; `cancelled` */
  look(request: LookRequest, call: CallOptions): Promise<Look> {
    return this.ask((client) => client.look(request, call))
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    this.open.clear()
    await this.thread?.close()
    this.thread = null
  }

  /** Asks the thread what needs no opened mixture. */
  private async ask<T>(question: (client: DataClient) => Promise<T>): Promise<T> {
    this.thread ??= DataThread.start()
    const client = this.thread.client()
    try {
      return await question(client)
    } finally {
      await client.close()
    }
  }

  private async openNow(options: DataOptions, call: CallOptions): Promise<OpenData> {
    this.thread ??= DataThread.start()
    const client = this.thread.client()
    try {
      const data = await client.open(options, call)
      this.note(options, stateOf(data))
      return { client, data }
    } catch (error) {
      await client.close()
      if (error instanceof MidbenchError && error.code !== 'cancelled') this.note(options, error)
      throw error
    }
  }

  private note({ fresh: _, ...options }: DataOptions, outcome: DataState): void {
    const key = keyOf(options)
    this.outcomes.delete(key)
    this.outcomes.set(key, outcome)
    const [oldest] = this.outcomes.keys()
    if (this.outcomes.size > KEPT_OUTCOMES && oldest !== undefined) this.outcomes.delete(oldest)
  }

  /** Records who looks at which mixture, and closes those that nobody has looked at lately. */
  private keep(key: string, asker: Asker): void {
    this.recent[asker] = [...this.recent[asker].filter((one) => one !== key), key].slice(-KEPT[asker])
    const kept = Object.values(this.recent).flat()
    for (const unused of this.open.keys()) if (!kept.includes(unused)) this.drop(unused)
  }

  /** Closes a mixture once it is open; where it could not be opened, its caller has got the error. */
  private drop(key: string): void {
    const opening = this.open.get(key)
    this.open.delete(key)
    void opening?.then(
      ({ client }) => client.close(),
      () => undefined,
    )
  }

  /** Options with absolute paths, as a run stores them, and their key: the same data has the same for every caller. */
  private dataOptions(
    config: RunConfig,
    dir: string,
    { rank = 0, start }: WhichBatches = {},
  ): { options: DataOptions; key: string } {
    const locations = { ...this.locations(config, dir), configDir: '/' }
    const data = dataConfig(withAbsolutePaths(config, dir, locations.baseDir))
    const options = { ...locations, config: data, ...(rank > 0 && { rank }), ...(start && { start }) }
    return { options, key: keyOf(options) }
  }
}

/** A digest, since a long list of excluded conversations would be kept many times over. */
function keyOf(options: DataOptions): string {
  return createHash('sha256').update(JSON.stringify(options)).digest('hex')
}

/** The options that decide the data: changing any other option leaves the mixture open. */
function dataConfig({
  mixture,
  exclude,
  max_seq_len,
  device_batch_size,
  packing,
  buffer_size,
  loss,
  world_size,
}: RunConfig): DataConfig {
  return { mixture, exclude, max_seq_len, device_batch_size, packing, buffer_size, loss, world_size }
}
