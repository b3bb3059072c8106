import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

import { readBaseSettings } from '../../../../src-main/runs/base-settings'
import { projectDir } from '../../../../src-main/native/paths'
import { goldenSftFolder } from '../../../support/golden-sft'
import { temporaryFolder } from '../../../support/temporary-folder'

it('reads sizes from the meta and rates from its user_config', async () => {
  expect(await readBaseSettings({}, goldenSftFolder)).toEqual({
    file: join(goldenSftFolder, 'base_checkpoints/d3/meta_000060.json'),
    values: {
      max_seq_len: 256,
      device_batch_size: 4,
      total_batch_size: 1024,
      embedding_lr: 0.3,
      unembedding_lr: 0.004,
      matrix_lr: 0.02,
    },
  })
})

it('gives nothing where the base that is asked for is not there', async () => {
  expect(await readBaseSettings({ model_tag: 'd9' }, goldenSftFolder)).toBeNull()
  expect(await readBaseSettings({ model_step: 61 }, goldenSftFolder)).toBeNull()
  expect(await readBaseSettings({}, temporaryFolder())).toBeNull()
})

it('reads the rows’ length of a base that is still to be made; nothing of a damaged recipe', async () => {
  const starter = join(projectDir(), 'resources', 'starter')
  const settings = await readBaseSettings({}, starter)
  expect(settings?.file).toBe(join(starter, 'base_recipe.json'))
  expect(settings?.values).toEqual({ max_seq_len: expect.any(Number) })
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'base_recipe.json'), '{}')
  expect(await readBaseSettings({}, folder)).toBeNull()
})
