/** The two state_dicts of nanochat before 29 January 2026, as each of several ranks saves them and as they are read. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import {
  describeOptimizers,
  loadOptimizers,
  writeModelCheckpoint,
  writeOptimizerShares,
} from '../../../../src-main/checkpoint/nanochat-files'
import { withTorchFile } from '../../../../src-main/checkpoint/torch-read'
import { arrayOf, entriesOf, TorchTensor, type TorchValue } from '../../../../src-main/checkpoint/torch-value'
import { tinyCheckpoint, tinyConfig } from '../../../support/checkpoints'
import { containing } from '../../../support/containing'
import { temporaryFolder } from '../../../support/temporary-folder'

const STEP = 4
const fileOf = (rank: number): string => `optim_00000${String(STEP)}_rank${String(rank)}.pt`

/** A folder with the model, and the state as `worldSize` ranks save it. */
async function savedBy(worldSize: number, config = tinyConfig): Promise<string> {
  const [whole, dir] = [temporaryFolder(), temporaryFolder()]
  await writeModelCheckpoint(whole, tinyCheckpoint(STEP, STEP, config))
  await writeOptimizerShares(whole, STEP, dir, worldSize)
  return dir
}

interface SavedState {
  /** Shapes of what is remembered, by number and entry. */
  state: Record<string, Record<string, readonly number[]>>
  groups: { params: TorchValue; keys: TorchValue[] }[]
}

async function statesIn(path: string): Promise<SavedState[]> {
  return withTorchFile(path, (root) => {
    if (!Array.isArray(root)) throw new Error('there are two state_dicts')
    return Promise.resolve(root.map(shapesOf))
  })
}

function nameOf(key: TorchValue): string {
  return typeof key === 'number' || typeof key === 'string' ? String(key) : ''
}

function shapesOf(saved: TorchValue): SavedState {
  const entries = entriesOf(saved)
  const groups = entries?.get('param_groups')
  const remembered = [...(entriesOf(entries?.get('state') ?? null) ?? [])]
  return {
    state: Object.fromEntries(
      remembered.map(([number, memory]) => [
        nameOf(number),
        Object.fromEntries(
          [...(entriesOf(memory) ?? [])].map(([entry, value]) => [
            nameOf(entry),
            value instanceof TorchTensor ? value.shape : [],
          ]),
        ),
      ]),
    ),
    groups: (Array.isArray(groups) ? groups : []).map((group) => {
      const dict = entriesOf(group) ?? new Map<TorchValue, TorchValue>()
      return { params: dict.get('params') ?? null, keys: [...dict.keys()] }
    }),
  }
}

describe('what a rank of two writes', () => {
  it('has half of the rows of AdamW’s large parameters, and settings and steps as DistAdamW', async () => {
    const path = join(await savedBy(2), fileOf(1))
    const [adamw] = await statesIn(path)
    expect(adamw?.state).toEqual({
      0: { step: [], exp_avg: [64, 32], exp_avg_sq: [64, 32] }, // lm_head
      1: { step: [], exp_avg: [64, 32], exp_avg_sq: [64, 32] }, // wte
      2: { step: [], exp_avg: [2], exp_avg_sq: [2] },
      3: { step: [], exp_avg: [2], exp_avg_sq: [2] },
    })
    const keys = ['lr', 'betas', 'eps', 'weight_decay', 'initial_lr', 'params']
    expect(adamw?.groups.map((group) => group.keys)).toEqual([keys, keys, keys, keys])
    const step = await withTorchFile(path, async (root) => {
      const [first] = Array.isArray(root) ? root : []
      const memory = entriesOf(entriesOf(entriesOf(first ?? null)?.get('state') ?? null)?.get(0) ?? null)
      const tensor = memory?.get('step')
      return tensor instanceof TorchTensor ? arrayOf(tensor) : null
    })
    expect(step).toMatchObject({ dtype: 'int64', data: BigInt64Array.of(BigInt(STEP)) })
  })

  it('has every second matrix of Muon’s groups, which are by shape', async () => {
    const dir = await savedBy(2)
    const [first, second] = [
      (await statesIn(join(dir, fileOf(0))))[1],
      (await statesIn(join(dir, fileOf(1))))[1],
    ]
    expect(first?.groups).toEqual(second?.groups)
    expect(first?.groups.map(({ params }) => params)).toEqual([
      [0, 1, 2, 3], // c_k and c_v [16, 32]
      [4, 5, 6, 7], // c_q and c_proj [32, 32]
      [8, 9], // the MLP's c_proj [32, 128]
      [10, 11], // c_fc [128, 32]
    ])
    expect(first?.groups[0]?.keys).toEqual([
      ...['zero_buffer', 'lr', 'momentum', 'nesterov', 'ns_steps', 'beta2', 'weight_decay', 'initial_lr'],
      'params',
    ])
    expect(Object.keys(first?.state ?? {})).toEqual(['0', '2', '4', '6', '8', '10'])
    expect(Object.keys(second?.state ?? {})).toEqual(['1', '3', '5', '7', '9', '11'])
    expect(second?.state[9]).toEqual({ momentum_buffer: [32, 128], second_momentum_buffer: [1, 128] })
  })
})

describe('what is read', () => {
  it.each([2, 3, 4, 5])('of %i ranks is the whole state, in either form', async (worldSize) => {
    for (const variant of [undefined, '2026-03-14' as const]) {
      const config = { ...tinyConfig, variant }
      const { optimizers } = tinyCheckpoint(STEP, STEP, config)
      const dir = await savedBy(worldSize, config)
      expect(await loadOptimizers(dir, STEP, config)).toEqual(optimizers)
      expect(await describeOptimizers(dir, STEP, config)).toEqual(optimizers.groups)
    }
  })

  it('is refused where the file of a rank is missing, before its data is read too', async () => {
    const dir = await savedBy(4)
    const refused = async (message: string): Promise<void> => {
      const failure = { code: 'checkpoint.optimizer', message: containing(message) }
      for (const read of [loadOptimizers, describeOptimizers])
        await expect(read(dir, STEP, tinyConfig)).rejects.toMatchObject(failure)
    }
    rmSync(join(dir, fileOf(3)))
    await refused('the file of a rank is missing')
    rmSync(join(dir, fileOf(1)))
    await refused('the file of a rank is missing')
  })

  it('is refused of a narrower model, by its shapes', async () => {
    const dir = await savedBy(2, { ...tinyConfig, n_embd: 28 })
    await expect(loadOptimizers(dir, STEP, tinyConfig)).rejects.toMatchObject({
      code: 'checkpoint.optimizer',
      message: containing('has shape'),
    })
  })
})
