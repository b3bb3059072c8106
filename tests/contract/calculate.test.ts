/** `calculate` as a process, with its lines on stdin. */
import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'

import { HEADLESS } from '../support/command-line'
import { goldenTalk } from '../support/golden-talk'

function calculate(input: string): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [HEADLESS, 'calculate'], { input, encoding: 'utf8' })
}

it('prints a result or null a line', () => {
  const lines = goldenTalk.calculator.map(({ expression }) => JSON.stringify(expression))
  const { status, stdout } = calculate(lines.join('\n'))
  expect(status).toBe(0)
  const results: unknown[] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
  expect(results).toEqual(goldenTalk.calculator.map(({ result }) => result))
})

it('names the line that is no JSON string, after the results before it', () => {
  const { status, stdout, stderr } = calculate('"1+1"\n1+1\n')
  expect([status, stdout]).toEqual([1, '"2"\n'])
  expect(stderr).toContain('Line 2 is not a JSON string.')
})
