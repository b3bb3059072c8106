import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { writeModelCheckpoint } from '../../../../src-main/checkpoint/nanochat-files'
import { MidbenchError } from '../../../../src-main/errors'
import { preflight } from '../../../../src-main/runs/preflight'
import { gatherFacts } from '../../../../src-main/runs/preflight-facts'
import { tinyCheckpoint, tinyConfig } from '../../../support/checkpoints'
import { containing } from '../../../support/containing'
import { goldenPath } from '../../../support/golden'
import { goldenSftFolder } from '../../../support/golden-sft'
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

test('the optimizer file is looked at where a warm start is asked for', async () => {
  const folder = temporaryFolder()
  cpSync(goldenSftFolder, folder, { recursive: true })
  const d3 = join(folder, 'base_checkpoints', 'd3')
  const optimizer = async (options: object): Promise<unknown> => {
    const { base } = await gatherFacts({ ...sampleConfig(), ...options }, folder, folder)
    return base instanceof MidbenchError ? base : base?.optimizer
  }
  const found = async (): Promise<unknown> => {
    const config = { ...sampleConfig(), load_optimizer: true }
    const { findings } = preflight(config, await gatherFacts(config, folder, folder))
    return findings.find(({ path }) => path === 'load_optimizer')
  }
  expect(await optimizer({})).toBeUndefined()
  expect(await optimizer({ load_optimizer: true })).toBe('there')
  expect(await found()).toMatchObject({ level: 'ok', message: containing('Warm start') })
  const older = goldenPath('nanochat_base/base_checkpoints/d3/model_000100.pt')
  cpSync(older, join(d3, 'model_000060.pt'))
  expect(await optimizer({ load_optimizer: true })).toMatchObject({ code: 'checkpoint.optimizer' })
  expect(await found()).toMatchObject({ level: 'block', message: containing('group 2 does not hold') })
  rmSync(join(d3, 'optim_000060_rank0.pt'))
  expect(await optimizer({ load_optimizer: true })).toBeNull()
  expect(await found()).toMatchObject({ level: 'warn', message: containing('There is no optimizer file') })
})
