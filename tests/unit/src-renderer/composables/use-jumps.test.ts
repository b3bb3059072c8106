// @vitest-environment happy-dom
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { useJumps } from '../../../../src-renderer/composables/use-jumps'
import { useNavigation } from '../../../../src-renderer/composables/use-navigation'
import { useProject } from '../../../../src-renderer/composables/use-project'
import { answerWith, connect, inScope, settled } from '../main-process'
import { sampleConfig } from '../runs/sample-run'

const project = {
  name: 'p',
  path: null,
  dir: '/p',
  read_only: false,
  modified: false,
  config: sampleConfig(),
}
const derived = {
  grad_accum_steps: 8, tokens_per_micro_batch: 1, tokens_per_step: 8, steps: 10, total_tokens: 80,
  eval_batches: 1, seconds: null, disk_bytes: null, memory_bytes: null, model: null,
} // prettier-ignore
const navigation = useNavigation()

beforeAll(() => connect())
beforeEach(() => {
  answerWith({
    'project.current': () => project,
    'project.check': () => ({ valid: true, findings: [], derived }),
    'runs.list': () => [],
  })
  navigation.go('mixture')
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
