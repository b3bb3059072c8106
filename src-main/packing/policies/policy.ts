/**
 * What a packing policy is: a choice of the next placement. Policies see lengths only, and the buffer has been refilled
 * before each choice, so a policy is a few lines and all of them run under the same loader, plan and replay.
 */
import type { ConversationBuffer } from '../conversation-buffer'
import type { OpenRows } from '../open-rows'
import type { PackingName } from '../packings.schema'
import type { Placement } from '../types'

export interface Packer {
  readonly name: PackingName
  /** Rows may end in padding. A conversation longer than a row is then taken for one of the row's length. */
  readonly pads: boolean
  /** Moves one conversation from the buffer, which is not empty, into a row; or closes a row and returns undefined. */
  place(buffer: ConversationBuffer, rows: OpenRows): Placement | undefined
}
