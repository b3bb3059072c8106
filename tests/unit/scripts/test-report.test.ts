import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { readTestReport } from '../../../scripts/test-report'
import { projectDir } from '../../../src-main/native/paths'
import { temporaryFolder } from '../../support/temporary-folder'

describe('readTestReport', () => {
  it('names what failed in a run of vitest, a file that could not be loaded and a second try included', () => {
    const folder = temporaryFolder()
    mkdirSync(folder, { recursive: true })
    const write = (name: string, lines: string[]): void => writeFileSync(join(folder, name), lines.join('\n'))
    write('sums.test.mjs', [
      "import { describe, expect, it } from 'vitest'",
      "describe('a sum', () => {",
      "  it('is right', () => expect(1 + 1).toBe(2))",
      "  it('is wrong', () => expect(1 + 1).toBe(3))",
      '  let tried = 0',
      "  it('is late', () => expect(++tried).toBe(2))",
      '})',
    ])
    write('broken.test.mjs', ["throw new Error('not to be loaded')"])
    const report = join(folder, 'report.json')
    const vitest = join(projectDir(), 'node_modules', 'vitest', 'vitest.mjs')
    const args = [
      vitest,
      'run',
      '--root',
      folder,
      '--retry=1',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ]
    symlinkSync(join(projectDir(), 'node_modules'), join(folder, 'node_modules'))
    expect(spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' }).status).toBe(1)
    const { passed, failures, unsteady, files } = readTestReport(report, folder)
    expect(passed).toBe(2)
    expect(unsteady).toEqual([
      'sums.test.mjs > a sum is late: AssertionError: expected 1 to be 2 // Object.is equality',
    ])
    expect(failures.sort()).toEqual([
      'broken.test.mjs: not to be loaded',
      'sums.test.mjs > a sum is wrong: AssertionError: expected 2 to be 3 // Object.is equality',
    ])
    const sums = files.find(({ name }) => name === 'sums.test.mjs')
    expect(files).toHaveLength(2)
    expect(sums?.seconds).toBeGreaterThan(0)
    expect(sums?.seconds).toBeLessThan(60)
  })

  it('counts a run without a report as one failure', () => {
    expect(readTestReport('/nowhere/report.json', '/nowhere')).toEqual({
      passed: 0,
      failures: ['the tests ended without a report'],
      unsteady: [],
      files: [],
    })
  })
})
