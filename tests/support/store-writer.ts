/**
 * A process that writes steps to a run store, for the tests of several writers and of a killed one.
 * Arguments: the file, the run's id, and how many steps, or `forever` (reports each step written), or `kill` (ends itself
 * by SIGKILL in the middle of a transaction).
 */
import { setImmediate } from 'node:timers/promises'

import { RunStore } from '../../src-main/runs/store'
import { inTransaction, openDatabase } from '../../src-main/runs/store-database'
import { sampleRun, sampleStep, sampleSteps } from './run-samples'

const [file = '', id = '', mode = ''] = process.argv.slice(2)
const store = RunStore.open(file)
store.create(sampleRun({ id }))

if (mode === 'kill') {
  store.appendSteps(id, sampleSteps(1, 100))
  const db = openDatabase(file)
  inTransaction(db, () => {
    db.exec('DELETE FROM steps')
    process.kill(process.pid, 'SIGKILL')
  })
}
const last = mode === 'forever' ? Infinity : Number(mode)
for (let step = 1; step <= last; step++) {
  store.appendSteps(id, [sampleStep(step)])
  process.send?.(step)
  await setImmediate() // a message that the reader had no room for leaves only when nothing else is to be done
}
store.close()
