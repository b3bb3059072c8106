/**
 * Reads `token_bytes.pt`: a torch int32 vector with the length of each token in bytes, 0 for special tokens. It is what
 * bits per byte divides by, so it is compared with the file's checksum and with the tokenizer.
 *
 * nanochat has counted in two ways: the UTF-8 of a token's text, in which bytes that are no UTF-8 by themselves are
 * U+FFFD, three bytes each; and, since its commit 2ce972a, the token's own bytes. A file may count in either way, but
 * in one way for all of its tokens.
 */
import { isUtf8 } from 'node:buffer'
import { crc32 } from 'node:zlib'

import type { ByteCounting } from '../byte-counting'
import { MidbenchError } from '../errors'
import { hasChecksum, openStoredZip, type StoredZip } from '../pickle/stored-zip'
import { reasonOf } from '../system-error'
import { PersistentRef, PickleGlobal, PickleObject, type PickleValue } from '../pickle/pickle-value'
import { unpickle } from '../pickle/unpickle'
import type { EncodingData } from './encoding-file'

const REBUILD = 'torch._utils._rebuild_tensor_v2'
const INT_STORAGE = 'torch.IntStorage'
const GLOBALS = new Set([REBUILD, INT_STORAGE, 'collections.OrderedDict'])

/**
 * @returns [vocabSize] bytes a token.
 * @throws MidbenchError `tokenizer.missing`, `zip.refused`, `pickle.refused` or `tokenizer.invalid`, naming the file.
 */
export async function readTokenBytes(path: string, vocabSize: number): Promise<Int32Array> {
  const zip = await openRequired(path)
  try {
    const key = parseVector(await readEntry(zip, 'data.pkl', path), path, vocabSize)
    const order = new TextDecoder().decode(await readEntry(zip, 'byteorder', path))
    if (order !== 'little') throw invalid(path, `its byte order is ${order}`)
    const data = await readEntry(zip, `data/${key}`, path)
    if (data.length < 4 * vocabSize) throw invalid(path, 'it is shorter than its vector')
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
    return Int32Array.from({ length: vocabSize }, (_, id) => view.getInt32(4 * id, true))
  } finally {
    await zip.close()
  }
}

/**
 * Tells in which way the tokens are counted, and refuses lengths that are counted in neither.
 *
 * @param lengths [vocabSize]
 * @throws MidbenchError `tokenizer.invalid` naming the first token whose length differs from its bytes'
 */
export function requireTokenLengths(
  lengths: Int32Array,
  { tokens, specials }: Pick<EncodingData, 'tokens' | 'specials'>,
  path: string,
): ByteCounting {
  for (const [name, id] of specials) {
    if (lengths[id] !== 0)
      throw invalid(path, `it counts ${shown(lengths[id])} for ${name}; a special token has 0`)
  }
  const faults = [ownBytes, textBytes].map((count) =>
    tokens.findIndex((token, id) => lengths[id] !== count(token)),
  )
  if (faults.includes(-1)) {
    const differing = tokens.filter((token) => ownBytes(token) !== textBytes(token)).length
    const by = differing === 0 ? 'either' : faults[0] === -1 ? 'bytes' : 'text'
    return { by, differing, vocabSize: lengths.length }
  }
  const id = Math.max(...faults)
  const token = tokens[id] ?? new Uint8Array()
  const right = [...new Set([ownBytes(token), textBytes(token)])].join(' or ')
  throw invalid(path, `it counts ${shown(lengths[id])} for token ${String(id)}, which has ${right}`)
}

const text = new TextDecoder('utf-8', { ignoreBOM: true })

function ownBytes(token: Uint8Array): number {
  return token.length
}

function textBytes(token: Uint8Array): number {
  return isUtf8(token) ? token.length : Buffer.byteLength(text.decode(token))
}

function shown(length: number | undefined): string {
  return `${String(length)} ${length === 1 ? 'byte' : 'bytes'}`
}

/**
 * Checks that the pickle describes one contiguous int32 vector of the vocabulary's size. Returns the key of its
 * storage.
 */
function parseVector(pickle: Uint8Array, path: string, vocabSize: number): string {
  const tensor = unpickle(pickle, { what: path, globals: GLOBALS, persistentIds: true })
  if (!(tensor instanceof PickleObject) || tensor.global !== REBUILD)
    throw invalid(path, 'it holds no tensor')
  const [storage, offset, size, stride] = tensor.args
  const { type, key } = parseStorage(storage, path)
  if (type !== INT_STORAGE || offset !== 0 || !isVector(stride, 1)) {
    throw invalid(path, 'its tensor is no contiguous int32 vector')
  }
  if (!isVector(size, vocabSize)) {
    throw invalid(path, `its vector does not have the tokenizer's ${String(vocabSize)} entries`)
  }
  return key
}

function parseStorage(storage: PickleValue | undefined, path: string): { type: string; key: string } {
  const id = storage instanceof PersistentRef ? storage.id : undefined
  const [tag, type, key] = Array.isArray(id) ? id : []
  if (tag !== 'storage' || !(type instanceof PickleGlobal) || typeof key !== 'string' || !/^\d+$/.test(key)) {
    throw invalid(path, 'its tensor has no storage')
  }
  return { type: type.name, key }
}

function isVector(value: PickleValue | undefined, only: number): boolean {
  return Array.isArray(value) && value.length === 1 && value[0] === only
}

/** An entry by its name below the archive's top folder, whose name varies. */
async function readEntry(zip: StoredZip, name: string, path: string): Promise<Uint8Array> {
  const entry = [...zip.entries.values()].find((one) => one.name.slice(one.name.indexOf('/') + 1) === name)
  if (entry === undefined) throw invalid(path, `it has no entry ${name}`)
  const bytes = await zip.read(entry)
  if (!hasChecksum(entry, crc32(bytes)))
    throw invalid(path, `the bytes of ${entry.name} are not those that were saved`)
  return bytes
}

async function openRequired(path: string): Promise<StoredZip> {
  try {
    return await openStoredZip(path)
  } catch (cause) {
    if (cause instanceof MidbenchError) throw cause
    throw new MidbenchError(
      {
        code: 'tokenizer.missing',
        message: `${path}: the token lengths cannot be read: ${reasonOf(cause)}`,
        remedy: "nanochat's tok_train script writes token_bytes.pt beside tokenizer.pkl; copy both.",
      },
      { cause },
    )
  }
}

function invalid(path: string, reason: string): MidbenchError {
  return new MidbenchError({
    code: 'tokenizer.invalid',
    message: `${path}: ${reason}`,
    remedy: 'token_bytes.pt must be the one that was written with the tokenizer.pkl beside it.',
  })
}
