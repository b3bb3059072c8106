/**
 * `npm test [-- FILTER...]`: lint, types, build, then the unit tests, those of them that may differ from Node to Node
 * on the other Nodes (vitest.nodes.config.ts), and the end-to-end tests in a real window.
 *
 * With filters, which are parts of test files' names, only the matching tests run, on this Node alone, and lint and
 * types are left out. The last line is `N passed, N failed`, the sum over all runs; before it comes each failure in a
 * line, since people read a log's end first. Anything that fails makes the exit code 1.
 *
 * A failed test is tried once more, because a busy machine can upset one of thousands; if it passes then, it is printed as
 * unsteady, and is to be mended. vitest by itself tries nothing again.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { projectDir } from '../src-main/native/paths'
import { otherNodes } from '../src-main/native/setup/tested-nodes'
import { buildIfStale } from './build'
import { commandArguments, requireParts, runCommandLine, runProgram } from './command'
import { readTestReport, type TestReport } from './test-report'
import { withVirtualDisplay } from './xvfb'

interface Tally extends TestReport {
  /** The exit status of the run, which also covers errors outside tests. */
  status: number
}

await runCommandLine(async () => {
  const filters = commandArguments.filter((argument) => argument !== '--')
  await requireParts(['tensorflow', 'window', 'virtual display', 'other nodes'])
  const checks = filters.length === 0 ? await runChecks() : []
  await buildIfStale()
  const tallies = [await runTests('vitest.config.ts', { filters })]
  if (filters.length === 0) tallies.push(...(await runOnOtherNodes()))
  tallies.push(
    await withVirtualDisplay((display) =>
      runTests('vitest.e2e.config.ts', { filters, env: { ...process.env, DISPLAY: display } }),
    ),
  )
  for (const check of checks) process.stdout.write(`npm run ${check} failed, see above\n`)
  for (const test of tallies.flatMap(({ unsteady }) => unsteady)) process.stdout.write(`UNSTEADY ${test}\n`)
  const failures = tallies.flatMap((tally) => tally.failures)
  for (const failure of failures) process.stdout.write(`FAILED ${failure}\n`)
  const passed = tallies.reduce((total, tally) => total + tally.passed, 0)
  process.stdout.write(`${String(passed)} passed, ${String(failures.length)} failed\n`)
  return checks.length > 0 || tallies.some(({ status }) => status !== 0) ? 1 : 0
})

/** Runs the tests of vitest.nodes.config.ts on every other supported Node. */
async function runOnOtherNodes(): Promise<Tally[]> {
  const tallies: Tally[] = []
  for (const { version, executable } of otherNodes()) {
    process.stdout.write(`\nOn Node ${version}:\n`)
    const tally = await runTests('vitest.nodes.config.ts', { node: executable })
    const onThatNode = (tests: string[]): string[] => tests.map((test) => `on Node ${version}: ${test}`)
    tallies.push({
      ...tally,
      failures: onThatNode(tally.failures),
      unsteady: onThatNode(tally.unsteady),
    })
  }
  return tallies
}

/** Runs lint and type checks; returns the names of those that failed. */
async function runChecks(): Promise<string[]> {
  const failed: string[] = []
  for (const check of ['lint', 'typecheck']) {
    const status = await runProgram('npm', ['run', '--silent', check], { cwd: projectDir() })
    if (status !== 0) failed.push(check)
  }
  return failed
}

interface RunOptions {
  filters?: string[]
  env?: NodeJS.ProcessEnv
  /** The Node to run them on. @default this one */
  node?: string
}

async function runTests(
  config: string,
  { filters = [], env = process.env, node = process.execPath }: RunOptions,
): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'midbench-test-'))
  const report = join(folder, 'report.json')
  const vitest = join(projectDir(), 'node_modules', 'vitest', 'vitest.mjs')
  const output = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const args = [vitest, 'run', '--config', config, '--passWithNoTests', '--retry=1', ...output, ...filters]
  try {
    // What tests and the windows they open leave behind is in there too.
    const status = await runProgram(node, args, {
      cwd: projectDir(),
      env: { ...env, TMPDIR: folder },
    })
    return { ...readTestReport(report, projectDir()), status }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}
