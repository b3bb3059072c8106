/** A filling thread: renders segments of a mixture's datasets to disk, one at a time as they are ordered. */
import { parentPort, workerData } from 'node:worker_threads'
import { toFailure } from '../../errors'
import type { OnDamage } from '../../files/checksum'
import { yieldToTheWindow } from '../../threads/priority'
import { loadTokenizer } from '../../tokenizer/tokenizer'
import { openMixture } from '../mixture'
import { fillSetup, type FillOrder, type FillReport, type FillSetup } from './fill-protocol'
import { measureRendering } from './measure'
import { TokenSource } from './token-source'

function report(message: FillReport): void {
  parentPort?.postMessage(message)
}

async function serve({ entries, locations, tokenizerDir }: FillSetup): Promise<void> {
  const tokenizer = await loadTokenizer(tokenizerDir)
  const onDamage: OnDamage = (notice) => {
    report({ type: 'notice', notice })
  }
  const mixture = await openMixture(entries, locations, { onDamage })
  const source = new TokenSource(mixture, tokenizer, locations.cacheDir, { onDamage })
  const obey = async (order: FillOrder): Promise<FillReport> => {
    if (order.type === 'measure') {
      return { type: 'measured', measured: await measureRendering(mixture, tokenizer, order.seconds) }
    }
    await source.fill(order.job)
    return { type: 'done' }
  }
  parentPort?.on('message', (order: FillOrder) => {
    obey(order).then(report, fail)
  })
  report({ type: 'ready' })
}

function fail(error: unknown): void {
  report({ type: 'failed', failure: toFailure(error) })
}

yieldToTheWindow()
if (parentPort) serve(fillSetup.parse(workerData)).catch(fail)
