import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { withTorchFile } from '../../../../src-main/checkpoint/torch-read'
import {
  arrayOf,
  PyFloat,
  PyTuple,
  tensorOf,
  TorchTensor,
  type TorchValue,
} from '../../../../src-main/checkpoint/torch-value'
import { writeTorchFile } from '../../../../src-main/checkpoint/torch-write'
import { openStoredZip } from '../../../../src-main/pickle/stored-zip'
import { goldenPath } from '../../../support/golden'
import { temporaryFolder } from '../../../support/temporary-folder'

/** The 40 digits at the end of a file, with their checksum: the only thing that may differ. */
function withoutSerializationId(path: string): Buffer {
  const copy = readFileSync(path)
  const name = Buffer.from(`${basename(path, '.pt')}/.data/serialization_id`)
  const content = copy.indexOf('PK\x07\x08', copy.indexOf(name), 'latin1') - 40
  copy.fill(0, content, content + 40 + 8) // digits, descriptor's signature and checksum
  const central = copy.lastIndexOf(name) - 46
  copy.fill(0, central + 16, central + 20)
  return copy
}

/** A file's tree; its tensors can no longer be read. */
function treeOf(path: string): Promise<TorchValue> {
  return withTorchFile(path, (root) => Promise.resolve(root))
}

describe('the format, byte for byte', () => {
  it.each(['checkpoint/model_000003.pt', 'nanochat_base/tokenizer/token_bytes.pt'])(
    'writes %s, read from torch, as torch wrote it',
    async (name) => {
      const original = goldenPath(name)
      const copy = join(temporaryFolder(), basename(name))
      await withTorchFile(original, (root) => writeTorchFile(copy, root))
      expect(withoutSerializationId(copy).equals(withoutSerializationId(original))).toBe(true)
    },
  )

  it('aligns every entry to 64 bytes and stores it as it is', async () => {
    const path = join(temporaryFolder(), 'odd.pt')
    const odd = (length: number) =>
      tensorOf({ shape: [length], dtype: 'bfloat16', data: new Float32Array(length).fill(1) })
    await writeTorchFile(path, [odd(1), odd(3), odd(65), odd(0), odd(100_003)])
    const zip = await openStoredZip(path)
    for (const entry of zip.entries.values()) expect((await zip.contentOffset(entry)) % 64).toBe(0)
    expect([...zip.entries.values()].slice(4, 9).map(({ size }) => size)).toEqual([2, 6, 130, 0, 200_006])
    await zip.close()
  })

  it('gives different files different ids and equal files the same', async () => {
    const folder = temporaryFolder()
    const write = (name: string, value: number) =>
      writeTorchFile(
        join(folder, name),
        tensorOf({ shape: [1], dtype: 'float32', data: Float32Array.of(value) }),
      )
    const first = await write('a/t.pt', 1)
    expect(await write('b/t.pt', 1)).toEqual(first)
    expect((await write('c/t.pt', 2)).sha256).not.toBe(first.sha256)
  })
})

describe('values', () => {
  it('come back as they were', async () => {
    const path = join(temporaryFolder(), 'values.pt')
    const many = Array.from({ length: 2500 }, (_, i) => `item ${String(i)}`)
    const shared = ['shared']
    const value = new Map([
      ['plain', [null, true, false, 0, 255, 256, 65536, -1, 2 ** 31, -(2 ** 40), 0.5, 'text', 'é🚀']],
      ['many', many],
      ['one', [1]],
      ['none', []],
      ['twice', [shared, shared]],
    ])
    await writeTorchFile(path, value)
    expect(await treeOf(path)).toEqual(value)
  })

  it('writes tuples and floats where Python tells them from lists and ints', async () => {
    const path = join(temporaryFolder(), 'values.pt')
    await writeTorchFile(path, [new PyTuple([]), new PyTuple([1, 2, 3, 4]), new PyFloat(1)])
    // ] EMPTY_LIST ( MARK ) EMPTY_TUPLE, ( MARK four BININT1 t TUPLE, G BINFLOAT 1.0
    expect(
      readFileSync(path).includes(Buffer.from('29284b014b024b034b047471014', 'hex').subarray(0, 13)),
    ).toBe(true)
    expect(readFileSync(path).includes(Buffer.from('473ff0000000000000', 'hex'))).toBe(true)
    expect(await treeOf(path)).toEqual([[], [1, 2, 3, 4], 1])
  })

  it('refuses an integer that Python would hold and torch files do not', async () => {
    await expect(writeTorchFile(join(temporaryFolder(), 'big.pt'), 2n ** 70n)).rejects.toThrow('64 bits')
  })
})

describe('tensors', () => {
  it.each([
    ['float32', Float32Array.of(1.5, -0, NaN, 1e-45)],
    ['bfloat16', Float32Array.of(1.5, -2, Infinity, 0)],
    ['float16', Float32Array.of(1.5, -2, 2 ** -24, 65504)],
    ['int32', Int32Array.of(-1, 2 ** 31 - 1, 0, 7)],
    ['int64', BigInt64Array.of(-1n, 2n ** 62n, 0n, 7n)],
  ] as const)('of %s come back equal', async (dtype, data) => {
    const path = join(temporaryFolder(), 'tensor.pt')
    await writeTorchFile(path, tensorOf({ shape: [2, 2], dtype, data }))
    await withTorchFile(path, async (root) => {
      if (!(root instanceof TorchTensor)) throw new Error('not a tensor')
      expect(await arrayOf(root)).toEqual({ shape: [2, 2], dtype, data })
    })
  })

  it('refuses a shape that does not hold the elements', () => {
    expect(() => tensorOf({ shape: [3], dtype: 'float32', data: new Float32Array(2) })).toThrow('2 elements')
  })

  it('leaves the old file when a tensor cannot be produced', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'model.pt')
    await writeTorchFile(path, 'old')
    const failing = new TorchTensor('float32', [1], () => {
      throw new Error('the device is gone')
    })
    await expect(writeTorchFile(path, [failing])).rejects.toThrow('the device is gone')
    const short = new TorchTensor('float32', [2], () => [new Uint8Array(4)])
    await expect(writeTorchFile(path, [short])).rejects.toThrow('4 bytes in place of 8')
    expect(await treeOf(path)).toBe('old')
  })
})
