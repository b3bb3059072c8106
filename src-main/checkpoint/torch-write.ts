/**
 * Writes a file as torch.save does, readable by torch.load(weights_only=True) and mappable into memory: the tree as a
 * pickle, and each tensor's bytes as a separate entry. It streams the tensors, so it needs only one chunk of them in
 * memory; the target is replaced only when everything is on the disk.
 */
import { createHash } from 'node:crypto'
import { basename, extname } from 'node:path'
import { makeFile } from '../files/durable'
import type { Sink, WrittenFile } from '../files/sink'
import { pickleTorch } from './pickle-write'
import { STORAGE_ALIGNMENT, StoredZipWriter } from './stored-zip-write'
import type { TorchValue } from './torch-value'

/**
 * @param path the entries' folder inside the file is its name without the ending, as in torch
 * @throws the system's error when the file cannot be written; what a tensor's chunks throw
 */
export function writeTorchFile(path: string, value: TorchValue): Promise<WrittenFile> {
  return makeFile(path, (sink) => writeArchive(sink, basename(path, extname(path)), value))
}

async function writeArchive(sink: Sink, folder: string, value: TorchValue): Promise<void> {
  const zip = new StoredZipWriter(sink)
  const add = (name: string, bytes: Uint8Array) => zip.add(`${folder}/${name}`, bytes.length, [bytes])
  const addText = (name: string, text: string) => add(name, new TextEncoder().encode(text))
  const { bytes, storages } = pickleTorch(value)
  await add('data.pkl', bytes)
  await addText('.format_version', '1')
  await addText('.storage_alignment', String(STORAGE_ALIGNMENT))
  await addText('byteorder', 'little')
  for (const [key, tensor] of storages.entries()) {
    await zip.add(`${folder}/data/${String(key)}`, tensor.byteLength, tensor.chunks())
  }
  await addText('version', '3\n')
  await addText('.data/serialization_id', serializationId(zip.checksums))
  await zip.finish()
}

/** 40 digits that differ between files of different content, as torch's do; nothing else is read from them. */
function serializationId(checksums: string): string {
  const digest = createHash('sha256').update(checksums).digest('hex')
  return (BigInt(`0x${digest}`) % 10n ** 40n).toString().padStart(40, '0')
}
