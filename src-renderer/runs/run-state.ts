/**
 * What a run's state means to a person: its word, its colour, and what can be done with the run now.
 */
import type { RunState, RunSummary } from '../api/types'
import { count, integer } from '../format/number'

export type MainAction = 'Start' | 'Pause' | 'Resume'
export type Tone = 'active' | 'amber' | 'red' | 'done' | 'idle'

interface StateMeaning {
  label: string
  tone: Tone
  action: MainAction
  /** Whether the main action can be taken in this state. */
  enabled: boolean
  /** Whether the run can be stopped and saved. */
  canStop: boolean
}

function meaning(
  label: string,
  tone: Tone,
  action: MainAction,
  enabled = true,
  canStop = false,
): StateMeaning {
  return { label, tone, action, enabled, canStop }
}

export const RUN_STATES: Record<RunState, StateMeaning> = {
  preparing: meaning('preparing', 'active', 'Pause', true, true),
  compiling: meaning('compiling', 'active', 'Pause', true, true),
  training: meaning('training', 'active', 'Pause', true, true),
  evaluating: meaning('evaluating', 'active', 'Pause', true, true),
  saving: meaning('saving', 'active', 'Pause', true, true),
  pausing: meaning('pausing', 'amber', 'Pause', false, true),
  paused: meaning('paused', 'amber', 'Resume', true, true),
  stopping: meaning('stopping', 'amber', 'Pause', false),
  stopped: meaning('stopped', 'idle', 'Start'),
  interrupted: meaning('interrupted', 'amber', 'Resume', true, true),
  failed: meaning('failed', 'red', 'Start'),
  done: meaning('done', 'done', 'Start'),
}

/** The title of an error of a run that is at work or paused. */
export const UNSAVED = 'Part of the run could not be saved'

/** The title of a run's error. */
export function errorTitle(state: RunState): string {
  if (state === 'failed') return 'The run failed'
  return state === 'interrupted' ? 'The run was interrupted' : UNSAVED
}

/** Whether the run is doing something now. */
export function isActive(state: RunState): boolean {
  return RUN_STATES[state].action === 'Pause'
}

/** Whether the run has ended, or was cut off. */
export function isOver(state: RunState): boolean {
  return ['done', 'stopped', 'failed', 'interrupted'].includes(state)
}

/** Whether the run can go on from where it is: paused, cut off, or stopped with a checkpoint. */
export function canResume(run: RunSummary): boolean {
  if (run.state === 'paused') return true
  return ['interrupted', 'stopped', 'failed'].includes(run.state) && goesOnFrom(run) !== undefined
}

/** The step of the checkpoint that a resume goes on from: its own, or that of the parent that a branch keeps. */
function goesOnFrom({ checkpoints, parent }: RunSummary): number | undefined {
  const fork = parent === null || parent.step === 0 ? undefined : parent.step
  return checkpoints.at(-1) ?? fork
}

/** What the main button does to a run. A run cut off before its first checkpoint can only be started anew. */
export function actionOf(run: RunSummary): MainAction {
  const { action } = RUN_STATES[run.state]
  return action === 'Resume' && !canResume(run) ? 'Start' : action
}

/** Where a run that did not finish stands and what resuming it means; null for any other run. */
export function standingOf(run: RunSummary): string | null {
  if (!['interrupted', 'stopped', 'failed'].includes(run.state)) return null
  const at = run.state === 'interrupted' ? `Cut off at step ${integer(run.step)}. ` : ''
  const last = goesOnFrom(run)
  if (last !== undefined && last === run.total_steps) {
    return `${at}All ${count(last, 'step')} are made and saved. Resume only writes the result.`
  }
  // The error that cut it off already says where it stands.
  if (run.state === 'interrupted' && run.error !== null && last !== undefined)
    return 'Resume checks its files, the data and the options first.'
  if (last === undefined) return `${at}There is no checkpoint to go on from.`
  const again = run.step > last ? ` and repeats ${count(run.step - last, 'step')}` : ''
  return `${at}Resume goes on from the checkpoint at step ${integer(last)}${again}. Its files, the data and the options are checked first.`
}

/** The run that the top bar is about: the one at work, else the one changed last. */
export function currentRun(runs: readonly RunSummary[]): RunSummary | null {
  const active = runs.find((run) => isActive(run.state))
  if (active) return active
  return runs.reduce<RunSummary | null>(
    (latest, run) => (latest && latest.updated_at >= run.updated_at ? latest : run),
    null,
  )
}

/** The largest divisor of the rows per micro-batch below that number; null where there is none. */
export function largestDivisorBelow(rows: number): number | null {
  for (let fewer = Math.floor(rows / 2); fewer >= 1; fewer--) if (rows % fewer === 0) return fewer
  return null
}
