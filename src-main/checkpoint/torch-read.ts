/**
 * Reads what torch.save wrote (its zip format, torch 1.6 and later) without running anything in it.
 *
 * Opening reads the directory and the pickle; a tensor's bytes are read on demand, in chunks of 4 MiB, and checked
 * against the file's checksum. Everything that does not fit (a foreign global, an unknown number format, a storage that
 * is missing or too short) is refused by name before any tensor is returned.
 */
import { MidbenchError } from '../errors'
import type { ZipEntry } from '../pickle/stored-zip'
import { PersistentRef, PickleGlobal, PickleObject, type PickleValue } from '../pickle/pickle-value'
import { unpickle } from '../pickle/unpickle'
import { bytesPerElement, dtypeOfStorage, elementCount, torchStorages } from './dtype'
import { gather, isContiguous, lastElement, type View } from './strided'
import { damaged, openTorchArchive, type TorchArchive } from './torch-archive'
import { OrderedDict, TorchTensor, type TorchValue } from './torch-value'
import type { Dtype } from './types'

const MAX_DEPTH = 64

/**
 * Storages of torch that we do not support: they are allowed in the pickle, so that the message can name the number
 * format.
 */
const otherStorages = 'Double Short Char Byte Bool ComplexFloat ComplexDouble QInt8 QUInt8 QInt32'
  .split(' ')
  .map((name) => `${name}Storage`)

const globals: ReadonlySet<string> = new Set([
  'collections.OrderedDict',
  'torch._utils._rebuild_tensor_v2',
  'torch._utils._rebuild_parameter',
  ...[...Object.values(torchStorages), ...otherStorages].map((name) => `torch.${name}`),
])

export interface TorchFile {
  /** The tree; its tensors can be read until the file is closed. */
  root: TorchValue
  close(): Promise<void>
}

/**
 * @throws MidbenchError `checkpoint.format` (not torch's zip format), `zip.refused` (cut or compressed),
 *   `pickle.refused` (a foreign global, a broken pickle), `checkpoint.dtype`, `checkpoint.damaged`; reading a tensor
 *   throws `checkpoint.damaged` when its bytes are not those that were written
 */
export async function openTorchFile(path: string): Promise<TorchFile> {
  const archive = await openTorchArchive(path)
  try {
    const bytes = await archive.readAll('data.pkl')
    const pickled = unpickle(bytes, { what: path, globals, persistentIds: true })
    return { root: new TreeBuilder(archive).value(pickled, 0), close: () => archive.close() }
  } catch (error) {
    await archive.close()
    throw error
  }
}

/** Opens, uses and closes a file. */
export async function withTorchFile<T>(path: string, use: (root: TorchValue) => Promise<T>): Promise<T> {
  const file = await openTorchFile(path)
  try {
    return await use(file.root)
  } finally {
    await file.close()
  }
}

interface Storage {
  dtype: Dtype
  entry: ZipEntry
  elements: number
}

/** Turns the pickle's descriptions into values; a value that is mentioned twice stays one value. */
class TreeBuilder {
  private readonly built = new Map<object, TorchValue>()
  private readonly building = new Set<object>()

  constructor(private readonly archive: TorchArchive) {}

  value(pickled: PickleValue, depth: number): TorchValue {
    if (pickled === null || typeof pickled !== 'object') return pickled
    const known = this.built.get(pickled)
    if (known !== undefined) return known
    if (depth > MAX_DEPTH || this.building.has(pickled)) throw this.refused('its values nest without end')
    this.building.add(pickled)
    const value = this.object(pickled, depth + 1)
    this.building.delete(pickled)
    this.built.set(pickled, value)
    return value
  }

  private object(pickled: Extract<PickleValue, object>, depth: number): TorchValue {
    if (Array.isArray(pickled)) return pickled.map((item) => this.value(item, depth))
    if (pickled instanceof Map) return this.dict(pickled, depth)
    if (!(pickled instanceof PickleObject))
      throw this.refused('it holds a value that is neither plain nor a tensor')
    switch (pickled.global) {
      case 'collections.OrderedDict': {
        const entries = this.dict(pickled.items, depth)
        if (pickled.state === undefined) return new OrderedDict(entries)
        return new OrderedDict(entries, this.value(pickled.state, depth))
      }
      case 'torch._utils._rebuild_tensor_v2':
        return this.tensor(pickled.args)
      case 'torch._utils._rebuild_parameter':
        return this.value(pickled.args[0] ?? null, depth)
      default:
        throw this.refused(`it calls ${pickled.global}`)
    }
  }

  private dict(entries: ReadonlyMap<PickleValue, PickleValue>, depth: number): Map<TorchValue, TorchValue> {
    const dict = new Map<TorchValue, TorchValue>()
    for (const [key, value] of entries) dict.set(this.value(key, depth), this.value(value, depth))
    return dict
  }

  private tensor(args: readonly PickleValue[]): TorchTensor {
    const [ref, offset, shape, strides] = args
    const storage = this.storage(ref)
    if (!isCount(offset) || !isCounts(shape) || !isCounts(strides) || shape.length !== strides.length) {
      throw this.refused('a tensor has no proper shape')
    }
    const view: View = { shape, strides, offset }
    const end = shape.includes(0) ? 0 : 1 + lastElement(view)
    if (end > storage.elements || elementCount(shape) > storage.elements)
      throw this.refused(`a tensor reaches beyond ${storage.entry.name}`)
    return tensorOver(this.archive, storage, view)
  }

  /** The persistent id ('storage', class, key, device, elements). */
  private storage(ref: PickleValue | undefined): Storage {
    if (!(ref instanceof PersistentRef) || !Array.isArray(ref.id))
      throw this.refused('a tensor has no storage')
    const [tag, type, key, , elements] = ref.id
    if (
      tag !== 'storage' ||
      !(type instanceof PickleGlobal) ||
      typeof key !== 'string' ||
      !isCount(elements)
    ) {
      throw this.refused('a storage is not described as torch describes it')
    }
    const dtype = dtypeOfStorage(type.name.slice('torch.'.length))
    if (dtype === undefined) throw this.unknownDtype(type.name)
    const entry = this.archive.entry(`data/${key}`)
    if (entry.size !== elements * bytesPerElement[dtype]) {
      throw this.refused(
        `${entry.name} has ${String(entry.size)} bytes for ${String(elements)} elements of ${dtype}`,
      )
    }
    return { dtype, entry, elements }
  }

  private unknownDtype(storage: string): MidbenchError {
    return new MidbenchError({
      code: 'checkpoint.dtype',
      message: `${this.archive.path}: a tensor is stored as ${storage}, a number format that is not read here.`,
      remedy: `Convert it to one of ${Object.keys(bytesPerElement).join(', ')} and save it again.`,
    })
  }

  private refused(reason: string): MidbenchError {
    return damaged(this.archive.path, reason)
  }
}

function tensorOver(archive: TorchArchive, storage: Storage, view: View): TorchTensor {
  const whole = isContiguous(view) && view.offset === 0 && elementCount(view.shape) === storage.elements
  return new TorchTensor(storage.dtype, view.shape, () =>
    whole ? archive.chunks(storage.entry) : gathered(archive, storage, view),
  )
}

/** The bytes of a view that is a part of its storage, or in another order: the storage is read whole first. */
async function* gathered(archive: TorchArchive, storage: Storage, view: View): AsyncGenerator<Uint8Array> {
  const source = new Uint8Array(storage.entry.size)
  let filled = 0
  for await (const chunk of archive.chunks(storage.entry)) {
    source.set(chunk, filled)
    filled += chunk.length
  }
  yield gather(source, view, bytesPerElement[storage.dtype])
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isCounts(value: PickleValue | undefined): value is number[] {
  return Array.isArray(value) && value.every(isCount)
}
