/**
 * The parameter groups of a warm start: the learning rates as the run sets them up, and every other setting from the file
 * that the optimizers' states come from, as torch's load_state_dict leaves them in chat_sft (docs/REFERENCE.md §8). Muon's
 * weight decay is an option: where none is given, recipe sft has the file's value (config/resolve.ts), and recipe mid,
 * which inherits nothing, its default.
 */
import { MidbenchError } from '../errors'
import type { ParameterGroup } from '../optimizers/groups'

/** What a warm start does without an optimizer file. */
export const NO_OPTIMIZER = 'the optimizer begins with a fresh state, which is slightly worse'

/**
 * @param groups of the run
 * @param saved those of the file: the same parameters in the same order
 */
export function warmGroups(
  groups: readonly ParameterGroup[],
  saved: readonly ParameterGroup[],
): ParameterGroup[] {
  return groups.map((group, i) => {
    const from = saved[i]
    if (group.kind === 'adamw' && from?.kind === 'adamw') {
      const { betas, eps, weightDecay } = from
      return { ...group, betas, eps, weightDecay }
    }
    if (group.kind === 'muon' && from?.kind === 'muon') {
      return { ...group, beta2: from.beta2 }
    }
    throw new MidbenchError({
      code: 'checkpoint.optimizer',
      message: `The optimizer file has no group ${String(i)} of ${group.label}.`,
    })
  })
}
