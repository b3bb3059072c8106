/** OpenAI's rows: an object with a list of messages of role and content, the content a text or parts of text. */
import { convertChat, findChat, type ChatKeys } from './chat'
import { isObject, type ConversationFormat } from './format'

const KEYS: ChatKeys = { role: 'role', content: 'content' }

export const messages: ConversationFormat = {
  name: 'messages',
  title: 'OpenAI messages',
  about: 'an object with a list of messages of role and content',
  find: (row, asked) => (isObject(row) ? findChat(row, asked, KEYS) : []),
  convert: (row, columns) => convertChat(row, columns, KEYS, false),
}
