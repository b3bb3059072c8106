import { expect, test } from 'vitest'

import {
  countOomKills,
  describeEnding,
  type Ending,
  wasForMemory,
} from '../../../../src-main/runs/process-ending'

function words(ending: Partial<Ending>): string {
  return describeEnding({ code: null, signal: null, said: '', oomKilled: false, ...ending })
}

test('a signal from outside is named, and one that the kernel sent for want of memory as that', () => {
  expect(words({ signal: 'SIGKILL' })).toBe('The trainer process was ended by SIGKILL.')
  expect(words({ signal: 'SIGTERM', oomKilled: true })).toBe('The trainer process was ended by SIGTERM.')
  expect(words({ signal: 'SIGKILL', oomKilled: true })).toBe(
    'The trainer process was ended by the system (SIGKILL), because the machine had no memory left.',
  )
})

test('a crash quotes the line that says most', () => {
  const said =
    'terminate called after throwing an instance of dnnl::error\n  what():  no such primitive\n  at f (x.js:1)\n'
  expect(words({ signal: 'SIGABRT', said })).toBe(
    'The trainer process crashed with SIGABRT. The last it said: what():  no such primitive',
  )
  expect(words({ signal: 'SIGSEGV' })).toBe('The trainer process crashed with SIGSEGV.')
})

test('no memory in its own words is no crash', () => {
  const said =
    'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n----- Native stack trace -----\n 1: 0xb8ced1'
  expect(words({ signal: 'SIGABRT', said })).toMatch(
    /^The trainer process ran out of memory \(SIGABRT\)\. .*heap/,
  )
})

test('an exit has its code, and an uncaught error its line, not its stack', () => {
  const said =
    'file:///x.js:3\nthrow new Error()\n      ^\n\nError: no reason\n    at x.js:3\n\nNode.js v20.20.2\n'
  expect(words({ code: 1, said })).toBe(
    'The trainer process ended by itself with exit code 1. The last it said: Error: no reason',
  )
})

test('what the kernel counts is a number', () => {
  expect(countOomKills()).toBeGreaterThanOrEqual(0)
})

test('what ended for want of memory is told from what did not', () => {
  const ending = { code: null, signal: 'SIGKILL', said: '', oomKilled: false } as const
  expect(wasForMemory(ending)).toBe(false)
  expect(wasForMemory({ ...ending, oomKilled: true })).toBe(true)
  expect(wasForMemory({ ...ending, signal: 'SIGABRT', said: 'std::bad_alloc' })).toBe(true)
})
