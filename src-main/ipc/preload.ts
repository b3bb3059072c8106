/**
 * The preload: gives the page one MessagePort to the main process, and the paths of files dropped on it. Nothing else
 * of Electron reaches the page.
 *
 * Ports do not cross contextBridge, so the port is posted to the page's own window, and only to our origin. The preload
 * asks for a port once the page's scripts have run and can receive it; main answers if the sender passes the check in
 * accept-port.ts.
 */
import { ipcRenderer, webUtils } from 'electron'

/** The part of the DOM that a preload needs; the DOM's types belong to the window's project. */
declare const window: {
  readonly location: { readonly origin: string }
  postMessage(message: unknown, origin: string, transfer?: readonly unknown[]): void
  addEventListener(name: 'DOMContentLoaded', listener: () => void): void
  addEventListener(name: 'drop', listener: (event: DropEvent) => void, options: { capture: boolean }): void
}
interface DropEvent {
  readonly dataTransfer: { readonly files: Iterable<Parameters<typeof webUtils.getPathForFile>[0]> } | null
}

ipcRenderer.on('midbench:port', (event) => {
  window.postMessage('midbench:port', window.location.origin, event.ports)
})

window.addEventListener('DOMContentLoaded', () => {
  ipcRenderer.send('midbench:connect')
})

// The page sees a dropped file but not its path.
window.addEventListener(
  'drop',
  (event) => {
    const files = [...(event.dataTransfer?.files ?? [])]
    const paths = files.map((file) => webUtils.getPathForFile(file)).filter((path) => path !== '')
    if (paths.length === 0) return
    // The main process is told first: the page may ask for the files at once.
    void ipcRenderer.invoke('midbench:dropped', paths).then(() => {
      window.postMessage({ type: 'midbench:files', paths }, window.location.origin)
    })
  },
  { capture: true },
)
