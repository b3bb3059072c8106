/**
 * The hub token that a person enters in Settings. Only the system's keyring can open what is kept of it: a file of the
 * data folder has it sealed. Where there is no keyring nothing is kept, and least of all in plain text. The token goes
 * one way: nothing here gives it back, so that no page can ask for it.
 */
import { z } from 'zod'

import { MidbenchError } from '../errors'
import { JsonFile } from '../files/kept-json'
import { reasonOf } from '../system-error'

/** The system's keyring, as far as it is needed; app/ has Electron's. */
export interface Keyring {
  /** Why nothing can be sealed; null where it can. */
  lacks: () => string | null
  seal: (text: string) => Buffer
  open: (sealed: Buffer) => string
}

export interface TokenState {
  /** Whether a token is kept. */
  kept: boolean
  /** Why none can be kept, or why the kept one cannot be read; null where nothing is wrong. */
  problem: string | null
}

const REMEDY = 'Set HF_TOKEN, or run `hf auth login`.'
const kept = z.strictObject({
  /** Base64; empty where there is no token. */
  sealed: z.string(),
})

export class HubToken {
  private readonly file: JsonFile<z.infer<typeof kept>>
  private sealed = ''
  private problem: string | null = null

  /** @param use is told the token, and null where there is none any more */
  constructor(
    path: string,
    private readonly keyring: Keyring,
    private readonly use: (token: string | null) => void,
  ) {
    this.file = new JsonFile(path, kept)
    const { value, problem } = this.file.read()
    this.sealed = value?.sealed ?? ''
    this.problem = problem
    if (this.sealed !== '') this.unseal()
  }

  get state(): TokenState {
    const lacks = this.keyring.lacks()
    return { kept: this.sealed !== '', problem: this.problem ?? (lacks && `${lacks} ${REMEDY}`) }
  }

  /**
   * Resolves once the sealed token is on disk.
   *
   * @throws MidbenchError `token.no-keyring`; what writing throws
   */
  async keep(token: string): Promise<void> {
    const lacks = this.keyring.lacks()
    if (lacks !== null) throw new MidbenchError({ code: 'token.no-keyring', message: lacks, remedy: REMEDY })
    this.sealed = this.keyring.seal(token).toString('base64')
    this.problem = null
    this.use(token)
    await this.file.write({ sealed: this.sealed })
  }

  /** Resolves once nothing of the token is kept. @throws what writing throws */
  async forget(): Promise<void> {
    this.sealed = ''
    this.problem = null
    this.use(null)
    await this.file.write({ sealed: '' })
  }

  private unseal(): void {
    try {
      this.use(this.keyring.open(Buffer.from(this.sealed, 'base64')))
    } catch (error) {
      this.problem = `The kept token cannot be read from the system’s keyring: ${reasonOf(error)}. Enter it again.`
    }
  }
}
