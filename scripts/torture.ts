/**
 * `npm run torture -- [--runs N] [--seed S] [--every-file]`: whole small runs through the built command line, killed at
 * random instants and with damaged files; their bits are compared with those of an undisturbed run. With --every-file,
 * one run with each of its files damaged in turn.
 *
 * The last line is `N passed, N failed`; a failed run makes the exit code 1.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { MidbenchError } from '../src-main/errors'
import type { Verdict } from '../tests/torture/judge'
import { everyFile, leftAlone, tortured } from '../tests/torture/torture'
import { buildIfStale } from './build'
import { commandArguments, requireParts, runCommandLine } from './command'

await runCommandLine(async () => {
  const { values } = parseArgs({
    args: commandArguments.filter((argument) => argument !== '--'),
    options: {
      runs: { type: 'string', default: '10' },
      seed: { type: 'string', default: '1' },
      'every-file': { type: 'boolean', default: false },
    },
  })
  const runs = Number(values.runs)
  if (!Number.isSafeInteger(runs) || runs < 1) {
    throw new MidbenchError({
      code: 'usage',
      message: `--runs is ${values.runs}.`,
      remedy: 'Give a whole number of at least 1.',
    })
  }
  await requireParts(['tensorflow'])
  await buildIfStale()
  const folder = mkdtempSync(join(tmpdir(), 'midbench-torture-'))
  try {
    return await torture(folder, values.seed, values['every-file'] ? null : runs)
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
})

/** @param runs null = every file of one run in turn */
async function torture(folder: string, seed: string, runs: number | null): Promise<number> {
  const expected = await leftAlone(join(folder, 'alone'))
  const count = { passed: 0, failed: 0 }
  const tell = (name: string, [story, verdict]: [string, Verdict]): void => {
    count[verdict.right ? 'passed' : 'failed']++
    process.stdout.write(
      `${name}: ${verdict.right ? verdict.how : verdict.fault}\n    ${story || 'not killed'}\n`,
    )
  }
  if (runs === null) {
    let number = 0
    for await (const told of everyFile(folder, seed, expected)) tell(String(++number), told)
  } else {
    for (let run = 1; run <= runs; run++) {
      const place = join(folder, `run-${run}`)
      tell(String(run), await tortured(place, `${seed} ${run}`, expected))
      rmSync(place, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    }
  }
  process.stdout.write(`${count.passed} passed, ${count.failed} failed\n`)
  return count.failed === 0 ? 0 : 1
}
