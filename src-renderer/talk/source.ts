/**
 * An answer as a text that can be edited, and back: calls of the calculator and their results stand between the names of
 * their special tokens.
 */
import type { Content, Part } from './content'

const NAMES = {
  python: ['<|python_start|>', '<|python_end|>'],
  python_output: ['<|output_start|>', '<|output_end|>'],
} as const

const CALL = /<\|python_start\|>([^]*?)<\|python_end\|>|<\|output_start\|>([^]*?)<\|output_end\|>/g

export function sourceOf(content: Content): string {
  if (typeof content === 'string') return content
  return content
    .map(({ type, text }) => (type === 'text' ? text : `${NAMES[type][0]}${text}${NAMES[type][1]}`))
    .join('')
}

export function contentFrom(source: string): Content {
  const parts: Part[] = []
  let at = 0
  const text = (end: number): void => {
    if (end > at) parts.push({ type: 'text', text: source.slice(at, end) })
  }
  for (const found of source.matchAll(CALL)) {
    text(found.index)
    const [whole, python, output = ''] = found
    parts.push(
      python === undefined ? { type: 'python_output', text: output } : { type: 'python', text: python },
    )
    at = found.index + whole.length
  }
  text(source.length)
  return parts.every(({ type }) => type === 'text') ? source : parts
}
