/** Measures a task and keeps what becomes of each question, so that a measuring that was stopped or killed goes on. */
import { type Keeping, KeptTask } from './kept-measurements'
import { type AnsweringModel, measure, type MeasureOptions } from './measure'
import type { MeasuredScore } from './measurements.schema'
import type { Problem } from './problems'

export interface KeptMeasuring extends Omit<MeasureOptions, 'done'> {
  /** Where it is kept (kept-measurements.ts). */
  folder: string
  keeping: Keeping
  /** Told how it stands: before the first question, and after each. */
  onScore?: (score: MeasuredScore) => void
}

/**
 * Asks what is not kept already of the problems, and keeps it.
 *
 * @returns the score of all that is kept
 * @throws MidbenchError `measurements.write`; what {@link measure} throws; what was answered until then is kept
 */
export async function measureKept(
  problems: readonly Problem[],
  model: AnsweringModel,
  { folder, keeping, onScore, ...options }: KeptMeasuring,
): Promise<MeasuredScore> {
  const kept = await KeptTask.open(folder, keeping, problems)
  try {
    onScore?.(kept.score())
    for await (const outcome of measure(problems, model, { ...options, done: kept.done })) {
      await kept.add(outcome)
      onScore?.(kept.score())
    }
  } catch (error) {
    await kept.close().catch(() => undefined) // the first error says more
    throw error
  }
  return kept.close()
}
