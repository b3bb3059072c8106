/**
 * TensorBoard's events as bytes of a file: TFRecord frames around Event protobufs, written by hand, as the few fields
 * that are needed do not warrant a library.
 *
 * Formats: tensorflow/core/util/event.proto, framework/summary.proto, framework/tensor.proto, and tsl's
 * lib/io/record_writer.h. Field numbers stand beside the names.
 */
import { maskedCrc32c } from './crc32c'

/** What an event tells. */
type EventContent =
  /** The first event of a file. */
  | { type: 'version' }
  /** The run goes on at the event's step: what was told of this step and later ones, in files before, is void. */
  | { type: 'start' }
  | { type: 'scalars'; values: Readonly<Record<string, number>> }
  /** Markdown. */
  | { type: 'text'; tag: string; text: string }

export interface Event {
  /** Milliseconds since 1970. */
  at: number
  step: number
  content: EventContent
}

/** TFRecord: length (8 bytes), its checksum, the data, its checksum; all little-endian. */
export function recordOf(event: Event): Buffer {
  const data = encodeEvent(event)
  const record = Buffer.alloc(12 + data.length + 4)
  record.writeBigUInt64LE(BigInt(data.length), 0)
  record.writeUInt32LE(maskedCrc32c(record.subarray(0, 8)), 8)
  data.copy(record, 12)
  record.writeUInt32LE(maskedCrc32c(data), 12 + data.length)
  return record
}

/** Event: wall_time 1, step 2, file_version 3, summary 5, session_log 7. */
function encodeEvent({ at: ms, step, content }: Event): Buffer {
  const seconds = Buffer.alloc(8)
  seconds.writeDoubleLE(ms / 1000)
  const at = step === 0 ? [] : [numberField(2, step)] // protobuf leaves zeros out
  return Buffer.concat([key(1, 1), seconds, ...at, encodeContent(content)])
}

function encodeContent(content: EventContent): Buffer {
  switch (content.type) {
    case 'version':
      return bytesField(3, 'brain.Event:2')
    case 'start':
      return bytesField(7, numberField(1, 1)) // SessionLog: status 1, of which START is 1
    case 'scalars':
      return bytesField(5, Buffer.concat(Object.entries(content.values).map(scalar)))
    case 'text':
      return bytesField(5, text(content))
  }
}

/** Summary: value 1 { tag 1, simple_value 2 (float) }. */
function scalar([tag, value]: readonly [string, number]): Buffer {
  const float = Buffer.alloc(4)
  float.writeFloatLE(value)
  return bytesField(1, Buffer.concat([bytesField(1, tag), key(2, 5), float]))
}

/**
 * Summary: value 1 { tag 1, tensor 8 { dtype 1, tensor_shape 2 { dim 2 { size 1 } }, string_val 8 },
 * metadata 9 { plugin_data 1 { plugin_name 1 } } }.
 */
function text({ tag, text }: { tag: string; text: string }): Buffer {
  const shape = bytesField(2, numberField(1, 1)) // [1]
  const tensor = [numberField(1, 7), bytesField(2, shape), bytesField(8, text)] // 7 is DT_STRING
  const metadata = bytesField(1, bytesField(1, 'text'))
  return bytesField(
    1,
    Buffer.concat([bytesField(1, tag), bytesField(8, Buffer.concat(tensor)), bytesField(9, metadata)]),
  )
}

// ---------------------------------------------------------------------------------- protobuf's wire format

/** @param wire how the value is written: 0 varint, 1 eight bytes, 2 a length and bytes, 5 four bytes */
function key(field: number, wire: 0 | 1 | 2 | 5): Buffer {
  return varint(field * 8 + wire)
}

function numberField(field: number, value: number): Buffer {
  return Buffer.concat([key(field, 0), varint(value)])
}

function bytesField(field: number, value: string | Buffer): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value
  return Buffer.concat([key(field, 2), varint(bytes.length), bytes])
}

/** Seven bits a byte, the lowest first. @param value a whole number from 0 to 2^53 */
function varint(value: number): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest])
    bytes.push((rest % 128) + 128)
  }
}
