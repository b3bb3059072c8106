/** Damage to a torch file that stays a zip: another pickle, entries left out, twice or cut, sizes and checksums that lie. */
import { crc32 } from 'node:zlib'
import type { SeededRandom } from '../random'
import { damageBytes } from './bytes'
import type { Mutated, Mutation } from './mutation'
import { damagePickle } from './pickle'

interface Entry {
  name: string
  content: Buffer
  /** What its headers say, where that is not so. */
  lies?: Partial<{ size: number; packed: number; crc: number; method: number; flags: number; offset: number }>
}

export const damageTorchFile: Mutation = (bytes, random): Mutated => {
  const entries = random.chance(0.25) ? [] : entriesOf(bytes)
  const pickled = entries.findIndex(({ name }) => name.endsWith('data.pkl'))
  const at = random.chance(0.6) ? pickled : random.below(entries.length)
  const entry = entries[at] // none of a file that is no zip
  if (entry === undefined) return damageBytes(bytes, random)
  const { changed, what } = damageEntry(entry, random)
  return {
    bytes: zipOf([...entries.slice(0, at), ...changed, ...entries.slice(at + 1)]),
    what: `${entry.name}: ${what}`,
  }
}

function damageEntry(entry: Entry, random: SeededRandom): { changed: Entry[]; what: string } {
  if (entry.name.endsWith('data.pkl') && random.chance(0.8)) {
    const { bytes, what } = damagePickle(entry.content, random)
    return { changed: [{ ...entry, content: bytes }], what }
  }
  switch (random.below(5)) {
    case 0:
      return { changed: [], what: 'left out' }
    case 1:
      return { changed: [entry, entry], what: 'there twice' }
    case 2: {
      const name = random.pick([
        '',
        '/',
        '../../data',
        `${entry.name}x`,
        '__proto__/data.pkl',
        `a\0/${entry.name}`,
      ])
      return { changed: [{ ...entry, name }], what: `named ${JSON.stringify(name)}` }
    }
    case 3: {
      const field = random.pick(['size', 'packed', 'crc', 'method', 'flags', 'offset'])
      const value = random.pick([0, 1, 8, 0x7fffffff, 0xffffffff])
      return { changed: [{ ...entry, lies: { [field]: value } }], what: `its header says ${field} ${value}` }
    }
    default: {
      const { bytes, what } = damageBytes(entry.content, random)
      return { changed: [{ ...entry, content: bytes }], what }
    }
  }
}

/** The entries of a stored zip file by its directory; none where it is damaged already. */
function entriesOf(bytes: Buffer): Entry[] {
  try {
    return listedEntries(bytes)
  } catch (error) {
    if (error instanceof RangeError) return []
    throw error
  }
}

function listedEntries(bytes: Buffer): Entry[] {
  const end = bytes.lastIndexOf('PK\x05\x06')
  const entries: Entry[] = []
  if (end < 0) return entries
  let at = bytes.readUInt32LE(end + 16)
  for (let count = bytes.readUInt16LE(end + 10); count > 0; count--) {
    const size = bytes.readUInt32LE(at + 24)
    const [nameLength, extra, comment] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field))
    const header = bytes.readUInt32LE(at + 42)
    const content = header + 30 + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28)
    const nameEnd = at + 46 + (nameLength ?? 0)
    entries.push({
      name: bytes.toString('utf8', at + 46, nameEnd),
      content: bytes.subarray(content, content + size),
    })
    at = nameEnd + (extra ?? 0) + (comment ?? 0)
  }
  return entries
}

function zipOf(entries: readonly Entry[]): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const local = Buffer.concat([header(entry, 0x04034b50, []), Buffer.from(entry.name), entry.content])
    directory.push(
      Buffer.concat([header(entry, 0x02014b50, [entry.lies?.offset ?? offset]), Buffer.from(entry.name)]),
    )
    locals.push(local)
    offset += local.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(listed.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, listed, end])
}

/** A local header, or with an offset the directory's. */
function header({ name, content, lies = {} }: Entry, signature: number, offset: readonly number[]): Buffer {
  const inDirectory = offset[0] !== undefined
  const bytes = Buffer.alloc(inDirectory ? 46 : 30)
  const at = inDirectory ? 8 : 6 // the directory's begins with one version more
  bytes.writeUInt32LE(signature, 0)
  bytes.writeUInt16LE((lies.flags ?? 0x0800) & 0xffff, at)
  bytes.writeUInt16LE((lies.method ?? 0) & 0xffff, at + 2)
  bytes.writeUInt32LE(lies.crc ?? crc32(content), at + 8)
  bytes.writeUInt32LE(lies.packed ?? content.length, at + 12)
  bytes.writeUInt32LE(lies.size ?? content.length, at + 16)
  bytes.writeUInt16LE(Buffer.byteLength(name) & 0xffff, at + 20)
  if (inDirectory) bytes.writeUInt32LE(offset[0] ?? 0, 42)
  return bytes
}
