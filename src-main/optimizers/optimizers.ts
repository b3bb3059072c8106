/**
 * nanochat's optimizers, by the month they are from. An optimizer says how fast each part of a model is trained, and
 * where Muon's step leads; AdamW, Muon and the groups are common to all (adamw.ts, muon.ts, groups.ts), and so is the
 * form in which torch keeps their state.
 */
import { groupsOfParts, type LearningRates, type Optimizer, type ParameterGroup } from './groups'
import { optimizer202601 } from './optimizer-2026-01'
import { optimizer202607 } from './optimizer-2026-07'

/** By the name that a run's config gives it: config/optimizer-names.schema.ts. */
export const OPTIMIZERS = {
  '2026-01': optimizer202601,
  '2026-07': optimizer202607,
} as const satisfies Record<string, Optimizer>

/**
 * The groups that an optimizer trains a model's parameters in.
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
