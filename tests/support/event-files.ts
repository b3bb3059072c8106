/** Reads TensorBoard's event files, apart from the code that writes them: frames, checksums, and the fields of events. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** An event as the file has it: field numbers with their values, of messages within too. */
export interface ReadEvent {
  wallTime: number
  step: number
  version: string | null
  isStart: boolean
  scalars: Record<string, number>
  texts: Record<string, string>
}

/** The event files of a folder, in the order in which TensorBoard reads them. */
export function eventFiles(dir: string): string[] {
  return readdirSync(dir)
    .filter((name) => name.includes('tfevents'))
    .sort()
    .map((name) => join(dir, name))
}

/** @throws where a checksum is wrong, or a record is not whole */
export function readEvents(bytes: Buffer): ReadEvent[] {
  const events: ReadEvent[] = []
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at))
    const data = bytes.subarray(at + 12, at + 12 + length)
    if (bytes.readUInt32LE(at + 8) !== masked(bytes.subarray(at, at + 8)))
      throw new Error('a length is damaged')
    if (bytes.readUInt32LE(at + 12 + length) !== masked(data)) throw new Error('an event is damaged')
    events.push(eventOf(data))
    at += 16 + length
  }
  return events
}

export function readEventFile(path: string): ReadEvent[] {
  return readEvents(readFileSync(path))
}

/** Bit by bit, as RFC 3720 defines it. */
function masked(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  const plain = (crc ^ 0xffffffff) >>> 0
  return (((plain >>> 15) | (plain << 17)) + 0xa282ead8) >>> 0
}

function eventOf(data: Buffer): ReadEvent {
  const fields = fieldsOf(data)
  const values = all(fields, 5).flatMap((summary) => all(fieldsOf(summary), 1).map(fieldsOf))
  const scalars: Record<string, number> = {}
  const texts: Record<string, string> = {}
  for (const value of values) {
    const tag = text(value, 1)
    const [scalar] = all(value, 2)
    const [tensor] = all(value, 8)
    if (scalar !== undefined) scalars[tag] = scalar.readFloatLE()
    if (tensor !== undefined) texts[tag] = text(fieldsOf(tensor), 8)
  }
  const [session] = all(fields, 7)
  return {
    wallTime: all(fields, 1)[0]?.readDoubleLE() ?? NaN,
    step: number(fields, 2),
    version: all(fields, 3)[0]?.toString('utf8') ?? null,
    isStart: session !== undefined && number(fieldsOf(session), 1) === 1,
    scalars,
    texts,
  }
}

type Field = readonly [number: number, value: Buffer]

/** Every field of a message; a varint's value is its bytes. */
function fieldsOf(message: Buffer): Field[] {
  const fields: Field[] = []
  let at = 0
  const varint = (): Buffer => {
    const from = at
    while ((message[at] ?? 0) > 127) at += 1
    at += 1
    return message.subarray(from, at)
  }
  while (at < message.length) {
    const key = valueOf(varint())
    const wire = key % 8
    if (wire === 0) {
      fields.push([(key - wire) / 8, varint()])
      continue
    }
    const length = wire === 2 ? valueOf(varint()) : wire === 1 ? 8 : 4
    fields.push([(key - wire) / 8, message.subarray(at, at + length)])
    at += length
  }
  return fields
}

function all(fields: readonly Field[], number: number): Buffer[] {
  return fields.filter(([of]) => of === number).map(([, value]) => value)
}

function text(fields: readonly Field[], number: number): string {
  return all(fields, number)[0]?.toString('utf8') ?? ''
}

function number(fields: readonly Field[], number: number): number {
  const [value] = all(fields, number)
  return value === undefined ? 0 : valueOf(value)
}

function valueOf(varint: Buffer): number {
  return varint.reduceRight((value, byte) => value * 128 + (byte & 127), 0)
}
