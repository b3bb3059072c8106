/**
 * What no page may do: navigate away, open windows, embed web views, ask for permissions, reach the network.
 *
 * This holds for all web contents, also later ones, not only for our window, so that nobody has to remember it.
 */
import { app, type Session, type WebContents } from 'electron'

import { PAGE_ORIGIN, PAGE_URL } from './page'

/** Schemes that a request may have: our page's, those of data that it makes itself, and the developer tools'. */
const OWN_SCHEMES = ['app:', 'data:', 'blob:', 'devtools:']

/** Refuses navigation, new windows and web views in every web contents. */
export function setupContentsSecurity(): void {
  app.on('web-contents-created', (_, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
    contents.on('will-navigate', (event) => {
      event.preventDefault()
    })
    contents.on('will-frame-navigate', (event) => {
      event.preventDefault()
    })
    contents.on('will-redirect', (event) => {
      event.preventDefault()
    })
    contents.on('will-attach-webview', (event) => {
      event.preventDefault()
    })
  })
}

/**
 * Keeps our window on its page. Chromium loads blank pages without asking, so the window is sent back from them; what
 * it shows is in the main process, and nothing is lost.
 */
export function keepOnPage(contents: WebContents): void {
  contents.on('did-navigate', (_, url) => {
    if (url.replace(/#.*$/s, '') !== PAGE_URL) void contents.loadURL(PAGE_URL)
  })
}

/** Refuses permissions and requests to other schemes than ours. Copying text is the only thing allowed. */
export function setupSessionSecurity(session: Session): void {
  const allowed = (permission: string, origin: string): boolean =>
    permission === 'clipboard-sanitized-write' && origin.startsWith(PAGE_ORIGIN)
  session.setPermissionRequestHandler((_, permission, decide, details) => {
    decide(allowed(permission, details.requestingUrl))
  })
  session.setPermissionCheckHandler((_, permission, origin) => allowed(permission, origin))
  session.setDevicePermissionHandler(() => false)
  session.webRequest.onBeforeRequest((request, decide) => {
    decide({ cancel: !OWN_SCHEMES.includes(new URL(request.url).protocol) })
  })
}
