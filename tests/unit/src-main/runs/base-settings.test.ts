import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

import { projectDir } from '../../../../src-main/native/paths'
import { readBaseSettings } from '../../../../src-main/runs/base-settings'
import { goldenSftFolder } from '../../../support/golden-sft'
import { temporaryFolder } from '../../../support/temporary-folder'

const d3 = join(goldenSftFolder, 'base_checkpoints/d3')
const meta = join(d3, 'meta_000060.json')

it('reads sizes from the meta, rates from its user_config, Muon’s decay from the optimizer file', async () => {
  const found = await readBaseSettings({}, goldenSftFolder)
  expect(found).toEqual({
    max_seq_len: { value: 256, file: meta },
    device_batch_size: { value: 4, file: meta },
    total_batch_size: { value: 1024, file: meta },
    embedding_lr: { value: 0.3, file: meta },
    unembedding_lr: { value: 0.004, file: meta },
    matrix_lr: { value: 0.02, file: meta },
    weight_decay: { value: expect.any(Number), file: join(d3, 'optim_000060_rank0.pt') },
  })
  const fresh = await readBaseSettings({ load_optimizer: false }, goldenSftFolder)
  expect(fresh?.['weight_decay']).toMatchObject({ value: null })
})

it('reads the meta also where the optimizer file is missing or damaged', async () => {
  const folder = temporaryFolder()
  cpSync(d3, join(folder, 'base_checkpoints/d3'), { recursive: true })
  const optimizers = join(folder, 'base_checkpoints/d3/optim_000060_rank0.pt')
  writeFileSync(optimizers, 'no torch file')
  const size = { max_seq_len: { value: 256 }, weight_decay: { value: null } }
  expect(await readBaseSettings({}, folder)).toMatchObject(size)
  rmSync(optimizers)
  expect(await readBaseSettings({}, folder)).toMatchObject(size)
})

it('gives nothing where the base that is asked for is not there', async () => {
  expect(await readBaseSettings({ model_tag: 'd9' }, goldenSftFolder)).toBeNull()
  expect(await readBaseSettings({ model_step: 61 }, goldenSftFolder)).toBeNull()
  expect(await readBaseSettings({}, temporaryFolder())).toBeNull()
})

it('reads the rows’ length of a base that is still to be made; nothing of a damaged recipe', async () => {
  const starter = join(projectDir(), 'resources', 'starter')
  const file = join(starter, 'base_recipe.json')
  expect(await readBaseSettings({}, starter)).toEqual({ max_seq_len: { value: expect.any(Number), file } })
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'base_recipe.json'), '{}')
  expect(await readBaseSettings({}, folder)).toBeNull()
})
