import { expect, test } from 'vitest'

import { ProgressBar } from '../../../../src-main/cli/progress-bar'

function terminal(isTTY: boolean, columns = 80) {
  const written: string[] = []
  return { written, stream: { isTTY, columns, write: (text: string) => written.push(text) } }
}

test('a bar is drawn in place and taken away', () => {
  const { written, stream } = terminal(true)
  const bar = new ProgressBar(stream)
  bar.clear()
  expect(written).toEqual([])
  bar.draw(0.5, 'step 5/10')
  expect(written[0]).toBe(`\r\u001b[2K${'█'.repeat(12)}${'░'.repeat(12)}  50%  step 5/10`)
  bar.clear()
  expect(written[1]).toBe('\r\u001b[2K')
})

test('it stays within the terminal and within its ends', () => {
  const { written, stream } = terminal(true, 40)
  new ProgressBar(stream).draw(7, 'a caption that is longer than the terminal is wide')
  expect(written[0]?.replace('\r\u001b[2K', '')).toHaveLength(39)
  expect(written[0]).toContain('█'.repeat(24))
})

test('a stream that is no terminal gets nothing', () => {
  const { written, stream } = terminal(false)
  const bar = new ProgressBar(stream)
  bar.draw(0.5, 'x')
  bar.clear()
  expect(written).toEqual([])
})

test('work whose end is not known has an empty bar and no share of it', () => {
  const { written, stream } = terminal(true)
  const bar = new ProgressBar(stream)
  bar.show({ what: 'reading a.jsonl', done: 1200, total: null, unit: 'rows' })
  expect(written.at(-1)).toBe(`\r\u001b[2K${'░'.repeat(24)}       reading a.jsonl: 1,200 rows`)
  bar.show({ what: 'downloading x', done: 4e6, total: 8e6, unit: 'bytes' })
  expect(written.at(-1)).toContain(' 50%  downloading x: 4.0 MB of 8.0 MB')
  bar.show({ what: 'Planning', done: 0.25, total: 1, unit: 'epoch' })
  expect(written.at(-1)).toMatch(/ 25% {2}Planning$/)
})
