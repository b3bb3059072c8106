/**
 * A process that takes a lock again and again, and looks whether it is alone: `lock-holder.ts LOCK MARK ROUNDS STEP_MS`.
 * Its clock is STEP_MS off. It writes its id where it holds the lock, and ends with 3 where another one's stands there
 * that runs. With ROUNDS 0 it holds the lock until it is killed.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { holding } from '../../src-main/files/lock'

const [lock = '', mark = '', rounds = '0', stepMs = '0'] = process.argv.slice(2)
const now = Date.now.bind(Date)
Date.now = () => now() + Number(stepMs)

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function enter(): void {
  try {
    writeFileSync(mark, String(process.pid), { flag: 'wx' })
  } catch {
    if (runs(Number(readFileSync(mark, 'utf8')))) process.exit(3)
    writeFileSync(mark, String(process.pid)) // left by one that was killed
  }
}

if (rounds === '0') {
  await holding(lock, {}, async () => {
    process.stdout.write('held\n')
    await setTimeout(600_000)
  })
}
for (let round = 0; round < Number(rounds); round++) {
  await holding(lock, {}, async () => {
    enter()
    await setTimeout(Math.random() * 4)
    rmSync(mark)
  })
}
