/**
 * The safetensors format (github.com/huggingface/safetensors): eight bytes with the length of a JSON header, the header
 * with each tensor's format, shape and place, then the tensors' little-endian bytes without gaps. Tensors are streamed,
 * so a file of any size takes a chunk of memory.
 *
 * Tensors of wider formats come first, so that each begins at a multiple of its element's size; those of one format keep
 * their order.
 */
import { open, type FileHandle } from 'node:fs/promises'
import { z } from 'zod'

import { MidbenchError } from '../errors'
import { makeFile } from '../files/durable'
import { readAt } from '../files/read-exactly'
import type { WrittenFile } from '../files/sink'
import { bytesPerElement, elementCount } from './dtype'
import { TorchTensor } from './torch-value'
import type { Dtype } from './types'

/** The format's names. */
const CODES: Record<Dtype, string> = {
  float32: 'F32',
  bfloat16: 'BF16',
  float16: 'F16',
  int32: 'I32',
  int64: 'I64',
}
const DTYPES = new Map(Object.entries(CODES).map(([dtype, code]) => [code, dtype as Dtype]))
/** The header is filled with blanks up to a multiple of so many bytes. */
const ALIGNMENT = 8
/** The format's own limit of the header. */
const MOST_HEADER = 100_000_000
const CHUNK = 1 << 22

const headerSchema = z.record(
  z.string(),
  z.object({
    dtype: z.string(),
    shape: z.array(z.int().min(0)),
    data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
  }),
)

export interface SafetensorsOptions {
  /** Facts about the file, for its reader. */
  metadata: Readonly<Record<string, string>>
  /** Receives the bytes of tensors written so far. */
  onProgress?: (done: number) => void
  /** Aborts the writing; the file is then not there, or as it was. */
  signal?: AbortSignal
}

/** @throws the system's error when the file cannot be written; what a tensor's chunks throw; the signal's reason */
export function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, TorchTensor>,
  { metadata, onProgress, signal }: SafetensorsOptions,
): Promise<WrittenFile> {
  const ordered = [...tensors].sort(([, a], [, b]) => bytesPerElement[b.dtype] - bytesPerElement[a.dtype])
  return makeFile(path, async (sink) => {
    const header = headerBytes(ordered, metadata)
    const length = new DataView(new ArrayBuffer(8))
    length.setBigUint64(0, BigInt(header.length), true)
    await sink.write(new Uint8Array(length.buffer))
    await sink.write(header)
    const begun = sink.position
    for (const [name, { byteLength, chunks }] of ordered) {
      const from = sink.position
      for await (const chunk of chunks()) {
        signal?.throwIfAborted()
        await sink.write(chunk)
        onProgress?.(sink.position - begun)
      }
      if (sink.position - from !== byteLength) throw new RangeError(`${name} has not the bytes of its shape`)
    }
  })
}

function headerBytes(
  tensors: readonly (readonly [string, TorchTensor])[],
  metadata: SafetensorsOptions['metadata'],
): Uint8Array {
  let at = 0
  const described = tensors.map(([name, { dtype, shape, byteLength }]) => {
    const data_offsets = [at, (at += byteLength)]
    return [name, { dtype: CODES[dtype], shape, data_offsets }]
  })
  const text = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(described) })
  const bytes = new TextEncoder().encode(text)
  const padded = new Uint8Array(Math.ceil(bytes.length / ALIGNMENT) * ALIGNMENT).fill(0x20)
  padded.set(bytes)
  return padded
}

/**
 * Opens, uses and closes a file. Its tensors can be read meanwhile, any number of times.
 *
 * @throws MidbenchError `safetensors.damaged` for what is no such file, has gaps, or ends too early
 */
export async function withSafetensors<T>(
  path: string,
  use: (tensors: ReadonlyMap<string, TorchTensor>) => Promise<T>,
): Promise<T> {
  const file = await open(path, 'r')
  try {
    return await use(await tensorsIn(file, path))
  } finally {
    await file.close()
  }
}

async function tensorsIn(file: FileHandle, path: string): Promise<Map<string, TorchTensor>> {
  const { size } = await file.stat()
  const refused = (reason: string): MidbenchError => damaged(path, reason)
  const read = async (position: number, bytes: number): Promise<Uint8Array<ArrayBuffer>> => {
    const found = await readAt(file, position, bytes)
    if (found === undefined) throw refused('it ends too early')
    return found
  }
  const length = new DataView((await read(0, 8)).buffer).getBigUint64(0, true)
  if (length === 0n || length > MOST_HEADER || 8n + length > size) throw refused('it has no header')
  const begun = 8 + Number(length)
  const text = new TextDecoder().decode(await read(8, Number(length)))
  const tensors = new Map<string, TorchTensor>()
  let at = 0
  for (const [name, { dtype: code, shape, data_offsets: offsets }] of described(text, refused)) {
    const dtype = DTYPES.get(code)
    if (dtype === undefined) throw refused(`${name} is stored as ${code}`)
    const [from, to] = offsets
    const bytes = bytesPerElement[dtype] * elementCount(shape)
    if (from !== at || to - from !== bytes) throw refused(`${name} does not lie where its shape says`)
    at = to
    tensors.set(name, new TorchTensor(dtype, shape, () => chunksOf(read, begun + from, bytes)))
  }
  if (begun + at !== size) throw refused(`it has ${String(size)} bytes in place of ${String(begun + at)}`)
  return tensors
}

/** The header's tensors, in the order of their places. */
function described(text: string, refused: (reason: string) => MidbenchError) {
  try {
    const { __metadata__: _metadata, ...tensors } = z.looseObject({}).parse(JSON.parse(text))
    const entries = Object.entries(headerSchema.parse(tensors))
    return entries.sort(
      ([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1],
    )
  } catch {
    throw refused('its header does not describe tensors')
  }
}

async function* chunksOf(
  read: (position: number, bytes: number) => Promise<Uint8Array>,
  from: number,
  bytes: number,
): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < bytes; done += CHUNK) yield await read(from + done, Math.min(CHUNK, bytes - done))
}

function damaged(path: string, reason: string): MidbenchError {
  return new MidbenchError({
    code: 'safetensors.damaged',
    message: `${path} is no whole safetensors file: ${reason}.`,
    remedy: 'Write it again.',
  })
}
