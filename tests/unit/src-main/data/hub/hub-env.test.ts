import { writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hubOrigins, hubSettings, setEnteredToken } from '../../../../../src-main/data/hub/hub-env'
import { temporaryFolder } from '../../../../support/temporary-folder'

const home = homedir()

// What huggingface_hub's constants.py makes of the same variables.
describe('hubSettings', () => {
  it.each([
    [{}, join(home, '.cache/huggingface/hub')],
    [{ XDG_CACHE_HOME: '/x' }, '/x/huggingface/hub'],
    [{ HF_HOME: '/h', XDG_CACHE_HOME: '/x' }, '/h/hub'],
    [{ HF_HUB_CACHE: '/c', HUGGINGFACE_HUB_CACHE: '/old', HF_HOME: '/h' }, '/c'],
    [{ HUGGINGFACE_HUB_CACHE: '/old', HF_HOME: '/h' }, '/old'],
    [{ HF_HOME: '~/h' }, join(home, 'h/hub')],
    [{ HF_HOME: '$DISK/${NAME}', DISK: '/d', NAME: 'n' }, '/d/n/hub'],
    [{ HF_HUB_CACHE: '/c/$NONE' }, '/c/$NONE'],
  ])('finds the cache for %j', async (env, cacheDir) => {
    expect((await hubSettings(env)).cacheDir).toBe(cacheDir)
  })

  it('finds the endpoint, without a slash at its end', async () => {
    expect((await hubSettings({})).endpoint).toBe('https://huggingface.co')
    expect((await hubSettings({ HF_ENDPOINT: 'http://mirror/hf/' })).endpoint).toBe('http://mirror/hf')
  })

  it.each([
    ['1', true],
    ['true', true],
    ['YES', true],
    ['On', true],
    ['0', false],
    ['', false],
    ['maybe', false],
  ])('takes HF_HUB_OFFLINE=%s for %s', async (value, offline) => {
    expect((await hubSettings({ HF_HUB_OFFLINE: value })).offline).toBe(offline)
  })

  it('finds the token in the environment, else in its file', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'token'), ' from-file\n')
    const token = async (env: Record<string, string>) =>
      (await hubSettings({ HF_HOME: folder, ...env })).token
    expect(await token({ HF_TOKEN: ' set ' })).toBe('set')
    expect(await token({ HUGGING_FACE_HUB_TOKEN: 'old' })).toBe('old')
    expect(await token({})).toBe('from-file')
    setEnteredToken('entered')
    expect(await token({})).toBe('entered')
    expect(await token({ HF_TOKEN: 'set' })).toBe('set')
    expect((await hubOrigins({ HF_HOME: folder })).token).toEqual({
      used: true,
      file: null,
      set_by: 'the system’s keyring',
    })
    setEnteredToken(null)
    expect(await token({ HF_TOKEN: '' })).toBe('from-file')
    expect(await token({ HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' })).toBeNull()
    expect(await token({ HF_TOKEN_PATH: join(folder, 'none') })).toBeNull()
  })
})

describe('hubOrigins', () => {
  it.each([
    [{}, join(home, '.cache/huggingface/hub'), null],
    [{ XDG_CACHE_HOME: '/x' }, '/x/huggingface/hub', 'XDG_CACHE_HOME'],
    [{ HF_HOME: '/h', XDG_CACHE_HOME: '/x' }, '/h/hub', 'HF_HOME'],
    [{ HF_HOME: '/h', HUGGINGFACE_HUB_CACHE: '/old' }, '/old', 'HUGGINGFACE_HUB_CACHE'],
    [{ HF_HUB_CACHE: '/c', HUGGINGFACE_HUB_CACHE: '/old' }, '/c', 'HF_HUB_CACHE'],
  ])('names what sets the cache for %j', async (env, path, set_by) => {
    expect((await hubOrigins(env)).cache).toEqual({ path, set_by })
  })

  it('names the host of the endpoint and nothing else of its address', async () => {
    const { endpoint } = await hubSettings({})
    expect((await hubOrigins({})).endpoint).toEqual({ host: new URL(endpoint).host, set_by: null })
    const set = (HF_ENDPOINT: string) => hubOrigins({ HF_ENDPOINT }).then((origins) => origins.endpoint)
    const set_by = 'HF_ENDPOINT'
    expect(await set('http://me:secret@mirror:8080/hf/')).toEqual({ host: 'mirror:8080', set_by })
    expect(await set('mirror without a scheme')).toEqual({ host: null, set_by })
    expect(await set('')).toEqual({ host: null, set_by })
  })

  it('says whether offline and by which variable', async () => {
    const offline = async (env: Record<string, string>) => (await hubOrigins(env)).offline
    expect(await offline({})).toEqual({ on: false, set_by: null })
    expect(await offline({ HF_HUB_OFFLINE: '1' })).toEqual({ on: true, set_by: 'HF_HUB_OFFLINE' })
    expect(await offline({ HF_HUB_OFFLINE: '0', TRANSFORMERS_OFFLINE: '1' })).toEqual({
      on: false,
      set_by: 'HF_HUB_OFFLINE',
    })
    expect(await offline({ TRANSFORMERS_OFFLINE: '1' })).toEqual({ on: true, set_by: 'TRANSFORMERS_OFFLINE' })
  })

  it('says where the token comes from and never what it is', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'token')
    const none = join(folder, 'none')
    writeFileSync(file, 'q~j-file-q~j\n')
    const origin = async (env: Record<string, string>) => {
      const all = { HF_HOME: folder, ...env }
      expect((await hubSettings(all)).token ?? 'q~j').toContain('q~j')
      const origins = await hubOrigins(all)
      expect(JSON.stringify(origins)).not.toContain('q~j')
      return origins.token
    }
    expect(await origin({ HF_TOKEN: 'q~j-set' })).toEqual({ used: true, file: null, set_by: 'HF_TOKEN' })
    expect(await origin({ HF_TOKEN: ' ', HUGGING_FACE_HUB_TOKEN: 'q~j-old' })).toEqual({
      used: true,
      file: null,
      set_by: 'HUGGING_FACE_HUB_TOKEN',
    })
    expect(await origin({})).toEqual({ used: true, file, set_by: 'HF_HOME' })
    expect(await origin({ HF_TOKEN_PATH: file })).toEqual({ used: true, file, set_by: 'HF_TOKEN_PATH' })
    expect(await origin({ HF_TOKEN_PATH: none })).toEqual({
      used: false,
      file: none,
      set_by: 'HF_TOKEN_PATH',
    })
    expect(await origin({ HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' })).toEqual({
      used: false,
      file: null,
      set_by: 'HF_HUB_DISABLE_IMPLICIT_TOKEN',
    })
  })
})
