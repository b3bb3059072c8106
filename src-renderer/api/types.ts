/**
 * Names for the shapes that cross the boundary, derived from the contract so that they cannot drift from it.
 */
import type {
  BatchView,
  CallInput,
  CallOutput,
  EventPayload,
  Project,
  RowReplay,
  TalkFitted,
} from '../../src-main/contract/contract'

export type {
  BatchLayout,
  BatchLosses,
  BatchView,
  ComparedPair,
  CurveChoices,
  Derived,
  DoctorReport,
  DownloadSize,
  DuplicateKind,
  DuplicatePair,
  DuplicatePairs,
  Findings,
  MarkedConversation,
  PairsOf,
  FigureChart,
  FigureLine,
  Finding,
  GridAxis,
  LinesCheck,
  FolderView,
  KeptModel,
  Look,
  Machine,
  MachineStatus,
  MeasuredKey,
  MeasuredScore,
  Measuring,
  NanochatFolder,
  PackingComparison,
  PendingDownload,
  PlanView,
  Project,
  ProjectList,
  QueueItem,
  QueuePlan,
  QueueView,
  QuestionDetail,
  QuestionFilter,
  QuestionLine,
  RenderedConversation,
  RowReplay,
  Settings,
  SplitSummary,
  StepFigure,
  TalkFitted,
  TalkTokens,
  TaskLengths,
  TaskOffer,
  TaskKind,
  TrainerStatus,
  WantedPath,
} from '../../src-main/contract/contract'

export type RunConfig = Project['config']
export type GivenConfig = Project['given']
export type MixtureEntry = RunConfig['mixture']['train'][number]
export type DatasetPlace = NonNullable<MixtureSummary['train']['tasks'][number]['place']>
export type SplitName = BatchView['split']
export type Span = BatchView['spans'][number]
export type TaskShare = BatchView['per_task'][number]
export type ReplayStep = RowReplay['steps'][number]
export type ConversationPlace = NonNullable<CallOutput<'packing.find'>>

export type RunSummary = CallOutput<'runs.list'>[number]
export type RunDetail = CallOutput<'runs.get'>
export type RunState = RunSummary['state']
export type Removal = CallOutput<'runs.remove'>
export type TrashEntry = CallOutput<'runs.trash'>[number]
export type RunRecord = CallOutput<'runs.watch'>
export type StepMetric = RunRecord['steps'][number]
export type EvalMetric = RunRecord['evals'][number]
export type SampleMetric = RunRecord['samples'][number]
export type MeasureMetric = RunRecord['measures'][number]
export type TaskBpb = NonNullable<EvalMetric['per_task']>[number]
export type LogLine = RunRecord['log'][number]
export type RanksNow = NonNullable<RunRecord['ranks']>
export type RankState = RanksNow['ranks'][number]['state']

export type AppInfo = CallOutput<'app.info'>
export type Folder = CallOutput<'app.folders'>[number]
export type Hub = CallOutput<'app.hub'>
export type TokenState = CallOutput<'app.token'>
export type Checked = CallOutput<'project.check'>
export type PackingFacts = CallOutput<'packing.facts'>
export type MixtureSummary = CallOutput<'mixture.describe'>
export type MenuCommand = EventPayload<'menu.command'>['command']
export type JobProgress = EventPayload<'job.progress'>

export type CheckpointList = CallOutput<'checkpoints.list'>
export type CheckpointRow = CheckpointList['rows'][number]
export type TensorSummary = CallOutput<'checkpoints.tensors'>[number]
export type TensorHistogram = CallOutput<'checkpoints.histogram'>

export type ModelView = CallOutput<'talk.models'>[number]
/** Which model is asked. */
export type ModelRef = ModelView['model']
export type Sampling = CallInput<'talk.answer'>['sampling']
export type TalkToken = TalkFitted['begun'][number]
export type KeptTalk = CallOutput<'talk.open'>
export type TalkSummary = CallOutput<'talk.rename'>
