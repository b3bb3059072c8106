/** How a take grows while its answer comes, and what it is at the end. */
import type { CallError } from '../api/client'
import type { TalkToken, TalkTokens } from '../api/types'
import type { Answer, Take } from './conversation'

/** A take with what was told of it. */
export function grown(take: Take, told: TalkTokens): Take {
  const begun = told.fitted?.begun ?? []
  const fitted = told.fitted ?? take.fitted
  const answers = take.answers.map((answer, sample): Answer => {
    const came = told.tokens.filter((token) => token.sample === sample)
    const end = told.stopped.find((each) => each.sample === sample)
    const known = told.fitted ? knownOf(begun, answer.tokens) : answer.tokens
    if (!told.fitted && came.length === 0 && !end) return answer
    const tokens = came.length === 0 ? known : [...known, ...came.map(withoutSample)]
    return end ? { ...answer, tokens, rest: end.text, stopped: end.stopped } : { ...answer, tokens }
  })
  return { ...take, fitted, answers }
}

/** The tokens that an answer begins with: what was known of how likely they were is kept. */
function knownOf(begun: readonly TalkToken[], before: readonly TalkToken[]): readonly TalkToken[] {
  return begun.map((token, at) => {
    const known = before[at]
    return token.probability === null && known?.id === token.id ? known : token
  })
}

function withoutSample({ sample: _, ...token }: TalkToken & { sample: number }): TalkToken {
  return token
}

/** A take that was stopped, or could not be answered: what came of it stays. */
export function cutOff(take: Take, error: CallError | null): Take {
  const answers = take.answers.map((answer): Answer =>
    answer.stopped === null ? { ...answer, stopped: 'cancelled' } : answer,
  )
  return { ...take, answers, error }
}
