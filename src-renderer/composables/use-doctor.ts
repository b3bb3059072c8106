/**
 * What is installed and which device a run would use, asked once and on demand.
 */
import { createSharedComposable } from '@vueuse/core'
import { shallowRef } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { DoctorReport } from '../api/types'

export const useDoctor = createSharedComposable(() => {
  const report = shallowRef<DoctorReport | null>(null)
  const error = shallowRef<CallError | null>(null)
  const asking = shallowRef(false)

  async function ask(): Promise<void> {
    asking.value = true
    try {
      report.value = await call('app.doctor', {})
      error.value = null
    } catch (failure) {
      error.value = toCallError(failure)
    } finally {
      asking.value = false
    }
  }

  return { report, error, asking, ask }
})
