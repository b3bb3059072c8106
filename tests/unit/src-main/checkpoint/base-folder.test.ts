import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { resolveBaseFolder } from '../../../../src-main/checkpoint/base-folder'
import { loadModel } from '../../../../src-main/checkpoint/nanochat-files'
import { findModel } from '../../../../src-main/checkpoint/nanochat-folder'
import { initParameters } from '../../../../src-main/model/init'
import { containing } from '../../../support/containing'
import { tinyConfig } from '../../../support/checkpoints'
import { goldenPath } from '../../../support/golden'
import { temporaryFolder } from '../../../support/temporary-folder'

function project(recipe: unknown): string {
  const folder = join(temporaryFolder(), 'starter')
  mkdirSync(folder)
  cpSync(goldenPath('nanochat_base/tokenizer'), join(folder, 'tokenizer'), { recursive: true })
  writeFileSync(join(folder, 'base_recipe.json'), JSON.stringify(recipe))
  return folder
}

const recipe = { model_tag: 'd2', seed: 5, model_config: tinyConfig }

describe('a folder with a recipe', () => {
  it('gets its base checkpoint in the data folder, and is not written itself', async () => {
    const [folder, data] = [project(recipe), join(temporaryFolder(), 'data')]
    const base = await resolveBaseFolder(folder, data, initParameters)
    expect(base.readFrom).toBe(base.writeTo)
    expect(base.recipe).toEqual(recipe)
    expect(base.readFrom).toMatch(/data\/bases\/starter-[0-9a-f]{8}$/)
    expect(readdirSync(folder).sort()).toEqual(['base_recipe.json', 'tokenizer'])
    expect(readdirSync(base.readFrom).sort()).toEqual(['base_checkpoints', 'tokenizer'])
    const { dir, step } = await findModel(base.readFrom, 'base', null, null)
    const { meta, tensors } = await loadModel(dir, step)
    expect(meta).toMatchObject({ step: 0, model_config: tinyConfig })
    for (const [name, values] of initParameters(tinyConfig, 5))
      expect(tensors.get(name)?.data).toEqual(values)
  })

  it('is made once, also by two at the same time', async () => {
    const [folder, data] = [project(recipe), temporaryFolder()]
    let made = 0
    const initialise: typeof initParameters = (config, seed) => {
      made += 1
      return initParameters(config, seed)
    }
    const [first, second] = await Promise.all([
      resolveBaseFolder(folder, data, initialise),
      resolveBaseFolder(folder, data, initialise),
    ])
    expect(first).toEqual(second)
    expect(readdirSync(join(data, 'bases'))).toHaveLength(1)
    const before = made
    expect(await resolveBaseFolder(folder, data, initialise)).toEqual(first)
    expect(made).toBe(before)
  })

  it('gets another base where the recipe changes', async () => {
    const [folder, data] = [project(recipe), temporaryFolder()]
    const first = await resolveBaseFolder(folder, data, initParameters)
    writeFileSync(join(folder, 'base_recipe.json'), JSON.stringify({ ...recipe, seed: 6 }))
    const second = await resolveBaseFolder(folder, data, initParameters)
    expect(second.readFrom).not.toBe(first.readFrom)
  })

  it('leaves nothing behind where the base cannot be made', async () => {
    const [folder, data] = [project(recipe), temporaryFolder()]
    await expect(resolveBaseFolder(folder, data, () => new Map())).rejects.toThrow()
    expect(readdirSync(join(data, 'bases'))).toEqual([])
  })

  it.each([
    ['an unknown key', { ...recipe, depth: 4 }, 'depth'],
    ['a tag that leads elsewhere', { ...recipe, model_tag: '../d4' }, 'model_tag'],
    ['a config that is none', { ...recipe, model_config: { n_layer: 2 } }, 'model_config'],
  ])('is refused with %s', async (_, wrong, field) => {
    await expect(resolveBaseFolder(project(wrong), temporaryFolder(), initParameters)).rejects.toMatchObject({
      code: 'checkpoint.json',
      message: containing(field),
    })
  })

  it('is refused where its model is larger than the memory, before it is tried', async () => {
    const folder = project({ ...recipe, model_config: { ...tinyConfig, n_layer: 1000, n_embd: 65_536 } })
    await expect(resolveBaseFolder(folder, temporaryFolder(), initParameters)).rejects.toMatchObject({
      code: 'checkpoint.recipe',
      remedy: 'Lower its n_layer, n_embd or vocab_size.',
    })
  })
})

describe('any other folder', () => {
  it('is its own base, recipe or not, once it has checkpoints', async () => {
    const folder = project(recipe)
    mkdirSync(join(folder, 'base_checkpoints'))
    const data = join(temporaryFolder(), 'data')
    expect(await resolveBaseFolder(folder, data, initParameters)).toEqual({
      readFrom: folder,
      writeTo: folder,
    })
    const plain = temporaryFolder()
    expect(await resolveBaseFolder(plain, data, initParameters)).toEqual({ readFrom: plain, writeTo: plain })
    expect(existsSync(data)).toBe(false)
  })
})
