// @vitest-environment happy-dom
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { calls } from '../../../../src-main/contract/contract'
import { CallError } from '../../../../src-renderer/api/client'
import { useExport } from '../../../../src-renderer/composables/use-export'
import { useNotices } from '../../../../src-renderer/composables/use-notices'
import { batchModel } from '../../../../src-renderer/packing/batch-model'
import { batchJson } from '../../../../src-renderer/packing/batch-file'
import { conversationTable, tokenTable } from '../../../../src-renderer/packing/table'
import { answerWith, connect, inScope, made, settled } from '../main-process'
import { sampleBatch } from '../packing/sample-batch'

const model = batchModel(sampleBatch())
const taskNames = ['Chats', 'Sums']
const source = {
  model,
  taskNames,
  colourOfTask: [0, 1],
  colouring: 'task' as const,
  element: document.body,
  losses: null,
  run: null,
}
const { notices, dismiss } = useNotices()

beforeAll(() => connect())
beforeEach(() => {
  for (const { id } of notices.value) dismiss(id)
  answerWith({ 'exports.save': ({ name }) => ({ path: `/home/person/${name}` }) })
})

const sent = (): string[] =>
  made.map(({ input }) => {
    const { kind, name, content } = calls['exports.save'].input.parse(input)
    return `${kind} ${name}: ${new TextDecoder().decode(content)}`
  })

it('hands tables on to be written, and says where they are', async () => {
  const { value, stop } = inScope(() => useExport(() => source))
  await value.exportBatch('tokens')
  await value.exportBatch('conversations')
  expect(sent()).toEqual([
    `csv train batch 3 tokens.csv: ${tokenTable(model, taskNames)}`,
    `csv train batch 3 conversations.csv: ${conversationTable(model, taskNames)}`,
  ])
  expect(notices.value.map(({ title }) => title)).toEqual([
    'Written: /home/person/train batch 3 tokens.csv',
    'Written: /home/person/train batch 3 conversations.csv',
  ])
  stop()
})

it('hands the picture as vectors, the page and the data on', async () => {
  const { value, stop } = inScope(() => useExport(() => source))
  await value.exportBatch('vectors')
  await value.exportBatch('page')
  await value.exportBatch('json')
  const [vectors = '', page = '', data = ''] = sent()
  expect(vectors).toMatch(/^svg train batch 3\.svg: <\?xml/)
  expect(page).toMatch(/^html train batch 3\.html: <!DOCTYPE html>/)
  expect(data).toBe(`json train batch 3.json: ${batchJson(model, taskNames)}`)
  stop()
})

it('names a run’s file after the run, in letters that a file may have', async () => {
  const { value, stop } = inScope(() => useExport(() => ({ ...source, run: 'länge: 2/3 of all' })))
  await value.exportBatch('conversations')
  expect(sent()[0]).toMatch(/^csv l-nge- 2-3 of all train batch 3 conversations\.csv: /)
  stop()
})

it('says nothing where the person has cancelled', async () => {
  answerWith({ 'exports.save': () => null })
  const { value, stop } = inScope(() => useExport(() => source))
  await value.exportBatch('tokens')
  expect(notices.value).toEqual([])
  stop()
})

it('says what failed, and can be asked again', async () => {
  const failure = new CallError({ code: 'export.unwritable', message: 'The disk is full.' })
  answerWith({ 'exports.save': () => Promise.reject(failure) })
  const { value, stop } = inScope(() => useExport(() => source))
  await value.exportBatch('tokens')
  expect(notices.value[0]).toMatchObject({ title: 'The batch was not exported', error: { message: 'The disk is full.' } }) // prettier-ignore
  expect(value.exporting.value).toBe(false)
  stop()
})

it('writes one file at a time, and none of nothing', async () => {
  const { value, stop } = inScope(() => useExport(() => source))
  const first = value.exportBatch('tokens')
  await value.exportBatch('conversations')
  await first
  expect(made).toHaveLength(1)
  const nothing = inScope(() => useExport(() => null))
  await nothing.value.exportBatch('tokens')
  await settled()
  expect(made).toHaveLength(1)
  nothing.stop()
  stop()
})
