/**
 * A conversation (docs/REFERENCE.md §1): messages with alternating roles, after an optional leading system message.
 * Pure zod, shared with the window. Alternation is checked where a conversation is rendered, as in the reference.
 */
import { z } from 'zod'

export const contentPart = z.object({
  type: z.enum(['text', 'python', 'python_output']),
  text: z.string(),
})

export const message = z.object({
  role: z.enum(['system', 'user', 'assistant']),
  content: z.union([z.string(), z.array(contentPart)]),
})

export const conversation = z.object({ messages: z.array(message) })

export type ContentPart = z.infer<typeof contentPart>
export type Conversation = z.infer<typeof conversation>
