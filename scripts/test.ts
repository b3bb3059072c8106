/**
 * `npm test [-- FILTER...]`: lint, types, build, then the unit tests, those of them that may differ from Node to Node
 * on the other Nodes (vitest.nodes.config.ts), and the end-to-end tests in a real window.
 *
 * With filters, which are parts of test files' names, only the matching tests run, on this Node alone, and lint and
 * types are left out. The last line is `N passed, N failed`, the sum over all runs; before it come each failure in a
 * line, since people read a log's end first, and how long the phases and the slowest files took. Anything that fails
 * makes the exit code 1.
 *
 * A failed test is tried once more, because a busy machine can upset one of thousands; if it passes then, it is printed as
 * unsteady, and is to be mended. vitest by itself tries nothing again.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { projectDir } from '../src-main/native/paths'
import { runCommand } from '../src-main/native/setup/run-command'
import { otherNodes } from '../src-main/native/setup/tested-nodes'
import { buildIfStale } from './build'
import { commandArguments, requireParts, runCommandLine, runProgram } from './command'
import { Phases, slowestTable } from './phases'
import { readTestReport, type TestReport } from './test-report'
import { withVirtualDisplay } from './xvfb'

interface Tally extends TestReport {
  /** The exit status of the run, which also covers errors outside tests. */
  status: number
}

const SLOWEST = 10

await runCommandLine(async () => {
  const filters = commandArguments.filter((argument) => argument !== '--')
  const phases = new Phases()
  const checks = await phases.time(filters.length === 0 ? 'set-up, lint, types' : 'set-up', async () => {
    const set = requireParts(['tensorflow', 'window', 'virtual display', 'other nodes'])
    const [failed] = await Promise.all([filters.length === 0 ? runChecks() : [], set])
    return failed
  })
  await phases.time('build', buildIfStale)
  const tallies = [
    await phases.time('unit, contract', () => runTests('vitest.config.ts', { filters })),
    ...(filters.length === 0 ? await runOnOtherNodes(phases) : []),
    await phases.time('window', () => runInWindow(filters)),
  ]
  const slowest = slowestTable(
    tallies.flatMap(({ files }) => files),
    SLOWEST,
  )
  for (const line of [...phases.table(), '', ...slowest, '']) process.stdout.write(`${line}\n`)
  for (const check of checks) process.stdout.write(`npm run ${check} failed, see above\n`)
  for (const test of tallies.flatMap(({ unsteady }) => unsteady)) process.stdout.write(`UNSTEADY ${test}\n`)
  const failures = tallies.flatMap((tally) => tally.failures)
  for (const failure of failures) process.stdout.write(`FAILED ${failure}\n`)
  const passed = tallies.reduce((total, tally) => total + tally.passed, 0)
  process.stdout.write(`${String(passed)} passed, ${String(failures.length)} failed\n`)
  return checks.length > 0 || tallies.some(({ status }) => status !== 0) ? 1 : 0
})

/** Runs the end-to-end tests, one file at a time: where two of them train, neither comes on (docs/LOG.md). */
function runInWindow(filters: string[]): Promise<Tally> {
  return withVirtualDisplay((display) =>
    runTests('vitest.e2e.config.ts', { filters, env: { ...process.env, DISPLAY: display } }),
  )
}

/** Runs the tests of vitest.nodes.config.ts on every other supported Node. */
async function runOnOtherNodes(phases: Phases): Promise<Tally[]> {
  const tallies: Tally[] = []
  for (const { version, executable } of otherNodes()) {
    process.stdout.write(`\nOn Node ${version}:\n`)
    const tally = await phases.time(`on Node ${version}`, () =>
      runTests('vitest.nodes.config.ts', { node: executable }),
    )
    const onThatNode = (text: string): string => `on Node ${version}: ${text}`
    tallies.push({
      ...tally,
      failures: tally.failures.map(onThatNode),
      unsteady: tally.unsteady.map(onThatNode),
      files: tally.files.map(({ name, seconds }) => ({ name: onThatNode(name), seconds })),
    })
  }
  return tallies
}

/** Runs lint and type checks side by side, and shows what each has said once it has ended. @returns which failed */
async function runChecks(): Promise<string[]> {
  const run = async (check: string): Promise<string[]> => {
    const args = ['run', '--silent', check]
    const { code, stdout, stderr } = await runCommand('npm', args, { cwd: projectDir() })
    process.stdout.write(stdout + stderr)
    return code === 0 ? [] : [check]
  }
  return (await Promise.all(['lint', 'typecheck'].map(run))).flat()
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
