/** Which of the kept scores stand for a checkpoint or a run, and how scores are said. */
import { chatCores, figuresOf, MEASURED_TASKS } from '../../src-main/contract/contract'
import type { CheckpointRow, KeptModel, MeasuredKey, MeasuredScore, ModelView } from '../api/types'
import { DASH, fixed, integer, percent } from '../format/number'

export type MeasuredTask = MeasuredScore['task']

/** A task's score of a model, and where its questions are kept. */
export interface ShownScore extends MeasuredScore {
  key: MeasuredKey
  /** null where nothing was answered yet. */
  accuracy: number | null
  low: number
  high: number
}

/** A model as its scores are shown, beside others or alone. */
export interface ShownModel {
  title: string
  scores: readonly ShownScore[]
}

/** The scores of a checkpoint, one of each task: measured of its files, or by its run at its step. */
export function scoresOfCheckpoint(
  kept: readonly KeptModel[],
  { identity, runId, step }: Pick<CheckpointRow, 'identity' | 'runId' | 'step'>,
): ShownScore[] {
  return bestOf(
    kept.filter(({ key }) =>
      key.of === 'checkpoint' ? key.identity === identity : key.runId === runId && key.step === step,
    ),
  )
}

/**
 * The scores of a model that is asked, and the step they are of: its own, else those that its run made last on the way to
 * it. A run's save and its measurements need not be of the same steps.
 */
export function scoresOfModel(
  kept: readonly KeptModel[],
  { identity, runId, step }: Pick<ModelView, 'identity' | 'runId' | 'step'>,
): { step: number; scores: ShownScore[] } {
  const own = scoresOfCheckpoint(kept, { identity, runId, step })
  if (own.length > 0 || runId === null) return { step, scores: own }
  const earlier = scoresOfRun(kept, runId).findLast((each) => each.step <= step)
  return earlier ?? { step, scores: [] }
}

/** The scores of a run by the steps at which it was measured, ascending. */
export function scoresOfRun(
  kept: readonly KeptModel[],
  runId: string,
): { step: number; scores: ShownScore[] }[] {
  const own = kept.filter(({ model }) => model.runId === runId)
  const steps = [...new Set(own.map(({ model }) => model.step))].sort((a, b) => a - b)
  return steps.map((step) => ({ step, scores: bestOf(own.filter(({ model }) => model.step === step)) }))
}

/** One score of each task, in the tasks' order: the one of most answers, and of several such the latest. */
function bestOf(kept: readonly KeptModel[]): ShownScore[] {
  const all = kept.flatMap(({ key, scores }) =>
    scores.map((score) => ({ ...score, ...figuresOf(score), key })),
  )
  return MEASURED_TASKS.flatMap((task) => {
    const [best] = all
      .filter((score) => score.task === task && score.total > 0)
      .sort((a, b) => b.total - a.total || b.begun_at - a.begun_at)
    return best ?? []
  })
}

/** ChatCORE over the tasks that were measured, and over those of multiple choice. */
export function coresOf(scores: readonly ShownScore[]): ReturnType<typeof chatCores> {
  return chatCores(scores)
}

/** "41.7 %". */
export function accuracyText({ accuracy }: Pick<ShownScore, 'accuracy'>): string {
  return accuracy === null ? DASH : `${exactPercent(accuracy)} %`
}

/** "29.3–55.1": where the accuracy lies, by 95 %. */
export function intervalText({ accuracy, low, high }: Pick<ShownScore, 'accuracy' | 'low' | 'high'>): string {
  return accuracy === null ? DASH : `${exactPercent(low)}–${exactPercent(high)}`
}

/** "25 / 60", and of how many where they are not all answered. */
export function answeredText({
  right,
  total,
  problems,
}: Pick<ShownScore, 'right' | 'total' | 'problems'>): string {
  const answered = `${integer(right)} / ${integer(total)}`
  return total < problems ? `${answered} of ${integer(problems)}` : answered
}

/** "0.213". */
export function coreText(core: number | null): string {
  return fixed(core, 3)
}

/** Like {@link percent}, which says small shares as "<0.1": here a number is wanted. */
function exactPercent(share: number): string {
  return share < 0.001 || share > 0.999 ? fixed(share * 100, 1) : percent(share)
}

/** The probability of each of some logits among them. */
export function probabilities(logits: readonly number[]): number[] {
  const most = Math.max(...logits)
  const weights = logits.map((logit) => Math.exp(logit - most))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => weight / sum)
}
