/**
 * Where the main process's parts send the window's events, whether there is a window or not. There is one page at a
 * time; what is sent while there is none is gone, and the page asks for the present state when it loads.
 */
import type { EventName, EventPayload } from '../contract/contract'

/** A page's end of the port, while it is being served. */
export interface ServedPage {
  /** Sends an event; does nothing once the port has closed. */
  event<N extends EventName>(name: N, payload: EventPayload<N>): void
  close(): void
}

export class EventHub {
  private page: ServedPage | null = null

  /** The page that events go to from now on; the port of the one before is closed. */
  connect(page: ServedPage): void {
    this.page?.close()
    this.page = page
  }

  /** Sends an event to the page, if there is one. */
  publish<N extends EventName>(name: N, payload: EventPayload<N>): void {
    this.page?.event(name, payload)
  }
}
