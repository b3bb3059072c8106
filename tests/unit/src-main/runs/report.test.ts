import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { reportFolder, reportSection, writeReport } from '../../../../src-main/runs/report'
import { failureOf } from '../../../support/failure'
import { sampleAnswers, sampleConfig, sampleMeasure } from '../../../support/run-samples'
import { temporaryFolder } from '../../../support/temporary-folder'

const unasked = { sample: null, measure: null }
const at = new Date(2026, 0, 13, 22, 5, 7)

test('the section is laid out as nanochat’s report reads it', () => {
  const lines = reportSection(sampleConfig(), { steps: 12345, minimumValBpb: 0.98765, ...unasked }, at).split(
    '\n',
  )
  expect(lines.slice(0, 3)).toEqual(['## Midtraining', 'timestamp: 2026-01-13 22:05:07', ''])
  expect(lines).toContain('- run: dummy')
  expect(lines).toContain('- model_tag: None')
  expect(lines).toContain('- dry_run: False')
  expect(lines).toContain('- total_batch_size: 524,288')
  expect(lines).toContain('- max_seq_len: 2048')
  expect(lines).toContain('- embedding_lr: 0.2000')
  expect(lines).toContain('- Number of iterations: 12,345')
  expect(lines).toContain('- Minimum validation bpb: 0.9877')
  expect(lines.some((line) => line.includes('mixture'))).toBe(false)
})

test('a run without an evaluation has no bpb in it', () => {
  expect(reportSection(sampleConfig(), { steps: 1, minimumValBpb: null, ...unasked }, at)).not.toContain(
    'bpb',
  )
})

test('what the model was asked last is in it', () => {
  const [sample, measure] = [sampleAnswers(20), sampleMeasure(20)]
  const text = reportSection(sampleConfig(), { steps: 20, minimumValBpb: null, sample, measure }, at)
  expect(text).toContain('- SpellingBee: 0.2500 (16 of 64)')
  expect(text).toContain('- ChatCORE metric: 0.2500')
  expect(text).toContain('### Answers at step 20\n\n1. "How do you spell cat?" -> "c, a, t\\n20"')
  expect(text.indexOf('### Answers')).toBeGreaterThan(text.indexOf('ChatCORE'))
  const none = { ...measure, tasks: measure.tasks.map((each) => ({ ...each, total: 0 })), chatcore: null }
  expect(
    reportSection(sampleConfig(), { ...unasked, steps: 1, minimumValBpb: null, measure: none }),
  ).not.toMatch(/SpellingBee|ChatCORE/)
})

test('a report is written over no other, and over its own', async () => {
  const base = temporaryFolder()
  const folder = reportFolder(base)
  const write = (runId: string, tag: string, text = 'text'): Promise<string> =>
    writeReport(base, { runId, tag, text })
  mkdirSync(folder)
  writeFileSync(join(folder, 'midtraining.md'), 'of nanochat itself')
  expect(await write('a', 'd4')).toBe(join(folder, 'midtraining-d4.md'))
  expect(await write('b', 'd4')).toBe(join(folder, 'midtraining-d4-2.md'))
  expect(await write('a', 'd4', 'again')).toBe(join(folder, 'midtraining-d4.md'))
  const [c, d] = await Promise.all([write('c', 'd6'), write('d', 'd6')])
  expect([c, d].sort()).toEqual(
    ['midtraining-d6-2.md', 'midtraining-d6.md'].map((name) => join(folder, name)),
  )
  expect(readFileSync(join(folder, 'midtraining.md'), 'utf8')).toBe('of nanochat itself')
  expect(readFileSync(join(folder, 'midtraining-d4.md'), 'utf8')).toBe('again\n- Midbench run: a\n\n')
  expect(readdirSync(folder).some((name) => name.startsWith('.'))).toBe(false)
})

test('the first of a folder has nanochat’s own name', async () => {
  const base = temporaryFolder()
  const file = await writeReport(base, { runId: 'a', tag: 'd4', text: 'text' })
  expect(file).toBe(join(base, 'report', 'midtraining.md'))
})

test('a report that cannot be written says so', async () => {
  const base = temporaryFolder()
  writeFileSync(reportFolder(base), 'a file in its place')
  const failure = await failureOf(() => writeReport(base, { runId: 'a', tag: 'd4', text: 'text' }))
  expect(failure.code).toBe('checkpoint.write')
})
