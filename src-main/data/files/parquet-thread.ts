/**
 * A thread that decodes one large row group of a parquet file: the decoder cannot be interrupted, a thread can be ended.
 * Rows are handed over a slice at a time, as they are asked for; an empty slice is the end.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { toFailure } from '../../errors'
import { yieldToTheWindow } from '../../threads/priority'
import { parquetOrder, type ParquetReply } from './parquet-protocol'
import { openParquet } from './parquet-rows'

const SLICE = 1000

async function decode(): Promise<unknown[]> {
  const { path, columns, group } = parquetOrder.parse(workerData)
  const file = await openParquet(path, columns)
  try {
    return await file.decode(group)
  } finally {
    await file.close()
  }
}

yieldToTheWindow()
const decoded = decode()
let start = 0
parentPort?.on('message', () => {
  decoded.then(
    (rows) => {
      report({ rows: rows.slice(start, start + SLICE) })
      start += SLICE
    },
    (error: unknown) => {
      report({ failure: toFailure(error) })
    },
  )
})

function report(reply: ParquetReply): void {
  parentPort?.postMessage(reply)
}
