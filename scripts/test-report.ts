/**
 * The content of vitest's JSON report on a run of tests: how many passed, and what failed, with the first line of its
 * reason.
 */
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

import * as z from 'zod'

export interface TestReport {
  passed: number
  /** `FILE > TEST: REASON` of each test that failed; a file that could not be run at all counts as one. */
  failures: string[]
}

const reportSchema = z.object({
  numPassedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().default(''),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
})

type FileResult = z.infer<typeof reportSchema>['testResults'][number]

/**
 * Reads the report of a run. A missing or invalid one counts as one failure.
 * @param project folder that files are named from
 */
export function readTestReport(path: string, project: string): TestReport {
  try {
    const { numPassedTests, testResults } = reportSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
    return { passed: numPassedTests, failures: testResults.flatMap((file) => failuresOf(file, project)) }
  } catch {
    return { passed: 0, failures: ['the tests ended without a report'] }
  }
}

function failuresOf({ name, status, message, assertionResults }: FileResult, project: string): string[] {
  const file = relative(project, name)
  if (status === 'failed' && assertionResults.length === 0) return [`${file}: ${firstLine(message)}`]
  const failed = assertionResults.filter((test) => test.status === 'failed')
  return failed.map((test) => `${file} > ${test.fullName}: ${firstLine(test.failureMessages?.[0] ?? '')}`)
}

/** @returns the first line that is not empty, without the colours of a terminal */
function firstLine(text: string): string {
  const lines = stripVTControlCharacters(text).split('\n')
  return lines.find((line) => line.trim() !== '')?.trim() ?? 'no reason was given'
}
