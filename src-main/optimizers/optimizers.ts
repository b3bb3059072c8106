/**
 * nanochat's optimizers, by their month. An optimizer decides how fast each part of a model is trained, and the
 * direction of Muon's step; all of them share AdamW, Muon and the groups (adamw.ts, muon.ts, groups.ts), and the form
 * in which torch stores their state.
 */
import { groupsOfParts, type LearningRates, type Optimizer, type ParameterGroup } from './groups'
import { optimizer202601 } from './optimizer-2026-01'
import { optimizer202607 } from './optimizer-2026-07'

/** By the name in a run's config: config/optimizer-names.schema.ts. */
export const OPTIMIZERS = {
  '2026-01': optimizer202601,
  '2026-07': optimizer202607,
} as const satisfies Record<string, Optimizer>

/**
 * The groups in which an optimizer trains a model's parameters.
 *
 * @param shapes of all parameters, in the model's order
 * @param width n_embd, C
 * @param rates with the optimizer's name. @default 2026-01
 * @throws MidbenchError `optimizer.parameters` for a parameter that belongs to no group
 */
export function parameterGroups(
  shapes: ReadonlyMap<string, readonly number[]>,
  width: number,
  { optimizer = '2026-01', ...rates }: LearningRates & { optimizer?: keyof typeof OPTIMIZERS },
): ParameterGroup[] {
  return groupsOfParts(shapes, OPTIMIZERS[optimizer](width, rates))
}
