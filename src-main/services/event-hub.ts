/**
 * The main process's parts send the windows' events here, whether there is a window or not. The app has one page at a
 * time, a server as many as are connected. An event that is sent while there is none is lost: a page asks for the
 * current state when it loads.
 */
import type { EventName, EventPayload } from '../contract/contract'

/** Hears events. */
export type Listening = Pick<ServedPage, 'event'>

/** A page's end of the port, while it is being served. */
export interface ServedPage {
  /** Sends an event; does nothing once the port has closed. */
  event<N extends EventName>(name: N, payload: EventPayload<N>): void
  close(): void
}

export class EventHub {
  private readonly pages = new Set<Listening>()

  /** Sends events to this page, until it leaves. */
  join(page: Listening): void {
    this.pages.add(page)
  }

  leave(page: Listening): void {
    this.pages.delete(page)
  }

  publish<N extends EventName>(name: N, payload: EventPayload<N>): void {
    for (const page of this.pages) page.event(name, payload)
  }
}
