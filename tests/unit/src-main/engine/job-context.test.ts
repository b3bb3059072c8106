import { expect, test } from 'vitest'

import type { FloatArray } from '../../../../src-main/checkpoint/types'
import { openDevice } from '../../../../src-main/engine/device'
import { openEngine, reportedCall, requireSameVocabulary } from '../../../../src-main/engine/job-context'
import type { LogReport } from '../../../../src-main/engine/trainer-calls'
import { tinyCheckpoint, tinyConfig } from '../../../support/checkpoints'
import { failureOf } from '../../../support/failure'
import { goldenConfig } from '../../../support/golden-run'

test('a tokenizer of another vocabulary is refused, with both sizes', async () => {
  requireSameVocabulary(tinyConfig, 70, 'd2')
  const failure = await failureOf(() => requireSameVocabulary(tinyConfig, 99, 'd2'))
  expect(failure.code).toBe('tokenizer.mismatch')
  expect(failure.message).toBe('d2 has a vocabulary of 70, the tokenizer one of 99.')
})

test('the engine is the one that the config names', async () => {
  const start = { parameters: tinyCheckpoint(1).model, optimizer: new Map<string, FloatArray>() }
  for (const name of ['graph', 'eager'] as const) {
    const config = goldenConfig({ engine: name })
    const engine = await openEngine(config, tinyConfig, start, await openDevice(config, null))
    expect(engine.name).toBe(name)
    engine.dispose()
  }
})

test('what the data thread says of its own accord is a warning in the log', () => {
  const told: LogReport[] = []
  const { signal } = new AbortController()
  const call = reportedCall({ signal, progress: () => undefined, tell: (report) => told.push(report) })
  call.onNotice({ code: 'cache.damaged', message: 'A file is damaged.', remedy: 'Have the disk tested.' })
  expect(told).toMatchObject([
    { type: 'log', line: { level: 'warn', text: 'A file is damaged. Have the disk tested.' } },
  ])
})
