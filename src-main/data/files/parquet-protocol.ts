/** What a thread that decodes a row group is given and what it answers. */
import { z } from 'zod'
import type { Failure } from '../../errors'

/** A thread's workerData. */
export const parquetOrder = z.object({ path: z.string(), columns: z.array(z.string()), group: z.int() })

export type ParquetOrder = z.infer<typeof parquetOrder>

/** From the thread, for each message to it: the next rows, none at the end; or what failed. */
export type ParquetReply = { rows: unknown[] } | { failure: Failure }
