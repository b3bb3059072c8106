/** Errors for rows that are no conversation. */
import type { z } from 'zod'
import { firstFault } from '../../schema-faults'

/** A row that is no conversation; the message is the reason. */
export class RowFault extends Error {}

/** A row's value in the shape a task expects. @throws RowFault naming the field and what is wrong. */
export function parseRow<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new RowFault(firstFault(parsed.error, value))
}
