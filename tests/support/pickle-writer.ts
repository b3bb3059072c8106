/** Writes small pickles (protocol 4) for tests of what reads them; `raw` puts in any opcodes. */

export type Pickled =
  string | number | Uint8Array | Map<Pickled, Pickled> | { raw: readonly (number | string)[] }

export function pickle(value: Pickled): Uint8Array {
  return Buffer.from([0x80, 4, ...encode(value), 0x2e])
}

/** A pickled tiktoken Encoding with this state. */
export function pickleEncoding(state: Pickled): Uint8Array {
  const global = [...encode('tiktoken.core'), ...encode('Encoding'), 0x93]
  return Buffer.from([0x80, 4, ...global, 0x29, 0x81, ...encode(state), 0x62, 0x2e])
}

function encode(value: Pickled): number[] {
  if (typeof value === 'string') return sized(0x58, Buffer.from(value))
  if (typeof value === 'number') return [0x4a, ...int32(value)]
  if (value instanceof Uint8Array) return sized(0x42, value)
  if (value instanceof Map) {
    return [0x7d, 0x28, ...[...value].flatMap(([key, item]) => [...encode(key), ...encode(item)]), 0x75]
  }
  return value.raw.flatMap((code) => (typeof code === 'string' ? [...Buffer.from(code)] : [code]))
}

function sized(code: number, bytes: Uint8Array): number[] {
  return [code, ...int32(bytes.length), ...bytes]
}

function int32(value: number): number[] {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return [...bytes]
}
