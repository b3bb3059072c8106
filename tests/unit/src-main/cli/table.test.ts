import { describe, expect, it } from 'vitest'
import { table } from '../../../../src-main/cli/table'

describe('table', () => {
  it('sets the first column to the left and figures to the right', () => {
    expect(
      table(
        ['task', 'rows'],
        [
          ['GSM8K', '7'],
          ['a', '12,000'],
        ],
      ),
    ).toEqual(['task     rows', 'GSM8K       7', 'a      12,000'])
  })
})
