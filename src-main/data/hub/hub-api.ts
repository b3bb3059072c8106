/**
 * Requests to the hub's API: the commit of a dataset's branch, the files of a folder or of all folders; and how any is
 * made.
 */
import { z } from 'zod'
import { MidbenchError } from '../../errors'
import type { Checksum } from './fetch-file'
import type { HubSettings } from './hub-env'
import { checkStatus, DEFAULT_POLICY, Retries, StallWatch, type RetryPolicy } from './requests'

/** A file of a dataset repository at a commit. */
export interface HubFile {
  /** Path within the repository. */
  path: string
  /** Bytes. */
  size: number
  /** The name of its contents, which the cache uses as its blob's name. */
  etag: string
  checksum: Checksum
}

export interface RequestOptions {
  signal?: AbortSignal | undefined
  policy?: RetryPolicy | undefined
}

const revision = z.object({ sha: z.string().regex(/^[0-9a-f]{40}$/) })
const treeEntry = z.object({
  type: z.string(),
  path: z.string(),
  size: z.int().min(0),
  /** git's sha1 of the contents, or of the pointer to a large file. */
  oid: z.string(),
  /** A large file; `oid` is the sha256 of its contents. */
  lfs: z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/), size: z.int().min(0) }).optional(),
})

/**
 * The commit of a dataset's main branch. This is the first request of a download; it is not repeated where no server is
 * reached.
 *
 * @throws MidbenchError `hub.*`
 */
export function mainCommit(hub: HubSettings, repo: string, options: RequestOptions): Promise<string> {
  return commitOf(hub, repo, 'main', options)
}

/** The same of another branch. */
export async function commitOf(
  hub: HubSettings,
  repo: string,
  branch: string,
  options: RequestOptions,
): Promise<string> {
  const url = `${hub.endpoint}/api/datasets/${repo}/revision/${encodeURIComponent(branch)}`
  const { body } = await getJson(hub, url, repo, revision, {
    ...options,
    policy: { ...(options.policy ?? DEFAULT_POLICY), attemptsToReach: 1 },
  })
  return body.sha
}

/** The files of a folder at a commit. @throws MidbenchError `hub.*` */
export function folderFiles(
  hub: HubSettings,
  repo: string,
  commit: string,
  folder: string,
  options: RequestOptions,
): Promise<HubFile[]> {
  return listedFiles(hub, `${repo}/tree/${commit}/${folder}`, `${repo}, folder ${folder}`, options)
}

/** The files of all folders at a commit. @throws MidbenchError `hub.*` */
export function allFiles(
  hub: HubSettings,
  repo: string,
  commit: string,
  options: RequestOptions,
): Promise<HubFile[]> {
  return listedFiles(hub, `${repo}/tree/${commit}?recursive=true`, repo, options)
}

async function listedFiles(
  hub: HubSettings,
  tree: string,
  what: string,
  options: RequestOptions,
): Promise<HubFile[]> {
  const files: HubFile[] = []
  let url: string | undefined = `${hub.endpoint}/api/datasets/${tree}`
  while (url !== undefined) {
    const page: Page<z.infer<typeof treeEntry>[]> = await getJson(hub, url, what, z.array(treeEntry), options)
    for (const entry of page.body) if (entry.type === 'file') files.push(hubFile(entry))
    url = page.next
  }
  return files
}

/** The address of a file's contents. */
export function fileUrl(hub: HubSettings, repo: string, commit: string, path: string): string {
  return `${hub.endpoint}/datasets/${repo}/resolve/${commit}/${path.split('/').map(encodeURIComponent).join('/')}`
}

export function authorization({ token }: HubSettings): Record<string, string> {
  return token === null ? {} : { authorization: `Bearer ${token}` }
}

function hubFile({ path, size, oid, lfs }: z.infer<typeof treeEntry>): HubFile {
  if (lfs === undefined) return { path, size, etag: oid, checksum: { kind: 'git-sha1', hex: oid } }
  return { path, size: lfs.size, etag: lfs.oid, checksum: { kind: 'sha256', hex: lfs.oid } }
}

interface Page<T> {
  body: T
  /** The address of the next page. */
  next: string | undefined
}

/** Asks for JSON of a shape, again where the network fails. @throws MidbenchError `hub.*` */
export async function getJson<T>(
  hub: HubSettings,
  url: string,
  what: string,
  schema: z.ZodType<T>,
  { signal, policy = DEFAULT_POLICY }: RequestOptions,
): Promise<Page<T>> {
  const retries = new Retries(policy, what, signal)
  for (;;) {
    const watch = new StallWatch(policy.stallMs, signal)
    try {
      const response = await fetch(url, { headers: authorization(hub), signal: watch.signal })
      checkStatus(response, what)
      const parsed = schema.safeParse(await response.json())
      if (!parsed.success) throw strange(what, url)
      return { body: parsed.data, next: nextPage(response, hub) }
    } catch (error) {
      await retries.after(error instanceof SyntaxError ? strange(what, url) : watch.explain(error))
    } finally {
      watch.stop()
    }
  }
}

/** The address of a listing's next page, if it is on the same server. */
function nextPage(response: Response, { endpoint }: HubSettings): string | undefined {
  const url = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
  return url !== undefined && new URL(url).origin === new URL(endpoint).origin ? url : undefined
}

function strange(what: string, url: string): MidbenchError {
  return new MidbenchError({
    code: 'hub.strange',
    message: `${what}: ${new URL(url).host} does not answer as the hub does`,
    remedy: 'Check HF_ENDPOINT, and that no sign-in page of the network answers in its place.',
  })
}
