/**
 * The calls of the data thread, with their inputs and outputs. The trainer asks for batches over a port of its own, the
 * main process for what the window shows; neither passes data on for the other.
 *
 * What the window shows has the contract's names (snake case), so that a handler can pass it on unchanged.
 */
import type {
  ComparedPair,
  DuplicateKind,
  DuplicatePairs,
  Findings,
  PairsOf,
} from '../data/duplicates/findings.schema'
import type { ExcludedRow } from '../data/exclude.schema'
import type { ByteCounting } from '../byte-counting'
import type { DataLocations } from '../data/locations'
import type { TaskInfo } from '../data/mixture'
import type { Look } from '../data/look.schema'
import type { MixtureConfig, MixtureEntry, SplitName } from '../data/mixture.schema'
import type { JsonLinesCheck } from '../data/sources/lines'
import type { BatchView, ConversationPlace, LayoutView, RowReplay } from './batch.schema'
import type { BranchStart } from './branch-start'
import type { ConversationAt } from './conversation-view'
import type { ConversationView, TaskLengths } from './conversations.schema'
import type { DataIdentity } from './data-identity.schema'
import type { PackingFacts } from './packing-facts.schema'
import type { LossKind } from './loss-kinds.schema'
import type { PackingName } from './packings.schema'
import type { Comparison, PackingVariant, PlanView } from './plan.schema'
import type { LoaderState, PackedBatch } from './types'

/** The options of a run's config that decide its data. */
export interface DataConfig {
  mixture: MixtureConfig
  /** Conversations of mixture.train that are passed over. @default none */
  exclude?: ExcludedRow[]
  max_seq_len: number
  device_batch_size: number
  packing: PackingName
  buffer_size: number
  loss: LossKind
  /** Ranks that share the conversations. @default 1 */
  world_size?: number
}

export interface DataOptions extends DataLocations {
  config: DataConfig
  /** @default 0 */
  rank?: number
  /** @default the config's */
  worldSize?: number
  /** Where the train batches of a branch begin. @default the mixture's start */
  start?: BranchStart | undefined
  /** Reads files as they are now, and shares nothing that is already open. @default false */
  fresh?: boolean
}

export interface OpenedData {
  trainConversations: number
  /** 0 when the mixture has no val tasks. */
  valConversations: number
  tasks: { train: readonly TaskInfo[]; val: readonly TaskInfo[] }
  vocabSize: number
  /** [vocabSize] bytes a token stands for; 0 for special tokens. */
  byteLengths: Int32Array
  /** How they are counted. */
  counting: ByteCounting | null
  bosId: number
  /** What a run stores to recognise its data later. */
  identity: DataIdentity
}

export interface TrainStart {
  /** Where to continue; null = from the start. */
  state: LoaderState | null
  /** Batches of the run (steps × accumulation), where they are set; null = one pass over the mixture. */
  totalBatches: number | null
}

/** The steps of a plan: how many batches make one, and how many steps a run has where that is set. */
export interface PlanRequest {
  split: SplitName
  /** Gradient accumulation. */
  batches_per_step: number
  /** null = one pass over the mixture. */
  num_iterations: number | null
}

export interface CompareRequest {
  split: SplitName
  /** Tokens of an optimizer step, the same for every row length. */
  tokens_per_step: number
  variants: PackingVariant[]
}

export interface LookRequest {
  entry: MixtureEntry
  locations: DataLocations
  /** Whether all rows are read and counted. */
  counts: boolean
}

export interface DataCalls {
  /** Opens the mixture and the tokenizer; all other calls refer to what this port opened last. */
  open: { input: DataOptions; output: OpenedData }
  startTrain: { input: TrainStart; output: null }
  /** The train batch after the last one asked for. */
  trainBatch: { input: null; output: PackedBatch }
  /** Batch `index` of the val split, counted from its start. Batches in order need no search. */
  valBatch: { input: { index: number }; output: PackedBatch }
  /** Any batch; where lengths are known, those before it need not be packed. */
  inspect: { input: { split: SplitName; batch: number }; output: PackedBatch }
  batchView: { input: { split: SplitName; batch: number }; output: BatchView }
  layout: { input: { split: SplitName; batch: number }; output: LayoutView }
  conversation: { input: { split: SplitName; at: ConversationAt }; output: ConversationView }
  /** Looks for duplicates and overlap with tests; the three calls below ask for what the last search found. */
  findDuplicates: { input: null; output: Findings }
  duplicatePairs: { input: PairsOf & { offset: number; limit: number }; output: DuplicatePairs }
  duplicatePair: { input: { kind: DuplicateKind; index: number }; output: ComparedPair }
  /** [2n] entry and row of everything that would be excluded with these pairs. */
  duplicateRows: { input: PairsOf; output: Int32Array }
  /** Every fault of a JSONL file, by line. Needs no opened mixture. */
  checkLines: { input: { path: string }; output: JsonLinesCheck }
  /** A look at an entry of the task Conversations before it is used. Needs no opened mixture. */
  look: { input: LookRequest; output: Look }
  /** Rows of a task, in its order, whose conversations contain the text. */
  search: { input: { split: SplitName; task: number; text: string }; output: Int32Array }
  /** Renders what is not rendered yet: minutes on the full mixture, with progress. */
  taskLengths: { input: { split: SplitName }; output: TaskLengths[] }
  /** This call and those below need all lengths, and first render what is not rendered yet. */
  plan: { input: PlanRequest; output: PlanView }
  facts: { input: Omit<PlanRequest, 'split'>; output: PackingFacts }
  compare: { input: CompareRequest; output: Comparison[] }
  /** Where a conversation of the plan went; null when it is never trained. */
  findConversation: { input: PlanRequest & { conversation: number }; output: ConversationPlace | null }
  replayRow: { input: { split: SplitName; batch: number; row: number }; output: RowReplay }
}
