import { writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hubSettings } from '../../../../../src-main/data/hub/hub-env'
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
    expect(await token({ HF_TOKEN: '' })).toBe('from-file')
    expect(await token({ HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' })).toBeNull()
    expect(await token({ HF_TOKEN_PATH: join(folder, 'none') })).toBeNull()
  })
})
