/** ShareGPT's rows: a list of messages of from (human, gpt, system) and value, usually under `conversations`. */
import { convertChat, findChat, type ChatKeys } from './chat'
import type { ConversationFormat } from './format'

const KEYS: ChatKeys = { role: 'from', content: 'value' }

export const sharegpt: ConversationFormat = {
  name: 'sharegpt',
  title: 'ShareGPT',
  about: 'an object with a list conversations of from and value',
  find: (row, asked) => findChat(row, asked, KEYS),
  convert: (row, columns) => convertChat(row, columns, KEYS, false),
}
