import { copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { groupsOfConfig, inspectCheckpoint, tokenizerSize } from '../../../../src-main/checkpoint/inspect'
import { fileNames, writeModelCheckpoint } from '../../../../src-main/checkpoint/nanochat-files'
import { containing } from '../../../support/containing'
import { cutFile, tinyCheckpoint, tinyConfig } from '../../../support/checkpoints'
import { goldenPath } from '../../../support/golden'
import { temporaryFolder } from '../../../support/temporary-folder'

async function written(): Promise<string> {
  const dir = temporaryFolder()
  await writeModelCheckpoint(dir, tinyCheckpoint(4))
  return dir
}

describe('a whole checkpoint', () => {
  it('shows its config, its parameters by group and its tensors, and can start a run', async () => {
    const summary = await inspectCheckpoint(await written(), 4, 70)
    expect(summary).toMatchObject({
      step: 4,
      config: tinyConfig,
      valBpb: 1.25,
      hasOptimizers: true,
      obstacles: [],
      groups: [
        { name: 'scalars', parameters: 4 },
        { name: 'embedding', parameters: 128 * 32 },
        { name: 'attention', parameters: 2 * (2 * 32 * 32 + 2 * 16 * 32) },
        { name: 'mlp', parameters: 2 * 2 * 4 * 32 * 32 },
        { name: 'head', parameters: 128 * 32 },
      ],
    })
    expect(summary.parameters).toBe(summary.groups.reduce((sum, group) => sum + group.parameters, 0))
    expect(summary.tensors[2]).toEqual({
      name: 'transformer.wte.weight',
      shape: [128, 32],
      dtype: 'float32',
      group: 'embedding',
    })
    expect(summary.bytes).toBeGreaterThan(2 * 4 * summary.parameters)
  })
})

describe('a checkpoint of a later form', () => {
  it('shows its form, and groups of its own', async () => {
    const dir = temporaryFolder()
    const config = { ...tinyConfig, variant: '2026-03-14' as const }
    await writeModelCheckpoint(dir, tinyCheckpoint(4, 4, config))
    const summary = await inspectCheckpoint(dir, 4)
    expect(summary).toMatchObject({ config, obstacles: [] })
    expect(summary.groups).toEqual(groupsOfConfig(config))
    expect(summary.groups).toContainEqual({ name: 'value embeddings', parameters: 128 * 16 })
    expect(summary.groups).toContainEqual({ name: 'scalars', parameters: 4 + 2 + 24 })
  })
})

describe('a checkpoint of several ranks', () => {
  it("counts every rank's optimizers", async () => {
    const dir = await written()
    const { bytes } = await inspectCheckpoint(dir, 4)
    writeFileSync(join(dir, 'optim_000004_rank1.pt'), 'x'.repeat(1000))
    writeFileSync(join(dir, 'optim_000014_rank1.pt'), 'another step')
    expect((await inspectCheckpoint(dir, 4)).bytes).toBe(bytes + 1000)
  })
})

describe('the size of the tokenizer', () => {
  it('is the length of token_bytes.pt, and not known where there is none', async () => {
    expect(await tokenizerSize(goldenPath('nanochat_base'))).toBeGreaterThan(256)
    expect(await tokenizerSize(temporaryFolder())).toBeNull()
  })
})

describe('what keeps a run from starting', () => {
  it('is a tokenizer of another size', async () => {
    const { obstacles } = await inspectCheckpoint(await written(), 4, 71)
    expect(obstacles).toMatchObject([{ code: 'tokenizer.mismatch' }])
  })

  it('is a model that is not of its config; its tensors are shown all the same', async () => {
    const dir = await written()
    copyFileSync(
      goldenPath('nanochat_base/base_checkpoints/d3/model_000100.pt'),
      join(dir, fileNames(4).model),
    )
    const summary = await inspectCheckpoint(dir, 4)
    expect(summary.obstacles).toMatchObject([{ code: 'model.parameters' }])
    expect(summary.tensors).toHaveLength(22)
  })

  it('is a missing or damaged file', async () => {
    const dir = await written()
    cutFile(join(dir, fileNames(4).model), 0.5)
    rmSync(join(dir, fileNames(4).meta))
    rmSync(join(dir, fileNames(4).optimizers))
    const summary = await inspectCheckpoint(dir, 4)
    expect(summary).toMatchObject({
      config: null,
      valBpb: null,
      tensors: [],
      parameters: 0,
      hasOptimizers: false,
    })
    expect(summary.obstacles).toMatchObject([
      { message: containing('meta_000004.json') },
      { code: 'zip.refused' },
    ])
  })
})
