/**
 * The environment variables that tell the Python tools where the hub is and where its files are stored, read in the
 * same way: HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN, HF_TOKEN_PATH, HF_HUB_OFFLINE, XDG_CACHE_HOME. So what Python
 * has downloaded is found here, and the other way round. A token that a person has entered in the window stands between
 * the variables and the token's file.
 */
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

export interface HubSettings {
  /** The folder with `datasets--org--name` in it. */
  cacheDir: string
  /** Without a trailing slash. */
  endpoint: string
  token: string | null
  /** No request may be made. */
  offline: boolean
}

type Env = Readonly<Record<string, string | undefined>>

/** What decides each setting, for people. Never contains the token or a part of it. */
export interface HubOrigins {
  cache: { path: string; set_by: SetBy }
  /** Host and port only, because an address may contain a password. Null where HF_ENDPOINT is no address. */
  endpoint: { host: string | null; set_by: SetBy }
  /** file: where a token is or would be read from; null where no file is used. */
  token: { used: boolean; file: string | null; set_by: SetBy }
  offline: { on: boolean; set_by: SetBy }
}

/** The environment variable that decides; null for the default. */
type SetBy = string | null

const CACHE = ['HF_HUB_CACHE', 'HUGGINGFACE_HUB_CACHE'] as const
const HOME = ['HF_HOME', 'XDG_CACHE_HOME'] as const
const TOKEN = ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN'] as const
const NO_TOKEN_FILE = 'HF_HUB_DISABLE_IMPLICIT_TOKEN'
const TOKEN_PATH = 'HF_TOKEN_PATH'
const ENDPOINT = 'HF_ENDPOINT'
const OFFLINE = ['HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE'] as const
/** The hub's own address, where HF_ENDPOINT names no other. */
export const DEFAULT_ENDPOINT = 'https://huggingface.co'

/** The token that was entered in the window; main alone downloads there, so threads need none. */
let enteredToken: string | null = null
/** Stands for the variable that decides, where it is {@link setEnteredToken}'s token. */
const KEYRING = 'the system’s keyring'

/** @param token null where a person has entered none, or has taken it back */
export function setEnteredToken(token: string | null): void {
  enteredToken = token
}

/** @param env the process's environment. */
export async function hubSettings(env: Env = process.env): Promise<HubSettings> {
  return {
    cacheDir: hubCacheDir(env),
    endpoint: (env[ENDPOINT] ?? DEFAULT_ENDPOINT).replace(/\/+$/, ''),
    token: await findToken(env),
    offline: isTrue(valueOf(env, OFFLINE)),
  }
}

/** The settings of {@link hubSettings} without the token, and the variable that decides each. */
export async function hubOrigins(env: Env = process.env): Promise<HubOrigins> {
  const { cacheDir, endpoint, token, offline } = await hubSettings(env)
  return {
    cache: { path: resolve(cacheDir), set_by: firstSet(env, [...CACHE, ...HOME]) },
    endpoint: {
      host: URL.canParse(endpoint) ? new URL(endpoint).host || null : null,
      set_by: firstSet(env, [ENDPOINT]),
    },
    token: { used: token !== null, ...tokenOrigin(env) },
    offline: { on: offline, set_by: firstSet(env, OFFLINE) },
  }
}

/** The folder with `datasets--org--name` in it. */
export function hubCacheDir(env: Env = process.env): string {
  return expanded(valueOf(env, CACHE) ?? join(homeDir(env), 'hub'), env)
}

function homeDir(env: Env): string {
  const cacheHome = env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  return expanded(env['HF_HOME'] ?? join(cacheHome, 'huggingface'), env)
}

/** The token of the variable, the one that was entered, or that of the file that `hf auth login` writes. */
async function findToken(env: Env): Promise<string | null> {
  for (const name of TOKEN) {
    const set = clean(env[name])
    if (set !== null) return set
  }
  if (enteredToken !== null) return enteredToken
  const path = tokenFile(env)
  return path === null ? null : clean(await readFile(path, 'utf8').catch(() => undefined))
}

/** Null where the environment says to read no file. */
function tokenFile(env: Env): string | null {
  if (isTrue(env[NO_TOKEN_FILE])) return null
  return expanded(env[TOKEN_PATH] ?? join(homeDir(env), 'token'), env)
}

function tokenOrigin(env: Env): Pick<HubOrigins['token'], 'file' | 'set_by'> {
  const variable = TOKEN.find((name) => clean(env[name]) !== null)
  if (variable !== undefined) return { file: null, set_by: variable }
  if (enteredToken !== null) return { file: null, set_by: KEYRING }
  const file = tokenFile(env)
  if (file === null) return { file, set_by: NO_TOKEN_FILE }
  return { file: resolve(file), set_by: firstSet(env, [TOKEN_PATH, ...HOME]) }
}

/** The first of these variables that is set, even to an empty string. */
function firstSet(env: Env, names: readonly string[]): SetBy {
  return names.find((name) => env[name] !== undefined) ?? null
}

function valueOf(env: Env, names: readonly string[]): string | undefined {
  return env[firstSet(env, names) ?? '']
}

function clean(token: string | undefined): string | null {
  const text = token?.trim() ?? ''
  return text === '' ? null : text
}

function isTrue(value: string | undefined): boolean {
  return ['1', 'ON', 'YES', 'TRUE'].includes((value ?? '').toUpperCase())
}

/** Expands `~` and `$NAME` like Python's expanduser and expandvars; an unknown name is left unchanged. */
function expanded(path: string, env: Env): string {
  const home = path === '~' || path.startsWith('~/') ? homedir() + path.slice(1) : path
  return home.replace(/\$(?:(\w+)|\{(\w+)\})/g, (all, plain?: string, braced?: string) => {
    return env[plain ?? braced ?? ''] ?? all
  })
}
