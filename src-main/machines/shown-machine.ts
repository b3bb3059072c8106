/**
 * What the window shows: this computer, or another machine. The page's calls go there, and its events come from there;
 * what belongs to the window stays here: its appearance, how its curves are drawn, files that the page itself makes.
 *
 * The page is loaded anew when it shows another machine, so that nothing of the one before stays in it.
 */
import { z } from 'zod'

import {
  calls,
  type Answer,
  type CallInput,
  type CallName,
  type CallOutput,
  type EventName,
  type EventPayload,
  type Machine as Target,
  type MachineStatus,
  type Settings,
} from '../contract/contract'
import { MidbenchError } from '../errors'
import { JsonFile } from '../files/kept-json'
import { serve, type Handlers, type Port } from '../ipc/serve'
import type { ServedPage } from '../services/event-hub'
import type { Jobs } from '../services/jobs'
import type { MachineChoice, PathAnswers } from '../services/shell'
import { Machine } from './machine'
import { SshWay } from './ssh'

const MOST_KNOWN = 8
/** Calls that this computer answers whatever is shown; what they write are files here, made by the page. */
const ANSWERED_HERE: readonly CallName[] = [
  ...(['machine.status', 'machine.known', 'machine.open', 'machine.leave', 'machine.retry'] as const),
  'exports.save',
]
/** Events of this computer that the page hears whatever is shown. */
const HEARD_FROM_HERE: readonly EventName[] = ['machine.changed', 'menu.command', 'job.progress']
/** Settings of the machine that is shown; all others are the window's. */
const OF_MACHINE = ['base_dir', 'threads', 'trainer_host'] as const satisfies (keyof Settings)[]

export interface ShownMachineOptions {
  jobs: Jobs
  settings: { readonly current: Settings }
  /** Keeps which machines were opened. */
  file: string
  /** Loads the page anew. */
  reload: () => void
  publish: (name: 'machine.changed', status: MachineStatus) => void
}

export class ShownMachine implements MachineChoice {
  private machine: Machine | null = null
  private page: ServedPage | null = null
  private ofMachine: Partial<Settings> = {}
  private readonly file: JsonFile<Target[]>

  constructor(private readonly options: ShownMachineOptions) {
    this.file = new JsonFile(options.file, z.array(calls['machine.known'].output.element))
  }

  /** Serves a load of the page; the one before is closed. */
  serve(port: Port, here: Handlers): void {
    this.page?.close()
    this.options.jobs.cancelAll() // of the page before this one
    this.machine?.pageReloaded()
    this.page = serve(port, this.machine === null ? here : this.handlersOf(this.machine, here))
  }

  /** An event of this computer. */
  event<N extends EventName>(name: N, payload: EventPayload<N>): void {
    if (this.machine === null || HEARD_FROM_HERE.includes(name)) this.page?.event(name, payload)
    else if (name === 'settings.changed') this.page?.event('settings.changed', this.settings())
  }

  status(): MachineStatus {
    return this.machine?.status ?? { host: null, state: 'connected', failure: null, retry_at: null }
  }

  known(): CallOutput<'machine.known'> {
    return this.file.read().value ?? []
  }

  open({ job, ...target }: CallInput<'machine.open'>): Promise<void> {
    return this.options.jobs.run(job, async (call) => {
      const machine = this.machineAt(target)
      try {
        await machine.connect(call)
      } catch (error) {
        void machine.leave()
        throw error
      }
      this.show(machine)
      await this.remember(target)
    })
  }

  leave(): void {
    this.show(null)
  }

  retry(): void {
    this.machine?.retry()
  }

  /** The app ends: the other machine keeps nothing for its window. */
  async end(): Promise<void> {
    await this.machine?.leave()
  }

  private show(machine: Machine | null): void {
    void this.machine?.leave()
    this.machine = machine
    this.ofMachine = {}
    this.options.reload()
  }

  private machineAt(target: Target): Machine {
    const machine: Machine = new Machine({
      host: target.host,
      way: new SshWay(target),
      event: (name, payload) => {
        if (this.machine === machine) this.eventThere(name, payload)
      },
      changed: (status) => {
        if (this.machine === machine) this.options.publish('machine.changed', status)
      },
      restarted: () => {
        if (this.machine === machine) this.options.reload()
      },
    })
    return machine
  }

  private async remember(target: Target): Promise<void> {
    const others = this.known().filter(({ host, folder }) => host !== target.host || folder !== target.folder)
    // That it is not offered the next time is no reason to refuse it now.
    await this.file.write([target, ...others].slice(0, MOST_KNOWN)).catch(() => undefined)
  }

  private eventThere(name: EventName, payload: unknown): void {
    if (name !== 'settings.changed')
      this.page?.event(name, payload as EventPayload<EventName>) // same contract
    else this.page?.event(name, this.settings(payload as Settings))
  }

  /** The window's settings with those of the machine. */
  private settings(there?: Settings): Settings {
    if (there) this.ofMachine = Object.fromEntries(OF_MACHINE.map((name) => [name, there[name]]))
    return { ...this.options.settings.current, ...this.ofMachine }
  }

  private handlersOf(machine: Machine, here: Handlers): Handlers {
    const there = <N extends CallName>(name: N, input: unknown): Promise<CallOutput<N>> =>
      machine.call(name, input).then((answer) => valueOf<N>(answer as Answer<N>)) // same contract
    const names = Object.keys(calls).filter((name) => !ANSWERED_HERE.includes(name as CallName))
    const forwarded = names.map((name) => [name, (input: unknown) => there(name as CallName, input)])
    return {
      ...here,
      ...(Object.fromEntries(forwarded) as Partial<Handlers>),
      'jobs.cancel': async (input) => {
        await here['jobs.cancel'](input)
        return there('jobs.cancel', input)
      },
      'settings.get': async () => this.settings(await there('settings.get', {})),
      'settings.update': async (patch) => {
        const isOfMachine = (name: string): boolean => OF_MACHINE.some((each) => each === name)
        const part = (wanted: boolean) =>
          Object.fromEntries(Object.entries(patch).filter(([name]) => isOfMachine(name) === wanted))
        const [own, others] = [part(false), part(true)]
        if (Object.keys(own).length > 0) await here['settings.update'](own)
        return this.settings(await there('settings.update', others))
      },
    }
  }
}

/** This computer has dialogs of its own. */
export const nativePaths: PathAnswers = {
  list: () =>
    Promise.reject(
      new MidbenchError({
        code: 'paths.native',
        message: 'On this computer paths come from its own dialogs.',
      }),
    ),
  choose: () => undefined,
}

function valueOf<N extends CallName>(answer: Answer<N>): CallOutput<N> {
  if (answer.ok) return answer.value
  throw new MidbenchError(answer.failure)
}
