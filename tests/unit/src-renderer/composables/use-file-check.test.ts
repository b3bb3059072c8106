// @vitest-environment happy-dom
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { LinesCheck } from '../../../../src-renderer/api/types'
import { useFileCheck } from '../../../../src-renderer/composables/use-file-check'
import { useProject } from '../../../../src-renderer/composables/use-project'
import { answerWith, connect, inScope, made } from '../main-process'
import { sampleLook } from '../mixture/sample-look'
import { projectOf, sampleConfig } from '../runs/sample-run'

const project = projectOf(sampleConfig())
const { value: files } = inScope(useFileCheck)
let faultCount = 0
let bad = 0

beforeAll(async () => {
  connect()
  answerWith({ 'project.current': () => project })
  await useProject().load()
})
beforeEach(() => {
  ;[faultCount, bad] = [0, 0]
  answerWith({
    'mixture.look': ({ counts }) =>
      sampleLook({ tally: counts ? { rows: 9, reasons: { empty: bad }, faults: [] } : null }),
    'mixture.checkFile': (): LinesCheck => ({ conversations: 9, faults: [], faultCount }),
    'jobs.cancel': () => ({}),
  })
})
const asked = (): string[] => made.map(({ name }) => name).filter((name) => name !== 'jobs.cancel')

describe('a file of nanochat lines', () => {
  it('stays CustomJSON', async () => {
    expect(await files.check('/d/chats.jsonl', 'train')).toEqual({
      task: 'CustomJSON',
      filepath: '/d/chats.jsonl',
    })
  })

  it('is Conversations where only that takes its lines, and refused where neither does', async () => {
    faultCount = 2
    expect(await files.check('/d/chats.jsonl', 'train')).toMatchObject({ task: 'Conversations' })
    bad = 2
    expect(await files.check('/d/chats.jsonl', 'train')).toBeNull()
    expect(files.refused.value).toMatchObject([{ path: '/d/chats.jsonl', check: { faultCount: 2 } }])
    files.dismiss('/d/chats.jsonl')
  })
})

describe('a folder with a single file of nanochat lines', () => {
  it('is Conversations: only that reads a folder', async () => {
    expect(await files.check('/d', 'train')).toEqual({ task: 'Conversations', source: '/d' })
    expect(asked()).toEqual(['mixture.look'])
    expect(files.refused.value).toEqual([])
  })
})
