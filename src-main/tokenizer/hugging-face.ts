/**
 * A tokenizer as Hugging Face's `tokenizers` reads it: `tokenizer.json`, byte-level BPE with the reference's split
 * pattern. It gives the same ids as ours for any text that holds no special token's name: there `tokenizers` reads the
 * token, and `encode_ordinary` plain text (its option `encode_special_tokens` does so too).
 *
 * tiktoken merges any two neighbours whose bytes are a token, the lowest id first, and takes a whole piece that is a
 * token without merging. Here the first is said by a merge for every way to join two tokens into one, in the order of
 * the joined token's id, the second by `ignore_merges`. Costs about a second for 65,536 tokens.
 */
import type { EncodingData } from './encoding-file'
import type { SpecialName } from './tokenizer'

/** Bytes as the characters that byte-level BPE writes them with: printable ones as they are, others from U+0100 on. */
const CHARACTERS: readonly string[] = byteCharacters()

function byteCharacters(): string[] {
  const isPrinted = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff)
  let other = 0x100
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPrinted(byte) ? byte : other++))
}

const written = (bytes: Uint8Array): string => Array.from(bytes, (byte) => CHARACTERS[byte] ?? '').join('')

/** The content of `tokenizer.json`. */
export function tokenizerJson({ pattern, tokens, specials }: EncodingData): object {
  const names = tokens.map(written)
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens(specials),
    normalizer: null,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
      ],
    },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: true,
      vocab: Object.fromEntries(names.map((name, id) => [name, id])),
      merges: mergesOf(names),
    },
  }
}

function addedTokens(specials: EncodingData['specials']): object[] {
  const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false }
  const byId = [...specials].sort(([, a], [, b]) => a - b)
  return byId.map(([content, id]) => ({ id, content, ...plain, special: true }))
}

/** Every way to join two tokens into one, by the id of the one; then by the ids of the two. */
function mergesOf(names: readonly string[]): [string, string][] {
  const ids = new Map(names.map((name, id) => [name, id]))
  return names.flatMap((name) => {
    const ways: { left: number; right: number }[] = []
    for (let cut = 1; cut < name.length; cut++) {
      const [left, right] = [ids.get(name.slice(0, cut)), ids.get(name.slice(cut))]
      if (left !== undefined && right !== undefined) ways.push({ left, right })
    }
    ways.sort((a, b) => a.left - b.left || a.right - b.right)
    return ways.map(({ left, right }): [string, string] => [names[left] ?? '', names[right] ?? ''])
  })
}

/** The content of `tokenizer_config.json`. @param sequenceLen the most tokens that the model was trained on at once */
export function tokenizerConfig(
  specials: Readonly<Record<SpecialName, number>>,
  sequenceLen: number,
): object {
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    model_max_length: sequenceLen,
    clean_up_tokenization_spaces: false,
    bos_token: '<|bos|>' satisfies SpecialName,
    eos_token: '<|assistant_end|>' satisfies SpecialName,
    additional_special_tokens: Object.keys(specials),
  }
}
