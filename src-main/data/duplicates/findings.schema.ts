/** What a search for duplicates found, as the window shows it. Pure zod. */
import { z } from 'zod'
import { message } from '../conversation.schema'
import { int32 } from '../../typed-arrays.schema'

/**
 * `exact`, `near`: conversations of train like an earlier one. `val`: of train like one of val. `test`: of train that
 * overlap a row of a test. `val-test`: of val that do; they cannot be excluded.
 */
export const duplicateKind = z.enum(['exact', 'near', 'val', 'test', 'val-test'])

/** Which of the pairs of a kind: of one entry, of one test, or all. */
export const pairsOf = z.object({
  kind: duplicateKind,
  /** Index in the config's list that the kind is about; null = all. */
  entry: z.int().min(0).nullable(),
  /** Index in `findings.tests`; null = all. */
  test: z.int().min(0).nullable(),
})

/** Conversations of an entry by kind. */
const entryCounts = z.object({
  entry: z.int(),
  /** Rows of the entry, those left out that an earlier entry lists too. */
  conversations: z.int(),
  exact: z.int(),
  near: z.int(),
  val: z.int(),
  test: z.int(),
})

const testFindings = z.object({
  label: z.string(),
  /** null where its rows are not on this machine. */
  rows: z.int().nullable(),
  /** Conversations of train and of val that overlap its rows. */
  train: z.int(),
  val: z.int(),
  /** Conversations of val that are its rows: they are not counted as overlap. */
  itself: z.int(),
  /** Why its rows were not looked at. */
  missing: z.object({ message: z.string(), remedy: z.string().optional() }).nullable(),
})

export const findings = z.object({
  train: z.int(),
  val: z.int(),
  /** Rows that several entries list, each looked at once. */
  listed_again: z.int(),
  train_entries: z.array(entryCounts),
  /** Of val only `test` is counted. */
  val_entries: z.array(entryCounts),
  tests: z.array(testFindings),
  /** Jaccard similarity from which conversations count as nearly equal, 0 to 1. */
  near_from: z.number(),
  seconds: z.number(),
})

/** A conversation of a pair. */
const place = z.object({
  of: z.enum(['train', 'val', 'test']),
  /** Index in the config's list, or in `findings.tests`. */
  entry: z.int(),
  row: z.int(),
  /** The beginning of its text, on one line. */
  text: z.string(),
})

export const duplicatePair = z.object({
  /** Index in the kind's whole list. */
  index: z.int(),
  /** The one to exclude, where it is of train. */
  one: place,
  /** Every [entry, row] of mixture.train that lists it. */
  listed: z.array(z.tuple([z.int(), z.int()])),
  /** What it is like: an earlier conversation, one of val, or a row of a test. */
  other: place,
  /** Shared / all shingles; for a test, the share of the question's 13-grams. 0 to 1. */
  share: z.number(),
})

export const duplicatePairs = z.object({ total: z.int(), pairs: z.array(duplicatePair) })

/** A message part's text with its marked ranges: start and end of each, in characters, one after another. */
const markedPart = z.object({
  text: z.string(),
  marks: z.array(z.int()),
  /** Characters after `text` that are left out. */
  more: z.int(),
})
const markedConversation = z.array(z.object({ role: message.shape.role, parts: z.array(markedPart) }))

export const comparedPair = z.object({
  /** What the marks show: words that the other does not share, or words that it does. */
  marked: z.enum(['differs', 'shared']),
  one: markedConversation,
  other: markedConversation,
})

/** [2n] entry and row, of every listed conversation of some pairs. */
export const listedRows = int32

export type DuplicateKind = z.infer<typeof duplicateKind>
export type PairsOf = z.infer<typeof pairsOf>
export type Findings = z.infer<typeof findings>
export type DuplicatePair = z.infer<typeof duplicatePair>
export type DuplicatePairs = z.infer<typeof duplicatePairs>
export type ComparedPair = z.infer<typeof comparedPair>
export type MarkedConversation = z.infer<typeof markedConversation>
