/**
 * Measurings that the window asked for: one goes on, the others wait in order. They are done by an inspector of their own,
 * so that talking need not wait for them, and they outlive the page. The latest that have ended stay in the list with what
 * became of their tasks. The main thread only hands on what is told.
 *
 * A run that begins needs the memory: the one that goes on waits until the run has ended, and goes on from the questions
 * that it has answered. One that is started while a run trains is measured beside it, behind those that wait, where the
 * memory is enough.
 */
import { randomUUID } from 'node:crypto'

import type { CallParsed, Measuring as MeasuringView } from '../contract/contract'
import { toFailure } from '../errors'
import type { Inspector } from '../runs/inspector'
import type { AskedModels } from './asked-models'
import type { CheckpointAccess } from './checkpoint-access'
import type { DataAccess } from './data-access'
import type { MeasurementAccess } from './measurement-access'

/** How many that have ended stay in the list. */
const ENDED_KEPT = 5
/** Milliseconds between two tellings. */
const TOLD_EVERY = 200

type MeasuringQuestion = Parameters<Inspector['measure']>[0]
type MeasuringEvent = Parameters<NonNullable<Parameters<Inspector['measure']>[1]['onEvent']>>[0]
type Asked = CallParsed<'measuring.start'>
type TaskState = MeasuringView['tasks'][number]

/** What the calls of measuring need. */
export interface MeasuringServices {
  queue: Measuring
  kept: MeasurementAccess
}

export interface MeasuringOptions {
  models: Pick<AskedModels, 'resolve'>
  checkpoints: Pick<CheckpointAccess, 'listed'>
  data: Pick<DataAccess, 'locations'>
  /** Its own, for measuring alone. */
  inspector: Pick<Inspector, 'measure' | 'release' | 'close'>
  /** The folder of the person's data, in which measurements are kept. */
  dataDir: string
  changed: (list: MeasuringView[]) => void
}

interface Item {
  view: MeasuringView
  question: MeasuringQuestion
  control: AbortController
  /** Ends it for now: its other questions wait for another sitting. */
  sitting: AbortController
  /** When the task in hand was begun and how many answers were kept then, for the time that is left. */
  since: { at: number; total: number }
}

export class Measuring {
  private items: Item[] = []
  private going: Promise<void> | null = null
  /** Whether those that wait give way to a run. */
  private givesWay = false
  private telling: NodeJS.Timeout | undefined

  constructor(private readonly options: MeasuringOptions) {}

  list(): MeasuringView[] {
    return this.items.map(({ view }) => view)
  }

  /** @throws MidbenchError as {@link AskedModels.resolve} */
  start(asked: Asked): { id: string } {
    const question = this.questionOf(asked)
    const id = randomUUID()
    const tasks = question.tasks.map((task): TaskState => {
      return { task, state: 'waiting', score: null, failure: null, seconds_left: null }
    })
    const view: MeasuringView = {
      id,
      title: asked.title,
      state: 'waiting',
      identity: null,
      tasks,
      failure: null,
    }
    const ended = this.items.filter((item) => hasEnded(item.view)).slice(0, -ENDED_KEPT)
    this.items = this.items.filter((item) => !ended.includes(item))
    const [control, sitting] = [new AbortController(), new AbortController()]
    this.items.push({ view, question, control, sitting, since: { at: 0, total: 0 } })
    this.takeUp()
    this.tell()
    return { id }
  }

  /** Ends a measuring; one that has ended is taken out of the list. An unknown one has been taken out already. */
  cancel(id: string): void {
    const item = this.items.find(({ view }) => view.id === id)
    if (item === undefined) return
    if (hasEnded(item.view)) this.items = this.items.filter((each) => each !== item)
    else item.control.abort()
    if (item.view.state === 'waiting') this.change(item, { state: 'cancelled' })
    this.tell()
  }

  /** Lets the one that goes on wait, as all others do, and frees the memory, until {@link takeUp}. */
  async giveWay(): Promise<void> {
    this.givesWay = true
    this.items.find(({ view }) => view.state === 'measuring')?.sitting.abort()
    await this.going
  }

  /** Goes on with those that wait. */
  takeUp(): void {
    if (this.going !== null) return
    this.givesWay = false
    if (this.next() !== undefined) this.going = this.goOn()
  }

  /** Ends all of them; what was answered is kept. */
  async close(): Promise<void> {
    for (const { control } of this.items) control.abort()
    await this.going
    clearTimeout(this.telling)
    await this.options.inspector.close()
  }

  private questionOf({ config, dir, model, tasks, most, programs, dtype }: Asked): MeasuringQuestion {
    const resolved = this.options.models.resolve(model, { config, dir })
    const { train, val } = config.mixture
    return {
      of: resolved.of,
      tokenizerDir: resolved.tokenizerDir,
      dtype: dtype ?? resolved.dtype,
      runId: model.of === 'run' ? model.runId : this.runOf(model),
      tasks: [...new Set(tasks)],
      most,
      programs,
      data: { ...this.options.data.locations(config, dir), entries: [...val, ...train] },
      dataDir: this.options.dataDir,
    }
  }

  private runOf(model: Exclude<Asked['model'], { of: 'run' }>): string | null {
    return model.of === 'base' ? null : this.options.checkpoints.listed(model.dir).runId
  }

  /** Measures one after another until none waits, or a run needs the memory; then that is freed. */
  private async goOn(): Promise<void> {
    for (let next = this.next(); next !== undefined; next = this.next()) await this.measure(next)
    this.going = null
    await this.options.inspector.release().catch(() => undefined) // of a trainer that has died all is free already
  }

  private next(): Item | undefined {
    return this.givesWay ? undefined : this.items.find(({ view }) => view.state === 'waiting')
  }

  private async measure(item: Item): Promise<void> {
    const { signal: cancelled } = item.control
    item.sitting = new AbortController()
    const { signal: interrupted } = item.sitting
    this.change(item, { state: 'measuring' })
    try {
      await this.options.inspector.measure(item.question, {
        signal: AbortSignal.any([cancelled, interrupted]),
        onEvent: (event) => {
          this.note(item, event)
        },
      })
      this.change(item, { state: 'done' })
    } catch (error) {
      if (cancelled.aborted) this.change(item, { state: 'cancelled' })
      else if (interrupted.aborted) this.change(item, { state: 'waiting' })
      else this.change(item, { state: 'failed', failure: toFailure(error) })
    }
    for (const task of item.view.tasks) {
      if (task.state === 'measuring')
        this.changeTask(item, task.task, { state: 'waiting', seconds_left: null })
    }
  }

  private note(item: Item, event: MeasuringEvent): void {
    if (event.type === 'model') this.change(item, { identity: event.identity })
    if (event.type === 'begun') {
      item.since = { at: 0, total: 0 }
      this.changeTask(item, event.task, { state: 'measuring' })
    }
    if (event.type === 'score') {
      const { score } = event
      if (item.since.at === 0) item.since = { at: Date.now(), total: score.total }
      const state = score.ended_at === null ? 'measuring' : 'done'
      this.changeTask(item, score.task, { state, score, seconds_left: secondsLeft(item.since, score) })
    }
    if (event.type === 'failed') {
      const { failure } = event
      this.changeTask(item, event.task, { state: 'failed', failure, seconds_left: null })
    }
  }

  private changeTask(item: Item, task: TaskState['task'], change: Partial<TaskState>): void {
    const tasks = item.view.tasks.map((each) => (each.task === task ? { ...each, ...change } : each))
    this.change(item, { tasks })
  }

  private change(item: Item, change: Partial<MeasuringView>): void {
    item.view = { ...item.view, ...change }
    this.tell()
  }

  private tell(): void {
    this.telling ??= setTimeout(() => {
      this.telling = undefined
      this.options.changed(this.list())
    }, TOLD_EVERY)
  }
}

function hasEnded({ state }: MeasuringView): boolean {
  return state !== 'waiting' && state !== 'measuring'
}

/** By the pace since the task was begun; null before its first answer. */
function secondsLeft(since: Item['since'], score: NonNullable<TaskState['score']>): number | null {
  const done = score.total - since.total
  if (done === 0 || score.ended_at !== null) return null
  return ((Date.now() - since.at) / 1000 / done) * Math.max(0, score.problems - score.total)
}
