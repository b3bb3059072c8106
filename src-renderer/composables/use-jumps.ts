/**
 * Turns "step 120", "batch 7" and "conversation 48213" into the places that show them, in what Packing shows first; a
 * step also in the project and in the current run.
 */
import { computed } from 'vue'
import type { RunConfig } from '../api/types'
import { integer } from '../format/number'
import { firstBatchOf } from '../packing/source'
import type { Command, Jump } from '../palette/match'
import { useNavigation } from './use-navigation'
import { usePackingSource } from './use-packing-source'
import { useProject } from './use-project'
import { useRun } from './use-run'

/** The steps of a project or of a run, and the options that tell their batches. */
interface Steps {
  /** Null for the project. */
  run: { id: string; name: string } | null
  config: RunConfig
}

export interface UseJumpsReturn {
  /** The places that show it, the most likely first. */
  commandsFor: (jump: Jump) => Command[]
}

export function useJumps(): UseJumpsReturn {
  const { source } = usePackingSource()
  const { project } = useProject()
  const { record } = useRun()
  const { place, batch, packingRun, showBatch, showSample, showConversation } = useNavigation()

  /** Everything that has steps, each once: what Packing shows, the project, the current run. */
  const known = computed<Steps[]>(() => {
    const { detail } = record.value
    const all: (Steps | null)[] = [
      source.value,
      project.value && { run: null, config: project.value.config },
      detail && { run: detail, config: detail.config },
    ]
    return [...new Map(all.flatMap((one) => (one ? [[one.run?.id ?? '', one]] : []))).values()]
  })

  function stepCommands(step: number): Command[] {
    return known.value.map(({ run, config }) => {
      const first = firstBatchOf(step, config)
      const whose = run ? ` of ${run.name}` : ''
      return {
        id: `step ${run?.id ?? ''}`,
        title: `Step ${integer(step)}${whose}: batch ${integer(first)}`,
        group: 'Packing',
        run: () => showBatch('train', first, run?.id ?? null),
      }
    })
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
    const whose = source.value?.run ? ` of ${source.value.run.name}` : ''
    const packed: Command = {
      id: 'packed',
      title: `${title}, in its row${whose}`,
      group: 'Packing',
      run: () => showConversation({ split, index }, packingRun.value),
    }
    return place.value === 'packing' ? [packed, sample] : [sample, packed]
  }

  function commandsFor({ to, number }: Jump): Command[] {
    if (to === 'conversation') return conversationCommands(number)
    if (to === 'step') return stepCommands(number)
    const whose = source.value?.run ? ` of ${source.value.run.name}` : ''
    const title = `Batch ${integer(number)}${whose}`
    const run = (): void => showBatch(batch.value.split, number, packingRun.value)
    return [{ id: to, title, group: 'Packing', run }]
  }

  return { commandsFor }
}
