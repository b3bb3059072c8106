// @vitest-environment happy-dom
import { beforeAll, describe, expect, it } from 'vitest'
import type { Findings, Project } from '../../../../src-renderer/api/types'
import { CallError } from '../../../../src-renderer/api/client'
import { useDuplicates } from '../../../../src-renderer/composables/use-duplicates'
import { useNavigation } from '../../../../src-renderer/composables/use-navigation'
import { useProject } from '../../../../src-renderer/composables/use-project'
import { answerWith, connect, inScope, made, send, settled } from '../main-process'
import { sampleFindings } from '../mixture/sample-findings'
import { projectOf, sampleConfig } from '../runs/sample-run'

const project = (over: Partial<Project> = {}): Project => ({
  ...projectOf(sampleConfig()),
  path: '/p/p.json',
  ...over,
})
const never = (): Promise<never> => new Promise(() => undefined)

beforeAll(() => connect())

/** @param find what the searches answer, one after another */
async function used(...find: (() => Findings | Promise<Findings>)[]) {
  await settled() // a search that the test before left under way is not answered here
  answerWith({
    'project.current': () => project(),
    'project.edit': ({ config }) => project({ ...projectOf(config), path: '/p/p.json' }),
    'duplicates.find': () => find.shift()?.() ?? never(),
    'jobs.cancel': () => ({}),
  })
  const scope = inScope(() => ({ ...useDuplicates(), project: useProject() }))
  await scope.value.project.load()
  return scope
}
const cancelled = (): boolean => made.some(({ name }) => name === 'jobs.cancel')

describe('what was found', () => {
  it('is kept by a search that is cancelled, and shown again at once', async () => {
    const { value, stop } = await used(() => sampleFindings())
    await value.search()
    expect(value.searched.value?.findings).toEqual(sampleFindings())
    void value.search()
    await settled()
    expect(value.searched.value).toBeNull()
    value.cancel()
    expect(value.searched.value?.findings).toEqual(sampleFindings())
    stop()
  })

  it('is kept by a search that fails, which says why', async () => {
    const { value, stop } = await used(
      () => sampleFindings(),
      () => Promise.reject(new CallError({ code: 'duplicates.too-many', message: 'no' })),
    )
    await value.search()
    await value.search()
    expect(value.error.value?.code).toBe('duplicates.too-many')
    expect(value.searched.value?.findings).toEqual(sampleFindings())
    stop()
  })

  it('is replaced by a search that succeeds', async () => {
    const { value, stop } = await used(
      () => sampleFindings(),
      () => sampleFindings({ train: 7 }),
    )
    await value.search()
    await value.search()
    expect(value.searched.value?.findings.train).toBe(7)
    stop()
  })

  it('is stale where another recipe looks for data elsewhere, and where the mixture was edited', async () => {
    const { value, stop } = await used(() => sampleFindings())
    await value.search()
    value.project.edit({ matrix_lr: 1, exclude: [[0, 7]] })
    expect(value.isStale.value).toBe(false)
    value.project.edit({ recipe: 'sft' })
    expect(value.isStale.value).toBe(true)
    value.project.undo()
    expect(value.isStale.value).toBe(false)
    value.project.edit({ mixture: { train: [], val: [] } })
    expect(value.isStale.value).toBe(true)
    await value.project.flush()
    stop()
  })
})

describe('another project', () => {
  it('begins with nothing found', async () => {
    const { value, stop } = await used(() => sampleFindings())
    await value.search()
    await send('project.changed', project({ id: '/other/q.json', path: '/other/q.json', dir: '/other' }))
    expect(value.searched.value).toBeNull()
    stop()
  })

  it('of the same folder too', async () => {
    const { value, stop } = await used(() => sampleFindings())
    await value.search()
    const mixture = { train: [{ task: 'GSM8K', subset: 'main', split: 'train' }], val: [] }
    await send(
      'project.changed',
      project({ ...projectOf(sampleConfig({ mixture })), id: '/p/q.json', path: '/p/q.json' }),
    )
    expect(value.searched.value).toBeNull()
    stop()
  })

  it('cancels the search', async () => {
    const { value, stop } = await used()
    void value.search()
    await settled()
    await send('project.changed', project({ id: '/other/q.json', path: '/other/q.json', dir: '/other' }))
    expect(value.running.value).toBeNull()
    expect(cancelled()).toBe(true)
    stop()
  })

  it('is not what the same one becomes by being saved under another name', async () => {
    const { value, stop } = await used(() => sampleFindings())
    await value.search()
    await send('project.changed', project({ id: '/p/q.json', path: '/p/q.json' }))
    expect(value.searched.value).not.toBeNull()
    stop()
  })
})

describe('the open check', () => {
  const navigation = useNavigation()

  it('gives way to a task or a conversation that one jumps to, the selected one too', async () => {
    const { value, stop } = await used()
    const target = { split: 'train' as const, index: 3 }
    const jumps = [() => navigation.selectEntry('train', 0), () => navigation.showSample(target)]
    for (const jump of [...jumps, ...jumps]) {
      value.isOpen.value = true
      navigation.go('train')
      jump()
      expect([navigation.place.value, value.isOpen.value]).toEqual(['mixture', false])
    }
    navigation.wantedSample.value = null
    stop()
  })

  it('stays while one is in another place', async () => {
    const { value, stop } = await used()
    value.isOpen.value = true
    navigation.go('packing')
    navigation.go('mixture')
    expect(value.isOpen.value).toBe(true)
    value.isOpen.value = false
    stop()
  })
})
