/** Makes the runs that are added to the queue of a project's options, and says beforehand what they would come to. */
import type { CallOutput, CallParsed } from '../contract/contract'
import { baseDirOf, crossFieldIssues, withAbsolutePaths } from '../config/config'
import type { Issue } from '../errors'
import { freeSpaceIfKnown } from '../files/disk-space'
import { type GridRun, gridRuns, withOwnTags } from '../runs/queue/grid'
import type { QueueList } from '../runs/queue/queue-list'
import type { QueuedRun } from '../runs/queue/queue.schema'
import { runName } from '../runs/start-run'

type Plan = CallOutput<'queue.plan'>
type Check = (input: CallParsed<'project.check'>) => Promise<CallOutput<'project.check'>>

export interface QueuedRunsOptions {
  queue: Pick<QueueList, 'ahead'>
  /** The nanochat folder where neither the config nor the environment names one. */
  defaultBaseDir: () => string | null
  /** The preflight of a config. */
  check: Check
  /** The folder of the person's data. */
  dataDir: string
}

export class QueuedRuns {
  constructor(private readonly options: QueuedRunsOptions) {}

  /**
   * The runs to add, as they are now: every path absolute, so that no later change of the project or the settings
   * reaches them. Combinations whose options contradict each other are left out.
   *
   * @throws MidbenchError `queue.values`, `queue.many`
   */
  of(asked: CallParsed<'queue.add'>): QueuedRun[] {
    const { config: given, dir, path, axes, branch } = asked
    const config = withAbsolutePaths(given, dir, baseDirOf(given, dir, this.options.defaultBaseDir()))
    const runs = gridRuns(runName(asked), config, axes)
    const possible =
      axes.length === 0 ? runs : runs.filter((run) => crossFieldIssues(run.config).length === 0)
    return withOwnTags(possible, this.options.queue.ahead).map((run) => {
      return { ...run, branch, path: axes.length === 0 ? path : null } // a combination is not what the file says
    })
  }

  /** Looks at every run as a preflight does. @throws MidbenchError as {@link of} */
  async plan(asked: CallParsed<'queue.plan'>): Promise<Plan> {
    const { config, dir, axes, facts } = asked
    const leftOut = new Stopped()
    const blocked = new Stopped()
    const sum = { runs: 0, seconds: 0, timed: 0, disk: 0, sized: 0 }
    for (const run of gridRuns(runName(asked), config, axes)) {
      const [issue] = crossFieldIssues(run.config)
      if (issue !== undefined) {
        leftOut.add(run, issue)
        continue
      }
      const known = facts && { ...facts, epoch_steps: stepsWith(run, asked, facts.epoch_steps) }
      const { branch } = asked
      const { findings, derived } = await this.options.check({
        config: run.config,
        dir,
        facts: known,
        branch,
      })
      const blocker = findings.find(({ level }) => level === 'block')
      if (blocker !== undefined) blocked.add(run, blocker)
      const { seconds = null, disk_bytes: disk = null } = derived ?? {}
      sum.runs++
      sum.disk += disk ?? 0
      if (disk !== null) sum.sized++
      sum.seconds += seconds ?? 0
      if (seconds !== null) sum.timed++
    }
    return {
      runs: sum.runs,
      left_out: leftOut.found,
      blocked: blocked.found,
      seconds: sum.seconds,
      timed: sum.timed,
      disk_bytes: sum.sized === sum.runs ? sum.disk : null,
      free_bytes: await freeSpaceIfKnown(this.options.dataDir),
    }
  }
}

/** An epoch has about as many tokens however it is packed, so that its steps follow from the tokens of one. */
function stepsWith({ config }: GridRun, asked: CallParsed<'queue.plan'>, steps: number): number {
  return Math.floor((steps * asked.config.total_batch_size) / config.total_batch_size)
}

/** Counts runs that something stops, and keeps what stops the first. */
class Stopped {
  found: { number: number; name: string; message: string } | null = null

  add({ name }: GridRun, { path, message }: Pick<Issue, 'path' | 'message'>): void {
    const { number = 0, ...first } = this.found ?? { name, message: `${path}: ${message}` }
    this.found = { ...first, number: number + 1 }
  }
}
