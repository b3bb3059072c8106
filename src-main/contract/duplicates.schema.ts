/**
 * Duplicates in the train mixture, and overlap with val and with the rows of tests. What is excluded already is found
 * too, so that the answers do not change while conversations are excluded one after another.
 */
import { z } from 'zod'
import {
  comparedPair,
  duplicateKind,
  duplicatePairs,
  findings,
  listedRows,
  pairsOf,
} from '../data/duplicates/findings.schema'
import { configAt } from './common.schema'

export const duplicateCalls = {
  /** Reads and compares every conversation: a job with progress, a minute or two for 850,000. */
  'duplicates.find': { input: z.object({ ...configAt, job: z.string() }), output: findings },
  /** Pairs of the last search of this mixture. Fails with `duplicates.not-found` where there is none any more. */
  'duplicates.pairs': {
    input: z.object({ ...configAt, of: pairsOf, offset: z.int().min(0), limit: z.int().min(1).max(200) }),
    output: duplicatePairs,
  },
  /** Both conversations of a pair, with their words marked. */
  'duplicates.compare': {
    input: z.object({ ...configAt, kind: duplicateKind, index: z.int().min(0) }),
    output: comparedPair,
  },
  /** What excluding some pairs would add to `exclude`. */
  'duplicates.rows': { input: z.object({ ...configAt, of: pairsOf }), output: listedRows },
} as const
