/**
 * The main process's parts send the window's events here, whether there is a window or not. There is one page at a
 * time; an event that is sent while there is none is lost, and the page asks for the current state when it loads.
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

  /** Makes this the page that events go to; the port of the page before is closed. */
  connect(page: ServedPage): void {
    this.page?.close()
    this.page = page
  }

  /** Sends an event to the page, if there is one. */
  publish<N extends EventName>(name: N, payload: EventPayload<N>): void {
    this.page?.event(name, payload)
  }
}
