import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { combinedStateDict, readCombined } from '../../../../src-main/checkpoint/optimizer-combined'
import { loadOptimizers, writeModelCheckpoint } from '../../../../src-main/checkpoint/nanochat-files'
import { entriesOf, TorchTensor, type TorchValue } from '../../../../src-main/checkpoint/torch-value'
import { writeTorchFile } from '../../../../src-main/checkpoint/torch-write'
import { MidbenchError } from '../../../../src-main/errors'
import { parameterShapes } from '../../../../src-main/model/parameters'
import { variantId } from '../../../../src-main/model/variants/variant.schema'
import { tinyCheckpoint, tinyConfig } from '../../../support/checkpoints'
import { containing } from '../../../support/containing'
import { temporaryFolder } from '../../../support/temporary-folder'

const config = { ...tinyConfig, variant: '2026-03-14' as const }
const shapes = parameterShapes(config)
const { optimizers } = tinyCheckpoint(4, 4, config)
const fail = (reason: string) => new MidbenchError({ code: 'test', message: reason })

function at(value: TorchValue | undefined, ...keys: (string | number)[]): TorchValue | undefined {
  return keys.reduce<TorchValue | undefined>(
    (found, key) =>
      Array.isArray(found) ? found[Number(key)] : found === undefined ? found : entriesOf(found)?.get(key),
    value,
  )
}
function shapeAt(value: TorchValue, ...keys: (string | number)[]): readonly number[] | undefined {
  const tensor = at(value, ...keys)
  return tensor instanceof TorchTensor ? tensor.shape : undefined
}

describe('what is written', () => {
  const written = combinedStateDict(optimizers, shapes)

  it("has MuonAdamW's groups: AdamW's, then Muon's by shape, ascending, numbered through", () => {
    const groups = Array.from({ length: 11 }, (_, i) => [
      at(written, 'param_groups', i, 'kind'),
      at(written, 'param_groups', i, 'params'),
    ])
    expect(groups).toEqual([
      ['adamw', [0]], // lm_head
      ['adamw', [1]], // wte
      ['adamw', [2]], // the second layer's value embedding
      ['adamw', [3]],
      ['adamw', [4]],
      ['adamw', [5, 6, 7]], // smear_gate, smear_lambda, backout_lambda
      ['muon', [8]], // ve_gate [1, 12]
      ['muon', [9, 10, 11, 12]], // c_k and c_v [16, 32]
      ['muon', [13, 14, 15, 16]], // c_q and c_proj [32, 32]
      ['muon', [17, 18]], // the MLP's c_proj [32, 128]
      ['muon', [19, 20]], // c_fc [128, 32]
    ])
    expect(at(written, 'param_groups', 11)).toBeUndefined()
  })

  it('keeps steps as a number, and the momenta of a group stacked with its first parameter', () => {
    expect(at(written, 'state', 0, 'step')).toBe(4)
    expect(shapeAt(written, 'state', 5, 'exp_avg')).toEqual([1, 24])
    expect(shapeAt(written, 'state', 9, 'momentum_buffer')).toEqual([4, 16, 32])
    expect(shapeAt(written, 'state', 9, 'second_momentum_buffer')).toEqual([4, 1, 32])
    expect(shapeAt(written, 'state', 19, 'second_momentum_buffer')).toEqual([2, 128, 1])
    expect(at(written, 'state', 10)).toBeUndefined()
  })
})

describe('what is read', () => {
  it.each(variantId.options)(
    'is what was written, in a model of %s, before the first step too',
    async (variant) => {
      const dir = temporaryFolder()
      const model = { ...tinyConfig, variant }
      const checkpoint = tinyCheckpoint(4, 4, model)
      await writeModelCheckpoint(dir, checkpoint)
      expect(await loadOptimizers(dir, 4, model)).toEqual(checkpoint.optimizers)
      const fresh = { ...checkpoint.optimizers, steps: 0, memory: new Map() }
      await writeTorchFile(
        join(dir, 'optim_000004_rank0.pt'),
        combinedStateDict(fresh, parameterShapes(model)),
      )
      expect(await loadOptimizers(dir, 4, model)).toEqual(fresh)
    },
  )

  it('is refused where the groups or a shape are not the model’s', async () => {
    const read = (value: TorchValue) => readCombined(value, optimizers.groups, shapes, fail)
    const other = { ...tinyConfig, variant: '2026-03-09' as const }
    const ofOther = combinedStateDict(tinyCheckpoint(4, 4, other).optimizers, parameterShapes(other))
    await expect(read(ofOther)).rejects.toMatchObject({ message: containing('smear_gate.weight') })
    await expect(read(new Map())).rejects.toMatchObject({ message: containing('MuonAdamW') })
    const narrow = { ...config, n_embd: 28 }
    const ofNarrow = combinedStateDict(tinyCheckpoint(4, 4, narrow).optimizers, parameterShapes(narrow))
    await expect(read(ofNarrow)).rejects.toMatchObject({ message: containing('in place of [128, 32]') })
  })
})
