/**
 * Where the main process's parts send the window's events, whether there is a window or not. There is one page at a
 * time; what is sent while there is none is gone, and the page asks for the present state when it loads.
 */
import type { EventName, EventPayload } from '../contract/contract'
import type { Served } from '../ipc/serve'

export class EventHub {
  private page: Served | null = null

  /** The page that events go to from now on; the port of the one before is closed. */
  connect(page: Served): void {
    this.page?.close()
    this.page = page
  }

  /** Sends an event to the page, if there is one. */
  publish<N extends EventName>(name: N, payload: EventPayload<N>): void {
    this.page?.event(name, payload)
  }
}
