/**
 * The content of vitest's JSON report on a run of tests: how many passed, what failed, and what passed only when it was
 * tried again, each with the first line of its reason; and how long each file took.
 */
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

import * as z from 'zod'

import type { Taken } from './phases'

export interface TestReport {
  passed: number
  /** `FILE > TEST: REASON` of each test that failed; a file that could not be run at all counts as one. */
  failures: string[]
  /** The same of each test that failed first and passed when it was tried again. */
  unsteady: string[]
  /** Each file of tests, and how long it took. */
  files: Taken[]
}

const reportSchema = z.object({
  numPassedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      startTime: z.number(), // ms
      endTime: z.number(),
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
    return {
      passed: numPassedTests,
      failures: testResults.flatMap((file) => failuresOf(file, project)),
      unsteady: testResults.flatMap((file) => testsOf(file, 'passed', project)),
      files: testResults.map(({ name, startTime, endTime }) => ({
        name: relative(project, name),
        seconds: (endTime - startTime) / 1000,
      })),
    }
  } catch {
    return { passed: 0, failures: ['the tests ended without a report'], unsteady: [], files: [] }
  }
}

function failuresOf(file: FileResult, project: string): string[] {
  if (file.status === 'failed' && file.assertionResults.length === 0) {
    return [`${relative(project, file.name)}: ${firstLine(file.message)}`]
  }
  return testsOf(file, 'failed', project)
}

/** The tests that ended with that status and failed at least once; vitest keeps the reasons of every try. */
function testsOf(
  { name, assertionResults }: FileResult,
  status: 'passed' | 'failed',
  project: string,
): string[] {
  return assertionResults.flatMap((test) => {
    const reason = test.failureMessages?.[0]
    if (test.status !== status || (status === 'passed' && reason === undefined)) return []
    return [`${relative(project, name)} > ${test.fullName}: ${firstLine(reason ?? '')}`]
  })
}

/** @returns the first line that is not empty, without the colours of a terminal */
function firstLine(text: string): string {
  const lines = stripVTControlCharacters(text).split('\n')
  return lines.find((line) => line.trim() !== '')?.trim() ?? 'no reason was given'
}
