/**
 * The conversation in sight, for the whole window: an answer goes on while other places are shown. What a person does to
 * an exchange in the middle leaves out those behind it, which can be undone.
 */
import { createSharedComposable } from '@vueuse/core'
import { computed, ref, shallowRef } from 'vue'
import type { ModelView, TalkToken } from '../api/types'
import { count } from '../format/number'
import {
  addTake,
  answerContent,
  before,
  freshTake,
  NEW_TALK,
  shownTake,
  withSide,
  withTake,
  type Answer,
  type AskedOf,
  type Exchange,
  type Side,
  type Take,
  type Talk,
} from '../talk/conversation'
import { beginningOf } from '../talk/beginning'
import { textOf } from '../talk/content'
import { promptFor } from '../talk/prompt'
import { jobName } from './use-job'
import { useNavigation } from './use-navigation'
import { useNotices } from './use-notices'
import { useTalkAnswers, type Beginning } from './use-talk-answers'
import { useTalkModels, type AskedModel } from './use-talk-models'
import { useTalkOptions } from './use-talk-options'

/** Where an answer stands. */
export interface AnswerPlace {
  exchange: string
  side: number
}

export const useTalk = createSharedComposable(() => {
  const { asked } = useTalkModels()
  const { sampling } = useTalkOptions()
  const { place, go } = useNavigation()
  const { tell } = useNotices()
  const talk = shallowRef<Talk>(NEW_TALK)
  const draft = ref('')
  /** The talk before exchanges were left out, and what that was; null where there is nothing to undo. */
  const cut = shallowRef<{ talk: Talk; what: string } | null>(null)
  /** What a screen reader is told of the last answers that ended. */
  const told = ref('')

  const { isAnswering, ask, stop } = useTalkAnswers((id, by) => {
    talk.value = withTake(talk.value, id, by)
  })
  const canAsk = computed(
    () =>
      !isAnswering.value &&
      asked.value.length > 0 &&
      asked.value.every(({ view }) => view !== null && view.refusal === null),
  )

  async function answer(at: AnswerPlace, { view }: AskedModel, options: Asking = {}): Promise<void> {
    const { begun = [], begin, ...own } = options
    const drawn = { ...sampling.value, ...own }
    if (!view) return
    const take = freshTake({ ...askedOf(view), id: jobName(), sampling: drawn }, begun)
    talk.value = withSide(talk.value, at.exchange, at.side, (side) => addTake(side, take))
    await ask(take, promptFor(talk.value, at.exchange, at.side), begin)
    finished(take.id)
  }

  function finished(id: string): void {
    const take = takesOf(talk.value).find((each) => each.id === id)
    if (!take || take.error) return
    const [said] = take.answers.map((each) => textOf(answerContent(each)))
    told.value = `${take.title} answered: ${said ?? ''}`
    if (place.value !== 'talk' && !isAnswering.value) {
      tell('The answer is there', { label: 'Open', run: () => go('talk') })
    }
  }

  /** Leaves out all exchanges from one on, or behind it. */
  function cutFrom(id: string, keepIt: boolean): void {
    const index = talk.value.exchanges.findIndex((exchange) => exchange.id === id) + (keepIt ? 1 : 0)
    const gone = talk.value.exchanges.length - index
    const from = talk.value.exchanges[index]
    if (!from) return
    cut.value = { talk: talk.value, what: count(gone, 'exchange') }
    talk.value = before(talk.value, from.id)
  }

  /** Says something, which every model that is asked answers. */
  async function say(said: string): Promise<void> {
    if (!canAsk.value) return
    const exchange: Exchange = { id: jobName(), said, sides: [] }
    talk.value = { ...talk.value, exchanges: [...talk.value.exchanges, exchange] }
    await Promise.all(asked.value.map((model, side) => answer({ exchange: exchange.id, side }, model)))
  }

  /** Says something else in place of what was said. */
  async function resend(id: string, said: string): Promise<void> {
    if (!canAsk.value) return
    cutFrom(id, false)
    await say(said)
  }

  /** Asks once more. @param options such as another seed */
  async function again(at: AnswerPlace, options: Asking = {}): Promise<void> {
    const model = asked.value[at.side] ?? asked.value[0]
    if (!canAsk.value || !model) return
    cutFrom(at.exchange, true)
    await answer(at, model, { seed: anotherSeed(), ...options })
  }

  /** Goes on from other tokens than those that came. */
  function goOn(at: AnswerPlace, tokens: readonly TalkToken[]): Promise<void> {
    const ids = tokens.map(({ id }) => id)
    return again(at, { begun: tokens, begin: ids, samples: 1, seed: sampling.value.seed })
  }

  /** Lets the model say more, from the end of what was said. */
  function goOnFrom(at: AnswerPlace, answer: Answer): Promise<void> {
    const begun = answer.written === null ? answer.tokens : []
    return again(at, { begun, begin: beginningOf(answer), samples: 1, seed: sampling.value.seed })
  }

  /** Changes what stands before what is said. */
  function prepare(by: Partial<Pick<Talk, 'raw' | 'system'>>): void {
    talk.value = { ...talk.value, ...by }
  }

  function changeSide(at: AnswerPlace, change: (side: Side) => Side): void {
    talk.value = withSide(talk.value, at.exchange, at.side, change)
  }

  /** Brings another take into sight. */
  function show(at: AnswerPlace, shown: number): void {
    changeSide(at, (side) => ({ ...side, shown }))
  }

  function changeTake(id: string, change: (take: Take) => Take): void {
    talk.value = withTake(talk.value, id, change)
  }

  function undoCut(): void {
    if (cut.value) open(cut.value.talk)
  }

  /** Shows another conversation. Answers that are coming are stopped. */
  function open(next: Talk): void {
    stop()
    talk.value = next
    cut.value = null
  }

  return {
    talk, draft, cut, told, isAnswering, canAsk, say, resend, again, goOn, goOnFrom,
    show, changeTake, prepare, stop, open, undoCut,
  } // prettier-ignore
})

/** How a take is asked for, where that is not as chosen. */
interface Asking {
  /** Tokens that are in the answer from the beginning, and the same as they are asked for. */
  begun?: readonly TalkToken[]
  begin?: Beginning
  samples?: number
  seed?: number
}

function askedOf({ model, title, chats }: ModelView): AskedOf {
  return { model, title, chats }
}

function takesOf(talk: Talk): Take[] {
  return talk.exchanges.flatMap(({ sides }) => sides.flatMap((side) => shownTake(side) ?? []))
}

function anotherSeed(): number {
  return Math.floor(Math.random() * 2 ** 32)
}
