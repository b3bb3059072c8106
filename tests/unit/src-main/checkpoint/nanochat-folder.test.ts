import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findModel, listModels } from '../../../../src-main/checkpoint/nanochat-folder'
import { containing } from '../../../support/containing'
import { temporaryFolder } from '../../../support/temporary-folder'

/** A base directory with empty model files: `{ 'base_checkpoints/d4': [0, 10] }`. */
function baseDir(models: Record<string, number[]>): string {
  const root = temporaryFolder()
  for (const [folder, steps] of Object.entries(models)) {
    mkdirSync(join(root, folder), { recursive: true })
    for (const step of steps)
      writeFileSync(join(root, folder, `model_${String(step).padStart(6, '0')}.pt`), '')
  }
  return root
}

describe('which model a run starts from', () => {
  it('is the deepest, at its last step, unless told otherwise', async () => {
    const root = baseDir({
      'base_checkpoints/d4': [5],
      'base_checkpoints/d20': [100, 2000],
      'base_checkpoints/d9': [7],
    })
    expect(await findModel(root, 'base', null, null)).toMatchObject({ tag: 'd20', step: 2000 })
    expect(await findModel(root, 'base', 'd4', null)).toMatchObject({ tag: 'd4', step: 5 })
    expect(await findModel(root, 'base', 'd20', 100)).toMatchObject({ tag: 'd20', step: 100 })
  })

  it('is the folder that changed last where none is named after a depth', async () => {
    const root = baseDir({ 'base_checkpoints/apple': [1], 'base_checkpoints/pear': [2] })
    utimesSync(join(root, 'base_checkpoints/apple'), 2e9, 2e9)
    utimesSync(join(root, 'base_checkpoints/pear'), 1e9, 1e9)
    expect(await findModel(root, 'base', null, null)).toMatchObject({ tag: 'apple' })
  })

  it('is refused where it is not there, saying what is', async () => {
    const root = baseDir({ 'base_checkpoints/d4': [5] })
    await expect(findModel(root, 'base', 'd6', null)).rejects.toMatchObject({
      code: 'checkpoint.missing',
      message: containing('d4'),
    })
    await expect(findModel(root, 'base', 'd4', 6)).rejects.toMatchObject({ code: 'checkpoint.missing' })
    await expect(findModel(root, 'mid', null, null)).rejects.toMatchObject({
      code: 'checkpoint.missing',
      message: containing('there is none'),
    })
    await expect(findModel(root, 'base', '../mid_checkpoints', null)).rejects.toMatchObject({
      code: 'checkpoint.missing',
    })
  })
})

it('lists every model of every phase and of other folders, deepest first, empty folders left out', async () => {
  const root = baseDir({
    'mid_checkpoints/d4': [30],
    'base_checkpoints/d4': [5, 1],
    'base_checkpoints/d12': [9],
    'base_checkpoints/d30': [],
    'my_checkpoints/d2': [3],
    'models/d2': [3],
  })
  const found = (await listModels(root)).map(({ phase, folder, tag, steps }) => [phase, folder, tag, steps])
  expect(found).toEqual([
    ['base', 'base_checkpoints', 'd12', [9]],
    ['base', 'base_checkpoints', 'd4', [1, 5]],
    ['mid', 'mid_checkpoints', 'd4', [30]],
    [null, 'my_checkpoints', 'd2', [3]],
  ])
  expect(await listModels('/nowhere')).toEqual([])
})
