/**
 * The boundary between the window and the main process: every call and every event, as zod schemas.
 *
 * Both sides' types are derived from this map, and `serve.ts` parses every input with it before a handler runs. Calls
 * are named `area.verb`. A call that fails returns a Failure (`{ code, message, remedy?, issues? }`), never with a bare
 * Error. Packed batches cross as typed arrays (structured clone), with spans beside them.
 */
import { z } from 'zod'
import { progress } from '../progress.schema'
import { queueView } from '../runs/queue/queue.schema'
import { measureMetric, sampleMetric } from '../config/aside-metrics.schema'
import { ranksNow } from '../config/rank-status.schema'
import { evalMetric, failure, logLine, runState, runSummary, stepMetric } from '../config/run.schema'
import { appCalls, settings } from './app.schema'
import { checkpointCalls } from './checkpoints.schema'
import { nothing } from './common.schema'
import { duplicateCalls } from './duplicates.schema'
import { downloadCalls } from './downloads.schema'
import { exportCalls } from './exports.schema'
import { keptTalkCalls } from './kept-talks.schema'
import { loggerCalls } from './loggers.schema'
import { lossCalls } from './losses.schema'
import { machineCalls, machineEvents } from './machine.schema'
import { measuring, measuringCalls } from './measuring.schema'
import { mixtureCalls } from './mixture.schema'
import { packingCalls } from './packing.schema'
import { project, projectCalls } from './project.schema'
import { queueCalls } from './queue.schema'
import { runCalls } from './runs.schema'
import { talkCalls, talkTokens } from './talk.schema'
import { trainerCalls, trainerStatus } from './trainer.schema'

/**
 * Calls the window may make. `input` is parsed before the handler runs; `output` types the answer.
 */
export const calls = {
  ...appCalls,
  ...projectCalls,
  ...mixtureCalls,
  ...duplicateCalls,
  ...downloadCalls,
  ...packingCalls,
  ...lossCalls,
  ...loggerCalls,
  ...runCalls,
  ...queueCalls,
  ...checkpointCalls,
  ...exportCalls,
  ...measuringCalls,
  ...talkCalls,
  ...keptTalkCalls,
  ...trainerCalls,
  ...machineCalls,
  'jobs.cancel': { input: z.object({ job: z.string() }), output: nothing },
} as const

/** Events the main process sends. */
export const events = {
  /** A run was created or changed: the data of the top bar and the Runs table. */
  'run.changed': z.object({ run: runSummary }),
  'run.removed': z.object({ runId: z.string() }),
  /** A run could not begin because of its input; it has been deleted. */
  'run.refused': z.object({ runId: z.string(), failure }),
  /** At most 10 a second for each run; seq increases by one. */
  'run.metrics': z.object({
    runId: z.string(),
    seq: z.int(),
    state: runState,
    steps: z.array(stepMetric),
    evals: z.array(evalMetric),
    samples: z.array(sampleMetric),
    measures: z.array(measureMetric),
    log: z.array(logLine),
    /** Seconds left; null while not known. */
    seconds_left: z.number().nullable(),
  }),
  /** What the ranks of a run are doing, whenever that changes. */
  'run.ranks': ranksNow.extend({ runId: z.string() }),
  'talk.tokens': talkTokens,
  'queue.changed': queueView,
  'measuring.changed': z.object({ list: z.array(measuring) }),
  'job.progress': progress.extend({ job: z.string() }),
  'settings.changed': settings,
  /** The self-test begins or ends, or the person chose another place. */
  'trainer.changed': trainerStatus,
  'project.changed': project,
  ...machineEvents,
  /** A command from the native menu. */
  'menu.command': z.object({
    command: z.enum([
      'view.mixture',
      'view.packing',
      'view.train',
      'view.talk',
      'view.runs',
      'view.settings',
      'run.toggle',
      'run.stop',
      'project.new',
      'project.open',
      'project.menu',
      'project.save',
      'project.saveAs',
      'text.larger',
      'text.smaller',
      'text.usual',
      'machine.open',
      'palette',
      'help.keys',
    ]),
  }),
} as const

export type CallName = keyof typeof calls
export type CallInput<N extends CallName> = z.input<(typeof calls)[N]['input']>
export type CallParsed<N extends CallName> = z.output<(typeof calls)[N]['input']>
export type CallOutput<N extends CallName> = z.output<(typeof calls)[N]['output']>
export type EventName = keyof typeof events
export type EventPayload<N extends EventName> = z.output<(typeof events)[N]>

/** What a call returns across the port: the output, or the failure as data. */
export type Answer<N extends CallName> =
  { ok: true; value: CallOutput<N> } | { ok: false; failure: z.infer<typeof failure> }

export { DEFAULTS, type OptionName } from '../config/config.schema'
export { DEFAULT_MIXTURES, RECIPE_TITLES, RECIPES } from '../config/recipes.schema'
export { givenOptions, resolveConfig } from '../config/resolve'
export { MOST_EXCLUDED, MOST_PROMPT_LENGTH, MOST_PROMPTS } from '../bounds.schema'
export { LOGGERS } from '../config/loggers.schema'
export { OPTIMIZER_NAMES } from '../config/optimizer-names.schema'
export { byRank, byTask } from '../config/figures/figure.schema'
export { STEP_FIGURES } from '../config/step-figures.schema'
export { pathInLog, REPORT_LINE, RESULT_LINE } from '../config/run-lines'
export { afterStep } from '../config/after-step'
export { measureTimes, MOST_SAMPLE_TOKENS, sampleTimes } from '../config/asides'
export { gradAccumSteps } from '../config/batches'
export { addedUp, packingVariant } from '../packing/plan.schema'
export { ROLE_CODES } from './packing.schema'
export type { FigureChart, FigureLine, StepFigure } from '../config/figures/figure.schema'
export { looksLikeDataset } from '../data/source-name.schema'
export { REASONS } from '../data/formats/conversion-fault'
export { kindOf, mixtureEntry, namedFiles, TASK_KINDS, withFilesChanged } from '../data/mixture.schema'
export { lossKind } from '../packing/loss-kinds.schema'
export { FEW_TARGETS } from '../packing/plan.schema'
export { policyNamed, trainablePacking } from '../packing/packings.schema'
export type { TaskKind } from '../data/tasks/task-kind'
export { PLAIN_CURVES, TEXT_SIZES } from './app.schema'
export type { CurveChoices, DoctorReport, Settings } from './app.schema'
export { MOST_SAMPLES, MOST_TOKENS } from './talk.schema'
export type { TalkFitted, TalkTokens } from './talk.schema'
export type {
  KeptModel,
  MeasuredKey,
  QuestionDetail,
  QuestionFilter,
  QuestionLine,
} from '../runs/measurement-view.schema'
export { chatCores, figuresOf } from '../evaluation/chatcore'
export { isolationText } from '../evaluation/isolation-text'
export { MEASURED_TASKS } from '../evaluation/measured-names.schema'
export type { MeasuredScore } from '../evaluation/measurements.schema'
export type { Measuring, TaskOffer } from './measuring.schema'
export type { FolderView, Machine, MachineStatus, WantedPath } from './machine.schema'
export type { TrainerStatus } from './trainer.schema'
export type { BatchLosses } from './losses.schema'
export type {
  ComparedPair,
  DuplicateKind,
  DuplicatePair,
  DuplicatePairs,
  Findings,
  MarkedConversation,
  PairsOf,
} from '../data/duplicates/findings.schema'
export type { DownloadSize, PendingDownload } from './downloads.schema'
export type {
  LinesCheck,
  Look,
  NanochatFolder,
  RenderedConversation,
  SplitSummary,
  TaskLengths,
} from './mixture.schema'
export type { BatchLayout, BatchView, PackingComparison, PlanView, RowReplay } from './packing.schema'
export type { Derived, Finding, Project, ProjectList, SavedProject } from './project.schema'
export type { QueuePlan } from './queue.schema'
export type { GridAxis, QueueItem, QueueView } from '../runs/queue/queue.schema'
