/** A process that writes a run store and ends: its file, the steps of each run, the runs' ids. */
import { RunStore } from '../../src-main/runs/store'
import { sampleRun, sampleSteps } from './run-samples'

const [file = '', steps = '', ...ids] = process.argv.slice(2)
const store = RunStore.open(file)
for (const id of ids) {
  store.create(sampleRun({ id }))
  store.appendSteps(id, sampleSteps(1, Number(steps)))
}
store.close()
