/** A checkpoint as a folder for the hub: what is in it, and what stops it. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

import { loadModel } from '../../../../src-main/checkpoint/nanochat-files'
import { withSafetensors } from '../../../../src-main/checkpoint/safetensors'
import { arrayOf } from '../../../../src-main/checkpoint/torch-value'
import { checkpointMeasurements } from '../../../../src-main/evaluation/kept-measurements'
import type { MeasuredModel, MeasuredScore } from '../../../../src-main/evaluation/measurements.schema'
import { checkpointIdentity } from '../../../../src-main/checkpoint/identity'
import type { RunConfig } from '../../../../src-main/config/config.schema'
import type { BranchRecord } from '../../../../src-main/engine/branch-record.schema'
import { type CheckpointExport, exportCheckpoint } from '../../../../src-main/runs/checkpoint-export'
import { readRunFolder, runFileTexts } from '../../../../src-main/runs/run-folder'
import { loadTokenizer } from '../../../../src-main/tokenizer/tokenizer'
import { failureOf } from '../../../support/failure'
import { goldenPath } from '../../../support/golden'
import { runPython } from '../../../support/python'
import { temporaryFolder } from '../../../support/temporary-folder'

const RUN = goldenPath('before-house/home/runs/eager')
const CHECKPOINT = join(RUN, 'checkpoints', 'step_000006')
const TOKENIZER = goldenPath('before-house/project/tokenizer')

function asked(folder: string, more: Partial<CheckpointExport> = {}): CheckpointExport {
  const dataDir = join(folder, 'data')
  return {
    dir: CHECKPOINT,
    step: null,
    tokenizerDir: TOKENIZER,
    out: join(folder, 'out'),
    dataDir,
    runs: [],
    ...more,
  }
}

const read = (folder: string, name: string): string => readFileSync(join(folder, 'out', name), 'utf8')

it('writes a whole folder, whose tensors are those of the checkpoint', async () => {
  const folder = temporaryFolder()
  const written = await exportCheckpoint(asked(folder))
  expect(readdirSync(join(folder, 'out')).sort()).toEqual([
    'README.md',
    'config.json',
    'meta_000006.json',
    'model.safetensors',
    'tokenizer',
    'tokenizer.json',
    'tokenizer_config.json',
  ])
  const { tensors } = await loadModel(CHECKPOINT)
  expect(written).toMatchObject({ path: join(folder, 'out'), step: 6, tensors: tensors.size })
  await withSafetensors(join(folder, 'out', 'model.safetensors'), async (found) => {
    expect([...found.keys()].sort()).toEqual([...tensors.keys()].sort())
    for (const [name, { shape, data }] of tensors) {
      const tensor = found.get(name)
      expect(tensor && (await arrayOf(tensor))).toEqual({ shape, data, dtype: 'float32' })
    }
  })
  const tokenizer = await loadTokenizer(join(folder, 'out', 'tokenizer'))
  expect(tokenizer.fingerprint).toBe((await loadTokenizer(TOKENIZER)).fingerprint)
  expect(JSON.parse(read(folder, 'config.json'))).toMatchObject({
    model_config: { vocab_size: 723, n_layer: 2, window_pattern: 'SL' },
    padded_vocab_size: 768,
    windows: [32, 64],
    bos_token_id: tokenizer.specials['<|bos|>'],
    torch_dtype: 'float32',
  })
})

it('says how the model was made, of which data, and what was measured, and nothing of this machine', async () => {
  const folder = temporaryFolder()
  const identity = await checkpointIdentity(CHECKPOINT, 6)
  const kept = checkpointMeasurements(join(folder, 'data'), identity)
  const score: MeasuredScore = {
    task: 'SpellingBee',
    dtype: 'float32',
    right: 5,
    total: 20,
    problems: 20,
    baseline: 0,
    begun_at: 1,
    ended_at: 2,
    seconds: 1,
    tensorflow: '2.21.0',
    isolation: null,
  }
  const model: MeasuredModel = { identity, dir: CHECKPOINT, step: 6, runId: null }
  mkdirSync(kept, { recursive: true })
  writeFileSync(join(kept, 'model.json'), JSON.stringify(model))
  writeFileSync(join(kept, 'SpellingBee.float32.json'), JSON.stringify(score))
  await exportCheckpoint(asked(folder))
  const readme = read(folder, 'README.md')
  expect(readme).toMatch(/^---\ntags:\n {2}- nanochat\n/)
  expect(readme).toContain('# before-eager, step 6')
  expect(readme).toContain('6 optimizer steps, 1,536 tokens.')
  expect(readme).toContain('| `matrix_lr` | `0.002` |')
  expect(readme).toContain('| train | CustomJSON | filepath conversations.jsonl |')
  expect(readme).toContain('| SpellingBee | 25.0 | 11.2 to 46.9 | 5 | 20 | float32 |')
  for (const name of ['README.md', 'config.json', 'meta_000006.json'])
    expect(read(folder, name)).not.toContain('/tmp/')
})

it('says of a branch whose steps came before its own, and what differs', async () => {
  const folder = temporaryFolder()
  const { identity, config } = await readRunFolder(RUN)
  const train = [{ task: 'SmolTalk' as const, split: 'train' as const, data_files: ['/tmp/a.parquet'] }]
  const then = { ...config, total_batch_size: 512, mixture: { ...config.mixture, train } }
  const made = (name: string, parent: BranchRecord['parent'], of: RunConfig): string => {
    const dir = join(folder, name)
    const record: BranchRecord = {
      ...{ format: 'midbench-branch-1', parent, config: of, same_validation: true },
      reading: { state: null, exclude: [] },
    }
    mkdirSync(dir)
    cpSync(join(RUN, 'checkpoints'), join(dir, 'checkpoints'), { recursive: true })
    for (const [file, text] of runFileTexts({ ...identity, name }, config, record))
      writeFileSync(join(dir, file), text)
    return dir
  }
  const first = { id: 'gone', name: 'the first', step: 1, changes: ['base_dir /tmp/b in place of /tmp/a'] }
  const parent = made('parent', first, then)
  const second = { id: 'p', name: 'parent', step: 4, changes: ['another mixture', 'matrix_lr 0.002'] }
  const branch = made('branch', second, then)
  await exportCheckpoint(
    asked(folder, { dir: join(branch, 'checkpoints', 'step_000006'), runs: [{ id: 'p', dir: parent }] }),
  )
  const readme = read(folder, 'README.md')
  expect(readme).toContain('6 optimizer steps.') // the first may have been a branch itself, of steps of another size
  expect(readme).toContain(`
- What came before those is not known any more.
- Up to step 1: the first. A branch goes on from there with nothing changed.
- Up to step 4: parent. A branch goes on from there with another mixture, matrix_lr 0.002.

The options of the last branch:
`)
  expect(readme).toContain('| train up to step 4 | SmolTalk | split train, data_files a.parquet |')
  expect(readme).not.toContain('train up to step 1 ')
  expect(readme).not.toContain('/tmp/')

  const runs = [{ id: 'p', dir: parent }, { id: 'gone', dir: RUN }] // prettier-ignore
  const known = temporaryFolder()
  await exportCheckpoint(asked(known, { dir: join(branch, 'checkpoints', 'step_000006'), runs }))
  const whole = read(known, 'README.md')
  expect(whole).toContain('6 optimizer steps, 2,560 tokens.') // 4 of 512, 2 of 256
  expect(whole).not.toContain('is not known')
})

describe('it is refused', () => {
  it('where something stands already, and touches nothing of it', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'out'))
    writeFileSync(join(folder, 'out', 'mine.txt'), 'mine')
    expect((await failureOf(() => exportCheckpoint(asked(folder)))).code).toBe('export.taken')
    expect(readdirSync(join(folder, 'out'))).toEqual(['mine.txt'])
  })

  it('not where only an empty folder stands', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'out'))
    await exportCheckpoint(asked(folder))
    expect(existsSync(join(folder, 'out', 'README.md'))).toBe(true)
  })

  it('with the tokenizer of another model', async () => {
    const folder = temporaryFolder()
    const dir = goldenPath('nanochat_base/base_checkpoints/d3')
    const changed = join(folder, 'd3')
    cpSync(dir, changed, { recursive: true })
    const meta = join(changed, 'meta_000100.json')
    writeFileSync(meta, readFileSync(meta, 'utf8').replace('"vocab_size": 723', '"vocab_size": 722'))
    const failure = await failureOf(() => exportCheckpoint(asked(folder, { dir: changed })))
    expect(failure.code).toBe('tokenizer.mismatch')
    expect(existsSync(join(folder, 'out'))).toBe(false)
  })

  it('where the place cannot be written', async () => {
    const failure = await failureOf(() =>
      exportCheckpoint(asked(temporaryFolder(), { out: '/dev/null/out' })),
    )
    expect(failure).toMatchObject({ code: 'export.taken' })
  })
})

it('leaves nothing behind when it is stopped', async () => {
  const folder = temporaryFolder()
  const stop = new AbortController()
  const exporting = exportCheckpoint(asked(folder), { signal: stop.signal, onProgress: () => stop.abort() })
  await expect(exporting).rejects.toThrow('aborted')
  expect(readdirSync(folder)).toEqual([])
})

const hasHubPackages = runPython('import safetensors, tokenizers').status === 0

/** Runs only where Python has both packages; docs/LOG.md says what was seen there. */
describe.runIf(hasHubPackages)('Python', () => {
  it('reads the same tensors and gives the same ids', async () => {
    const folder = temporaryFolder()
    await exportCheckpoint(asked(folder))
    const texts = ["It's 1234 o'clock\n\n  now", 'länge 你好 😀', '\t\r\n x', "'ſ'LL", '<| bos |>']
    const { status, output } = runPython(
      `
import json, sys, safetensors, tokenizers
tensors = dict(safetensors.deserialize(open(sys.argv[1] + '/model.safetensors', 'rb').read()))
tokenizer = tokenizers.Tokenizer.from_file(sys.argv[1] + '/tokenizer.json')
print(json.dumps({
  'tensors': {name: [t['dtype'], list(t['shape'])] for name, t in tensors.items()},
  'ids': [tokenizer.encode(text).ids for text in json.loads(sys.argv[2])],
}))`,
      join(folder, 'out'),
      JSON.stringify(texts),
    )
    expect(status, output).toBe(0)
    const found = z.object({ tensors: z.record(z.string(), z.unknown()), ids: z.array(z.array(z.int())) })
    const { tensors, ids } = found.parse(JSON.parse(output))
    const model = await loadModel(CHECKPOINT)
    expect(tensors).toEqual(
      Object.fromEntries([...model.tensors].map(([name, { shape }]) => [name, ['F32', shape]])),
    )
    const tokenizer = await loadTokenizer(TOKENIZER)
    expect(ids).toEqual(texts.map((text) => [...tokenizer.encodeOrdinary(text)]))
  })
})
