import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openSafetensors, writeSafetensors } from '../../../../src-main/checkpoint/safetensors'
import { namedTensors } from '../../../../src-main/checkpoint/state-dict'
import { withTorchFile } from '../../../../src-main/checkpoint/torch-read'
import { arrayOf, tensorOf } from '../../../../src-main/checkpoint/torch-value'
import { toFailure } from '../../../../src-main/errors'
import { containing } from '../../../support/containing'
import { cutFile, editFile } from '../../../support/checkpoints'
import { goldenPath } from '../../../support/golden'
import { temporaryFolder } from '../../../support/temporary-folder'

const weights = tensorOf({ shape: [2, 1], dtype: 'float32', data: Float32Array.of(1, 2) })
const ids = tensorOf({ shape: [1], dtype: 'int64', data: BigInt64Array.of(7n) })

async function written(): Promise<string> {
  const path = join(temporaryFolder(), 'model.safetensors')
  await writeSafetensors(path, new Map([['weights', weights], ['ids', ids]]), { format: 'pt' }) // prettier-ignore
  return path
}

it('writes the format as it is specified', async () => {
  const bytes = readFileSync(await written())
  const length = Number(bytes.readBigUInt64LE(0))
  expect(length % 8).toBe(0)
  expect(JSON.parse(bytes.subarray(8, 8 + length).toString())).toEqual({
    __metadata__: { format: 'pt' },
    weights: { dtype: 'F32', shape: [2, 1], data_offsets: [0, 8] },
    ids: { dtype: 'I64', shape: [1], data_offsets: [8, 16] },
  })
  expect(bytes.subarray(8 + length).toString('hex')).toBe('0000803f00000040' + '0700000000000000')
})

it('takes a model over from a torch file and back, bit for bit', async () => {
  const path = join(temporaryFolder(), 'model.safetensors')
  await withTorchFile(goldenPath('checkpoint/model_000003.pt'), async (root) => {
    const tensors = namedTensors(root, 'golden')
    await writeSafetensors(path, tensors)
    const file = await openSafetensors(path)
    expect([...file.tensors.keys()]).toEqual([...tensors.keys()])
    for (const [name, tensor] of tensors) {
      const copy = file.tensors.get(name)
      if (copy === undefined) throw new Error('missing')
      expect(await arrayOf(copy)).toEqual(await arrayOf(tensor))
    }
    await file.close()
  })
})

it('gives metadata and tensors', async () => {
  const file = await openSafetensors(await written())
  expect(file.metadata).toEqual({ format: 'pt' })
  expect([...file.tensors].map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
    ['weights', 'float32', [2, 1]],
    ['ids', 'int64', [1]],
  ])
  await file.close()
})

describe('refuses', () => {
  it.each([
    ['a file that was cut in the header', (path: string) => cutFile(path, 0.1), 'cut'],
    ['a file that was cut in the data', (path: string) => cutFile(path, 0.99), 'ids is not whole'],
    ['another kind of file', (path: string) => writeFileSync(path, 'PK\x03\x04 and so on, a zip'), 'header'],
    ['a header that is not JSON', (path: string) => editFile(path, '{"__', '{,__'), 'not JSON'],
    [
      'a shape that does not fit its bytes',
      (path: string) => editFile(path, '[2,1]', '[2,2]'),
      '8 bytes for the shape',
    ],
    [
      'an entry without a place',
      (path: string) => editFile(path, 'data_offsets', 'data_offsetz'),
      'data_offset',
    ],
    ['a shape of another kind', (path: string) => editFile(path, '[2,1]', '"2,1"'), 'shape is "2,1"'],
  ])('%s', async (_, damage, reason) => {
    const path = await written()
    damage(path)
    await expect(openSafetensors(path)).rejects.toMatchObject({
      code: 'checkpoint.damaged',
      message: containing(reason),
    })
  })

  const one = '"shape":[1],"dtype":"F32"'
  it.each([
    [
      'a tensor that zod would leave out',
      `{"a":{${one},"data_offsets":[0,4]},"__proto__":{${one},"data_offsets":[4,8]}}`,
      'names a tensor __proto__',
    ],
    [
      'a half that belongs to no tensor',
      `{"a":{${one},"data_offsets":[0,4]}}`,
      '4 bytes belong to no tensor',
    ],
    [
      'tensors that overlap',
      `{"a":{${one},"data_offsets":[0,4]},"b":{${one},"data_offsets":[0,4]}}`,
      'overlap',
    ],
    ['a header that is a list', '[]', 'no object'],
  ])('%s', async (_, header, reason) => {
    const path = join(temporaryFolder(), 'odd.safetensors')
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(header.length))
    writeFileSync(path, Buffer.concat([length, Buffer.from(header), Buffer.alloc(8)]))
    const failure = await openSafetensors(path).then(() => null, toFailure)
    expect(failure?.code).toBe('checkpoint.damaged')
    expect(failure?.message).toMatch(new RegExp(reason))
  })

  it('an unknown number format, by its name', async () => {
    const path = await written()
    editFile(path, '"F32"', '"F64"')
    await expect(openSafetensors(path)).rejects.toMatchObject({
      code: 'checkpoint.dtype',
      message: containing('F64'),
    })
  })
})
