/**
 * The boundary between the window and the main process: every call and every event, as zod schemas.
 *
 * Both sides' types are derived from this map, and `serve.ts` parses every input with it before a handler runs. A call is
 * named `area.verb`. A call that fails answers with a Failure (`{ code, message, remedy?, issues? }`), never with a bare
 * Error. Packed batches cross as typed arrays (structured clone), with spans beside them.
 */
import { z } from 'zod'
import { conversation } from '../data/conversation.schema'
import { mixtureEntry } from '../data/mixture.schema'
import { runConfig } from '../runs/config.schema'
import { derived, finding } from '../runs/preflight.schema'
import { evalMetric, failure, logLine, runDetail, runState, runSummary, stepMetric } from '../runs/run.schema'

const nothing = z.object({})
const int32 = z.custom<Int32Array>((value) => value instanceof Int32Array)
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array)
const splitName = z.enum(['train', 'val'])
/** A config as the window edits it, with the folder that its relative paths count from. */
const configAt = { config: runConfig, dir: z.string() }

// ---------------------------------------------------------------- app
const appInfo = z.object({
  version: z.string(),
  electron: z.string(),
  node: z.string(),
  chrome: z.string(),
  tensorflow: z.string().nullable(),
  platform: z.string(),
  licences: z.array(z.object({ name: z.string(), version: z.string(), licence: z.string() })),
})
const check = z.object({
  id: z.string(),
  label: z.string(),
  status: z.enum(['ok', 'warn', 'fail']),
  detail: z.string(),
  remedy: z.string().optional(),
})
const doctorReport = z.object({
  checks: z.array(check),
  /** "CPU, 2 threads": the device a run would use; null when none can run. */
  device: z.string().nullable(),
})
const settings = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  /** Used where a config names no base_dir. */
  base_dir: z.string().nullable(),
  /** TensorFlow's threads; null = all cores. */
  threads: z.int().min(1).nullable(),
})
const folder = z.object({ label: z.string(), path: z.string(), free_bytes: z.number().nullable() })

// ---------------------------------------------------------------- project
const project = z.object({
  name: z.string(),
  /** The config file; null when it has not been saved yet. */
  path: z.string().nullable(),
  /** What relative paths count from. */
  dir: z.string(),
  /** Comes with the app and is not written to: saving asks for another place. */
  read_only: z.boolean(),
  /** Edited since it was opened or last written. */
  modified: z.boolean(),
  config: runConfig,
})
// ---------------------------------------------------------------- mixture
const taskSummary = z.object({
  /** Index in the mixture's task list: the colour's index, the `task` of spans. */
  index: z.int(),
  /** Index in the config's list; repeats of one entry share it. */
  entry: z.int(),
  name: z.string(),
  label: z.string(),
  source: z.string(),
  rows: z.int(),
})
const splitSummary = z.object({ rows: z.int(), tasks: z.array(taskSummary) })
/** Lengths of one task's rendered conversations, in tokens. */
const taskLengths = z.object({
  index: z.int(),
  conversations: z.int(),
  tokens: z.number(),
  supervised: z.number(),
  mean: z.number(),
  max: z.int(),
  /** Conversations longer than a row (max_seq_len + 1). */
  longer_than_row: z.int(),
  /** Counts in bins of `bin_width` tokens from 0. */
  bin_width: z.int(),
  bins: z.array(z.int()),
})
const renderedConversation = z.object({
  /** Index in the shuffled mixture; null for one read by task and row. */
  index: z.int().nullable(),
  task: z.int(),
  row: z.int(),
  conversation,
  ids: int32,
  /** 1 = the assistant is trained on it. */
  mask: bytes,
  /** Text of each token, special tokens by name. */
  pieces: z.array(z.string()),
  /** Message each token belongs to, -1 for bos. */
  message: z.array(z.int()),
})

// ---------------------------------------------------------------- packing
const span = z.object({
  row: z.int(),
  offset: z.int(),
  length: z.int(),
  cropped: z.int(),
  conversation: z.int(),
  task: z.int(),
  taskRow: z.int(),
})
const batchView = z.object({
  split: splitName,
  batch: z.int(),
  rows: z.int(),
  seq_len: z.int(),
  /** [rows, seq_len + 1] ids; inputs are [:, :-1], targets [:, 1:]. */
  ids: int32,
  /** [rows, seq_len + 1] 1 = trained on in a masked loss. */
  mask: bytes,
  /** [rows, seq_len + 1] what each id is, as ROLE_CODES below. */
  roles: bytes,
  spans: z.array(span),
  /** First padded position of each row; seq_len + 1 where nothing is padded. */
  pad_from: z.array(z.int()),
  /** Every id that occurs, once, with its text and its byte length. */
  vocabulary: z.array(z.object({ id: z.int(), text: z.string(), bytes: z.int() })),
  tokens_used: z.int(),
  tokens_cropped: z.int(),
  tokens_padded: z.int(),
  per_task: z.array(
    z.object({
      task: z.int(),
      conversations: z.int(),
      used: z.int(),
      cropped: z.int(),
      cropped_conversations: z.int(),
    }),
  ),
  epoch: z.int(),
  progress: z.number(),
  last_step: z.boolean(),
})
/** Codes of `batchView.roles`. */
export const ROLE_CODES = { structure: 0, user: 1, assistant: 2, python: 3, output: 4, pad: 5 } as const

/**
 * Calls the window may make. `input` is parsed before the handler runs; `output` types the answer.
 */
export const calls = {
  // -------------------------------------------------------------- app
  'app.info': { input: nothing, output: appInfo },
  'app.doctor': { input: nothing, output: doctorReport },
  'app.folders': { input: nothing, output: z.array(folder) },
  /** Shows a file or folder in the desktop's file manager. Only paths under a run's or project's folder. */
  'app.reveal': { input: z.object({ path: z.string() }), output: nothing },
  'settings.get': { input: nothing, output: settings },
  'settings.update': { input: settings.partial(), output: settings },

  // -------------------------------------------------------------- project
  'project.current': { input: nothing, output: project },
  'project.starter': { input: nothing, output: project },
  /** Opens a config file; without a path, asks for one. null: the dialog was cancelled. */
  'project.open': { input: z.object({ path: z.string().optional() }), output: project.nullable() },
  /** Keeps the edited config as the current one (not written to its file). */
  'project.edit': { input: z.object({ config: runConfig }), output: project },
  /** Writes it; asks for a place when it has none, or with `as`. */
  'project.save': { input: z.object({ as: z.boolean().optional() }), output: project.nullable() },
  /** Asks for a file; null when cancelled. */
  'project.pickFile': {
    input: z.object({ kind: z.enum(['jsonl', 'parquet', 'words', 'folder']) }),
    output: z.string().nullable(),
  },
  /** Checks a config as it is typed: accepts anything, names what is wrong. */
  'project.check': {
    input: z.object({ config: z.unknown(), dir: z.string() }),
    output: z.object({ valid: z.boolean(), findings: z.array(finding), derived: derived.nullable() }),
  },

  // -------------------------------------------------------------- mixture
  'mixture.describe': {
    input: z.object(configAt),
    output: z.object({ train: splitSummary, val: splitSummary }),
  },
  /** Renders every conversation of the split to count tokens: a job with progress. */
  'mixture.lengths': {
    input: z.object({ ...configAt, split: splitName, job: z.string() }),
    output: z.array(taskLengths),
  },
  'mixture.conversation': {
    input: z.object({
      ...configAt,
      split: splitName,
      at: z.union([
        z.object({ index: z.int().min(0) }),
        z.object({ task: z.int().min(0), row: z.int().min(0) }),
      ]),
    }),
    output: renderedConversation,
  },
  /** Checks one entry before it is added: rows, or what is wrong with it by line. */
  'mixture.probe': {
    input: z.object({ ...configAt, entry: mixtureEntry }),
    output: z.object({ rows: z.int(), source: z.string() }),
  },

  // -------------------------------------------------------------- packing
  'packing.batch': {
    input: z.object({ ...configAt, split: splitName, batch: z.int().min(0) }),
    output: batchView,
  },

  // -------------------------------------------------------------- runs
  'runs.start': {
    input: z.object({ ...configAt, path: z.string().nullable(), name: z.string().optional() }),
    output: z.object({ runId: z.string() }),
  },
  'runs.pause': { input: z.object({ runId: z.string() }), output: nothing },
  'runs.resume': { input: z.object({ runId: z.string() }), output: nothing },
  /** Finishes the step in hand, saves, ends. */
  'runs.stop': { input: z.object({ runId: z.string() }), output: nothing },
  'runs.list': { input: nothing, output: z.array(runSummary) },
  'runs.get': { input: z.object({ runId: z.string() }), output: runDetail },
  /** Takes a run and its folder away; a run in progress is refused. */
  'runs.remove': { input: z.object({ runId: z.string() }), output: nothing },
  /** What is stored from a step on; `run.metrics` events with a higher seq follow. */
  'runs.watch': {
    input: z.object({ runId: z.string(), fromStep: z.int().min(0) }),
    output: z.object({
      detail: runDetail,
      seq: z.int(),
      steps: z.array(stepMetric),
      evals: z.array(evalMetric),
      log: z.array(logLine),
    }),
  },

  // -------------------------------------------------------------- jobs
  'jobs.cancel': { input: z.object({ job: z.string() }), output: nothing },
} as const

/** Events the main process sends. */
export const events = {
  /** A run came into being or changed: what the top bar and the Runs table show. */
  'run.changed': z.object({ run: runSummary }),
  'run.removed': z.object({ runId: z.string() }),
  /** At most 10 a second a run; seq grows by one. */
  'run.metrics': z.object({
    runId: z.string(),
    seq: z.int(),
    state: runState,
    steps: z.array(stepMetric),
    evals: z.array(evalMetric),
    log: z.array(logLine),
    /** Seconds left; null while not known. */
    seconds_left: z.number().nullable(),
  }),
  'job.progress': z.object({
    job: z.string(),
    label: z.string(),
    done: z.number(),
    total: z.number().nullable(),
    unit: z.string(),
  }),
  'settings.changed': settings,
  'project.changed': project,
  /** From the native menu. */
  'menu.command': z.object({
    command: z.enum([
      'view.mixture',
      'view.packing',
      'view.train',
      'view.runs',
      'view.settings',
      'run.toggle',
      'run.stop',
      'project.open',
      'project.save',
      'project.saveAs',
      'palette',
      'help.keys',
    ]),
  }),
} as const

export const failureSchema = failure

export type CallName = keyof typeof calls
export type CallInput<N extends CallName> = z.input<(typeof calls)[N]['input']>
export type CallParsed<N extends CallName> = z.output<(typeof calls)[N]['input']>
export type CallOutput<N extends CallName> = z.output<(typeof calls)[N]['output']>
export type EventName = keyof typeof events
export type EventPayload<N extends EventName> = z.output<(typeof events)[N]>

/** What a call answers across the port: the output, or the failure as data. */
export type Answer<N extends CallName> =
  { ok: true; value: CallOutput<N> } | { ok: false; failure: z.infer<typeof failure> }

export type Project = z.infer<typeof project>
export type Settings = z.infer<typeof settings>
export type Finding = z.infer<typeof finding>
export type Derived = z.infer<typeof derived>
export type TaskSummary = z.infer<typeof taskSummary>
export type SplitSummary = z.infer<typeof splitSummary>
export type TaskLengths = z.infer<typeof taskLengths>
export type RenderedConversation = z.infer<typeof renderedConversation>
export type BatchView = z.infer<typeof batchView>
export type DoctorReport = z.infer<typeof doctorReport>
