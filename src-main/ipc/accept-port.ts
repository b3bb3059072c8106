/**
 * Gives the page its port, after checking the sender: our window, its top frame, our page's address. This is the only
 * place where a sender is checked, since everything afterwards goes over a port that nobody else holds.
 *
 * Each load of the page gets a new port. A sender that fails the check gets no answer.
 */
import {
  MessageChannelMain,
  ipcMain,
  type IpcMainEvent,
  type MessagePortMain,
  type WebContents,
} from 'electron'

import type { Port } from './serve'

export interface AcceptOptions {
  /** The window's current contents; null while there is no window. */
  contents: () => WebContents | null
  /** The page's address, without a fragment. */
  pageUrl: string
  /** Serves a new port in place of the last one. */
  serve: (port: Port) => void
}

/** Answers every load of our page with a port. */
export function acceptPorts({ contents, pageUrl, serve }: AcceptOptions): void {
  ipcMain.on('midbench:connect', (event) => {
    const frame = event.senderFrame
    if (!frame || !isOurPage(event, contents(), pageUrl)) return
    const { port1, port2 } = new MessageChannelMain()
    serve(electronPort(port1))
    frame.postMessage('midbench:port', null, [port2])
  })
}

function isOurPage(event: IpcMainEvent, ours: WebContents | null, pageUrl: string): boolean {
  const frame = event.senderFrame
  if (!frame || !ours || event.sender.id !== ours.id) return false
  return frame.parent === null && frame.url.replace(/#.*$/s, '') === pageUrl
}

function electronPort(port: MessagePortMain): Port {
  return {
    post: (message) => {
      port.postMessage(message)
    },
    onMessage: (listen) => {
      port.on('message', (event) => {
        listen(event.data)
      })
      port.start()
    },
    onClose: (listen) => {
      port.on('close', listen)
    },
    close: () => {
      port.close()
    },
  }
}
