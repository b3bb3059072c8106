import { PassThrough } from 'node:stream'

import { describe, expect, it } from 'vitest'

import { terminalReport } from '../../../../../src-main/native/setup/report'

function written(isTTY: boolean, fractions: number[]): string {
  const stream = Object.assign(new PassThrough(), { isTTY })
  const report = terminalReport(stream)
  for (const fraction of fractions) {
    report({ kind: 'progress', message: 'Fetching', bytes: fraction * 200e6, total: 200e6 })
  }
  report({ kind: 'done', message: 'Fetched' })
  return String(stream.read())
}

describe('terminalReport', () => {
  it('writes a line at each tenth into a log', () => {
    expect(written(false, [0, 0.05, 0.08, 0.51, 0.52, 1])).toBe(
      'Fetching: 0 of 200 MB (0 %)\nFetching: 102 of 200 MB (51 %)\nFetching: 200 of 200 MB (100 %)\nFetched\n',
    )
  })

  it('rewrites one line in a terminal', () => {
    expect(written(true, [0.05, 0.08]).split('\r\u001b[2K')).toEqual([
      '',
      'Fetching: 10 of 200 MB (5 %)',
      'Fetching: 16 of 200 MB (8 %)',
      'Fetched\n',
    ])
  })
})
