/**
 * The hub's parquet export: every data set on the hub as parquet files, by subset and split, which is where today's
 * nanochat gets its data. One request lists the addresses of a split's files; one more for each file, without its
 * contents, gives its size and, where the server names it, its SHA-256.
 */
import { z } from 'zod'
import { MidbenchError } from '../../errors'
import { describeSplit, subsetOf, type DatasetSplit } from './dataset-split'
import type { Checksum } from './fetch-file'
import { authorization, getJson, type RequestOptions } from './hub-api'
import { DEFAULT_ENDPOINT, type HubSettings } from './hub-env'
import { checkStatus, DEFAULT_POLICY, Retries, StallWatch } from './requests'

/** A file of the export. */
export interface ExportFile {
  url: string
  /** For the file's own server: another than the hub gets no token. */
  headers: Record<string, string>
  /** Bytes, where the server says. */
  size: number | undefined
  checksum: Checksum | undefined
}

const listing = z.array(z.url({ protocol: /^https?$/ }))

/** The hub answers with a way to a branch, which leads to a server of contents, which may have another. */
const MOST_REDIRECTS = 6

/**
 * The files of a split's export, in the order of their rows.
 *
 * @throws MidbenchError `hub.*`
 */
export async function exportFiles(
  dataset: DatasetSplit,
  hub: HubSettings,
  options: RequestOptions,
): Promise<ExportFile[]> {
  const what = `${describeSplit(dataset)}, as parquet`
  const place = [dataset.repo, 'parquet', subsetOf(dataset), dataset.split].join('/')
  const policy = { ...(options.policy ?? DEFAULT_POLICY), attemptsToReach: 1 }
  const { body: urls } = await getJson(hub, `${hub.endpoint}/api/datasets/${place}`, what, listing, {
    ...options,
    policy,
  })
  if (urls.length === 0) throw noExport(what)
  return Promise.all(urls.map((url) => describeFile(atEndpoint(url, hub), what, hub, options)))
}

/** A mirror of the hub may pass on the hub's own addresses, which perhaps cannot be reached from here. */
function atEndpoint(url: string, { endpoint }: HubSettings): string {
  return url.startsWith(`${DEFAULT_ENDPOINT}/`) ? endpoint + url.slice(DEFAULT_ENDPOINT.length) : url
}

async function describeFile(
  url: string,
  what: string,
  hub: HubSettings,
  { signal, policy = DEFAULT_POLICY }: RequestOptions,
): Promise<ExportFile> {
  const retries = new Retries(policy, what, signal)
  for (;;) {
    const watch = new StallWatch(policy.stallMs, signal)
    try {
      return { url, headers: headersFor(url, hub), ...(await askContents(url, what, hub, watch.signal)) }
    } catch (error) {
      await retries.after(watch.explain(error))
    } finally {
      watch.stop()
    }
  }
}

/** Follows the way to a file's contents, and reads on the way what is said of them. */
async function askContents(
  first: string,
  what: string,
  hub: HubSettings,
  signal: AbortSignal,
): Promise<Pick<ExportFile, 'size' | 'checksum'>> {
  let url = first
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const headers = { ...headersFor(url, hub), 'accept-encoding': 'identity' }
    const response = await fetch(url, { method: 'HEAD', redirect: 'manual', headers, signal })
    const linked = linkedContents(response)
    if (linked !== undefined) return linked
    const next = response.headers.get('location')
    if (response.status < 300 || response.status >= 400 || next === null) {
      return { size: lengthOf(response, what), checksum: undefined }
    }
    url = new URL(next, url).href
  }
  throw new MidbenchError({
    code: 'hub.strange',
    message: `${what}: the server sends from one address to the next`,
  })
}

/** What the hub says of a large file before it sends on to the file's contents. */
function linkedContents({ headers }: Response): Pick<ExportFile, 'size' | 'checksum'> | undefined {
  const hex = /^"?([0-9a-f]{64})"?$/.exec(headers.get('x-linked-etag') ?? '')?.[1]
  const size = headers.get('x-linked-size')
  if (hex === undefined || size === null || !/^\d+$/.test(size)) return undefined
  return { size: Number(size), checksum: { kind: 'sha256', hex } }
}

/** Statuses of servers that answer GET alone: the file is asked for all the same. */
const NO_HEAD = [403, 405, 501]

/** @throws MidbenchError `hub.*`; TransientFault for what may pass */
function lengthOf(response: Response, what: string): number | undefined {
  if (NO_HEAD.includes(response.status)) return undefined
  checkStatus(response, what)
  const length = response.headers.get('content-length')
  return length === null || !/^\d+$/.test(length) ? undefined : Number(length)
}

function headersFor(url: string, hub: HubSettings): Record<string, string> {
  return new URL(url).origin === new URL(hub.endpoint).origin ? authorization(hub) : {}
}

function noExport(what: string): MidbenchError {
  return new MidbenchError({
    code: 'hub.not-found',
    message: `${what}: the hub lists no file`,
    remedy: 'The dataset may have been rearranged; name local parquet files with data_files.',
  })
}
