import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openTorchFile, withTorchFile } from '../../../../src-main/checkpoint/torch-read'
import { arrayOf, entriesOf, OrderedDict, TorchTensor } from '../../../../src-main/checkpoint/torch-value'
import { StoredZipWriter } from '../../../../src-main/checkpoint/stored-zip-write'
import { makeFile } from '../../../../src-main/files/durable'
import { containing } from '../../../support/containing'
import { goldenPath } from '../../../support/golden'
import { cutFile, editFile } from '../../../support/checkpoints'
import { temporaryFolder } from '../../../support/temporary-folder'

async function readAll(path: string): Promise<Record<string, unknown>> {
  return withTorchFile(path, async (root) => {
    const result: Record<string, unknown> = {}
    for (const [name, value] of entriesOf(root) ?? []) {
      result[typeof name === 'string' ? name : 'not a name'] =
        value instanceof TorchTensor ? await arrayOf(value) : value
    }
    return result
  })
}

function copyOf(name: string): string {
  const path = join(temporaryFolder(), 'copy.pt')
  copyFileSync(goldenPath(name), path)
  return path
}

/** A torch file with this pickle and these storages. */
async function fileWith(pickle: string, storages: Uint8Array[] = []): Promise<string> {
  const path = join(temporaryFolder(), 'made.pt')
  await makeFile(path, async (sink) => {
    const zip = new StoredZipWriter(sink)
    const add = (name: string, bytes: Uint8Array) => zip.add(`made/${name}`, bytes.length, [bytes])
    await add('data.pkl', Buffer.from(pickle, 'latin1'))
    for (const [key, bytes] of storages.entries()) await add(`data/${String(key)}`, bytes)
    await zip.finish()
  })
  return path
}

const floats = (...values: number[]) => Float32Array.from(values)

describe('what torch wrote', () => {
  it('is read with every number format, view and plain value', async () => {
    const read = await readAll(goldenPath('checkpoint/views.pt'))
    const base = Float32Array.from({ length: 24 }, (_, i) => i)
    const transposed = Float32Array.from({ length: 24 }, (_, i) => (i % 4) * 6 + Math.floor(i / 4))
    expect(read).toEqual({
      base: { shape: [4, 6], dtype: 'float32', data: base },
      transposed: { shape: [6, 4], dtype: 'float32', data: transposed },
      rows: { shape: [2, 6], dtype: 'float32', data: base.slice(6, 18) },
      columns: { shape: [4, 2], dtype: 'float32', data: floats(2, 3, 8, 9, 14, 15, 20, 21) },
      scalar: { shape: [], dtype: 'float32', data: floats(2.5) },
      empty: { shape: [0, 3], dtype: 'float32', data: floats() },
      bfloat16: { shape: [3], dtype: 'bfloat16', data: floats(1, -2.5, 3.140625) },
      float16: { shape: [4], dtype: 'float16', data: floats(1, -2.5, 6.103515625e-5, 65504) },
      int32: { shape: [2], dtype: 'int32', data: Int32Array.of(-1, 2 ** 31 - 1) },
      int64: { shape: [2], dtype: 'int64', data: BigInt64Array.of(-(2n ** 62n), 2n ** 53n + 1n) },
      parameter: { shape: [2], dtype: 'float32', data: floats(1, 1) },
      plain: [null, true, 7, -1, 70000, 2 ** 40, 0.5, 'text', ['a', 1], new Map([['nested', [1, 2]]])],
    })
  })

  it('keeps the order of a state_dict and what hangs on it', async () => {
    await withTorchFile(goldenPath('checkpoint/model_000003.pt'), (root) => {
      if (!(root instanceof OrderedDict)) throw new Error('not a state_dict')
      const names = [...root.entries.keys()]
      expect(names.slice(0, 4)).toEqual([
        'resid_lambdas',
        'x0_lambdas',
        'transformer.wte.weight',
        'transformer.h.0.attn.c_q.weight',
      ])
      expect(entriesOf(root.state ?? null)?.has('_metadata')).toBe(true)
      return Promise.resolve()
    })
  })

  it('is read where torch was told to write no checksums', async () => {
    const { weight } = await readAll(goldenPath('checkpoint/no-checksums.pt'))
    expect(weight).toEqual({ shape: [3], dtype: 'float32', data: floats(0, 1, 2) })
  })

  it('gives a tensor as often as it is asked for', async () => {
    await withTorchFile(goldenPath('checkpoint/views.pt'), async (root) => {
      const tensor = entriesOf(root)?.get('columns')
      if (!(tensor instanceof TorchTensor)) throw new Error('not a tensor')
      expect(await arrayOf(tensor)).toEqual(await arrayOf(tensor))
    })
  })
})

describe('refuses', () => {
  it('a file that was cut, wherever', async () => {
    for (const part of [0, 0.3, 0.9, 0.999]) {
      const path = copyOf('checkpoint/model_000003.pt')
      cutFile(path, part)
      await expect(openTorchFile(path), `cut to ${String(part)}`).rejects.toMatchObject({
        code: part === 0 ? 'file.empty' : 'zip.refused',
      })
    }
  })

  it('a tensor whose bytes were edited', async () => {
    const path = copyOf('checkpoint/views.pt')
    editFile(path, '\x00\x00\x20\x40', '\x00\x00\x20\x41') // 2.5 becomes 10
    await expect(readAll(path)).rejects.toMatchObject({
      code: 'checkpoint.damaged',
      message: containing('are not those that were saved'),
    })
  })

  it('a pickle that was edited', async () => {
    const path = copyOf('checkpoint/views.pt')
    editFile(path, 'transposed', 'transposer')
    await expect(openTorchFile(path)).rejects.toMatchObject({ code: 'checkpoint.damaged' })
  })

  it('a foreign global, by its name', async () => {
    const path = await fileWith('\x80\x02cos\nsystem\nX\x02\x00\x00\x00ls\x85R.')
    await expect(openTorchFile(path)).rejects.toMatchObject({
      code: 'pickle.refused',
      message: containing('os.system'),
    })
  })

  it('an unknown number format, by its name', async () => {
    await expect(openTorchFile(goldenPath('checkpoint/float64.pt'))).rejects.toMatchObject({
      code: 'checkpoint.dtype',
      message: containing('DoubleStorage'),
      remedy: containing('float32'),
    })
  })

  it('the format of before torch 1.6, saying what to do', async () => {
    await expect(openTorchFile(goldenPath('checkpoint/legacy.pt'))).rejects.toMatchObject({
      code: 'checkpoint.format',
      remedy: containing('saved again'),
    })
  })

  const tensor = (elements: string, offset: string, shape: string, strides: string) =>
    '\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\n' +
    `X\x01\x00\x00\x000X\x03\x00\x00\x00cpu${elements}tQ${offset}${shape}${strides}\x89)tR.`

  it.each([
    [
      'a storage that is missing',
      tensor('K\x01', 'K\x00', 'K\x01\x85', 'K\x01\x85'),
      [],
      'data/0 is missing',
    ],
    ['a storage that is too short', tensor('K\x02', 'K\x00', 'K\x01\x85', 'K\x01\x85'), [4], '4 bytes for 2'],
    [
      'a tensor beyond its storage',
      tensor('K\x01', 'K\x01', 'K\x01\x85', 'K\x01\x85'),
      [4],
      'reaches beyond',
    ],
    [
      'a tensor larger than its storage',
      tensor('K\x01', 'K\x00', 'J\xff\xff\xff\x7f\x85', 'K\x00\x85'),
      [4],
      'beyond',
    ],
    [
      'a negative stride',
      tensor('K\x01', 'K\x00', 'K\x01\x85', 'J\xff\xff\xff\xff\x85'),
      [4],
      'no proper shape',
    ],
    ['strides that do not fit the shape', tensor('K\x01', 'K\x00', 'K\x01\x85', ')'), [4], 'no proper shape'],
    ['a list in itself', '\x80\x02]q\x00h\x00a.', [], 'nest without end'],
    ['lists without end', `\x80\x02${']'.repeat(100)}${'a'.repeat(99)}.`, [], 'nest without end'],
    ['a global as a value', '\x80\x02ccollections\nOrderedDict\n.', [], 'neither plain nor a tensor'],
  ])('%s', async (_, pickle, sizes, reason) => {
    const path = await fileWith(
      pickle,
      sizes.map((size) => new Uint8Array(size)),
    )
    await expect(openTorchFile(path)).rejects.toMatchObject({
      code: 'checkpoint.damaged',
      message: containing(reason),
    })
  })

  it('a zip file that is no torch file', async () => {
    const path = join(temporaryFolder(), 'other.pt')
    await makeFile(path, async (sink) => {
      const zip = new StoredZipWriter(sink)
      await zip.add('readme.txt', 0, [])
      await zip.finish()
    })
    await expect(openTorchFile(path)).rejects.toMatchObject({
      code: 'checkpoint.damaged',
      message: containing('data.pkl'),
    })
  })

  it('big-endian files', async () => {
    const path = copyOf('checkpoint/no-checksums.pt')
    editFile(path, 'little', 'bigend')
    await expect(openTorchFile(path)).rejects.toMatchObject({
      message: containing('byte order'),
    })
  })

  it('never lets a random edit through unnoticed', async () => {
    const original = readFileSync(goldenPath('checkpoint/views.pt'))
    const expected = await readAll(goldenPath('checkpoint/views.pt'))
    const path = join(temporaryFolder(), 'edited.pt')
    for (let at = 0; at < original.length; at += 23) {
      const edited = Buffer.from(original)
      edited[at] = (edited[at] ?? 0) ^ 0x10
      writeFileSync(path, edited)
      const outcome = await readAll(path).catch((error: unknown) => error)
      if (outcome instanceof Error) expect(outcome).toHaveProperty('code')
      else expect(outcome, `byte ${String(at)}`).toEqual(expected) // padding, or a field that nobody reads
    }
  })
})
