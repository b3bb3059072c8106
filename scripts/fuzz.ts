/**
 * `npm run fuzz -- [--seconds N] [--seed S] [--reader NAME] [--case K]`: damaged inputs for every reader, until the
 * time is up. With --case, only the one case that a finding names.
 *
 * The last line is `N passed, N failed`; a failed case makes the exit code 1.
 */
import { parseArgs } from 'node:util'

import { describe, FuzzHarness, type Judged } from '../tests/fuzz/harness'
import { commandArguments, runCommandLine } from './command'
import { MidbenchError } from '../src-main/errors'

await runCommandLine(async () => {
  const { values } = parseArgs({
    args: commandArguments.filter((argument) => argument !== '--'),
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: '1' },
      reader: { type: 'string' },
      case: { type: 'string' },
    },
  })
  const seed = numberOf('seed', values.seed)
  const names = readersNamed(values.reader)
  const harness = new FuzzHarness()
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort())
  try {
    const numbers = values.case === undefined ? null : [numberOf('case', values.case)]
    const until = performance.now() + 1000 * numberOf('seconds', values.seconds)
    const goesOn = (): boolean => !interrupted.signal.aborted && performance.now() < until
    return await fuzz(harness, names, seed, numbers, goesOn)
  } finally {
    await harness.close()
  }
})

async function fuzz(
  harness: FuzzHarness,
  names: readonly string[],
  seed: number,
  only: readonly number[] | null,
  goesOn: () => boolean,
): Promise<number> {
  const count = { passed: 0, failed: 0 }
  const codes = new Map<string, number>()
  for (let round = 0; round < (only?.length ?? Infinity) && (only !== null || goesOn()); round++) {
    for (const reader of names) {
      const judged = await harness.run({ reader, seed, number: only?.[round] ?? round })
      count[judged.fault === null ? 'passed' : 'failed']++
      const answer = `${reader}: ${judged.code ?? 'read'}`
      codes.set(answer, (codes.get(answer) ?? 0) + 1)
      if (judged.fault !== null || only !== null) tell(judged)
      if (only === null && !goesOn()) break
    }
  }
  if (only === null)
    for (const [answer, times] of [...codes].sort()) process.stderr.write(`${answer} ${times}\n`)
  process.stdout.write(`${count.passed} passed, ${count.failed} failed\n`)
  return count.failed === 0 ? 0 : 1
}

function tell(judged: Judged): void {
  process.stdout.write(`${describe(judged)}\n`)
}

function readersNamed(name: string | undefined): string[] {
  if (name === undefined) return FuzzHarness.readers
  if (FuzzHarness.readers.includes(name)) return [name]
  throw new MidbenchError({
    code: 'usage',
    message: `There is no reader ${name}.`,
    remedy: `The readers are ${FuzzHarness.readers.join(', ')}.`,
  })
}

function numberOf(option: string, text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new MidbenchError({
    code: 'usage',
    message: `--${option} is ${text}.`,
    remedy: 'Give a whole number of at least 0.',
  })
}
