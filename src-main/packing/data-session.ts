/**
 * What one port of the data thread works with: an opened mixture, its train and val loaders, and the answers to the
 * port's calls. Train batches are packed one after another, in the order in which they were asked for.
 */
import { createHash } from 'node:crypto'

import { MidbenchError } from '../errors'
import type { DataLocations } from '../data/mixture'
import type { SplitName } from '../data/mixture.schema'
import { checkJsonLines } from '../data/sources/lines'
import { lookAtEntry } from '../data/sources/open-task'
import { viewBatch } from './batch-view'
import { BatchFinder } from './batch-finder'
import { branchState } from './branch-start'
import { viewConversation } from './conversation-view'
import type { Borrowed, DataLibrary } from './data-library'
import type { DataCalls, DataOptions, OpenedData, PlanRequest } from './data-calls'
import type { DataIdentity } from './data-identity.schema'
import { DuplicateSearch, type Searched } from './duplicate-search'
import { viewLayout } from './layout-view'
import { createLoader, type Loader, type LoaderOptions } from './loader'
import { packingFacts, runIsPlanned } from './packing-facts'
import type { PackingFacts } from './packing-facts.schema'
import { moving, type CallContext, type CallHandlers } from '../threads/calls'
import { Breather } from '../threads/breathe'
import { replayRow } from './replay'
import { searchTask } from './search'
import type { SplitData } from './split-data'
import { SplitPlans } from './split-plans'
import { taskLengths } from './task-lengths'
import type { PackedBatch } from './types'

/** A split with what this session made from it. */
interface OpenSplit {
  borrowed: Borrowed
  options: LoaderOptions
  finder: BatchFinder
  plans: SplitPlans
}

interface Opened {
  options: DataOptions
  loaderOptions: LoaderOptions
  splits: Partial<Record<SplitName, OpenSplit>>
}

export class DataSession {
  private opened: Opened | undefined
  private train: Loader | undefined
  private val: { loader: Loader; next: number } | undefined
  /** The batch being packed: loaders take one call at a time. */
  private packing: Promise<unknown> = Promise.resolve()

  private readonly duplicates = new DuplicateSearch()

  constructor(private readonly library: DataLibrary) {}

  readonly handlers: CallHandlers<DataCalls> = {
    open: (options, context) => this.open(options, context),
    startTrain: ({ state, totalBatches }) => {
      const { options } = this.openSplit('train')
      const limited = totalBatches === null ? options : { ...options, totalBatches }
      this.train = createLoader(this.split('train'), limited, state ?? undefined)
      return null
    },
    trainBatch: () => {
      const { train } = this
      if (!train) throw notStarted()
      return this.inTurn(() => train.next())
    },
    valBatch: ({ index }, context) => this.inTurn(() => this.valBatch(index, context)),
    inspect: async ({ split, batch }, context) =>
      moveBatch(await this.openSplit(split).finder.find(batch, context)),
    batchView: async ({ split, batch }, context) => {
      const packed = await this.openSplit(split).finder.find(batch, context, 'all') // keeps every id
      const view = viewBatch(packed, split, this.split(split).tokenizer, this.current().loaderOptions.loss)
      return moving(view, [view.ids, view.mask, view.roles, view.targets])
    },
    layout: async ({ split, batch }, context) => {
      const layout = await this.openSplit(split).finder.layout(batch, context)
      return viewLayout(layout, this.current().loaderOptions.seqLen, this.split(split).mixture)
    },
    conversation: ({ split, at }, { signal }) => {
      const { mixture, tokenizer } = this.split(split)
      return viewConversation(mixture, tokenizer, at, signal)
    },
    checkLines: ({ path }, { signal }) => checkJsonLines(path, signal),
    look: ({ entry, locations, counts }, { signal, progress }) =>
      lookAtEntry(entry, counts, locations, { signal, onProgress: progress }),
    search: ({ split, task, text }, context) => searchTask(this.split(split).mixture, task, text, context),
    findDuplicates: (_, context) => this.duplicates.run(this.searched(), context),
    duplicatePairs: ({ offset, limit, ...of }) => this.duplicates.results().page(of, offset, limit),
    duplicatePair: ({ kind, index }) => this.duplicates.results().compare(kind, index),
    duplicateRows: (of) => this.duplicates.results().listed(of),
    taskLengths: async ({ split }, context) => {
      const data = this.split(split)
      const { seqLen } = this.current().loaderOptions
      return taskLengths(await data.table(context), data.mixture.tasks.length, seqLen + 1)
    },
    plan: (request, context) => this.openSplit(request.split).plans.view(request, context),
    facts: (request, context) => this.facts(request, context),
    compare: (request, context) => this.openSplit(request.split).plans.compare(request, context),
    findConversation: (request, context) =>
      this.openSplit(request.split).plans.findConversation(request, context),
    replayRow: async ({ split, batch, row }, context) => {
      const { finder } = this.openSplit(split)
      const { loaderOptions } = this.current()
      if (row >= loaderOptions.batchSize) throw noSuchRow(row, loaderOptions.batchSize)
      const state = await finder.stateBefore(batch, context)
      await finder.stateBefore(batch + 1, context) // learns the lengths that the batch's packer needs
      const data = this.split(split)
      const known = {
        lengthOf: (c: number) => data.knownLength(c),
        taskOf: (c: number) => data.locate(c).task,
      }
      return new Breather(context.signal).walk(replayRow(loaderOptions, data.length, known, state, row))
    },
  }

  /** Releases what is open. */
  async close(): Promise<void> {
    const splits = this.opened?.splits ?? {}
    this.opened = undefined
    this.train = undefined
    this.val = undefined
    await this.duplicates.close()
    await releaseAll(splits)
  }

  private async open(options: DataOptions, context: CallContext): Promise<OpenedData> {
    const tokenizer = await this.library.tokenizer(options.baseDir)
    const loaderOptions = loaderOptionsOf(options, tokenizer.specials['<|bos|>'])
    const splits = await this.borrowSplits(options, loaderOptions, context)
    await this.close()
    this.opened = { options, loaderOptions, splits }
    const mixtureOf = (split: SplitName): SplitData | undefined => splits[split]?.borrowed.split
    return {
      trainConversations: mixtureOf('train')?.length ?? 0,
      valConversations: mixtureOf('val')?.length ?? 0,
      tasks: { train: mixtureOf('train')?.mixture.tasks ?? [], val: mixtureOf('val')?.mixture.tasks ?? [] },
      vocabSize: tokenizer.vocabSize,
      byteLengths: tokenizer.byteLengths,
      counting: tokenizer.counting,
      bosId: loaderOptions.bosId,
      identity: {
        tokenizer: tokenizer.fingerprint,
        token_bytes: createHash('sha256').update(tokenizer.byteLengths).digest('hex'),
        train: datasetsOf(mixtureOf('train')),
        val: datasetsOf(mixtureOf('val')),
      },
    }
  }

  private async borrowSplits(
    options: DataOptions,
    loaderOptions: LoaderOptions,
    context: CallContext,
  ): Promise<Opened['splits']> {
    const splits: Opened['splits'] = {}
    const reporting = { signal: context.signal, onProgress: context.progress }
    try {
      for (const name of ['train', 'val'] as const) {
        const entries = options.config.mixture[name]
        if (entries.length === 0) continue
        const borrowed = await this.library.borrow(entries, locationsOf(options), {
          ...reporting,
          split: name,
          exclude: (name === 'train' && options.config.exclude) || [],
          fresh: options.fresh ?? false,
        })
        const of = name === 'train' ? beginning(options, loaderOptions, borrowed.split) : loaderOptions
        splits[name] = {
          ...{ borrowed, options: of },
          finder: new BatchFinder(borrowed.split, of),
          plans: new SplitPlans(borrowed.split, of),
        }
      }
      return splits
    } catch (error) {
      await releaseAll(splits)
      throw error
    }
  }

  private async facts(asked: Omit<PlanRequest, 'split'>, context: CallContext): Promise<PackingFacts> {
    const { plans, borrowed } = this.openSplit('train')
    const request = { ...asked, split: 'train' as const }
    const epoch = await plans.view({ ...request, num_iterations: null }, context)
    const { num_iterations: steps } = asked
    const isPlanned = steps === null || runIsPlanned(steps, epoch)
    const run = isPlanned ? await plans.view(request, context) : null
    const valPlans = this.current().splits.val?.plans
    const oneByOne = { split: 'val' as const, batches_per_step: 1, num_iterations: null }
    const val = valPlans ? await valPlans.view(oneByOne, context) : null
    return packingFacts({ epoch, run, val }, borrowed.split.mixture.tasks)
  }

  private async valBatch(index: number, context: CallContext): Promise<PackedBatch> {
    if (this.val?.next !== index) {
      const state = await this.openSplit('val').finder.stateBefore(index, context)
      this.val = { loader: createLoader(this.split('val'), this.current().loaderOptions, state), next: index }
    }
    const batch = await this.val.loader.next()
    this.val.next++
    return batch
  }

  private searched(): Searched {
    const { options, splits } = this.current()
    const train = this.split('train').mixture
    const val = splits.val?.borrowed.split.mixture ?? null
    return { config: options.config.mixture, locations: locationsOf(options), train, val }
  }

  private current(): Opened {
    if (this.opened) return this.opened
    throw new MidbenchError({ code: 'data.not_open', message: 'no mixture has been opened on this port' })
  }

  private openSplit(split: SplitName): OpenSplit {
    const open = this.current().splits[split]
    if (open) return open
    throw new MidbenchError({
      code: 'data.no_split',
      message: `the mixture has no ${split} tasks`,
      remedy: `add a task to mixture.${split}`,
    })
  }

  private split(split: SplitName): SplitData {
    return this.openSplit(split).borrowed.split
  }

  private inTurn(pack: () => Promise<PackedBatch>): Promise<PackedBatch> {
    const batch = this.packing.then(pack)
    this.packing = batch.catch(() => undefined) // the caller gets the error
    return batch.then(moveBatch)
  }
}

async function releaseAll(splits: Opened['splits']): Promise<void> {
  await Promise.all(Object.values(splits).map(({ borrowed }) => borrowed.release()))
}

/** The options of the train loader, with its start where it is a branch's. */
function beginning({ start }: DataOptions, options: LoaderOptions, { mixture }: SplitData): LoaderOptions {
  return start === undefined ? options : { ...options, start: branchState(start, mixture, options) }
}

/** One dataset identity for each entry of the config's list. */
function datasetsOf(split: SplitData | undefined): DataIdentity['train'] {
  const { datasets = [], tasks = [] } = split?.mixture ?? {}
  return datasets.map(({ identity, rows }, entry) => {
    const source = tasks.find((task) => task.entry === entry)?.source ?? `entry ${String(entry)}`
    return { source, identity, rows }
  })
}

function loaderOptionsOf(
  { config, rank = 0, worldSize = config.world_size ?? 1 }: DataOptions,
  bosId: number,
): LoaderOptions {
  return {
    packing: config.packing,
    batchSize: config.device_batch_size,
    seqLen: config.max_seq_len,
    bufferSize: config.buffer_size,
    loss: config.loss,
    rank,
    worldSize,
    bosId,
  }
}

function locationsOf({ baseDir, configDir, cacheDir, taskDataFirst }: DataOptions): DataLocations {
  return { baseDir, configDir, cacheDir, taskDataFirst }
}

function moveBatch(batch: PackedBatch): PackedBatch {
  return moving(batch, [batch.inputs, batch.targets])
}

function notStarted(): MidbenchError {
  return new MidbenchError({ code: 'packing.not_started', message: 'the train loader has not been started' })
}

function noSuchRow(row: number, rows: number): MidbenchError {
  const message = `the batch has ${String(rows)} rows, counted from 0, and so no row ${String(row)}`
  return new MidbenchError({ code: 'packing.row', message })
}
