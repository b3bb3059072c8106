/**
 * What each id of a rendered conversation is: whose words, and whether the assistant is trained on it. Special tokens
 * alone tell this, since text can never produce them, so cached ids need no second rendering. It costs one pass.
 */
import type { SpecialName, Tokenizer } from '../tokenizer/tokenizer'

/** The role of an id, as a code that fits a byte. The window's contract names the same codes. */
export const ROLES = { structure: 0, user: 1, assistant: 2, python: 3, output: 4, pad: 5 } as const

/** The role of text after a special token; the token itself is structure. */
const ROLE_AFTER: Readonly<Partial<Record<SpecialName, number>>> = {
  '<|user_start|>': ROLES.user,
  '<|assistant_start|>': ROLES.assistant,
  '<|python_start|>': ROLES.python,
  '<|python_end|>': ROLES.assistant,
  '<|output_start|>': ROLES.output,
  '<|output_end|>': ROLES.assistant,
}

/** Special tokens that the assistant is trained to say (docs/REFERENCE.md §1). */
const SAID_BY_ASSISTANT: readonly SpecialName[] = ['<|assistant_end|>', '<|python_start|>', '<|python_end|>']

/** Reads roles and masks with one tokenizer's special tokens. */
export class RoleReader {
  private readonly roleAfter = new Map<number, number>()
  private readonly trained = new Set<number>()

  constructor({ specials }: Pick<Tokenizer, 'specials'>) {
    for (const id of Object.values(specials)) this.roleAfter.set(id, ROLES.structure)
    for (const [name, role] of Object.entries(ROLE_AFTER)) {
      const id = Object.entries(specials).find(([special]) => special === name)?.[1]
      if (id !== undefined) this.roleAfter.set(id, role)
    }
    for (const name of SAID_BY_ASSISTANT) this.trained.add(specials[name])
  }

  /**
   * @param ids [n] a conversation from its bos on
   * @param roles [n] gets a code of {@link ROLES} for each id
   * @param mask [n] gets 1 where the assistant is trained on the id
   */
  read(ids: Int32Array, roles: Uint8Array, mask: Uint8Array): void {
    let role: number = ROLES.structure
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] ?? 0
      const after = this.roleAfter.get(id)
      if (after === undefined) {
        roles[i] = role
        mask[i] = role === ROLES.assistant || role === ROLES.python ? 1 : 0
      } else {
        roles[i] = ROLES.structure
        mask[i] = this.trained.has(id) ? 1 : 0
        role = after
      }
    }
  }
}
