import { copyFileSync, readFileSync, readdirSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  chooseStep,
  fileNames,
  listSteps,
  describeModel,
  loadModel,
  loadOptimizers,
  writeModelCheckpoint,
} from '../../../../src-main/checkpoint/nanochat-files'
import { inspectCheckpoint } from '../../../../src-main/checkpoint/inspect'
import { stateDict } from '../../../../src-main/checkpoint/state-dict'
import { OrderedDict, tensorOf } from '../../../../src-main/checkpoint/torch-value'
import { writeTorchFile } from '../../../../src-main/checkpoint/torch-write'
import { parameterShapes } from '../../../../src-main/model/parameters'
import { variantId } from '../../../../src-main/model/variants/variant.schema'
import { containing } from '../../../support/containing'
import { tinyCheckpoint, tinyConfig } from '../../../support/checkpoints'
import { goldenPath } from '../../../support/golden'
import { temporaryFolder } from '../../../support/temporary-folder'

/** A copy of the golden checkpoint's three files, its meta changed. */
function goldenCopy(
  change: (meta: { model_config: Record<string, unknown> }) => void = () => undefined,
): string {
  const dir = temporaryFolder()
  const names = fileNames(3)
  for (const name of [names.model, names.meta, names.optimizers])
    copyFileSync(goldenPath(`checkpoint/${name}`), join(dir, name))
  const meta = { step: 3, model_config: { ...tinyConfig } }
  change(meta)
  writeFileSync(join(dir, names.meta), JSON.stringify(meta))
  return dir
}

describe("nanochat's own checkpoint", () => {
  it('is loaded with its meta, a bfloat16 embedding widened', async () => {
    const { step, meta, tensors } = await loadModel(goldenPath('checkpoint'))
    expect(step).toBe(3)
    expect(meta).toMatchObject({ step: 3, val_bpb: null, model_config: tinyConfig, device_batch_size: 2 })
    expect(tensors.size).toBe(3 + 2 * 6 + 1)
    expect(tensors.get('transformer.wte.weight')).toMatchObject({ shape: [128, 32], dtype: 'bfloat16' })
    expect(tensors.get('transformer.h.1.attn.c_k.weight')).toMatchObject({
      shape: [16, 32],
      dtype: 'float32',
    })
  })

  it("gives the optimizers' states by name", async () => {
    const states = await loadOptimizers(goldenPath('checkpoint'), 3, tinyConfig)
    expect(states).toMatchObject({ steps: 3, lrMultiplier: 1, momentum: 0.95 })
    expect(states.groups.map(({ kind, names }) => [kind, names.length])).toEqual([
      ['adamw', 1],
      ['adamw', 1],
      ['adamw', 1],
      ['adamw', 1],
      ['muon', 4],
      ['muon', 4],
      ['muon', 4],
    ])
    expect(states.groups[4]).toMatchObject({ lr: 0.02, weightDecay: 0.1, beta2: 0.95 })
    expect(states.groups[0]).toMatchObject({ betas: [0.8, 0.95], eps: 1e-10, weightDecay: 0 })
    const ofMatrix = states.memory.get('transformer.h.0.mlp.c_proj.weight')
    expect(ofMatrix?.get('momentum_buffer')?.shape).toEqual([32, 128])
    expect(ofMatrix?.get('second_momentum_buffer')?.shape).toEqual([1, 128])
    expect(
      states.memory
        .get('x0_lambdas')
        ?.get('exp_avg')
        ?.data.every((value) => value !== 0),
    ).toBe(true)
  })
})

describe('older checkpoints', () => {
  it('get what they lack: full windows, scalars that change nothing, names without a prefix', async () => {
    const dir = goldenCopy((meta) => {
      delete meta.model_config['window_pattern']
    })
    const { tensors } = await loadModel(dir)
    const old = new Map(
      [...tensors]
        .filter(([name]) => !name.endsWith('_lambdas'))
        .map(([name, t]) => [`_orig_mod.${name}`, t]),
    )
    await writeTorchFile(join(dir, fileNames(3).model), stateDict(old))
    const loaded = await loadModel(dir)
    expect(loaded.meta.model_config.window_pattern).toBe('L')
    expect(loaded.tensors.get('resid_lambdas')?.data).toEqual(Float32Array.of(1, 1))
    expect(loaded.tensors.get('x0_lambdas')?.data).toEqual(Float32Array.of(0, 0))
    expect([...loaded.tensors.keys()]).toEqual([...tensors.keys()])
  })
})

describe('what is written', () => {
  it('is read back bit for bit', async () => {
    const dir = temporaryFolder()
    const checkpoint = tinyCheckpoint(17)
    await writeModelCheckpoint(dir, checkpoint)
    expect(readdirSync(dir).sort()).toEqual(['meta_000017.json', 'model_000017.pt', 'optim_000017_rank0.pt'])
    const { step, meta, tensors } = await loadModel(dir)
    expect(step).toBe(17)
    expect(meta).toEqual(checkpoint.meta)
    for (const [name, array] of checkpoint.model) expect(tensors.get(name)?.data).toEqual(array.data)
    expect(await loadOptimizers(dir, 17, tinyConfig)).toEqual(checkpoint.optimizers)
  })

  it('holds no memory of optimizers that have not stepped', async () => {
    const dir = temporaryFolder()
    const { optimizers, ...checkpoint } = tinyCheckpoint(0)
    const fresh = { ...optimizers, steps: 0, memory: new Map() }
    await writeModelCheckpoint(dir, { ...checkpoint, optimizers: fresh })
    expect(await loadOptimizers(dir, 0, tinyConfig)).toEqual(fresh)
  })
})

describe('steps', () => {
  it('are found by number, not by spelling', async () => {
    const dir = temporaryFolder()
    for (const name of [
      'model_999999.pt',
      'model_1000000.pt',
      'model_000010.pt',
      'model_x.pt',
      'meta_000011.json',
    ]) {
      writeFileSync(join(dir, name), '')
    }
    expect(await listSteps(dir)).toEqual([10, 999999, 1000000])
    expect(await chooseStep(dir)).toBe(1000000)
    expect(await chooseStep(dir, 10)).toBe(10)
  })

  it('that are not there are refused, saying which are', async () => {
    await expect(loadModel(goldenPath('checkpoint'), 4)).rejects.toMatchObject({
      code: 'checkpoint.missing',
      message: containing('it holds 3'),
    })
    await expect(loadModel(temporaryFolder())).rejects.toMatchObject({ code: 'checkpoint.missing' })
    await expect(loadModel('/nowhere')).rejects.toMatchObject({ code: 'checkpoint.missing' })
  })
})

describe('refuses', () => {
  it('a model that does not match its config, naming the parameter', async () => {
    const dir = goldenCopy((meta) => {
      meta.model_config['n_embd'] = 64
    })
    await expect(loadModel(dir)).rejects.toMatchObject({
      code: 'model.parameters',
      message: containing('transformer.wte.weight has shape [128, 32]; the config says [128, 64]'),
    })
  })

  it('a model that lacks a parameter, or has one too many', async () => {
    const dir = goldenCopy()
    const { tensors } = await loadModel(dir)
    const path = join(dir, fileNames(3).model)
    const head = tensors.get('lm_head.weight')
    if (head === undefined) throw new Error('missing')
    tensors.delete('lm_head.weight')
    await writeTorchFile(path, stateDict(tensors))
    await expect(loadModel(dir)).rejects.toThrow('lm_head.weight is missing')
    await writeTorchFile(path, stateDict(tensors.set('lm_head.weight', head).set('smear.weight', head)))
    await expect(loadModel(dir)).rejects.toThrow('smear.weight is not a parameter')
  })

  it('a config with a key that it does not know', async () => {
    const dir = goldenCopy((meta) => {
      meta.model_config['value_embeds'] = true
    })
    await expect(loadModel(dir)).rejects.toMatchObject({
      code: 'checkpoint.json',
      message: containing('value_embeds'),
    })
  })

  it('a missing meta file, and an optimizer file in place of a model', async () => {
    const dir = goldenCopy()
    copyFileSync(join(dir, fileNames(3).optimizers), join(dir, fileNames(3).model))
    await expect(loadModel(dir)).rejects.toMatchObject({
      message: containing("not a model's state_dict"),
    })
    unlinkSync(join(dir, fileNames(3).meta))
    await expect(loadModel(dir)).rejects.toThrow('meta_000003.json')
  })

  it("another model's optimizers, naming what differs", async () => {
    const deeper = { ...tinyConfig, n_layer: 3 }
    await expect(loadOptimizers(goldenPath('checkpoint'), 3, deeper)).rejects.toMatchObject({
      code: 'checkpoint.optimizer',
      message: containing('transformer.h.2.attn'),
    })
    const wider = { ...tinyConfig, vocab_size: 200 }
    await expect(loadOptimizers(goldenPath('checkpoint'), 3, wider)).rejects.toMatchObject({
      code: 'checkpoint.optimizer',
      message: containing('exp_avg of lm_head.weight has shape [128, 32] in place of [256, 32]'),
    })
    const dir = goldenCopy()
    copyFileSync(join(dir, fileNames(3).model), join(dir, fileNames(3).optimizers))
    await expect(loadOptimizers(dir, 3, tinyConfig)).rejects.toMatchObject({ code: 'checkpoint.optimizer' })
  })

  it('integers where weights are expected', async () => {
    const dir = goldenCopy()
    const int = { shape: [128, 32], dtype: 'int32', data: new Int32Array(128 * 32) } as const
    const { tensors } = await loadModel(dir)
    const dict = stateDict(tensors)
    const entries = new Map(dict.entries)
    entries.set('lm_head.weight', tensorOf({ ...int, shape: [...int.shape] }))
    await writeTorchFile(join(dir, fileNames(3).model), new OrderedDict(entries))
    await expect(loadModel(dir)).rejects.toMatchObject({
      code: 'checkpoint.dtype',
      message: containing('lm_head.weight'),
    })
  })
})

describe('a meta file that leaves something open', () => {
  it('is read, with a note', async () => {
    const dir = temporaryFolder()
    await writeModelCheckpoint(dir, tinyCheckpoint(5))
    const path = join(dir, fileNames(5).meta)
    writeFileSync(
      path,
      JSON.stringify({ val_bpb: null, model_config: tinyConfig, user_config: null, max_seq_len: null }),
    )
    const { meta, notes } = await describeModel(dir, 5)
    expect(meta).toEqual({ step: 5, val_bpb: null, model_config: tinyConfig })
    expect(notes).toEqual([
      'meta_000005.json does not say its step: it is taken as 5, by its name.',
      'meta_000005.json has null for user_config, max_seq_len: read as not given.',
    ])
    expect((await loadModel(dir)).meta.step).toBe(5)
    expect((await inspectCheckpoint(dir, 5)).notes).toEqual(notes)
  })

  it('and nothing is said of one that does not', async () => {
    const dir = temporaryFolder()
    await writeModelCheckpoint(dir, tinyCheckpoint(5))
    expect((await describeModel(dir, 5)).notes).toEqual([])
  })

  it('a config with nulls is none', async () => {
    const dir = temporaryFolder()
    await writeModelCheckpoint(dir, tinyCheckpoint(5))
    const model_config = { ...tinyConfig, n_layer: null }
    writeFileSync(join(dir, fileNames(5).meta), JSON.stringify({ step: 5, model_config }))
    await expect(describeModel(dir, 5)).rejects.toMatchObject({ code: 'checkpoint.json' })
  })
})

describe('checkpoints of later forms', () => {
  const forms = variantId.options.map((variant) => ({ variant, config: { ...tinyConfig, variant } }))

  it.each(forms)('$variant: read back equal; the meta file does not name the form', async ({ config }) => {
    const dir = temporaryFolder()
    const checkpoint = tinyCheckpoint(5, 5, config)
    await writeModelCheckpoint(dir, checkpoint)
    const written: unknown = JSON.parse(readFileSync(join(dir, fileNames(5).meta), 'utf8'))
    expect(written).toMatchObject({ model_config: tinyConfig })
    expect(JSON.stringify(written)).not.toContain('variant')
    expect((await describeModel(dir, 5)).meta.model_config).toEqual(config)
    const { meta, tensors } = await loadModel(dir)
    expect(meta.model_config).toEqual(config)
    expect([...tensors.keys()]).toEqual([...parameterShapes(config).keys()])
    for (const [name, { data }] of checkpoint.model) expect(tensors.get(name)?.data).toEqual(data)
    expect(await loadOptimizers(dir, 5, config)).toEqual(checkpoint.optimizers)
  })

  it('of a form that is not known are refused by the key', async () => {
    const dir = temporaryFolder()
    await writeModelCheckpoint(dir, tinyCheckpoint(5))
    const { tensors } = await loadModel(dir)
    const model = new Map(tensors).set('engram.table.weight', {
      shape: [2],
      dtype: 'float32',
      data: Float32Array.of(1, 2),
    })
    await writeTorchFile(join(dir, fileNames(5).model), stateDict(model))
    const refused = {
      code: 'model.parameters',
      issues: [{ path: 'engram.table.weight', message: 'is not a parameter of this model' }],
    }
    await expect(loadModel(dir)).rejects.toMatchObject(refused)
    await expect(describeModel(dir, 5)).rejects.toMatchObject(refused)
  })

  it('whose meta counts other layers are refused before anything is built from it', async () => {
    const dir = temporaryFolder()
    await writeModelCheckpoint(dir, tinyCheckpoint(5))
    const withLayers = (n_layer: number): void => {
      const meta = { step: 5, model_config: { ...tinyConfig, n_layer } }
      writeFileSync(join(dir, fileNames(5).meta), JSON.stringify(meta))
    }
    withLayers(1024)
    await expect(describeModel(dir, 5)).rejects.toMatchObject({
      code: 'model.parameters',
      issues: [{ path: 'model_config.n_layer', message: 'is 1024; the model has 2 layers' }],
    })
    for (const layers of [1e6, 1e9, 2 ** 53 - 1]) {
      withLayers(layers)
      await expect(describeModel(dir, 5)).rejects.toMatchObject({
        code: 'checkpoint.json',
        message: containing('at most 1024'),
      })
    }
    withLayers(2)
    expect((await describeModel(dir, 5)).meta.model_config).toEqual(tinyConfig)
  })
})
