/**
 * Turns "step 120", "batch 7" and "conversation 48213" into the place that shows them. A step's batch comes from the
 * current run's record where it has that step, else from the accumulation that the options give.
 */
import type { Command, Jump } from '../palette/match'
import { integer } from '../format/number'
import { useCheck } from './use-check'
import { useNavigation } from './use-navigation'
import { useRun } from './use-run'

export interface UseJumpsReturn {
  /** The first batch of a step. */
  batchOfStep: (step: number) => number
  /** The places that show it, the likeliest first. */
  commandsFor: (jump: Jump) => Command[]
}

export function useJumps(): UseJumpsReturn {
  const { derived } = useCheck()
  const { record } = useRun()
  const { place, batch, showBatch, showSample, showConversation } = useNavigation()

  function batchOfStep(step: number): number {
    const recorded = record.value.steps.find((metric) => metric.step === step)
    return recorded?.first_batch ?? Math.max(0, step - 1) * (derived.value?.grad_accum_steps ?? 1)
  }

  function conversationCommands(index: number): Command[] {
    const { split } = batch.value
    const title = `Conversation ${integer(index)} of ${split}`
    const sample: Command = {
      id: 'sample',
      title,
      group: 'Mixture',
      run: () => showSample({ split, index }),
    }
    const packed: Command = {
      id: 'packed',
      title: `${title}, in its row`,
      group: 'Packing',
      run: () => showConversation({ split, index }),
    }
    return place.value === 'packing' ? [packed, sample] : [sample, packed]
  }

  function commandsFor({ to, number }: Jump): Command[] {
    if (to === 'conversation') return conversationCommands(number)
    const target = to === 'step' ? batchOfStep(number) : number
    const title =
      to === 'step' ? `Step ${integer(number)}: batch ${integer(target)}` : `Batch ${integer(target)}`
    const run = (): void => showBatch(to === 'step' ? 'train' : batch.value.split, target)
    return [{ id: to, title, group: 'Packing', run }]
  }

  return { batchOfStep, commandsFor }
}
