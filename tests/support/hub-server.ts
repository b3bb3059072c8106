/**
 * A server on this machine that answers as the hub does, and misbehaves when it is told to: each fault is used up by
 * one request for contents, in order.
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export type Fault =
  /** Ends the connection after so many bytes. */
  | { kind: 'cut'; after: number }
  /** Sends so many bytes and then nothing. */
  | { kind: 'stall'; after: number }
  /** Sends the body of another length than the file's, and says so. */
  | { kind: 'length'; bytes: number }
  /** Sends the right number of wrong bytes. */
  | { kind: 'garbage' }
  /** Takes no notice of Range. */
  | { kind: 'whole' }
  /** Sends another part than it was asked for. */
  | { kind: 'other-part' }
  | { kind: 'status'; status: number; retryAfter?: string }

export const COMMIT = 'c0ffee'.repeat(6) + 'c0ff'
/** The commit of the branch that holds a parquet export. */
const EXPORT_COMMIT = 'deadbeef'.repeat(5)

interface HubContent {
  content: Buffer
  large: boolean
  /** The version that answers with contents name. @default '"one"' */
  etag?: string
}

export interface HubServer {
  endpoint: string
  /**
   * Files of each repository by path; `large` ones are named by their sha256. Those of a parquet export lie under
   * `org/set@parquet/subset/split/0000.parquet`.
   */
  files: Map<string, HubContent>
  /** For contents. */
  faults: Fault[]
  /** For the api: one each request. */
  apiFaults: Fault[]
  /** Method, path and Range of each request, and its token. */
  requests: { method: string; path: string; range: string | undefined; token: string | undefined }[]
  /** As some servers of contents do, which sign an address for GET alone. */
  refusesHead: boolean
  /** Entries on a page of a listing. */
  pageSize: number
}

/** Starts a server that the running test ends. */
export async function startHubServer(): Promise<HubServer> {
  const hub: HubServer = {
    endpoint: '',
    files: new Map(),
    faults: [],
    apiFaults: [],
    requests: [],
    refusesHead: false,
    pageSize: 100,
  }
  const server = createServer((request, response) => {
    answer(hub, request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const { port } = server.address() as AddressInfo
  hub.endpoint = `http://127.0.0.1:${String(port)}`
  return hub
}

export function gitSha1(content: Buffer): string {
  return createHash('sha1')
    .update(`blob ${String(content.length)}\0`)
    .update(content)
    .digest('hex')
}

export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

function answer(hub: HubServer, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', hub.endpoint)
  const { range, authorization } = request.headers
  hub.requests.push({ method: request.method ?? '', path: url.pathname, range, token: authorization })
  if (answerExport(hub, url, response)) return
  const api = /^\/api\/datasets\/([^/]+\/[^/]+)\/(?:revision\/(.+)|tree\/(\w+)\/?(.*))$/.exec(url.pathname)
  if (api !== null) {
    const fault = hub.apiFaults.shift()
    if (fault?.kind === 'status') sendStatus(response, fault)
    else if (fault?.kind === 'garbage') response.end('<html>Please sign in</html>')
    else answerApi(hub, response, url, api)
    return
  }
  const resolve = new RegExp(`^/datasets/([^/]+/[^/]+)/resolve/(${COMMIT}|${EXPORT_COMMIT})/(.*)$`).exec(
    url.pathname,
  )
  if (resolve !== null) {
    // Contents are on another server: the same one by another name.
    const elsewhere = hub.endpoint.replace('127.0.0.1', 'localhost')
    const [, repo = '', commit = '', path = ''] = resolve
    response.writeHead(302, { location: `${elsewhere}/cdn/${atCommit(repo, commit)}/${path}` }).end()
    return
  }
  const file = hub.files.get(decodeURIComponent(url.pathname.replace('/cdn/', '')))
  if (file === undefined) response.writeHead(404).end()
  else if (request.method !== 'HEAD') sendContent(response, file, request, hub.faults.shift())
  else if (hub.refusesHead) response.writeHead(405).end()
  else sendContent(response, file, request, undefined)
}

/** The parquet export: a list of addresses, which lead to the branch that holds it, which leads to the contents. */
function answerExport(hub: HubServer, url: URL, response: ServerResponse): boolean {
  const listing = /^\/api\/datasets\/([^/]+\/[^/]+)\/parquet\/([^/]+\/[^/]+)(?:\/(\d+)\.parquet)?$/.exec(
    url.pathname,
  )
  if (listing !== null) {
    const [, repo = '', split = '', part] = listing
    const fault = part === undefined ? hub.apiFaults.shift() : undefined
    const files = [...hub.files.keys()].filter((path) => path.startsWith(`${repo}@parquet/${split}/`))
    if (fault?.kind === 'status') sendStatus(response, fault)
    else if (fault?.kind === 'garbage') sendJson(response, { error: 'not a list' })
    else if (files.length === 0) response.writeHead(404).end()
    else if (part === undefined)
      sendJson(
        response,
        files.map((_, index) => `${hub.endpoint}${url.pathname}/${String(index)}.parquet`),
      )
    else response.writeHead(302, { location: `/datasets/export/${files[Number(part)] ?? ''}` }).end()
    return true
  }
  const name = /^\/datasets\/export\/(.*)$/.exec(url.pathname)?.[1]
  const file = hub.files.get(name ?? '')
  if (name === undefined || file === undefined) return false
  const linked = file.large
    ? { 'x-linked-size': String(file.content.length), 'x-linked-etag': `"${sha256(file.content)}"` }
    : {}
  const elsewhere = hub.endpoint.replace('127.0.0.1', 'localhost')
  response.writeHead(302, { ...linked, location: `${elsewhere}/cdn/${name}` }).end()
  return true
}

/** The commits of branches, and listings. The branch of the export is there where it has files. */
function answerApi(
  hub: HubServer,
  response: ServerResponse,
  url: URL,
  [, repo = '', branch, commit = '', folder = '']: readonly (string | undefined)[],
): void {
  const isExported = [...hub.files.keys()].some((path) => path.startsWith(`${repo}@parquet/`))
  const below = folder === '' ? '' : `${folder}/`
  if (branch === undefined) sendTree(hub, response, url, `${atCommit(repo, commit)}/${below}`)
  else if (branch === 'main') sendJson(response, { sha: COMMIT })
  else if (isExported) sendJson(response, { sha: EXPORT_COMMIT })
  else response.writeHead(404).end()
}

function atCommit(repo: string, commit: string): string {
  return commit === EXPORT_COMMIT ? `${repo}@parquet` : repo
}

function sendTree(hub: HubServer, response: ServerResponse, url: URL, prefix: string): void {
  const repo = prefix.split('/').slice(0, 2).join('/')
  const entries = [...hub.files]
    .filter(([path]) => path.startsWith(prefix))
    .map(([path, { content, large }]) => ({
      type: 'file',
      path: path.slice(repo.length + 1),
      size: content.length,
      oid: gitSha1(content),
      ...(large ? { lfs: { oid: sha256(content), size: content.length, pointerSize: 134 } } : {}),
    }))
  const from = Number(url.searchParams.get('cursor') ?? 0)
  const next = from + hub.pageSize
  if (next < entries.length) {
    response.setHeader('link', `<${hub.endpoint}${url.pathname}?cursor=${String(next)}>; rel="next"`)
  }
  sendJson(response, entries.slice(from, next))
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(value))
}

function sendStatus(
  response: ServerResponse,
  { status, retryAfter }: Extract<Fault, { kind: 'status' }>,
): void {
  response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end()
}

function sendContent(
  response: ServerResponse,
  { content, etag = '"one"' }: HubContent,
  request: IncomingMessage,
  fault: Fault | undefined,
): void {
  if (fault?.kind === 'status') {
    sendStatus(response, fault)
    return
  }
  const { range, 'if-range': ifRange = etag } = request.headers
  const isSame = ifRange === etag
  const asked = isSame ? Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0) : 0
  const from = fault?.kind === 'whole' ? 0 : fault?.kind === 'other-part' ? asked + 1 : asked
  if (from >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${String(content.length)}` }).end()
    return
  }
  const body = bodyFor(content, from, fault)
  const total = String(fault?.kind === 'length' ? fault.bytes : content.length)
  const part =
    from > 0 ? { 'content-range': `bytes ${String(from)}-${String(content.length - 1)}/${total}` } : {}
  response.writeHead(from > 0 ? 206 : 200, { ...part, 'content-length': String(body.length), etag })
  if (fault?.kind === 'cut') cutAfter(response, body.subarray(0, fault.after))
  else if (fault?.kind === 'stall') response.write(body.subarray(0, fault.after))
  else response.end(body)
}

/** The bytes get through before the connection breaks. */
function cutAfter(response: ServerResponse, bytes: Buffer): void {
  response.write(bytes)
  setTimeout(() => response.destroy(), 30)
}

function bodyFor(content: Buffer, from: number, fault: Fault | undefined): Buffer {
  if (fault?.kind === 'garbage') return Buffer.alloc(content.length - from, 'x')
  if (fault?.kind === 'length') return Buffer.alloc(Math.max(0, fault.bytes - from), content)
  return content.subarray(from)
}
