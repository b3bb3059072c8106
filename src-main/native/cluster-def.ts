/**
 * The two messages by which TensorFlow's runtime learns of a cluster: ServerDef (tensorflow/core/protobuf/
 * tensorflow_server.proto) and ConfigProto (config.proto). tfjs-node has no classes for them, so their few fields are
 * written here in protobuf's wire format. A cluster is one job, `worker`, with a task for each rank.
 */

/** A field's number, and its value: an integer or flag, a text, or the fields of a message. */
type Field = [id: number, value: number | boolean | string | readonly Field[]]

const JOB = 'worker'
const LENGTH_DELIMITED = 2

interface RankOfCluster {
  rank: number
  /** `host:port` of every rank, in their order. */
  hosts: readonly string[]
  /** Threads of one operation. */
  threads: number
}

/** The bytes of the ServerDef of one rank. */
export function serverDefinition(cluster: RankOfCluster): Uint8Array {
  const { rank, hosts } = cluster
  const tasks = hosts.map((host, task): Field => [2, [[1, task], [2, host]]]) // prettier-ignore
  return message([
    [1, [[1, [[1, JOB], ...tasks]]]],
    [2, JOB],
    [3, rank],
    [4, configFields(cluster)],
    [5, 'grpc'],
  ])
}

/** The bytes of the ConfigProto of one rank's sessions. */
export function sessionConfig(cluster: RankOfCluster): Uint8Array {
  return message(configFields(cluster))
}

function configFields({ rank, threads }: Omit<RankOfCluster, 'hosts'>): Field[] {
  return [
    [2, threads], // intra_op_parallelism_threads
    [4, `/job:${JOB}/task:${String(rank)}`], // device_filters: else nodes may be placed on rank 0
    [7, true], // allow_soft_placement
    [15, true], // isolate_session_state: else variables outlive their session
    [16, [[1, `/job:${JOB}/replica:0/task:0`]]], // experimental.collective_group_leader
  ]
}

function message(fields: readonly Field[]): Uint8Array {
  return Uint8Array.from(fields.flatMap(bytesOf))
}

function bytesOf([id, value]: Field): number[] {
  if (typeof value === 'number' || typeof value === 'boolean') {
    // proto3 leaves out what is 0; the key of a task in a map is written all the same, as protobuf's own writers do
    return [...varint(id * 8), ...varint(Number(value))]
  }
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : message(value)
  return [...varint(id * 8 + LENGTH_DELIMITED), ...varint(bytes.length), ...bytes]
}

/** Seven bits a byte, the lowest first; all but the last byte have their highest bit set. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))]
}
