/**
 * Reads `token_bytes.pt`: a torch int32 vector with the UTF-8 length of each token's text, 0 for special tokens. It is
 * what bits per byte divides by. A token that is not UTF-8 by itself counts as the U+FFFD it decodes to, as in nanochat.
 */
import { MidbenchError } from '../errors'
import { openStoredZip, type StoredZip } from '../pickle/stored-zip'
import { PersistentRef, PickleGlobal, PickleObject, type PickleValue } from '../pickle/pickle-value'
import { unpickle } from '../pickle/unpickle'

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

/** Checks that the pickle describes one contiguous int32 vector of the vocabulary's size; its storage's key. */
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
  return zip.read(entry)
}

async function openRequired(path: string): Promise<StoredZip> {
  try {
    return await openStoredZip(path)
  } catch (cause) {
    if (cause instanceof MidbenchError) throw cause
    throw new MidbenchError(
      {
        code: 'tokenizer.missing',
        message: `${path}: the token lengths cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
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
