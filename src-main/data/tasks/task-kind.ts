/**
 * A kind of task: how its entries are written, described and edited, what its rows are read from, and how a row becomes
 * a conversation. Each kind is one file in this folder that exports a {@link TaskKind}, and a line in tasks.ts;
 * everything else derives from these. Slicing, repeating and mixing are done elsewhere and do not depend on the kind.
 *
 * A kind is pure: it uses zod and nothing of Node, so that the window, the config and the Python exchange all use the
 * same one. It names the source of its rows; data/sources opens it.
 */
import type { z } from 'zod'
import type { Conversation } from '../conversation.schema'
import type { slice } from '../entry.schema'
import type { TextLine } from '../files/text'
import type { Columns, FormatName } from '../formats/format'
import type { DatasetSplit } from '../hub/dataset-split'

export type EntrySchema = z.ZodObject<{ task: z.ZodLiteral<string> } & typeof slice, z.core.$strict>

export interface TaskKind<Schema extends EntrySchema = EntrySchema> {
  /** An entry of a mixture; `task` is the kind's name and the name of the class in the reference's Python. */
  readonly entry: Schema
  /** Name for people. */
  readonly title: string
  /** Where its rows come from, in a few words. */
  readonly about: string
  /** New entries, with the reference's choices; null where an entry needs a file that the person names. */
  readonly fresh: Readonly<Record<'train' | 'val', z.infer<Schema>>> | null
  /** The splits that can be chosen, or those of each subset where there are subsets; the usual one first. */
  readonly splits: readonly string[] | { readonly bySubset: Readonly<Record<string, readonly string[]>> }
  readonly files: FileOption
  /** Its class in the reference's Python; null where the reference has no such task. */
  readonly python: PythonClass | null
  /** How a model is measured by its rows; left out where no answer is right or wrong. */
  readonly graded?: Graded
  /** What an entry's rows are read from. */
  source(entry: z.infer<Schema>): TaskSource
}

/**
 * How an answer is judged, as in the reference (docs/REFERENCE.md §9): by the letter that the model prefers, by the number
 * that its text ends with, or by running its program. `letters` and `test` take a row as its file has it.
 */
export type Graded =
  | { readonly by: 'letter'; letters(row: unknown): readonly string[] }
  | { readonly by: 'number' }
  | { readonly by: 'program'; test(row: unknown): ProgramTest }

/** What judges a program: Python that defines `check(candidate)`, and the name of the function that is asked for. */
export interface ProgramTest {
  readonly test: string
  readonly entryPoint: string
}

/** The key by which an entry names the file or files that it reads. */
export interface FileOption {
  readonly key: 'data_files' | 'filepath' | 'word_list' | 'source'
  /** The files that a dialog offers. */
  readonly picks: 'parquet' | 'jsonl' | 'words' | 'conversations'
  /** Its label in an editor. */
  readonly label: string
  /** What is read where no file is named: the hub's files, or one in base_dir; null where one must be named. */
  readonly standard: 'hub' | { readonly inBaseDir: string } | null
}

/** Local parquet files in place of the hub's: an option of every kind whose rows are on the hub. */
export const HUB_FILES: FileOption = {
  key: 'data_files',
  picks: 'parquet',
  label: 'data',
  standard: 'hub',
}

/** How the reference's script constructs a task. */
export interface PythonClass {
  /** Keys of the entry that are parameters of the class, in its order; the slice's come after them. */
  readonly parameters: readonly string[]
  /** Defaults of its signature for options that have none in the config. */
  readonly defaults?: Readonly<Record<string, string>>
}

export type TaskSource = ParquetSource | LinesSource | WordsSource | ConversationsSource

/** Rows of a dataset on the hub, or of local files in its place, in the order of Hugging Face's `shuffle(seed=42)`. */
export interface ParquetSource {
  readonly from: 'parquet'
  readonly dataset: DatasetSplit
  /** What besides the files decides a row's conversation; it is part of the stored data's name: `MMLU all`. */
  readonly form: string
  readonly columns: readonly string[]
  /** The conversation of a row. @throws RowFault */
  convert(row: unknown): Conversation
}

/** Lines of a text file, in the file's order. */
export interface LinesSource {
  readonly from: 'lines'
  readonly form: string
  /** The conversation of a line, or undefined for a blank one. @throws LineFault */
  convert(line: TextLine): Conversation | undefined
}

/** Examples generated from a word list, each from its own seed. */
export interface WordsSource {
  readonly from: 'words'
  readonly form: string
  readonly rows: number
  /** Seed of row 0. */
  readonly firstSeed: number
  /** Prepares the words; returns a function that makes the example of a seed. */
  examples(words: readonly string[]): (seed: number) => Conversation
}

/** Conversations in any format, of files or a data set of the hub, in the order of the files. */
export interface ConversationsSource {
  readonly from: 'conversations'
  /** Files, patterns, folders or data sets, as the entry has them. */
  readonly sources: readonly string[]
  readonly format: FormatName | 'auto'
  readonly columns: Columns
  readonly subset: string | undefined
  readonly split: string | undefined
  /** Whether rows that cannot be converted stop everything or are left out and counted. */
  readonly onBad: 'refuse' | 'skip'
}
