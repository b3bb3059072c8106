/**
 * `npm test [-- FILTER...]`: lint, types, build, then the unit tests, and the end-to-end tests in a real window; beside
 * these, which leave a processor idle for much of their time, the tests that may differ from Node to Node on the other
 * Nodes (vitest.nodes.config.ts).
 *
 * With filters, which are parts of test files' names, only the matching tests run, on this Node alone, and lint and
 * types are left out. The last line is `N passed, N failed`, the sum over all runs; before it come each failure in a
 * line, since people read a log's end first, and how long the phases and the slowest files took. Anything that fails
 * makes the exit code 1.
 *
 * A failed test is tried once more, because a busy machine can upset one of thousands; if it passes then, it is printed as
 * unsteady, and is to be mended. vitest by itself tries nothing again.
 */
import type { SpawnOptions } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
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
    ...(filters.length === 0
      ? await phases.time('window, other Nodes', () => all([runInWindow([]), runOnOtherNodes()]))
      : [await phases.time('window', () => runInWindow(filters))]),
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

/** Runs the tests of vitest.nodes.config.ts on every other supported Node, one file at a time. */
async function runOnOtherNodes(): Promise<Tally[]> {
  const tallies: Tally[] = []
  for (const { version, executable } of otherNodes()) {
    const title = `On Node ${version}`
    const tally = await runTests('vitest.nodes.config.ts', { node: executable, beside: title })
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

/** All that work side by side comes to, once all of it has ended; where some of it fails, the first failure. */
async function all(work: Promise<Tally | Tally[]>[]): Promise<Tally[]> {
  const ended = await Promise.allSettled(work)
  return ended.flatMap((each) => {
    if (each.status === 'rejected') throw each.reason
    return each.value
  })
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
  /**
   * They run beside others, which come first: on one processor, and only where it is idle. Their output is shown under
   * this title once they have ended.
   */
  beside?: string
}

async function runTests(
  config: string,
  { filters = [], env = process.env, node = process.execPath, beside }: RunOptions,
): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'midbench-test-'))
  const report = join(folder, 'report.json')
  const vitest = join(projectDir(), 'node_modules', 'vitest', 'vitest.mjs')
  const output = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const args = [vitest, 'run', '--config', config, '--passWithNoTests', '--retry=1', ...output, ...filters]
  try {
    // What tests and the windows they open leave behind is in there too.
    const options = { cwd: projectDir(), env: { ...env, TMPDIR: folder } }
    const status =
      beside === undefined
        ? await runProgram(node, args, options)
        : await runBeside(beside, [node, ...args, '--maxWorkers=1'], options, join(folder, 'output'))
    return { ...readTestReport(report, projectDir()), status }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}

/** Runs a program that lets others go first, and shows what it has said once it has ended. @returns its exit status */
async function runBeside(
  title: string,
  command: string[],
  options: SpawnOptions,
  output: string,
): Promise<number> {
  const file = openSync(output, 'w')
  try {
    return await runProgram('nice', ['-n', '10', ...command], { ...options, stdio: ['ignore', file, file] })
  } finally {
    closeSync(file)
    process.stdout.write(`\n${title}:\n${readFileSync(output, 'utf8')}`)
  }
}
