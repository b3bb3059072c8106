/** How an answer's tokens are shown: the shade of each, and what is read out of it. */
import type { TalkToken } from '../api/types'
import { DASH, integer } from '../format/number'
import { isSpecial, quoted, visible } from '../format/token'

/** Number of shades; the last is for the least expected tokens. */
export const SHADES = 8

/** Surprise, in nats, from which on a token has the last shade: a probability of one in 400. */
const TOP = 6

/**
 * The shade of a probability, from 0 for what was certain: linear in the surprise, -ln p, which is also what Packing
 * colours by. What nobody asked about has none.
 */
export function shadeOf(probability: number | null): number | null {
  if (probability === null) return null
  const surprise = -Math.log(Math.max(probability, Number.MIN_VALUE))
  return Math.max(0, Math.min(SHADES - 1, Math.floor((surprise / TOP) * SHADES)))
}

/** A token as a line of the view has it. */
export interface ShownToken {
  shown: string
  /** Whether a line ends after it. */
  breaks: boolean
  classes: string[]
}

export function shownToken(token: TalkToken, isGiven: boolean): ShownToken {
  const shade = shadeOf(token.probability)
  return {
    shown: visible(token.piece),
    breaks: token.piece.includes('\n'),
    classes: [
      shade === null ? 'unrated' : `shade-${shade}`,
      ...(isSpecial(token.piece) ? ['special'] : []),
      ...(token.forced ? ['forced'] : []),
      ...(isGiven ? ['given'] : []),
    ],
  }
}

/** A probability in percent with its unit, to three digits: "98.7 %", "0.0312 %". */
export function chanceText(probability: number | null): string {
  if (probability === null) return DASH
  const percent = probability * 100
  if (percent > 99.95) return percent === 100 ? '100 %' : '>99.9 %'
  if (percent < 0.001) return '<0.001 %'
  return `${percent >= 10 ? percent.toFixed(1) : percent.toPrecision(3)} %`
}

/** Where a token stands: how likely it was, or why it came although nobody drew it. */
export function standingText(token: TalkToken, isGiven: boolean): string {
  if (token.forced) return 'put in by the calculator'
  if (token.probability === null) return isGiven ? 'given' : 'not rated'
  const rank = token.rank === null ? '' : `, rank ${integer(token.rank)}`
  return `${chanceText(token.probability)}${rank}${isGiven ? ', given' : ''}`
}

/** A token read out in one line, as for a screen reader. */
export function tokenText(token: TalkToken, isGiven: boolean): string {
  return `${quoted(token.piece)}, id ${token.id}, ${standingText(token, isGiven)}`
}

/** Mean surprise of the tokens that the model chose, in nats; null where none is rated. */
export function meanSurprise(tokens: readonly TalkToken[]): number | null {
  const rated = tokens.flatMap(({ forced, probability }) =>
    forced || probability === null ? [] : [-Math.log(Math.max(probability, Number.MIN_VALUE))],
  )
  return rated.length === 0 ? null : rated.reduce((sum, each) => sum + each, 0) / rated.length
}

/** Another token in a token's place, with what is known of it. Its text is certain once an answer has begun with it. */
export function alternativeTo(
  token: TalkToken,
  { id, piece, probability }: TalkToken['alternatives'][number],
  rank: number,
): TalkToken {
  const text = isSpecial(piece) ? '' : piece
  return { ...token, id, piece, text, probability, rank, forced: false }
}
