/**
 * The window's own way to the data: a data thread beside the one of a run, with the mixtures that were last looked at
 * kept open in it.
 *
 * Opening a mixture may take long the first time (its rows are decoded); what is open answers in milliseconds. Nothing is
 * read in the main thread. At most {@link KEPT} mixtures stay open, and a run whose options are the project's shares what
 * is open for that; one that cannot be opened is tried anew at the next call.
 */

import type { DataLocations } from '../data/locations'
import type { JsonLinesCheck } from '../data/sources/lines'
import { MidbenchError, toFailure } from '../errors'
import type { DataClient } from '../packing/data-client'
import { DataThread } from '../packing/data-host'
import type { DataConfig, DataOptions, OpenedData } from '../packing/data-calls'
import type { CallOptions } from '../threads/calls'
import { describeFolder } from '../runs/describe-folder'
import type { DataState } from '../runs/preflight-data'
import type { NanochatFolder } from '../runs/nanochat-folder.schema'
import { baseDirOf, withAbsolutePaths } from '../config/config'
import type { RunConfig } from '../config/config.schema'

/** For whom a mixture is open: the project as it is edited, or a run whose batches are looked at. */
export type Asker = 'project' | 'run'

/** The project's config and the one before, or an entry that is being tried; and one run. */
const KEPT: Readonly<Record<Asker, number>> = { project: 2, run: 1 }

/** Outcomes of openings that are remembered: a few lines each. */
const KEPT_OUTCOMES = 32

/** An open mixture: its client, and what is known of it. */
export interface OpenData {
  client: DataClient
  data: OpenedData
}

export interface DataAccessOptions {
  /** Folder for decoded rows and rendered ids. */
  cacheDir: string
  /** The nanochat folder where a config names none; null = the environment's or the default. */
  defaultBaseDir: () => string | null
}

export class DataAccess {
  private thread: DataThread | null = null
  /** By options. */
  private readonly open = new Map<string, Promise<OpenData>>()
  /** Options asked for, the last at the end. */
  private readonly recent: Record<Asker, readonly string[]> = { project: [], run: [] }

  /** What became of the last openings, by options: what a preflight knows of the data. */
  private readonly outcomes = new Map<string, DataState>()

  constructor(private readonly options: DataAccessOptions) {}

  /** How a config's mixture was opened last; null where it never was. Opens nothing. */
  lastOutcome(config: RunConfig, dir: string): DataState | null {
    return this.outcomes.get(JSON.stringify(this.dataOptions(config, dir))) ?? null
  }

  /**
   * The opened mixture of a config. Who asks while it is being opened waits for that; where its first asker cancels, the
   * others open it anew.
   *
   * @param dir what the config's relative paths count from
   * @param call progress and cancelling, where the mixture has to be opened for it
   * @throws MidbenchError that names the entry, the file and the reason
   */
  async of(
    config: RunConfig,
    dir: string,
    call: CallOptions = {},
    asker: Asker = 'project',
  ): Promise<OpenData> {
    const options = this.dataOptions(config, dir)
    const key = JSON.stringify(options)
    const opening = this.open.get(key) ?? this.openNow(options, call)
    this.open.set(key, opening)
    this.keep(key, asker)
    return opening.catch((error: unknown) => {
      if (this.open.get(key) === opening) this.open.delete(key)
      const byAnother = toFailure(error).code === 'cancelled' && call.signal?.aborted !== true
      if (byAnother) return this.of(config, dir, call, asker)
      throw error
    })
  }

  /**
   * The same with its files as they are now, where what is open is still `stale`; of several who find it so the first
   * opens it anew, for all.
   */
  async reopen(
    stale: OpenData,
    config: RunConfig,
    dir: string,
    call: CallOptions = {},
    asker: Asker = 'project',
  ): Promise<OpenData> {
    const options = this.dataOptions(config, dir)
    const key = JSON.stringify(options)
    const current = this.open.get(key)
    const isStale = (await current?.catch(() => null)) === stale
    if (isStale && this.open.get(key) === current) {
      this.drop(key)
      this.open.set(key, this.openNow({ ...options, fresh: true }, call))
    }
    return this.of(config, dir, call, asker)
  }

  /** Where a config's data lies. */
  locations(config: Pick<RunConfig, 'base_dir'>, dir: string): DataLocations {
    const baseDir = baseDirOf(config, dir, this.options.defaultBaseDir())
    return { baseDir, configDir: dir, cacheDir: this.options.cacheDir }
  }

  /** The nanochat folder of a config, and what it holds. */
  folder(config: Pick<RunConfig, 'base_dir'>, dir: string): Promise<NanochatFolder> {
    return describeFolder(config, dir, this.options.defaultBaseDir())
  }

  /** Every fault of a JSONL file, by line. @throws MidbenchError where it cannot be read; `cancelled` */
  async checkLines(path: string, call: CallOptions): Promise<JsonLinesCheck> {
    this.thread ??= DataThread.start()
    const client = this.thread.client()
    try {
      return await client.checkLines(path, call)
    } finally {
      await client.close()
    }
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    this.open.clear()
    await this.thread?.close()
    this.thread = null
  }

  private async openNow(options: DataOptions, call: CallOptions): Promise<OpenData> {
    this.thread ??= DataThread.start()
    const client = this.thread.client()
    try {
      const data = await client.open(options, call)
      this.note(options, { train: data.trainConversations, val: data.valConversations })
      return { client, data }
    } catch (error) {
      await client.close()
      if (error instanceof MidbenchError && error.code !== 'cancelled') this.note(options, error)
      throw error
    }
  }

  private note({ fresh: _, ...options }: DataOptions, outcome: DataState): void {
    const key = JSON.stringify(options)
    this.outcomes.delete(key)
    this.outcomes.set(key, outcome)
    const [oldest] = this.outcomes.keys()
    if (this.outcomes.size > KEPT_OUTCOMES && oldest !== undefined) this.outcomes.delete(oldest)
  }

  /** Notes who looks at what, and closes what nobody has looked at lately. */
  private keep(key: string, asker: Asker): void {
    this.recent[asker] = [...this.recent[asker].filter((one) => one !== key), key].slice(-KEPT[asker])
    const kept = [...this.recent.project, ...this.recent.run]
    for (const unused of this.open.keys()) if (!kept.includes(unused)) this.drop(unused)
  }

  /** Closes a mixture, once it is open; where it could not be opened, its asker has heard of it. */
  private drop(key: string): void {
    const opening = this.open.get(key)
    this.open.delete(key)
    void opening?.then(
      ({ client }) => client.close(),
      () => undefined,
    )
  }

  /** With absolute paths, as a run keeps them: the same data has the same options, whoever asks. */
  private dataOptions(config: RunConfig, dir: string): DataOptions {
    const locations = { ...this.locations(config, dir), configDir: '/' }
    return {
      ...locations,
      config: dataConfig(withAbsolutePaths(config, dir, locations.baseDir)),
    }
  }
}

/** The options that decide the data: a change of any other keeps the mixture open. */
function dataConfig({
  mixture,
  max_seq_len,
  device_batch_size,
  packing,
  buffer_size,
}: RunConfig): DataConfig {
  return { mixture, max_seq_len, device_batch_size, packing, buffer_size }
}
