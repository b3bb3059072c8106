/** The errors of runs, in words that a person can act on. */
import { type Failure, MidbenchError } from '../errors'

export function busy(name: string): MidbenchError {
  return new MidbenchError({
    code: 'run.busy',
    message: `The run ${name} is in progress.`,
    remedy: 'Pause or stop it first.',
  })
}

export function unsaved(name: string): MidbenchError {
  return new MidbenchError({
    code: 'run.unsaved',
    message: `The run ${name} is held in memory, since it could not be saved.`,
    remedy: 'Make room on its disk, then resume or stop it first.',
  })
}

export function notActive(id: string): MidbenchError {
  return new MidbenchError({ code: 'run.not-active', message: `The run ${id} is not in progress.` })
}

export function notResumable(id: string, state: string): MidbenchError {
  return new MidbenchError({
    code: 'run.not-resumable',
    message: state === 'done' ? `The run ${id} is done.` : `The run ${id} is ${state}.`,
    remedy:
      state === 'done'
        ? 'Its learning rates have run out, so that more steps make another run: branch off its last checkpoint with a higher num_iterations.'
        : 'Start a new run.',
  })
}

/** @param name the run's name. @param pid the process that holds it, where it is known */
export function elsewhere(name: string, pid?: number): MidbenchError {
  return new MidbenchError({
    code: 'run.elsewhere',
    message: `The run ${name} is held by ${pid === undefined ? 'another process' : `process ${String(pid)}`}.`,
    remedy: 'Stop it there, in the window or with Ctrl-C, and try again.',
  })
}

export function noneToResume(configPath: string): MidbenchError {
  return new MidbenchError({
    code: 'run.none',
    message: `No run of ${configPath} can be resumed.`,
    remedy: 'Start one without --resume, or name the folder of a run with --run-dir.',
  })
}

/** @param kept the checkpoints that there are, by ascending steps */
export function branchGone(name: string, step: number, kept: readonly { step: number }[]): MidbenchError {
  const has =
    kept.length === 0 ? 'keeps none at all' : `keeps those of ${kept.map((each) => each.step).join(' and ')}`
  const others = kept.map((each) => `step ${String(each.step)}, `).join('')
  return new MidbenchError({
    code: 'branch.gone',
    message: `The run ${name} keeps no checkpoint of step ${String(step)}: it ${has}.`,
    remedy: `Branch off ${others}${others === '' ? '' : 'or '}step 0, which is its beginning.`,
  })
}

export function branchTorn(name: string, step: number, reason: string): MidbenchError {
  return new MidbenchError({
    code: 'branch.torn',
    message: `The checkpoint of step ${String(step)} of ${name} is not whole: ${reason}.`,
    remedy: 'Branch off another checkpoint of that run, or off step 0, which is its beginning.',
  })
}

export function noBranchFile(dir: string): MidbenchError {
  return new MidbenchError({
    code: 'run.folder-damaged',
    message: `${dir} holds no branch.json any more, so that it is not known what the branch began with.`,
    remedy: 'Put it back, or branch off that run again.',
  })
}

/** How far a run has got. */
export interface Standing {
  /** The last step made; 0 before the first. */
  step: number
  /** Step of its last whole checkpoint; null where there is none. */
  savedStep: number | null
}

/**
 * The failure of a run whose trainer ended without a message.
 *
 * @param stands null where the run had been resumed and had not made a step since
 */
export function crashed(how: Failure, stands: Standing | null): Failure {
  const remedy = stands?.savedStep === null ? 'Start it again.' : 'Resume it: it makes the same bits again.'
  const code = how.code === 'thread.ended' ? 'trainer.crashed' : how.code
  return { ...how, code, message: `${how.message} ${whatIsKept(stands)}`, remedy: how.remedy ?? remedy }
}

function whatIsKept(stands: Standing | null): string {
  if (stands === null) return 'No step had been made since it was resumed.'
  const { step, savedStep } = stands
  if (step === 0) return 'No step had been made.'
  if (savedStep === null) return 'No checkpoint had been saved, so no step is left of it.'
  const again = step - savedStep
  if (again === 0) return `The run is saved as of step ${String(step)}.`
  const steps = again === 1 ? 'one step since then is' : `${String(again)} steps since then are`
  return `The run is saved as of step ${String(savedStep)}; ${steps} made again.`
}
