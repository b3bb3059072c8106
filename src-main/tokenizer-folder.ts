/** Where the tokenizer lies in a nanochat base directory, for folders of the code that may not import one another. */
import { join } from 'node:path'

/** Pattern, ranks and special tokens. */
export const ENCODING_FILE = 'tokenizer.pkl'
/** Bytes of each token. */
export const TOKEN_BYTES_FILE = 'token_bytes.pt'

/** Holds {@link ENCODING_FILE} and {@link TOKEN_BYTES_FILE}. */
export function tokenizerDirOf(baseDir: string): string {
  return join(baseDir, 'tokenizer')
}
