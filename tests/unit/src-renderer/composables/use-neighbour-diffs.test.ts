// @vitest-environment happy-dom
import { afterEach, beforeAll, expect, it } from 'vitest'
import { CallError } from '../../../../src-renderer/api/client'
import type { RunConfig } from '../../../../src-renderer/api/types'
import { useNeighbourDiffs } from '../../../../src-renderer/composables/use-neighbour-diffs'
import { useNotices } from '../../../../src-renderer/composables/use-notices'
import { useRuns } from '../../../../src-renderer/composables/use-runs'
import { sampleStep } from '../../../support/run-samples'
import { answerWith, connect, inScope, made, send, settled } from '../main-process'
import { sampleConfig, sampleRun } from '../runs/sample-run'

const configs: Record<string, RunConfig> = {
  a: sampleConfig(),
  b: sampleConfig({ seed: 43 }),
  c: sampleConfig(),
  d: sampleConfig({ seed: 43 }),
}
const run = (id: string) => sampleRun({ id, created_at: id.charCodeAt(0) })
const asked = (): unknown[] => made.flatMap(({ name, input }) => (name === 'runs.configs' ? [input] : []))
let stop = (): void => undefined

beforeAll(() => connect())
afterEach(() => {
  stop()
})

async function used(ids: readonly string[], fails = false) {
  answerWith({
    'runs.list': () => ids.map(run),
    'runs.configs': ({ runIds }) => {
      if (fails) throw new CallError({ code: 'store.unreadable', message: 'It cannot be read' })
      return runIds.flatMap((id) => (configs[id] ? [{ id, config: configs[id] }] : []))
    },
  })
  await useRuns().load()
  const scope = inScope(() => useNeighbourDiffs(useRuns().runs))
  stop = scope.stop
  await settled()
  const { diffs } = scope.value
  return {
    diffs,
    said: () =>
      Object.fromEntries([...diffs.value].map(([id, { short }]) => [id, short.replaceAll('\u00a0', ' ')])),
  }
}

it('compares each run with the one started before it, the oldest with none', async () => {
  const { said } = await used(['a', 'b', 'c'])
  expect(said()).toEqual({ c: 'seed 43 → 42', b: 'seed 42 → 43' })
  expect(asked()).toEqual([{ runIds: ['c', 'b', 'a'] }])
})

it('neither asks nor compares again while a run advances', async () => {
  const { diffs } = await used(['a', 'b'])
  const before = diffs.value
  const steps = [sampleStep(1)]
  await send('run.metrics', {
    runId: 'b',
    seq: 1,
    state: 'training',
    steps,
    evals: [],
    samples: [],
    measures: [],
    log: [],
    seconds_left: 9,
  })
  await send('run.changed', { run: { ...run('b'), step: 2 } })
  expect(useRuns().runs.value[0]?.step).toBe(2)
  expect(diffs.value).toBe(before)
  expect(asked()).toHaveLength(1)
})

it('asks for a new run only, and compares anew where one has gone', async () => {
  const { said } = await used(['a', 'b', 'c'])
  await send('run.changed', { run: run('d') })
  expect(asked().slice(1)).toEqual([{ runIds: ['d'] }])
  expect(said()).toEqual({ d: 'seed 42 → 43', c: 'seed 43 → 42', b: 'seed 42 → 43' })
  await send('run.removed', { runId: 'c' })
  expect(said()).toEqual({ d: '', b: 'seed 42 → 43' })
  expect(asked()).toHaveLength(2)
})

it('asks for nothing where there are no runs, and says nothing of a run that is gone meanwhile', async () => {
  const { said } = await used([])
  expect(asked()).toEqual([])
  await send('run.changed', { run: run('x') })
  await send('run.changed', { run: run('a') })
  expect(said()).toEqual({})
})

it('tells why the options cannot be read', async () => {
  const { said } = await used(['a', 'b'], true)
  expect(said()).toEqual({})
  expect(useNotices().notices.value.map(({ title }) => title)).toEqual([
    'The options of the runs cannot be read',
  ])
})
