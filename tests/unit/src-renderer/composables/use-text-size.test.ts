// @vitest-environment happy-dom
import { effectScope } from 'vue'
import { beforeAll, expect, it } from 'vitest'
import { PLAIN_CURVES, TEXT_SIZES, type Settings } from '../../../../src-main/contract/contract'
import { useSettings } from '../../../../src-renderer/composables/use-settings'
import { useTextSize } from '../../../../src-renderer/composables/use-text-size'
import { answerWith, connect } from '../main-process'

beforeAll(() => connect())

it('goes up and down by the sizes that there are, and no further', async () => {
  const kept: Settings = { theme: 'system', base_dir: null, threads: null, trainer_host: 'auto', curves: PLAIN_CURVES, text_size: 100, notify: true } // prettier-ignore
  answerWith({
    'settings.get': () => kept,
    'settings.update': ({ text_size: size = 100 }) => Object.assign(kept, { text_size: size }),
  })
  const scope = effectScope()
  await scope.run(async () => {
    await useSettings().load()
    const { size, larger, smaller, choose, toUsual } = useTextSize()
    while (larger.value !== null) choose(larger.value)
    expect(size.value).toBe(TEXT_SIZES.at(-1))
    while (smaller.value !== null) choose(smaller.value)
    expect(size.value).toBe(TEXT_SIZES[0])
    toUsual()
    expect(size.value).toBe(100)
  })
  scope.stop()
})
