/**
 * Upper bounds of every number that a person, a file or the window gives and that memory or time grows with, chosen by
 * its cost. Each bound lies far above what training needs, and low enough that one wrong digit does not fill the memory
 * of a usual machine. Pure, shared with the window.
 */

/** Ids a row: attention's scores grow with the square. */
export const MOST_SEQ_LEN = 2 ** 20
/** Rows a batch. */
export const MOST_ROWS = 2 ** 16
/** Ranks of a run. */
export const MOST_RANKS = 4096
/** Ids of one micro-batch: inputs, targets and what the window shows of them take 20 bytes an id, 320 MiB. */
export const MOST_BATCH_TOKENS = 2 ** 24
/** Ids of a step: micro-batches of as many ids wait for the trainer, at 8 bytes an id, 1 GiB. */
export const MOST_STEP_TOKENS = 2 ** 27
/** Conversations that a packer buffers: every stored state of the loader contains them all, at 8 bytes each, 64 MiB. */
export const MOST_BUFFERED = 2 ** 17
/** Steps: each is a row of the run's store and three numbers of its plan. */
export const MOST_STEPS = 10_000_000
/** Batches of one plan: its curve has three numbers a batch, 400 MiB. */
export const MOST_PLANNED_BATCHES = 2 ** 24
/** Ids of an evaluation: a hundred times the reference's. */
export const MOST_EVAL_TOKENS = 2 ** 30

/** Times that an entry is repeated. */
export const MOST_REPEATS = 1000
/** Entries of a mixture, repeats counted: a conversation's place is looked up among them. */
export const MOST_TASKS = 4096
/** Conversations of a mixture: the order, the lengths and the other values of each take some 40 bytes, 640 MiB. */
export const MOST_CONVERSATIONS = 2 ** 24
/** Conversations that a config excludes: every edit in the window passes them all on, 60 ms at this number. */
export const MOST_EXCLUDED = 2 ** 18
/** Conversations that are compared with each other: the search holds 400 bytes of each, 1.6 GiB. */
export const MOST_COMPARED = 2 ** 22
/** Examples of a spelling task: those after the ten millionth would be the test split's (docs/REFERENCE.md §1). */
export const MOST_EXAMPLES = 10_000_000

/** Prompts that a run answers at some steps, each with hundreds of tokens. */
export const MOST_PROMPTS = 32
/** Steps whose losses by token are recorded: some 2 MB each at the default batch size. */
export const MOST_RECORDED = 1000
/** Characters of one: beyond the reach of usual models. */
export const MOST_PROMPT_LENGTH = 20_000

/** Layers of a model: each has seven parameters that are made, loaded and compiled one by one. */
export const MOST_LAYERS = 1024
/** Width of a model: its largest matrix is 4 × 65,536² numbers, 64 GiB. */
export const MOST_WIDTH = 2 ** 16
export const MOST_HEADS = 2 ** 12
/** Tokens of a vocabulary: the embedding has a row for each. */
export const MOST_VOCABULARY = 2 ** 22
