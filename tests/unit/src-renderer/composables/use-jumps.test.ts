// @vitest-environment happy-dom
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { RunDetail } from '../../../../src-renderer/api/types'
import { useJumps } from '../../../../src-renderer/composables/use-jumps'
import { useNavigation } from '../../../../src-renderer/composables/use-navigation'
import { useProject } from '../../../../src-renderer/composables/use-project'
import { answerWith, connect, inScope, settled } from '../main-process'
import { projectOf, sampleConfig, sampleRun } from '../runs/sample-run'

const project = projectOf(sampleConfig())
const derived = {
  grad_accum_steps: 8, tokens_per_micro_batch: 1, tokens_per_step: 8, steps: 10, total_tokens: 80,
  eval_batches: 1, seconds: null, tok_per_sec: null, disk_bytes: null, memory_bytes: null, model: null, schedule: null,
} // prettier-ignore
const detailOf = (id: string): RunDetail => {
  const config = sampleConfig({ max_seq_len: 64, device_batch_size: 2, total_batch_size: 512 })
  return { ...sampleRun({ id }), config, config_path: null, differences: [], model: null }
}
const navigation = useNavigation()

beforeAll(() => connect())
beforeEach(() => {
  answerWith({
    'project.current': () => project,
    'project.check': () => ({ valid: true, findings: [], derived }),
    'runs.list': () => [],
    'packing.run': ({ runId }) => ({ detail: detailOf(runId), recorded: true }),
  })
  navigation.go('mixture')
  navigation.packingRun.value = null
  navigation.batch.value = { split: 'train', batch: 0 }
})

async function jumps() {
  await useProject().load()
  const scope = inScope(useJumps)
  await new Promise((resolve) => setTimeout(resolve, 200)) // the check waits for typing to end
  await settled()
  return scope
}

describe('a jump', () => {
  it('to a step leads to its first batch', async () => {
    const { value, stop } = await jumps()
    const [command, ...others] = value.commandsFor({ to: 'step', number: 3 })
    expect(others).toEqual([])
    expect(command?.title).toBe('Step 3: batch 16')
    command?.run()
    expect([navigation.place.value, navigation.batch.value]).toEqual([
      'packing',
      { split: 'train', batch: 16 },
    ])
    stop()
  })

  it('to a step leads to that of the run in sight first, and of the project', async () => {
    const { value, stop } = await jumps()
    navigation.packingRun.value = 'r1'
    await settled()
    const commands = value.commandsFor({ to: 'step', number: 3 })
    expect(commands.map(({ title }) => title)).toEqual(['Step 3 of first: batch 8', 'Step 3: batch 16'])
    commands[1]?.run()
    expect([navigation.packingRun.value, navigation.batch.value.batch]).toEqual([null, 16])
    commands[0]?.run()
    expect([navigation.packingRun.value, navigation.batch.value.batch]).toEqual(['r1', 8])
    value.commandsFor({ to: 'conversation', number: 5 })[1]?.run()
    expect(navigation.packingRun.value).toBe('r1')
    stop()
  })

  it('to a batch stays in the split', async () => {
    const { value, stop } = await jumps()
    navigation.batch.value = { split: 'val', batch: 0 }
    value.commandsFor({ to: 'batch', number: 7 })[0]?.run()
    expect(navigation.batch.value).toEqual({ split: 'val', batch: 7 })
    stop()
  })

  it('to a conversation leads to its text and to its row, the likelier first', async () => {
    const { value, stop } = await jumps()
    const groups = (): string[] =>
      value.commandsFor({ to: 'conversation', number: 4321 }).map(({ group }) => group)
    expect(groups()).toEqual(['Mixture', 'Packing'])
    navigation.go('packing')
    expect(groups()).toEqual(['Packing', 'Mixture'])
    const [row, sample] = value.commandsFor({ to: 'conversation', number: 4321 })
    row?.run()
    expect(navigation.wantedConversation.value).toEqual({ split: 'train', index: 4321 })
    sample?.run()
    expect(navigation.wantedSample.value).toEqual({ split: 'train', index: 4321 })
    expect(navigation.place.value).toBe('mixture')
    stop()
  })
})
