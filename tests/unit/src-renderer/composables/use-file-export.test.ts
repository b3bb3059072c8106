// @vitest-environment happy-dom
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { CallError } from '../../../../src-renderer/api/client'
import { useFileExport } from '../../../../src-renderer/composables/use-file-export'
import { useNotices } from '../../../../src-renderer/composables/use-notices'
import { answerWith, connect, inScope, made } from '../main-process'

const { notices, dismiss } = useNotices()
beforeAll(() => connect())
beforeEach(() => {
  for (const { id } of notices.value) dismiss(id)
})

it('asks for the metrics of the runs, under a name that a file may have', async () => {
  answerWith({ 'exports.metrics': ({ name }) => ({ path: `/home/person/${name}` }) })
  const { value, stop } = inScope(() => useFileExport('The metrics were not exported'))
  await value.saveMetrics('csv', 'd4: a/b', ['run-1', 'run-2'])
  expect(made.at(-1)).toMatchObject({
    name: 'exports.metrics',
    input: { runIds: ['run-1', 'run-2'], format: 'csv', name: 'd4- a-b.csv' },
  })
  expect(notices.value.map(({ title }) => title)).toEqual(['Written: /home/person/d4- a-b.csv'])
  expect(value.running.value).toBeNull()
  stop()
})

it('says what was not exported, and why', async () => {
  const failure = new CallError({ code: 'export.unwritable', message: 'The disk is full.' })
  answerWith({ 'exports.metrics': () => Promise.reject(failure) })
  const { value, stop } = inScope(() => useFileExport('The metrics were not exported'))
  await value.saveMetrics('json', 'd4', ['run-1'])
  expect(notices.value[0]).toMatchObject({ title: 'The metrics were not exported', error: { message: 'The disk is full.' } }) // prettier-ignore
  expect(value.exporting.value).toBe(false)
  stop()
})

it('exports no model while there is no project to say where its tokenizer lies', async () => {
  const before = made.length
  const { value, stop } = inScope(() => useFileExport('Nothing was exported'))
  await value.saveModel({ of: 'run', runId: 'run-1' }, 'd4 step 10', null)
  expect(made.length).toBe(before)
  expect(value.exporting.value).toBe(false)
  stop()
})
