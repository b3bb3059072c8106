/**
 * Serves the page under app://midbench/ in place of file://, so that it has an origin of its own, which every check can
 * compare exactly, and a content policy in a header: only our scripts, styles, fonts and images, and no connections.
 *
 * Only files below out/renderer are served; any other path or host is "not found".
 */
import { protocol, type Session } from 'electron'
import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'

/** The page's origin as Chromium writes it. */
export const PAGE_ORIGIN = 'app://midbench'
export const PAGE_URL = `${PAGE_ORIGIN}/index.html`

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

/** Makes app: a scheme with an origin, as secure as https:. Must be called before the app is ready. */
export function setupScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }])
}

/** Serves the page's files to a session. */
export function setupPage(session: Session, folder: string): void {
  session.protocol.handle('app', async (request) => {
    const path = pageFile(request.url, folder)
    const type = path === null ? undefined : TYPES[extname(path)]
    if (path === null || type === undefined) return notFound()
    const file = await readFile(path).catch(() => null)
    return file === null ? notFound() : new Response(file, { headers: headers(type) })
  })
}

/** The file for an address; null where it is none of ours. */
function pageFile(address: string, folder: string): string | null {
  const url = new URL(address)
  const pathname = decoded(url.pathname)
  if (`${url.protocol}//${url.host}` !== PAGE_ORIGIN || pathname === null) return null
  const path = normalize(join(folder, pathname))
  return path.startsWith(folder + sep) ? path : null
}

function decoded(pathname: string): string | null {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return null // not UTF-8: none of our names
  }
}

function headers(type: string): Record<string, string> {
  return {
    'Content-Type': type,
    'Content-Security-Policy': POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-cache',
  }
}

function notFound(): Response {
  return new Response('Not found', { status: 404, headers: headers('text/plain; charset=utf-8') })
}
