/** What a row or a message may hold that no conversation of ours has a place for; leaving it out would change what is read. */
import { ConversionFault, type Reason } from './conversion-fault'
import { isPresent } from './format'

/** Keys that hold it, by the reason. */
const LOST = {
  'tool-calls': ['tools', 'functions', 'tool_calls', 'function_call'],
  media: ['image', 'images', 'video', 'videos', 'audio', 'audios'],
  reasoning: ['reasoning', 'reasoning_content', 'thinking'],
} as const satisfies Partial<Record<Reason, readonly string[]>>

const REASONS_LOST = ['tool-calls', 'media', 'reasoning'] as const

export const LOST_COLUMNS: readonly string[] = REASONS_LOST.flatMap((reason) => LOST[reason])

/**
 * @param index the message's number, from 0; null for a row
 * @throws ConversionFault where one of the keys says something
 */
export function refuseLost(value: Readonly<Record<string, unknown>>, index: number | null): void {
  for (const reason of REASONS_LOST) {
    const key = LOST[reason].find((each) => isPresent(value[each]))
    if (key !== undefined) throw new ConversionFault(reason, `it has ${key}`, index)
  }
}
