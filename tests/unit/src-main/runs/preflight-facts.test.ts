import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { writeModelCheckpoint } from '../../../../src-main/checkpoint/nanochat-files'
import { gatherFacts } from '../../../../src-main/runs/preflight-facts'
import { tinyCheckpoint, tinyConfig } from '../../../support/checkpoints'
import { goldenPath } from '../../../support/golden'
import { sampleConfig } from '../../../support/run-samples'
import { temporaryFolder } from '../../../support/temporary-folder'

test('the base checkpoint and the machine are looked at', async () => {
  const folder = temporaryFolder()
  const facts = await gatherFacts(sampleConfig(), goldenPath('nanochat_base'), join(folder, 'not', 'yet'))
  expect(facts.base).toMatchObject({ tag: 'd3', step: 100, deviceBatchSize: 4, config: { n_layer: 3 } })
  expect(facts.base).toMatchObject({ config: { vocab_size: facts.vocabSize } })
  expect(facts.freeDiskBytes).toBeGreaterThan(0)
  expect(facts.memoryBytes).toBeGreaterThan(0)
})

test("the base's form is told by its parameters, and a base that does not fit its config is a fact", async () => {
  const folder = temporaryFolder()
  const dir = join(folder, 'base_checkpoints', 'd2')
  mkdirSync(dir, { recursive: true })
  const config = { ...tinyConfig, variant: '2026-03-14' as const }
  await writeModelCheckpoint(dir, tinyCheckpoint(0, 0, config))
  const facts = () => gatherFacts(sampleConfig(), folder, folder)
  expect((await facts()).base).toMatchObject({ tag: 'd2', config: { variant: '2026-03-14' } })
  const meta = { step: 0, model_config: { ...tinyConfig, n_layer: 1 } }
  writeFileSync(join(dir, 'meta_000000.json'), JSON.stringify(meta))
  expect((await facts()).base).toMatchObject({ code: 'model.parameters' })
})

test('a base that is missing is a fact, and what is known besides is taken over', async () => {
  const facts = await gatherFacts(sampleConfig(), temporaryFolder(), temporaryFolder(), { tokPerSec: 5 })
  expect(facts.base).toMatchObject({ code: 'checkpoint.missing' })
  expect(facts.vocabSize).toBeNull()
  expect(facts.tokPerSec).toBe(5)
})

test('a base that is made on first use is read off its recipe, and nothing is made', async () => {
  const folder = temporaryFolder()
  const recipe = { model_tag: 'd2', seed: 1, model_config: tinyConfig }
  writeFileSync(join(folder, 'base_recipe.json'), JSON.stringify(recipe))
  const of = (options: object) => gatherFacts({ ...sampleConfig(), ...options }, folder, folder)
  expect((await of({})).base).toMatchObject({ tag: 'd2', step: 0, config: tinyConfig })
  expect((await of({ model_tag: 'd9' })).base).toMatchObject({ code: 'checkpoint.missing' })
  mkdirSync(join(folder, 'base_checkpoints'))
  expect((await of({})).base).toMatchObject({ code: 'checkpoint.missing' })
})
