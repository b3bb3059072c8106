/**
 * What a packing policy is: a choice of the next placement, and what is to be known of it. Policies see lengths only, and
 * the buffer has been refilled before each choice, so a policy is a few lines and all of them run under the same loader,
 * plan and replay. Each is one file in this folder and a line in policies.ts; configs, the window's comparison and its
 * options derive from these. A policy knows no Node, as the window uses the same table.
 */
import type { ConversationBuffer } from '../conversation-buffer'
import type { Placement } from '../batch.schema'
import type { OpenRows } from '../open-rows'

export interface PackingPolicy<Name extends string = string, Trains extends boolean = boolean> {
  readonly name: Name
  /** What it does, in a line. */
  readonly about: string
  /** Whether a run can train with it; the others are there to compare with. */
  readonly trains: Trains
  /** Rows may end in padding. A conversation longer than a row is then taken for one of the row's length. */
  readonly pads: boolean
  /** Moves one conversation from the buffer, which is not empty, into a row; or closes a row and returns undefined. */
  place(buffer: ConversationBuffer, rows: OpenRows): Placement | undefined
}
