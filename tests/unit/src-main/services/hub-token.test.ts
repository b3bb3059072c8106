import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { HubToken, type Keyring } from '../../../../src-main/services/hub-token'
import { failureOf } from '../../../support/failure'
import { temporaryFolder } from '../../../support/temporary-folder'

/** Seals by turning bits over; a keyring that is locked opens nothing. */
function keyring({ there = true, locked = false } = {}): Keyring {
  const turned = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => byte ^ 0xff))
  return {
    lacks: () => (there ? null : 'There is no keyring.'),
    seal: (text) => turned(Buffer.from(text)),
    open: (sealed) => {
      if (locked) throw new Error('it is locked')
      return turned(sealed).toString()
    },
  }
}

describe('HubToken', () => {
  const path = (): string => join(temporaryFolder(), 'hub-token.json')

  it('keeps a token sealed, uses it from then on and after a restart, until it is forgotten', async () => {
    const [file, used] = [path(), [] as (string | null)[]]
    const token = new HubToken(file, keyring(), (given) => used.push(given))
    expect(token.state).toEqual({ kept: false, problem: null })
    await token.keep('hf_abc')
    expect(token.state).toEqual({ kept: true, problem: null })
    expect(readFileSync(file, 'utf8')).not.toContain('hf_abc')
    const next = new HubToken(file, keyring(), (given) => used.push(given))
    expect(next.state.kept).toBe(true)
    await next.forget()
    expect(used).toEqual(['hf_abc', 'hf_abc', null])
    expect(new HubToken(file, keyring(), () => expect.unreachable()).state.kept).toBe(false)
  })

  it('keeps nothing where there is no keyring, and says what to do', async () => {
    const file = path()
    const token = new HubToken(file, keyring({ there: false }), () => expect.unreachable())
    expect(token.state).toEqual({
      kept: false,
      problem: 'There is no keyring. Set HF_TOKEN, or run `hf auth login`.',
    })
    expect(await failureOf(() => token.keep('hf_abc'))).toMatchObject({ code: 'token.no-keyring' })
    expect(existsSync(file)).toBe(false)
  })

  it('says that a kept token cannot be read, until it is entered again', async () => {
    const file = path()
    await new HubToken(file, keyring(), () => undefined).keep('hf_abc')
    const token = new HubToken(file, keyring({ locked: true }), () => undefined)
    expect(token.state.problem).toMatch(/cannot be read .* it is locked/)
    await token.keep('hf_new')
    expect(token.state).toEqual({ kept: true, problem: null })
  })
})
