/** What a mutation is: it takes a valid input and gives a damaged one, with a few words on what it did. */
import type { SeededRandom } from '../random'

export interface Mutated {
  bytes: Buffer
  /** `a bit of byte 17 flipped` */
  what: string
}

export type Mutation = (bytes: Buffer, random: SeededRandom) => Mutated
