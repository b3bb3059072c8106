/**
 * Listens to an event of the main process for as long as the calling scope lives.
 */
import { onScopeDispose } from 'vue'
import type { EventName, EventPayload } from '../../src-main/contract/contract'
import { on } from '../api/client'

export function useEvent<N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void): void {
  onScopeDispose(on(name, listener))
}
