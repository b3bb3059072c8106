/**
 * The environment variables by which the Python tools are told where the hub is and where its files are kept, read as
 * they read them: HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN, HF_TOKEN_PATH, HF_HUB_OFFLINE, XDG_CACHE_HOME. So what
 * Python has downloaded is found here, and the other way round.
 */
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

export interface HubSettings {
  /** The folder with `datasets--org--name` in it. */
  cacheDir: string
  /** Without a slash at its end. */
  endpoint: string
  token: string | null
  /** No request may be made. */
  offline: boolean
}

type Env = Readonly<Record<string, string | undefined>>

/** @param env the process's environment. */
export async function hubSettings(env: Env = process.env): Promise<HubSettings> {
  const cacheHome = env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  const home = expanded(env['HF_HOME'] ?? join(cacheHome, 'huggingface'), env)
  const cacheDir = env['HF_HUB_CACHE'] ?? env['HUGGINGFACE_HUB_CACHE'] ?? join(home, 'hub')
  return {
    cacheDir: expanded(cacheDir, env),
    endpoint: (env['HF_ENDPOINT'] ?? 'https://huggingface.co').replace(/\/+$/, ''),
    token: await findToken(env, home),
    offline: isTrue(env['HF_HUB_OFFLINE'] ?? env['TRANSFORMERS_OFFLINE']),
  }
}

/** The variable, or the file that `hf auth login` writes. */
async function findToken(env: Env, home: string): Promise<string | null> {
  const set = clean(env['HF_TOKEN']) ?? clean(env['HUGGING_FACE_HUB_TOKEN'])
  if (set !== null) return set
  if (isTrue(env['HF_HUB_DISABLE_IMPLICIT_TOKEN'])) return null
  const path = expanded(env['HF_TOKEN_PATH'] ?? join(home, 'token'), env)
  return clean(await readFile(path, 'utf8').catch(() => undefined))
}

function clean(token: string | undefined): string | null {
  const text = token?.trim() ?? ''
  return text === '' ? null : text
}

function isTrue(value: string | undefined): boolean {
  return ['1', 'ON', 'YES', 'TRUE'].includes((value ?? '').toUpperCase())
}

/** `~` and `$NAME` as Python's expanduser and expandvars take them; an unknown name stays as it is. */
function expanded(path: string, env: Env): string {
  const home = path === '~' || path.startsWith('~/') ? homedir() + path.slice(1) : path
  return home.replace(/\$(?:(\w+)|\{(\w+)\})/g, (all, plain?: string, braced?: string) => {
    return env[plain ?? braced ?? ''] ?? all
  })
}
