/**
 * A thread that decodes one large row group of a parquet file: the decoder cannot be interrupted, but a thread can be
 * ended. It returns a slice of rows for each request.
 */
import { parentPort } from 'node:worker_threads'

import { type CallHandlers, serveCalls } from '../../threads/calls'
import { threadChannel } from '../../threads/channel'
import { yieldToTheWindow } from '../../threads/priority'
import type { ParquetCalls } from './parquet-calls'
import { openParquet } from './parquet-rows'

const SLICE = 1000

let rows: unknown[] = []
let start = 0

const handlers: CallHandlers<ParquetCalls> = {
  async decode({ path, columns, group }) {
    const file = await openParquet(path, columns)
    try {
      rows = await file.decode(group)
      return null
    } finally {
      await file.close()
    }
  },
  next() {
    start += SLICE
    return rows.slice(start - SLICE, start)
  },
}

yieldToTheWindow()
if (parentPort !== null) serveCalls<ParquetCalls>(threadChannel(parentPort, 'owner of the thread'), handlers)
