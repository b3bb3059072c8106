/**
 * safetensors files, in and out: 8 bytes of header length, a JSON header with each tensor's format, shape and place, then
 * the bytes. Streams as the torch files do: opening reads the header only; writing holds one chunk.
 */
import { open, type FileHandle } from 'node:fs/promises'
import { z } from 'zod'
import { MidbenchError } from '../errors'
import { firstFault } from '../schema-faults'
import { shownText, shownValue } from '../shown'
import { requireContents } from '../files/regular-file'
import { bytesPerElement, dtypeNamed, elementCount, safetensorsNames } from './dtype'
import { writeFileSafely, type WrittenFile } from './safe-file'
import { TorchTensor } from './torch-value'

const CHUNK_BYTES = 1 << 22
/** The format's own limit for a header. */
const MAX_HEADER = 100_000_000

const natural = z.int().min(0)
const tensorEntry = z.strictObject({
  dtype: z.string(),
  shape: z.array(natural),
  data_offsets: z.tuple([natural, natural]),
})
const metadataEntry = z.record(z.string(), z.string())

export interface SafetensorsFile {
  /** By name, in the file's order; they can be read until the file is closed. */
  tensors: Map<string, TorchTensor>
  metadata: Record<string, string>
  close(): Promise<void>
}

/** @throws MidbenchError `checkpoint.damaged` naming what does not fit, `checkpoint.dtype` for an unknown format */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  await requireContents(path)
  const file = await open(path, 'r')
  try {
    const { entries, dataStart } = await readHeader(path, file)
    const tensors = new Map<string, TorchTensor>()
    let metadata: Record<string, string> = {}
    const dataSize = (await file.stat()).size - dataStart
    for (const [name, value] of Object.entries(entries)) {
      if (name === '__metadata__') metadata = parsed(path, metadataEntry, value, name)
      else
        tensors.set(
          name,
          tensorAt(path, file, name, parsed(path, tensorEntry, value, name), dataStart, dataSize),
        )
    }
    requireAllCovered(path, tensors, entries, dataSize)
    return { tensors, metadata, close: () => file.close() }
  } catch (error) {
    await file.close()
    throw error
  }
}

/**
 * @param tensors written in this order, as given
 * @param metadata plain texts for the header
 * @throws MidbenchError `checkpoint.write`
 */
export function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, TorchTensor>,
  metadata: Record<string, string> = {},
): Promise<WrittenFile> {
  const entries = new Map<string, unknown>()
  if (Object.keys(metadata).length > 0) entries.set('__metadata__', metadata)
  let end = 0
  for (const [name, tensor] of tensors) {
    const start = end
    end += tensor.byteLength
    const dtype = safetensorsNames[tensor.dtype]
    entries.set(name, { dtype, shape: tensor.shape, data_offsets: [start, end] })
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)))
  // Spaces up to a multiple of 8, so that the data are aligned.
  const length = Math.ceil(json.length / 8) * 8
  const head = new Uint8Array(8 + length).fill(0x20)
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true)
  head.set(json, 8)
  return writeFileSafely(path, async (sink) => {
    await sink.write(head)
    for (const tensor of tensors.values()) {
      for await (const chunk of tensor.chunks()) await sink.write(chunk)
    }
  })
}

/** The format's own rule: the tensors follow one another from the first byte to the last, so none can be lost unseen. */
function requireAllCovered(
  path: string,
  tensors: ReadonlyMap<string, TorchTensor>,
  entries: Record<string, unknown>,
  dataSize: number,
): void {
  const places = [...tensors.keys()].map((name) => tensorEntry.parse(entries[name]).data_offsets)
  let end = 0
  for (const [from, to] of places.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (from !== end) throw damaged(path, 'its tensors overlap, or leave bytes out')
    end = to
  }
  if (end !== dataSize) throw damaged(path, `${String(dataSize - end)} bytes belong to no tensor`)
}

function parsed<T>(path: string, schema: z.ZodType<T>, value: unknown, name: string): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw damaged(path, `of ${shownText(name)}, ${firstFault(result.error, value)}`)
}

async function readHeader(
  path: string,
  file: FileHandle,
): Promise<{ entries: Record<string, unknown>; dataStart: number }> {
  const lengthBytes = await readAt(path, file, 0, 8)
  const length = Number(new DataView(lengthBytes.buffer).getBigUint64(0, true))
  if (length > MAX_HEADER) throw damaged(path, 'it does not begin with a safetensors header')
  const text = new TextDecoder().decode(await readAt(path, file, 8, length))
  const entries = headerOf(path, text)
  // zod leaves this key out, and with it a tensor of that name.
  if (Object.hasOwn(entries, '__proto__')) throw damaged(path, 'it names a tensor __proto__')
  return { entries, dataStart: 8 + length }
}

function headerOf(path: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
  } catch (error) {
    throw damaged(path, 'its header is not JSON', error)
  }
  throw damaged(path, 'its header is no object')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function tensorAt(
  path: string,
  file: FileHandle,
  name: string,
  entry: z.infer<typeof tensorEntry>,
  dataStart: number,
  dataSize: number,
): TorchTensor {
  const dtype = dtypeNamed(safetensorsNames, entry.dtype)
  if (dtype === undefined) {
    throw new MidbenchError({
      code: 'checkpoint.dtype',
      message: `${path}: ${shownText(name)} is stored as ${shownText(entry.dtype)}, a number format that is not read here.`,
      remedy: `Convert it to one of ${Object.keys(bytesPerElement).join(', ')} and save it again.`,
    })
  }
  const [start, end] = entry.data_offsets
  if (end > dataSize) throw damaged(path, `it is cut: ${shownText(name)} is not whole`)
  if (end - start !== elementCount(entry.shape) * bytesPerElement[dtype]) {
    throw damaged(
      path,
      `${shownText(name)} has ${String(end - start)} bytes for the shape ${shownValue(entry.shape)}`,
    )
  }
  return new TorchTensor(dtype, entry.shape, () => chunksOf(path, file, dataStart + start, dataStart + end))
}

async function* chunksOf(
  path: string,
  file: FileHandle,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end; at += CHUNK_BYTES) {
    yield await readAt(path, file, at, Math.min(CHUNK_BYTES, end - at))
  }
}

async function readAt(
  path: string,
  file: FileHandle,
  position: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done)
    if (bytesRead === 0) throw damaged(path, 'it is cut')
    done += bytesRead
  }
  return bytes
}

function damaged(path: string, reason: string, cause?: unknown): MidbenchError {
  return new MidbenchError(
    {
      code: 'checkpoint.damaged',
      message: `${path}: not a whole safetensors file: ${reason}. Nothing of it was loaded.`,
      remedy: 'The file was cut or edited; copy it again from where it was made.',
    },
    { cause },
  )
}
