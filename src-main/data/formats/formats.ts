/** Every format of conversations, in the order in which a row is tried. A new one is a file beside this and a line here. */
import { alpaca } from './alpaca'
import type { ConversationFormat } from './format'
import { messages } from './messages'
import { nanochat } from './nanochat'
import { sharegpt } from './sharegpt'

export const FORMATS: readonly ConversationFormat[] = [nanochat, messages, sharegpt, alpaca]
