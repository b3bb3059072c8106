/** nanochat's own rows: a list of messages, whose assistant may answer in parts (docs/REFERENCE.md §1). */
import { convertChat, findChat, type ChatKeys } from './chat'
import type { ConversationFormat } from './format'

const KEYS: ChatKeys = { role: 'role', content: 'content' }

export const nanochat: ConversationFormat = {
  name: 'nanochat',
  title: 'nanochat',
  about: 'a list of messages with role and content',
  find: (row, asked) => (Array.isArray(row) ? findChat(row, asked, KEYS) : []),
  convert: (row, columns) => convertChat(row, columns, KEYS, true),
}
