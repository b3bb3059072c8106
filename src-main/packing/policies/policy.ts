/**
 * A packing policy: its choice of the next placement, and its description. Policies see only lengths, and the buffer
 * has been refilled before each choice, so a policy is a few lines and all of them run under the same loader, plan and
 * replay. Each is one file in this folder and a line in policies.ts; configs, the window's comparison and its options
 * derive from these. A policy uses nothing of Node, since the window uses the same table.
 */
import type { ConversationBuffer } from '../conversation-buffer'
import type { Placement } from '../batch.schema'
import type { OpenRows } from '../open-rows'

export interface PackingPolicy<Name extends string = string, Trains extends boolean = boolean> {
  readonly name: Name
  /** What it does, in a line. */
  readonly about: string
  /** Whether a run can train with it; the others are only for comparison. */
  readonly trains: Trains
  /** Whether rows may end in padding. */
  readonly pads: boolean
  /** Whether a conversation longer than a row counts as being as long as one, and is cropped to it when it is placed. */
  readonly cropsToRow: boolean
  /** Moves one conversation from the buffer, which is not empty, into a row; or closes a row and returns undefined. */
  place(buffer: ConversationBuffer, rows: OpenRows): Placement | undefined
}
