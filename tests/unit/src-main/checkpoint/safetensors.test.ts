/** Tensors of a checkpoint as safetensors, taken apart by hand and read back; and files that are refused. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

import { withSafetensors, writeSafetensors } from '../../../../src-main/checkpoint/safetensors'
import { namedTensors } from '../../../../src-main/checkpoint/state-dict'
import { withTorchFile } from '../../../../src-main/checkpoint/torch-read'
import { tensorOf, type TorchTensor } from '../../../../src-main/checkpoint/torch-value'
import { failureOf } from '../../../support/failure'
import { goldenPath } from '../../../support/golden'
import { temporaryFolder } from '../../../support/temporary-folder'

const METADATA = { format: 'pt' }

async function bytesOf(tensor: TorchTensor): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of tensor.chunks()) chunks.push(chunk.slice())
  return Buffer.concat(chunks)
}

/** Every tensor's format, shape and bytes, by name. */
async function contents(tensors: ReadonlyMap<string, TorchTensor>): Promise<Record<string, unknown>> {
  const entries = [...tensors].map(async ([name, tensor]) => {
    return [name, { dtype: tensor.dtype, shape: tensor.shape, bytes: await bytesOf(tensor) }] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

/** A small file of two tensors, and its path. */
async function small(): Promise<{ path: string; bytes: Buffer }> {
  const path = join(temporaryFolder(), 'a.safetensors')
  const tensors = new Map([
    ['a', tensorOf({ shape: [2], dtype: 'float32', data: new Float32Array([1, -2.5]) })],
    ['b', tensorOf({ shape: [3], dtype: 'bfloat16', data: new Float32Array([0, 1, 2]) })],
  ])
  await writeSafetensors(path, tensors, { metadata: METADATA })
  return { path, bytes: readFileSync(path) }
}

it('holds what torch wrote, in the formats it had, with nanochat’s names', async () => {
  const path = join(temporaryFolder(), 'model.safetensors')
  const golden = goldenPath('checkpoint/model_000003.pt')
  await withTorchFile(golden, async (root) => {
    const tensors = namedTensors(root, golden)
    await writeSafetensors(path, tensors, { metadata: METADATA })
    const found = await withSafetensors(path, contents)
    expect(found).toEqual(await contents(tensors))
    expect(found['transformer.wte.weight']).toMatchObject({ dtype: 'bfloat16' })
    expect(found['lm_head.weight']).toMatchObject({ dtype: 'float32' })
  })
})

it('has the header that the format asks for, and every tensor where its elements are aligned', async () => {
  const { bytes } = await small()
  const length = Number(bytes.readBigUInt64LE(0))
  expect(length % 8).toBe(0)
  const header = z.record(z.string(), z.unknown()).parse(JSON.parse(bytes.toString('utf8', 8, 8 + length)))
  expect(header).toEqual({
    __metadata__: METADATA,
    a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
    b: { dtype: 'BF16', shape: [3], data_offsets: [8, 14] },
  })
  expect(bytes.subarray(8 + length)).toEqual(
    Buffer.from([0, 0, 128, 63, 0, 0, 32, 192, 0, 0, 128, 63, 0, 64]),
  )
})

it('leaves no file when it is stopped', async () => {
  const folder = temporaryFolder()
  const stop = new AbortController()
  const data = new Float32Array(1 << 20)
  const tensors = new Map([['a', tensorOf({ shape: [data.length], dtype: 'float32', data })]])
  const writing = writeSafetensors(join(folder, 'a.safetensors'), tensors, {
    metadata: METADATA,
    signal: stop.signal,
    onProgress: () => stop.abort(),
  })
  await expect(writing).rejects.toThrow('aborted')
  expect(readdirSync(folder)).toEqual([])
})

describe('a file is refused', () => {
  const replaced = (bytes: Buffer, from: string, to: string): Buffer =>
    Buffer.from(bytes.toString('latin1').replace(from, to), 'latin1')

  it.each([
    ['that is cut', (bytes: Buffer) => bytes.subarray(0, -1), 'bytes in place of'],
    ['that goes on', (bytes: Buffer) => Buffer.concat([bytes, Buffer.from([0])]), 'bytes in place of'],
    ['without a header', () => Buffer.from('PK'), 'ends too early'],
    ['with a header that is longer than it', (bytes: Buffer) => bytes.fill(1, 0, 8), 'no header'],
    ['with a gap', (bytes: Buffer) => replaced(bytes, '[8,14]', '[9,15]'), 'where its shape says'],
    ['with another shape', (bytes: Buffer) => replaced(bytes, '[3]', '[4]'), 'where its shape says'],
    ['with an unknown format', (bytes: Buffer) => replaced(bytes, '"BF16"', '"F8_X"'), 'F8_X'],
    ['with a header that is no JSON', (bytes: Buffer) => replaced(bytes, '{', '['), 'does not describe'],
  ])('%s', async (_, damage, reason) => {
    const { path, bytes } = await small()
    writeFileSync(path, damage(bytes))
    const failure = await failureOf(() => withSafetensors(path, contents))
    expect(failure.code).toBe('safetensors.damaged')
    expect(failure.message).toContain(path)
    expect(failure.message).toContain(reason)
  })
})
