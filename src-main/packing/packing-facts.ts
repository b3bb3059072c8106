/** What a preflight needs to know from a mixture's plans: steps, what the run leaves out, what each entry loses. */
import type { TaskInfo } from '../data/mixture'
import { MAX_CONVERSATION_TOKENS } from '../tokenizer/render'
import { entryFacts, type EntryFacts, type PackingFacts } from './packing-facts.schema'
import { addedUp, type PlanView } from './plan.schema'

/** The most tokens that rendering keeps of a conversation. */
export const RENDERED_TOKENS = MAX_CONVERSATION_TOKENS

/** A run of more epochs than this is not planned to its end: it leaves out little, and planning it takes long. */
const MOST_PLANNED_EPOCHS = 4

/** Whether the run's own plan says more than the epoch's, and so is worth making. */
export function runIsPlanned(steps: number, epoch: Pick<PlanView, 'steps'>): boolean {
  return steps <= MOST_PLANNED_EPOCHS * Math.max(1, epoch.steps)
}

export interface Plans {
  /** One pass over the train mixture. */
  epoch: PlanView
  /** The run of the steps asked for; the epoch where none are asked for, null where it is not planned. */
  run: PlanView | null
  /** One pass over the val mixture, a batch a step; null without val tasks. */
  val: PlanView | null
}

/** @param tasks the train mixture's tasks */
export function packingFacts(
  { epoch, run, val }: Plans,
  tasks: readonly Pick<TaskInfo, 'index' | 'entry'>[],
): PackingFacts {
  return {
    epoch_steps: epoch.steps,
    val_batches: val?.batches ?? null,
    longer_than_row: epoch.conversations_longer_than_row,
    conversations: epoch.conversations,
    run: run && {
      steps: run.steps,
      conversations_never_trained: run.conversations_never_trained,
      conversations_placed_again: run.conversations_placed_again,
    },
    entries: factsByEntry(epoch, tasks),
    targets: targetFacts(run ?? epoch),
  }
}

function targetFacts({ targets, batches, batches_per_step }: PlanView): PackingFacts['targets'] {
  const { loss, batches_without: without, batches_with_few: few, first_batch_without: first } = targets
  return {
    loss,
    micro_batches: batches,
    without,
    with_few: few,
    first_step_without: first === null ? null : Math.floor(first / batches_per_step) + 1,
  }
}

/** The plan's tasks, with the repeats of an entry added up. */
export function factsByEntry(
  { per_task: perTask }: Pick<PlanView, 'per_task'>,
  tasks: readonly Pick<TaskInfo, 'index' | 'entry'>[],
): EntryFacts[] {
  const sums = addedUp(perTask, ({ task }) => tasks[task]?.entry ?? task)
  return [...sums].map(([entry, sum]) => entryFacts.parse({ ...sum, entry }))
}

/**
 * Share of an entry's tokens that training loses, 0 to 1: cut off by rendering and, of the rest, cropped by packing.
 */
export function lostShare(entry: EntryFacts): number {
  const { tokens, tokens_used: used, tokens_cropped: cropped, tokens_cut_by_rendering: cut } = entry
  const rendered = tokens + cut === 0 ? 1 : tokens / (tokens + cut)
  const packed = used + cropped === 0 ? 1 : used / (used + cropped)
  return 1 - rendered * packed
}
