import { expect, test } from 'vitest'

import { reportFile, reportSection } from '../../../../src-main/runs/report'
import { sampleConfig } from '../../../support/run-samples'

const at = new Date(2026, 0, 13, 22, 5, 7)

test('the section is laid out as nanochat’s report reads it', () => {
  const lines = reportSection(sampleConfig(), { steps: 12345, minimumValBpb: 0.98765 }, at).split('\n')
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
  expect(reportSection(sampleConfig(), { steps: 1, minimumValBpb: null }, at)).not.toContain('bpb')
  expect(reportFile('/base')).toBe('/base/report/midtraining.md')
})
