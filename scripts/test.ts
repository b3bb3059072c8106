/**
 * `npm test [-- FILTER...]`: lint, types, build, then the unit tests and the end-to-end tests in a real window.
 *
 * With filters, which are parts of test files' names, only the matching tests run and lint and types are left out. The
 * last line is `N passed, N failed`, the sum over both runs; anything that fails makes the exit code 1.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as z from 'zod'

import { projectDir } from '../src-main/native/paths'
import { buildIfStale } from './build'
import { commandArguments, requireParts, runCommandLine, runProgram } from './command'
import { withVirtualDisplay } from './xvfb'

interface Tally {
  passed: number
  failed: number
  /** The exit status of the run, which also knows of errors outside tests. */
  status: number
}

const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
})

await runCommandLine(async () => {
  const filters = commandArguments.filter((argument) => argument !== '--')
  await requireParts(['tensorflow', 'window', 'virtual display'])
  const checks = filters.length === 0 ? await runChecks() : []
  await buildIfStale()
  const unit = await runTests('vitest.config.ts', filters, process.env)
  const endToEnd = await withVirtualDisplay((display) =>
    runTests('vitest.e2e.config.ts', filters, { ...process.env, DISPLAY: display }),
  )
  for (const check of checks) process.stdout.write(`npm run ${check} failed, see above\n`)
  process.stdout.write(`${unit.passed + endToEnd.passed} passed, ${unit.failed + endToEnd.failed} failed\n`)
  return checks.length > 0 || unit.status !== 0 || endToEnd.status !== 0 ? 1 : 0
})

/** Runs lint and type checks; returns the names of those that failed. */
async function runChecks(): Promise<string[]> {
  const failed: string[] = []
  for (const check of ['lint', 'typecheck']) {
    const status = await runProgram('npm', ['run', '--silent', check], { cwd: projectDir() })
    if (status !== 0) failed.push(check)
  }
  return failed
}

async function runTests(config: string, filters: string[], env: NodeJS.ProcessEnv): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'midbench-test-'))
  const report = join(folder, 'report.json')
  const vitest = join(projectDir(), 'node_modules', 'vitest', 'vitest.mjs')
  const output = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const args = [vitest, 'run', '--config', config, '--passWithNoTests', ...output, ...filters]
  try {
    // What tests and the windows they open leave behind lies in there too.
    const status = await runProgram(process.execPath, args, {
      cwd: projectDir(),
      env: { ...env, TMPDIR: folder },
    })
    return { ...readTally(report), status }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}

/** Counts tests; a file that could not be run at all, or a run without a report, counts as one that failed. */
function readTally(report: string): { passed: number; failed: number } {
  try {
    const { numPassedTests, numFailedTests, testResults } = reportSchema.parse(
      JSON.parse(readFileSync(report, 'utf8')),
    )
    const broken = testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.length === 0,
    )
    return { passed: numPassedTests, failed: numFailedTests + broken.length }
  } catch {
    return { passed: 0, failed: 1 }
  }
}
