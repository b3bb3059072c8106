/**
 * The two ways in which nanochat has counted the bytes of tokens, which bits per byte divide by (docs/REFERENCE.md §1).
 * They differ for tokens that are no UTF-8 by themselves.
 */

/** How a token_bytes.pt counts. */
export interface ByteCounting {
  /** The bytes of each token, or those of its text in UTF-8; or either, where no token differs. */
  by: 'bytes' | 'text' | 'either'
  /** Tokens for which the two ways differ. */
  differing: number
  /** Tokens of the vocabulary. */
  vocabSize: number
}

/** One sentence for people; null where both ways give the same. */
export function countingText({ by, differing, vocabSize }: ByteCounting): string | null {
  if (by === 'either') return null
  const number = (value: number): string => value.toLocaleString('en-US')
  const tokens = `${number(differing)} of ${number(vocabSize)} tokens`
  return by === 'bytes'
    ? `token_bytes.pt counts the bytes of each token, as nanochat does since 2ce972a of 3 July 2026: fewer than older files for ${tokens}, so bits per byte read slightly higher (about 0.05 % with nanochat's 32,768 tokens).`
    : `token_bytes.pt counts the text of each token, as nanochat did before 2ce972a of 3 July 2026: more than newer files for ${tokens}, so bits per byte read slightly lower (about 0.05 % with nanochat's 32,768 tokens).`
}
