/** The runs of a grid: every combination of the values that some options are given. Pure. */
import { MidbenchError, type Issue } from '../../errors'
import { configIssues } from '../../config/config-issues'
import { runConfig, type RunConfig } from '../../config/config.schema'
import type { GridAxis } from './queue.schema'

/** More would hardly be meant: it takes one list of values too many. */
const MOST_OF_A_GRID = 200
/** As long as a run's name may be. */
const MOST_OF_A_NAME = 200

export interface GridRun {
  /** The name of all of them, with the values of this one. */
  name: string
  config: RunConfig
}

/**
 * All combinations; the last option's values change first. Without options, the one run that `config` is.
 *
 * @throws MidbenchError `queue.values` where an option does not take a value, `queue.many`
 */
export function gridRuns(name: string, config: RunConfig, axes: readonly GridAxis[]): GridRun[] {
  const number = axes.reduce((product, { values }) => product * values.length, 1)
  if (number > MOST_OF_A_GRID) throw tooMany(number)
  let combinations: Record<string, unknown>[] = [{}]
  for (const { option, values } of axes)
    combinations = combinations.flatMap((set) => values.map((value) => ({ ...set, [option]: value })))
  return combinations.map((set) => ({ name: nameWith(name, set), config: withValues(config, set) }))
}

function withValues(config: RunConfig, set: Record<string, unknown>): RunConfig {
  const typed = { ...config, ...set }
  const parsed = runConfig.safeParse(typed)
  if (parsed.success) return parsed.data
  throw refusedValues(configIssues(parsed.error, typed))
}

/** "small matrix_lr=0.01 buffer_size=50" */
function nameWith(name: string, set: Record<string, unknown>): string {
  const values = Object.entries(set).map(([option, value]) => `${option}=${textOf(value)}`)
  return [name, ...values].join(' ').slice(0, MOST_OF_A_NAME)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/**
 * Gives runs that name the same folder for their result a number, as results without a name get them: x, x-2, x-3.
 *
 * @param queued the options of runs that come before them
 */
export function withOwnTags(runs: readonly GridRun[], queued: readonly RunConfig[]): GridRun[] {
  const taken = new Set(queued.map(tagOf))
  return runs.map((run) => {
    const { output_tag: asked } = run.config
    if (asked === null || run.config.dry_run) return run
    let config = run.config
    for (let number = 2; taken.has(tagOf(config)); number++)
      config = { ...config, output_tag: `${asked}-${String(number)}` }
    taken.add(tagOf(config))
    return { ...run, config }
  })
}

/** Names the folder of a run's result. One without a tag, or without a result, takes none from another. */
function tagOf({ recipe, base_dir, output_tag, dry_run }: RunConfig): string {
  return JSON.stringify(dry_run || output_tag === null ? [] : [recipe, base_dir, output_tag])
}

function refusedValues(issues: Issue[]): MidbenchError {
  return new MidbenchError({
    code: 'queue.values',
    message: 'An option does not take one of its values.',
    remedy: 'Mend the value, or take it out of the list.',
    issues,
  })
}

function tooMany(number: number): MidbenchError {
  return new MidbenchError({
    code: 'queue.many',
    message: `These are ${number.toLocaleString('en-US')} runs; at most ${String(MOST_OF_A_GRID)} are added at once.`,
    remedy: 'Take values or options out.',
  })
}
