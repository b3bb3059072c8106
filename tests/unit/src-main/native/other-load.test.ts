import { spawn } from 'node:child_process'
import { expect, onTestFinished, test } from 'vitest'

import { busySecondsOf, watchOthers } from '../../../../src-main/native/other-load'

const STAT = [
  'cpu  30 0 30 900 10 0 0 3 0 0',
  'cpu0 100 20 300 5000 900 4 5 60 7 8',
  'cpu1 10 0 0 5000 900 0 0 0 7 8',
  'cpu10 1000 0 0 5000 0 0 0 0 0 0',
  'intr 1 2 3',
  '',
].join('\n')

test('busy is all but idle and waiting, of the processors that are allowed', () => {
  expect(busySecondsOf(STAT, '0')).toBeCloseTo(4.89, 9)
  expect(busySecondsOf(STAT, '0-1')).toBeCloseTo(4.99, 9)
  expect(busySecondsOf(STAT, '0-1,10')).toBeCloseTo(14.99, 9)
  expect(busySecondsOf(STAT, '5')).toBeNull()
  expect(busySecondsOf('', '0-63')).toBeNull()
  expect(busySecondsOf(STAT, '')).toBeNull()
})

test('another program’s work is told, this one’s is not', async () => {
  const alone = watchOthers()
  const ended = performance.now() + 300
  while (performance.now() < ended) Math.sqrt(ended) // this process's
  const others = alone()
  expect(others).not.toBeNull()

  const busy = spawn(process.execPath, ['-e', 'console.log("begun"); for (;;) {}'])
  onTestFinished(() => void busy.kill('SIGKILL'))
  await new Promise((resolve) => busy.stdout.once('data', resolve))
  let seen: number | null = 0
  // its share comes when the machine gives it one
  for (let tries = 0; tries < 100 && (seen ?? 1) < 0.05; tries++) {
    const watched = watchOthers()
    await new Promise((resolve) => setTimeout(resolve, 100))
    seen = watched()
  }
  expect(seen).toBeGreaterThan(0.05)
})
