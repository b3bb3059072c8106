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

/** Whether a process runs: one that was killed is still known for as long as its parent has not heard of it. */
function runs(pid: string): boolean {
  try {
    return !/^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

function enter(): void {
  try {
    writeFileSync(mark, String(process.pid), { flag: 'wx' })
  } catch {
    const holder = readFileSync(mark, 'utf8') // empty where it was killed before it wrote
    if (holder !== '' && runs(holder)) process.exit(3)
    writeFileSync(mark, String(process.pid))
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
