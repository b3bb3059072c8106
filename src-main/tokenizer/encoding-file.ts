/**
 * Reads `tokenizer.pkl`: a pickled `tiktoken.Encoding` as nanochat saves it. Accepts exactly the content of such a
 * pickle and refuses everything else by name; nothing in the file is run.
 */
import { readFile } from 'node:fs/promises'
import { MidbenchError } from '../errors'
import { requireContents } from '../files/regular-file'
import { PickleObject, showPickled, type PickleValue } from '../pickle/pickle-value'
import { unpickle } from '../pickle/unpickle'
import { reasonOf } from '../system-error'

/** The parts of a tiktoken Encoding. */
export interface EncodingData {
  name: string
  /** The regular expression that splits a text into pieces. */
  pattern: string
  /** Bytes of each mergeable token by id, which is also its rank. */
  tokens: Uint8Array[]
  /** Special tokens by name; their ids follow the mergeable ones. */
  specials: Map<string, number>
}

const ENCODING = 'tiktoken.core.Encoding'
const FIELDS = ['name', 'pat_str', 'mergeable_ranks', 'special_tokens'] as const

/**
 * @throws MidbenchError `tokenizer.missing`, `pickle.refused` or `tokenizer.invalid`, naming the file and what is wrong.
 */
export async function readEncoding(path: string): Promise<EncodingData> {
  return parseEncoding(await readRequired(path), path)
}

/** {@link readEncoding} on bytes already read; `path` is for messages. */
export function parseEncoding(bytes: Uint8Array, path: string): EncodingData {
  const encoding = unpickle(bytes, { what: path, globals: new Set([ENCODING]) })
  if (!(encoding instanceof PickleObject) || encoding.args.length > 0 || encoding.items.size > 0) {
    throw invalid(path, 'it does not hold a tiktoken Encoding')
  }
  if (typeof encoding.state === 'string') {
    // tiktoken pickles its own built-in encodings as a name, which it looks up in its registry.
    throw invalid(path, `it only names tiktoken's encoding ${encoding.state} and holds no ranks`)
  }
  const fields = readFields(encoding.state, path)
  const { name, pat_str: pattern } = fields
  if (typeof name !== 'string') throw invalid(path, 'its name is no string')
  if (typeof pattern !== 'string') throw invalid(path, 'its pat_str is no string')
  const tokens = readRanks(fields.mergeable_ranks, path)
  return { name, pattern, tokens, specials: readSpecials(fields.special_tokens, tokens.length, path) }
}

function readFields(
  state: PickleValue | undefined,
  path: string,
): Record<(typeof FIELDS)[number], PickleValue> {
  if (!(state instanceof Map)) throw invalid(path, 'its Encoding has no state')
  const unknown = [...state.keys()].find((key) => !FIELDS.some((field) => field === key))
  if (unknown !== undefined) throw invalid(path, `its Encoding has the unknown field ${showPickled(unknown)}`)
  const field = (key: (typeof FIELDS)[number]): PickleValue => {
    const value = state.get(key)
    if (value === undefined) throw invalid(path, `its Encoding has no ${key}`)
    return value
  }
  return {
    name: field('name'),
    pat_str: field('pat_str'),
    mergeable_ranks: field('mergeable_ranks'),
    special_tokens: field('special_tokens'),
  }
}

/** The ranks as a list: each id from 0 on exactly once. */
function readRanks(ranks: PickleValue, path: string): Uint8Array[] {
  if (!(ranks instanceof Map)) throw invalid(path, 'its mergeable_ranks are no dict')
  const tokens = new Array<Uint8Array | undefined>(ranks.size).fill(undefined)
  for (const [bytes, rank] of ranks) {
    if (!(bytes instanceof Uint8Array) || bytes.length === 0) throw invalid(path, 'a token is no bytes')
    if (typeof rank !== 'number' || !(rank in tokens) || tokens[rank] !== undefined) {
      throw invalid(
        path,
        `the rank ${showPickled(rank)} is not one of 0 to ${String(ranks.size - 1)}, each once`,
      )
    }
    tokens[rank] = bytes
  }
  return tokens.filter((token) => token !== undefined)
}

function readSpecials(specials: PickleValue, firstId: number, path: string): Map<string, number> {
  if (!(specials instanceof Map)) throw invalid(path, 'its special_tokens are no dict')
  const byName = new Map<string, number>()
  const ids = new Set<number>()
  for (const [name, id] of specials) {
    const fits = typeof id === 'number' && id >= firstId && id < firstId + specials.size && !ids.has(id)
    if (typeof name !== 'string' || !fits) {
      throw invalid(path, `the special token ${showPickled(name)} has an id that does not follow the ranks`)
    }
    byName.set(name, id)
    ids.add(id)
  }
  return byName
}

/** A tokenizer file's bytes; a missing one is an error that says what should be there. */
async function readRequired(path: string): Promise<Uint8Array> {
  try {
    await requireContents(path)
    return await readFile(path)
  } catch (cause) {
    if (cause instanceof MidbenchError) throw cause
    throw new MidbenchError(
      {
        code: 'tokenizer.missing',
        message: `${path}: the tokenizer cannot be read: ${reasonOf(cause)}`,
        remedy:
          'Point base_dir at a nanochat folder; its tokenizer folder holds tokenizer.pkl and token_bytes.pt.',
      },
      { cause },
    )
  }
}

function invalid(path: string, reason: string): MidbenchError {
  return new MidbenchError({
    code: 'tokenizer.invalid',
    message: `${path}: ${reason}`,
    remedy: 'A nanochat tokenizer.pkl is expected, as its tok_train script writes it.',
  })
}
