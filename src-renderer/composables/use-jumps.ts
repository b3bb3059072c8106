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
  commandFor: (jump: Jump) => Command
}

export function useJumps(): UseJumpsReturn {
  const { derived } = useCheck()
  const { record } = useRun()
  const { batch, showBatch, showSample } = useNavigation()

  function batchOfStep(step: number): number {
    const recorded = record.value.steps.find((metric) => metric.step === step)
    return recorded?.first_batch ?? Math.max(0, step - 1) * (derived.value?.grad_accum_steps ?? 1)
  }

  function commandFor({ to, number }: Jump): Command {
    const id = `${to} ${number}`
    if (to === 'conversation') {
      const { split } = batch.value
      return {
        id,
        title: `Conversation ${integer(number)} of ${split}`,
        group: 'Mixture',
        run: () => showSample({ split, index: number }),
      }
    }
    const target = to === 'step' ? batchOfStep(number) : number
    const title =
      to === 'step' ? `Step ${integer(number)}: batch ${integer(target)}` : `Batch ${integer(target)}`
    return {
      id,
      title,
      group: 'Packing',
      run: () => showBatch(to === 'step' ? 'train' : batch.value.split, target),
    }
  }

  return { batchOfStep, commandFor }
}
