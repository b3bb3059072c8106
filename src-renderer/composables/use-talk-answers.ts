/**
 * Answers on their way: asks models, and hands on what they tell. Models are asked at the same time; each take is a job
 * by its own id.
 */
import { computed, shallowRef, type ComputedRef } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { Take } from '../talk/conversation'
import type { Prompt } from '../talk/prompt'
import { cutOff, grown } from '../talk/streaming'
import { useEvent } from './use-event'
import { useProject } from './use-project'
import { useTalkOptions } from './use-talk-options'

/** What an answer begins with, as ids or text. */
export type Beginning = number[] | string

export interface UseTalkAnswersReturn {
  isAnswering: ComputedRef<boolean>
  /** Asks for a take; resolves when it has ended, been stopped, or failed. */
  ask: (take: Take, prompt: Prompt, begin?: Beginning) => Promise<void>
  /** Stops one take's answer, or all of them. What has come stays. */
  stop: (id?: string) => void
}

/** @param change changes the take with this id, wherever the talk has it */
export function useTalkAnswers(change: (id: string, by: (take: Take) => Take) => void): UseTalkAnswersReturn {
  const { project } = useProject()
  const { calculator } = useTalkOptions()
  /** The takes that are on their way. */
  const coming = shallowRef<ReadonlySet<string>>(new Set())

  useEvent('talk.tokens', (told) => {
    if (coming.value.has(told.job)) change(told.job, (take) => grown(take, told))
  })

  async function ask(take: Take, prompt: Prompt, begin?: Beginning): Promise<void> {
    if (!project.value) return
    const { config, dir } = project.value
    coming.value = new Set([...coming.value, take.id])
    try {
      const { model, sampling, id: job } = take
      const given = begin === undefined ? {} : { begin }
      const options = { alternatives: true, calculator: calculator.value, sampling }
      const asked = { config, dir, model, prompt, ...given, ...options, job }
      const { tok_per_sec: tokPerSec } = await call('talk.answer', asked)
      change(job, (now) => ({ ...now, tokPerSec }))
    } catch (failure) {
      const error = toCallError(failure)
      change(take.id, (now) => cutOff(now, wanted(error)))
    } finally {
      coming.value = new Set([...coming.value].filter((id) => id !== take.id))
    }
  }

  function stop(id?: string): void {
    for (const job of coming.value) {
      if (id !== undefined && job !== id) continue
      call('jobs.cancel', { job }).catch(() => undefined) // it may just have ended
    }
  }

  return { isAnswering: computed(() => coming.value.size > 0), ask, stop }
}

/** A fault; null where a person stopped the answer. */
function wanted(error: CallError): CallError | null {
  return error.code === 'cancelled' ? null : error
}
