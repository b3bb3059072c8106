/**
 * Arrays of float32 as numpy's files, `.npy` of version 1.0 in C order (numpy.lib.format): `np.load` opens them. Read back
 * is what was written here; no other type or order is.
 */
import { endianness } from 'node:os'

const MAGIC = Buffer.from('\x93NUMPY\x01\x00', 'latin1')
const HEADER = /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(([\d, ]*)\), \} *\n$/
/** The header ends on a multiple of it. */
const ALIGNED = 64

export interface FloatGrid {
  shape: readonly number[]
  /** In row-major order. */
  data: Float32Array
}

export function npyBytes({ shape, data }: FloatGrid): Uint8Array {
  const sizes = shape.map((size) => `${String(size)},`).join(' ')
  const said = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sizes}), }`
  const before = MAGIC.length + 2
  const length = Math.ceil((before + said.length + 1) / ALIGNED) * ALIGNED - before
  const header = Buffer.from(`${said.padEnd(length - 1)}\n`, 'latin1')
  const size = Buffer.alloc(2)
  size.writeUInt16LE(length)
  const values = Buffer.from(data.slice().buffer)
  if (endianness() === 'BE') values.swap32()
  return Buffer.concat([MAGIC, size, header, values])
}

/** @returns null where the bytes are not such a file */
export function readNpy(bytes: Uint8Array): FloatGrid | null {
  const file = Buffer.from(bytes) // a copy, so that the values lie as float32 have to
  const start = MAGIC.length + 2
  if (file.length < start || !file.subarray(0, MAGIC.length).equals(MAGIC)) return null
  const end = start + file.readUInt16LE(MAGIC.length)
  const sizes = HEADER.exec(file.toString('latin1', start, end))?.[1]
  if (sizes === undefined) return null
  const shape = sizes
    .split(',')
    .filter((size) => size.trim() !== '')
    .map(Number)
  const values = Buffer.from(file.subarray(end))
  if (values.length !== 4 * shape.reduce((product, size) => product * size, 1)) return null
  if (endianness() === 'BE') values.swap32()
  const data = new Float32Array(new Uint8Array(values).buffer)
  return { shape, data }
}
