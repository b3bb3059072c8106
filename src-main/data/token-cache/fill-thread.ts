/** A filling thread: renders segments of a mixture's datasets to disk, one at a time as they are ordered. */
import { parentPort, workerData } from 'node:worker_threads'
import { toFailure } from '../../errors'
import { loadTokenizer } from '../../tokenizer/tokenizer'
import { openMixture } from '../mixture'
import type { FillOrder, FillReport, FillSetup } from './fill-protocol'
import { TokenSource } from './token-source'

function report(message: FillReport): void {
  parentPort?.postMessage(message)
}

async function serve({ entries, locations, tokenizerDir }: FillSetup): Promise<void> {
  const tokenizer = await loadTokenizer(tokenizerDir)
  const source = new TokenSource(await openMixture(entries, locations), tokenizer, locations.cacheDir)
  parentPort?.on('message', (job: FillOrder) => {
    source.fill(job).then(
      () => report({ type: 'done' }),
      (error: unknown) => report({ type: 'failed', failure: toFailure(error) }),
    )
  })
  report({ type: 'ready' })
}

if (parentPort) {
  const setup: FillSetup = workerData
  serve(setup).catch((error: unknown) => report({ type: 'failed', failure: toFailure(error) }))
}
