/**
 * What is written here, read by torch itself. Runs where Python has torch; torch-write.test.ts holds the same format to
 * the byte and always runs.
 */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fileNames, writeModelCheckpoint } from '../../../../src-main/checkpoint/nanochat-files'
import { tensorOf } from '../../../../src-main/checkpoint/torch-value'
import { writeTorchFile } from '../../../../src-main/checkpoint/torch-write'
import { tinyCheckpoint, tinyConfig } from '../../../support/checkpoints'
import { hasTorch, runPython } from '../../../support/python'
import { temporaryFolder } from '../../../support/temporary-folder'

function python(program: string, ...args: string[]): unknown {
  const { status, output } = runPython(program, ...args)
  expect(status, output).toBe(0)
  return JSON.parse(output)
}

const sums = z.record(z.string(), z.tuple([z.array(z.int()), z.string(), z.number()]))

describe.runIf(hasTorch)('torch', () => {
  it('loads a model with weights_only, mapped into memory or not', async () => {
    const dir = temporaryFolder()
    const checkpoint = tinyCheckpoint(8)
    await writeModelCheckpoint(dir, checkpoint)
    const read = sums.parse(
      python(
        `
import json, sys, torch
model = torch.load(sys.argv[1], weights_only=True)
mapped = torch.load(sys.argv[1], weights_only=True, mmap=True)
assert type(model).__name__ == 'OrderedDict' and all(torch.equal(model[k], mapped[k]) for k in model)
print(json.dumps({k: [list(v.shape), str(v.dtype), v.double().sum().item()] for k, v in model.items()}))`,
        join(dir, fileNames(8).model),
      ),
    )
    expect(Object.keys(read)).toEqual([...checkpoint.model.keys()])
    for (const [name, { shape, data }] of checkpoint.model) {
      const total = data.reduce((sum, value) => sum + value, 0)
      expect(read[name]).toEqual([shape, 'torch.float32', expect.closeTo(total, 4)])
    }
  })

  it("takes the optimizers' states into optimizers of its own", async () => {
    const dir = temporaryFolder()
    const checkpoint = tinyCheckpoint(8)
    await writeModelCheckpoint(dir, checkpoint)
    const result = python(
      `
import json, sys, torch
adamw_state, muon_state = torch.load(sys.argv[1], weights_only=True)
shapes = [s['exp_avg'].shape for s in adamw_state['state'].values()]
params = [torch.nn.Parameter(torch.ones(s)) for s in shapes]
adamw = torch.optim.AdamW([dict(params=[p], lr=1.0) for p in params], betas=(0.8, 0.95), eps=1e-10, fused=True)
adamw.load_state_dict(adamw_state)
for p in params: p.grad = torch.ones_like(p)
adamw.step()
group = adamw.param_groups[1]
class Muon(torch.optim.Optimizer): pass
matrices = [torch.nn.Parameter(torch.ones(s['momentum_buffer'].shape)) for s in muon_state['state'].values()]
muon = Muon([dict(params=matrices[i:i + 4]) for i in (0, 4, 8)], dict(lr=0.1))
muon.load_state_dict(muon_state)
print(json.dumps({
  'steps': [adamw.state[p]['step'].item() for p in params],
  'betas': group['betas'], 'kinds': [type(group[k]).__name__ for k in ('lr', 'weight_decay', 'eps', 'betas', 'fused')],
  'lr': group['lr'], 'initial_lr': group['initial_lr'],
  'momentum': [g['momentum'] for g in muon.param_groups], 'ns_steps': muon.param_groups[0]['ns_steps'],
  'second': [list(muon.state[m]['second_momentum_buffer'].shape) for m in matrices],
}))`,
      join(dir, fileNames(8).optimizers),
    )
    const embedding = checkpoint.optimizers.groups[1]
    expect(result).toEqual({
      steps: [9, 9, 9, 9],
      betas: [0.8, 0.95],
      kinds: ['float', 'float', 'float', 'tuple', 'bool'],
      lr: (embedding?.lr ?? 0) * 0.75,
      initial_lr: embedding?.lr,
      momentum: [0.9, 0.9, 0.9],
      ns_steps: 5,
      second: [[32, 1], [32, 1], [32, 1], [32, 1], [1, 32], [1, 32], [1, 32], [1, 32], [128, 1], [1, 128], [128, 1], [1, 128]], // prettier-ignore
    })
  })

  it('takes the state of a later model into one optimizer whose groups are MuonAdamW’s', async () => {
    const dir = temporaryFolder()
    const config = { ...tinyConfig, variant: '2026-03-14' as const }
    await writeModelCheckpoint(dir, tinyCheckpoint(8, 8, config))
    const result = python(
      `
import json, sys, torch
model = torch.load(sys.argv[1], weights_only=True)
state = torch.load(sys.argv[2], weights_only=True)
blocks = [v for k, v in model.items() if k.startswith('transformer.h.')]
adamw = [['lm_head.weight'], ['transformer.wte.weight'], [k for k in model if k.startswith('value_embeds.')],
  ['resid_lambdas'], ['x0_lambdas'], ['smear_gate.weight', 'smear_lambda', 'backout_lambda']]
groups = [dict(kind='adamw', params=[torch.nn.Parameter(model[k]) for k in names]) for names in adamw]
for shape in sorted({p.shape for p in blocks}):
    groups.append(dict(kind='muon', params=[torch.nn.Parameter(p) for p in blocks if p.shape == shape]))
class MuonAdamW(torch.optim.Optimizer): pass
optimizer = MuonAdamW(groups, {})
optimizer.load_state_dict(state)
sizes = [(g['kind'], len(g['params'])) for g in optimizer.param_groups]
for g in optimizer.param_groups:
    for i, p in enumerate(g['params']):
        s = optimizer.state[p]
        if g['kind'] == 'adamw': assert s['step'] == 8 and s['exp_avg'].shape == p.shape
        elif i == 0: assert s['momentum_buffer'].shape == (len(g['params']), *p.shape)
        else: assert not s
muon = optimizer.param_groups[-1]
print(json.dumps([sizes, muon['ns_steps'], muon['momentum'], sorted(muon)]))`,
      ...[fileNames(8).model, fileNames(8).optimizers].map((name) => join(dir, name)),
    )
    expect(result).toEqual([
      [['adamw', 1], ['adamw', 1], ['adamw', 1], ['adamw', 1], ['adamw', 1], ['adamw', 3], ['muon', 1], ['muon', 4], ['muon', 4], ['muon', 2], ['muon', 2]], // prettier-ignore
      5,
      0.9,
      ['beta2', 'initial_lr', 'kind', 'lr', 'momentum', 'ns_steps', 'params', 'weight_decay'],
    ])
  })

  it('reads every number format as it was written', async () => {
    const path = join(temporaryFolder(), 'formats.pt')
    await writeTorchFile(path, [
      tensorOf({ shape: [2], dtype: 'bfloat16', data: Float32Array.of(1.00390625, -2) }),
      tensorOf({ shape: [2], dtype: 'float16', data: Float32Array.of(0.1, 65504) }),
      tensorOf({ shape: [1, 2], dtype: 'int32', data: Int32Array.of(-5, 7) }),
      tensorOf({ shape: [1], dtype: 'int64', data: BigInt64Array.of(2n ** 40n) }),
      tensorOf({ shape: [0, 2], dtype: 'float32', data: new Float32Array() }),
    ])
    const program = `
import json, sys, torch
print(json.dumps([[str(t.dtype), t.tolist()] for t in torch.load(sys.argv[1], weights_only=True)]))`
    expect(python(program, path)).toEqual([
      ['torch.bfloat16', [1, -2]], // a tie, rounded to even
      ['torch.float16', [0.0999755859375, 65504]],
      ['torch.int32', [[-5, 7]]],
      ['torch.int64', [2 ** 40]],
      ['torch.float32', []],
    ])
  })
})
