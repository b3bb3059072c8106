/**
 * Logs a run with a Python library, wandb or trackio, in a helper process (helper.ts): so that it is the library's own
 * code that writes what its own programs read. W&B is offline where this machine has no key of it, or its key is refused;
 * its folder in the run's folder can be uploaded later.
 *
 * Costs: a process of some 100 MB beside the run, started when the run is ready to train.
 */
import { join } from 'node:path'

import { z } from 'zod'

import type { SampleMetric } from '../../../config/aside-metrics.schema'
import { lackingPackage, LOGGER_TITLES, type PythonPackage } from '../../../config/loggers.schema'
import type { RunState } from '../../../config/run.schema'
import type { FigureRow } from '../figure-rows'
import type { LoggedRun, RunLogger, SayOfLogger } from '../run-logger'
import { Helper, type HelperLimits } from './helper'
import { LOGGER_SCRIPT } from './logger-script'
import { findPackage, type FoundPackage } from './python-packages'

/** The reference's project on W&B, by recipe. */
const PROJECTS = { mid: 'nanochat-mid', sft: 'nanochat-sft' } as const

const opened = z.object({ opened: z.string(), online: z.boolean(), refused: z.string().nullable() })
const warning = z.object({ warning: z.string() })

/** What wandb says where there is no key, which is no fault, and where the server refuses it. */
const NO_KEY = /no api key/i

const REFUSED_KEY = /\b401\b|unauthorized/i

/** States after which a run is well. */
const WELL: readonly RunState[] = ['done', 'stopped', 'paused']

export class PythonLogger implements RunLogger {
  private helper: Helper | null = null
  /** What was given before it was known which Python has the library; null from then on. */
  private early: object[] | null = []
  private readonly ready: Promise<void>
  private warned = false

  constructor(
    private readonly name: PythonPackage,
    private readonly run: LoggedRun,
    private readonly say: SayOfLogger,
    private readonly limits?: Partial<HelperLimits>,
  ) {
    this.ready = findPackage(name, run.dataDir).then((found) => {
      this.open(found)
    })
  }

  figures({ kind, step, figures, totals }: FigureRow): void {
    this.give({ kind, step, figures: { ...totals, ...figures } })
  }

  answers({ step, answers }: SampleMetric): void {
    this.give({ kind: 'sample', step, answers })
  }

  /** The library writes by itself, within a second. */
  saved(): void {}

  async end(state: RunState): Promise<void> {
    await this.ready
    await this.helper?.end({ end: WELL.includes(state) })
  }

  private open(found: FoundPackage | null): void {
    const { early, name, run } = this
    this.early = null
    if (found === null) {
      const { message, remedy } = lackingPackage(name)
      this.say('warn', `${message} ${remedy}`)
      return
    }
    const helper = new Helper([found.python, '-c', LOGGER_SCRIPT, name], {
      who: `The helper of ${LOGGER_TITLES[name]}`,
      onSaid: (said) => {
        this.hear(said)
      },
      onLost: (why) => {
        this.say('warn', `${LOGGER_TITLES[name]} gets no more of this run. ${why}`)
      },
      limits: this.limits,
    })
    this.helper = helper
    helper.send({
      project: PROJECTS[run.config.recipe],
      id: run.id,
      name: run.name,
      dir: run.dir,
      kept: join(run.dir, `logged-${name}.json`),
      config: { ...run.config, device: run.device },
    })
    for (const message of early ?? []) helper.send(message)
  }

  private give(message: object): void {
    if (this.early !== null) this.early.push(message)
    else this.helper?.send(message)
  }

  private hear(said: unknown): void {
    const begun = opened.safeParse(said)
    if (begun.success) this.sayWhere(begun.data)
    const trouble = warning.safeParse(said)
    if (!trouble.success || this.warned) return
    this.warned = true
    this.say('warn', `${LOGGER_TITLES[this.name]}: ${trouble.data.warning}`)
  }

  private sayWhere({ opened: where, online, refused }: z.infer<typeof opened>): void {
    if (this.name === 'trackio') {
      this.say('info', `trackio logs to its project ${where}: trackio show --project ${where}`)
    } else if (online) this.say('info', `W&B: ${where}`)
    else {
      const level = refused === null || NO_KEY.test(refused) ? 'info' : 'warn'
      const upload = `To upload it later: wandb sync ${join(this.run.dir, 'wandb')}/offline-run-*`
      this.say(level, `W&B is offline${refused === null ? '' : `: ${reasonOf(refused)}`}. ${upload}`)
    }
  }
}

/** Why W&B could not be reached. */
function reasonOf(refused: string): string {
  if (REFUSED_KEY.test(refused)) return 'it refuses this machine’s key, and wandb login takes another'
  return refused.replace(/\.*$/, '')
}
