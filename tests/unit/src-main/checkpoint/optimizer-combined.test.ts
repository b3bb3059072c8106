import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { combinedStateDict } from '../../../../src-main/checkpoint/optimizer-combined'
import { readCombined } from '../../../../src-main/checkpoint/optimizer-combined-read'
import {
  describeOptimizers,
  loadOptimizers,
  writeModelCheckpoint,
} from '../../../../src-main/checkpoint/nanochat-files'
import { floatsOf, floatTensor } from '../../../../src-main/checkpoint/state-dict'
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

describe('what a rank writes', () => {
  const share = (rank: number, worldSize: number) =>
    combinedStateDict(optimizers, shapes, { rank, worldSize })

  it('is its part of the rows where the ranks divide them and they are many, else all of them', () => {
    expect(shapeAt(share(1, 2), 'state', 0, 'exp_avg')).toEqual([64, 32])
    expect(shapeAt(share(1, 3), 'state', 0, 'exp_avg')).toEqual([128, 32])
    expect(shapeAt(share(1, 2), 'state', 5, 'exp_avg')).toEqual([1, 24])
  })

  it('is as much of each stack on every rank, in the order of the ranks, filled up with zeros', async () => {
    const matrices = await Promise.all(
      [0, 1, 2].map(async (rank) => {
        const tensor = at(share(rank, 3), 'state', 9, 'momentum_buffer')
        if (!(tensor instanceof TorchTensor)) throw new Error('it is a tensor')
        expect(tensor.shape).toEqual([2, 16, 32])
        return (await floatsOf(tensor, 'momentum_buffer')).data
      }),
    )
    const whole = at(combinedStateDict(optimizers, shapes), 'state', 9, 'momentum_buffer')
    if (!(whole instanceof TorchTensor)) throw new Error('it is a tensor')
    const all = matrices.flatMap((data) => [...data])
    expect(all.slice(0, 4 * 16 * 32)).toEqual([...(await floatsOf(whole, 'momentum_buffer')).data])
    expect(all.slice(4 * 16 * 32).every((value) => value === 0)).toBe(true)
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
    const read = (value: TorchValue) => readCombined([value], optimizers.groups, shapes, fail)
    const other = { ...tinyConfig, variant: '2026-03-09' as const }
    const ofOther = combinedStateDict(tinyCheckpoint(4, 4, other).optimizers, parameterShapes(other))
    await expect(read(ofOther)).rejects.toMatchObject({ message: containing('smear_gate.weight') })
    await expect(read(new Map())).rejects.toMatchObject({ message: containing('MuonAdamW') })
    const narrow = { ...config, n_embd: 28 }
    const ofNarrow = combinedStateDict(tinyCheckpoint(4, 4, narrow).optimizers, parameterShapes(narrow))
    await expect(read(ofNarrow)).rejects.toMatchObject({ message: containing('in place of [128, 32]') })
  })
})

/** What rank `rank` of `world` saves of a state: rows of a large parameter, matrices of a stack filled up with zeros. */
async function shareOf(root: TorchValue, world: number, rank: number): Promise<TorchValue> {
  const state: Map<TorchValue, TorchValue> = new Map()
  for (const [number, memory] of entriesOf(at(root, 'state') ?? null) ?? []) {
    const share: Map<TorchValue, TorchValue> = new Map()
    for (const [entry, value] of entriesOf(memory) ?? []) {
      const isShared = value instanceof TorchTensor && typeof entry === 'string'
      share.set(entry, isShared ? await part(value, entry, world, rank) : value)
    }
    state.set(number, share)
  }
  return new Map<TorchValue, TorchValue>([
    ['state', state],
    ['param_groups', at(root, 'param_groups') ?? null],
  ])
}

async function part(tensor: TorchTensor, entry: string, world: number, rank: number): Promise<TorchTensor> {
  const { shape, data } = await floatsOf(tensor, entry)
  const [count = 1, ...rest] = shape
  const isStack = entry.includes('momentum')
  if (!isStack && data.length < 1024) return tensor
  const each = isStack ? Math.ceil(count / world) : count / world
  const size = (data.length / count) * each
  const share = new Float32Array(size)
  share.set(data.subarray(rank * size, (rank + 1) * size))
  return floatTensor({ shape: [each, ...rest], data: share })
}

describe('the shares of several ranks', () => {
  /** The folder of a checkpoint that `world` ranks saved. */
  async function savedBy(world: number): Promise<string> {
    const dir = temporaryFolder()
    await writeModelCheckpoint(dir, tinyCheckpoint(4, 4, config))
    const whole = combinedStateDict(optimizers, shapes)
    for (let rank = 0; rank < world; rank++) {
      await writeTorchFile(join(dir, fileOf(rank)), await shareOf(whole, world, rank))
    }
    return dir
  }
  const fileOf = (rank: number): string => `optim_000004_rank${String(rank)}.pt`

  it.each([2, 4])('of %d ranks are the whole state again', async (world) => {
    const dir = await savedBy(world)
    expect(await loadOptimizers(dir, 4, config)).toEqual(optimizers)
    expect(await describeOptimizers(dir, 4, config)).toEqual(optimizers.groups)
    expect(await describeOptimizers(dir, 5, config)).toBeNull()
  })

  it('are refused where one is missing, before their data is read too', async () => {
    const dir = await savedBy(4)
    const refused = async (message: string): Promise<void> => {
      for (const read of [loadOptimizers, describeOptimizers])
        await expect(read(dir, 4, config)).rejects.toMatchObject({ message: containing(message) })
    }
    rmSync(join(dir, fileOf(3)))
    await refused('the file of a rank is missing')
    rmSync(join(dir, fileOf(1)))
    await refused('in place of')
    await writeTorchFile(join(dir, fileOf(1)), new Map())
    await refused('MuonAdamW')
  })

  it.each([undefined, '2026-03-14' as const])(
    'a file of a narrower model of the form %s is told by its shapes alone',
    async (variant) => {
      const dir = temporaryFolder()
      const wide = { ...tinyConfig, variant }
      await writeModelCheckpoint(dir, tinyCheckpoint(4, 4, { ...wide, n_embd: 28 }))
      for (const read of [loadOptimizers, describeOptimizers]) {
        const failure = { code: 'checkpoint.optimizer', message: containing('has shape') }
        await expect(read(dir, 4, wide)).rejects.toMatchObject(failure)
      }
    },
  )
})
