/** The plans of one split: each is made in short turns once all lengths are known, and the last few are kept. */
import { Breather } from '../threads/breathe'
import type { ConversationPlace } from './batch.schema'
import { compareVariant } from './compare'
import type { CompareRequest, PlanRequest } from './data-calls'
import { EpochPlan } from './plan'
import { viewPlan } from './plan-view'
import type { Comparison, PlanView } from './plan.schema'
import type { CallContext } from '../threads/calls'
import type { SplitData } from './split-data'
import type { PackingOptions, PlanInput, PlanOptions } from './types'

const KEPT = 3

export class SplitPlans {
  /** Plans by request, the latest at the end. */
  private readonly made = new Map<string, EpochPlan>()

  constructor(
    private readonly data: SplitData,
    private readonly options: PackingOptions & Pick<PlanOptions, 'loss'>,
  ) {}

  async view(request: PlanRequest, context: CallContext): Promise<PlanView> {
    return viewPlan(await this.plan(request, context), this.data.mixture.tasks)
  }

  /** Where a conversation goes first; null when it is never trained. */
  async findConversation(
    request: PlanRequest & { conversation: number },
    context: CallContext,
  ): Promise<ConversationPlace | null> {
    const found = (await this.plan(request, context)).find(request.conversation)
    if (!found) return null
    const step = Math.floor(found.batch / request.batches_per_step) + 1
    return { ...found.placement, batch: found.batch, step }
  }

  async compare({ variants, tokens_per_step }: CompareRequest, context: CallContext): Promise<Comparison[]> {
    const input = await this.input(context)
    const breather = new Breather(context.signal) // one for all: each by itself may end before a pause is due
    const rows: Comparison[] = []
    for (const variant of variants) {
      const what = `Packing with ${variant.packing}, rows of ${String(variant.seq_len)}`
      const work = { what, before: rows.length, total: variants.length, unit: 'packings' }
      rows.push(
        await walkThrough(
          compareVariant(input, variant, tokens_per_step, this.options.loss),
          context,
          work,
          breather,
        ),
      )
    }
    return rows
  }

  private async plan(request: PlanRequest, context: CallContext): Promise<EpochPlan> {
    const { batches_per_step: batchesPerStep, num_iterations: steps } = request
    const key = JSON.stringify([batchesPerStep, steps])
    const known = this.made.get(key)
    if (known) return known
    const limit = steps === null ? {} : { totalBatches: steps * batchesPerStep }
    const plan = new EpochPlan(await this.input(context), { ...this.options, ...limit, batchesPerStep })
    await walkThrough(plan.walk(), context, { what: 'Planning', before: 0, total: 1, unit: 'epoch' })
    this.keep(key, plan)
    return plan
  }

  private keep(key: string, plan: EpochPlan): void {
    this.made.set(key, plan)
    const [oldest] = this.made.keys()
    if (this.made.size > KEPT && oldest !== undefined) this.made.delete(oldest)
  }

  private async input(context: CallContext): Promise<PlanInput> {
    const { lengths, tasks, cut, supervision } = await this.data.table(context)
    return { lengths, tasks, cut, supervision, taskCount: this.data.mixture.tasks.length }
  }
}

/** One piece of work out of `total` like it, and how many were done before it. */
interface Piece {
  what: string
  before: number
  total: number
  unit: string
}

/** Runs long work that yields the share done, with pauses for messages, and returns its result. */
function walkThrough<T>(
  walk: Generator<number, T, void>,
  { progress, signal }: CallContext,
  { what, before, total, unit }: Piece,
  breather = new Breather(signal),
): Promise<T> {
  return breather.walk(walk, (share) => {
    progress({ what, done: before + share, total, unit })
  })
}
