/** Talking to a run and to its base: as a person does, by keyboard, with the models as they are. */
import type { Locator } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { AppPage, until } from '../support/app-page'
import { launchApp, sharedApp } from '../support/launch-app'
import { openInFolder, smallConfig } from '../support/small-project'
import { keptFolder } from '../support/temporary-folder'

const QUESTION = 'How many letters are in the word apple?'

const home = keptFolder()
openInFolder(home, smallConfig())
const { app } = sharedApp({ home })
let window: AppPage

/** What is in the place, and what a person does there. */
class TalkPlace {
  constructor(readonly window: AppPage) {}

  get field(): Locator {
    return this.window.main.getByRole('textbox', { name: 'Message', exact: true })
  }
  get answers(): Locator {
    return this.window.main.getByTestId('answer')
  }
  button(name: string | RegExp): Locator {
    return this.window.action(name)
  }

  async set(option: string, value: string): Promise<void> {
    const field = this.window.main.getByLabel(option, { exact: true })
    await field.fill(value)
    await field.press('Enter')
  }

  async say(text: string): Promise<void> {
    await this.field.fill(text)
    await this.field.press('Enter')
  }

  /** Waits until so many answers can be copied and none is coming, and gives their texts. */
  async answered(count: number): Promise<string[]> {
    await this.button('Send').waitFor({ timeout: 120_000 })
    await until(
      () => this.button('Copy the answer').count(),
      (found) => found === count,
      60_000,
      `${String(count)} answers`,
    )
    return this.answers.allInnerTexts()
  }

  async shown(as: 'Text' | 'Tokens'): Promise<void> {
    await this.window.main.getByRole('radio', { name: as }).click()
  }
}
let talk: TalkPlace

beforeAll(async () => {
  window = new AppPage(app().page)
  talk = new TalkPlace(window)
  await window.button('Start').click()
  await window.reachStep(12)
  await window.button('Pause').click()
  await window.button('Resume').waitFor()
  await window.open('Talk')
  await talk.set('limit, tokens', '24')
}, 180_000)

describe('a paused run and its base', () => {
  it('answer side by side, and the base is said not to chat', async () => {
    await talk.button('Ask a second model beside it').click()
    await talk.say(QUESTION)
    const texts = await talk.answered(2)
    expect(texts[0]).not.toBe(texts[1])
    await window.main.getByText(/never taught to chat/).waitFor()
    expect(await window.page.evaluate('document.activeElement?.ariaLabel')).toBe('Message')
    await talk.button('Ask one model only').click()
  })

  it('are asked again with another seed, and the answer before stays', async () => {
    const [before] = await talk.answered(2)
    await talk.button('Again, with another seed').first().click()
    await window.main.getByText('2 / 2').waitFor()
    const [again] = await talk.answered(2)
    expect(again).not.toBe(before)
    await talk.button('Previous answer').click()
    await until(
      () => talk.answers.first().innerText(),
      (text) => text === before,
      5000,
      'answer before',
    )
  })

  it('go on from another token, chosen by the keyboard', async () => {
    await talk.shown('Tokens')
    const tokens = window.main.getByRole('group', { name: /^Tokens/ }).first()
    await tokens.focus()
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'Enter']) {
      await window.page.keyboard.press(key)
    }
    const readout = window.main.getByTestId('token-readout').first()
    expect(await readout.innerText()).toMatch(/id \d+, .* %, rank \d+/)
    const others = window.page.getByRole('dialog').getByRole('button')
    expect(await others.count()).toBe(5)
    await window.page.keyboard.press('ArrowDown')
    const chosen = await window.page.evaluate<string>(
      `document.activeElement.querySelector('.word').textContent`,
    )
    await window.page.keyboard.press('Enter')
    await window.main.getByText('3 / 3').waitFor()
    await talk.answered(2)
    const third = await tokens.locator('[data-at="2"]').innerText()
    expect(third.replaceAll('·', ' ').replaceAll('↵', '\n')).toBe(JSON.parse(chosen))
    expect(await tokens.locator('.given').count()).toBe(3)
    await talk.shown('Text')
  })

  it('are asked something else in its place', async () => {
    await talk.field.press('ArrowUp')
    const editor = window.main.getByRole('textbox', { name: 'What was said' })
    await editor.fill('Spell the word apple.')
    await editor.press('Enter')
    await talk.answered(1)
    const said = window.main.getByTestId('said')
    expect(await said.allInnerTexts()).toEqual(['Spell the word apple.'])
    await talk.button('Undo').click()
    await said.getByText(QUESTION).waitFor()
  })

  it('are stopped by Escape, and what has come stays', async () => {
    await talk.set('limit, tokens', '5000')
    await talk.set('temperature', '5')
    await talk.set('top-k', '') // among all tokens: it does not end by itself soon
    await talk.say('Tell me everything.')
    const tokens = window.main.getByText(/^\d{2,} tokens · seed/).last() // "0 tokens" stands there before the first
    await tokens.waitFor()
    await talk.field.press('Escape')
    await window.main.getByText('stopped', { exact: true }).waitFor()
    await talk.answered(3)
    expect(await talk.answers.last().innerText()).not.toBe('')
    await talk.set('limit, tokens', '24')
  })
})

it('a run that is talked to goes on where it was', async () => {
  const step = await window.step()
  await window.button('Resume').click()
  await window.reachStep(step + 2)
  await window.button('Pause').click()
  await window.button('Resume').waitFor()
})

it('an answer is corrected by hand', async () => {
  await talk.button('Edit the answer').last().click()
  const editor = window.main.getByRole('textbox', { name: 'Answer', exact: true })
  await editor.fill('Five letters.')
  await editor.press('Enter')
  await window.main.getByText('edited', { exact: true }).waitFor()
  expect(await talk.answers.last().innerText()).toBe('Five letters.')
})

it('a fixed prompt is added and asked by the keyboard', async () => {
  const prompt = 'Spell the word pear.'
  await window.page.keyboard.press('Control+b')
  await until(
    () => talk.button('Fold the pane at the right').count(),
    (found) => found === 0,
    5000,
    'the pane folded away',
  )
  await window.page.keyboard.press('Control+b')
  const prompts = window.main.getByRole('region', { name: 'Fixed prompts' })
  await prompts.getByRole('textbox', { name: 'New fixed prompt' }).fill(prompt)
  await window.page.keyboard.press('Enter')
  await prompts.getByText(/^A run answers them as well/).waitFor()
  const before = await talk.button('Copy the answer').count()
  await prompts.getByRole('button', { name: `Ask: ${prompt}` }).press('Enter')
  await window.main.getByTestId('said').getByText(prompt).waitFor()
  await talk.answered(before + 1)
  await window.main.getByText('This run has answered no prompts yet').waitFor()
})

it('a conversation is there again after the app was closed, and can be removed with a way back', async () => {
  const before = await talk.answers.allInnerTexts()
  const kept = (place: AppPage): Locator =>
    place.main
      .getByRole('region', { name: 'Conversations' })
      .getByRole('button', { name: QUESTION, exact: true })
  await kept(window).waitFor()
  await new Promise((resolve) => setTimeout(resolve, 1000)) // kept a moment after the last change
  await app().quit()

  const again = await launchApp({ home })
  const place = new TalkPlace(new AppPage(again.page))
  await place.window.open('Talk')
  await place.window.main.getByText('Five letters.').waitFor()
  await kept(place.window).click()
  expect(await place.answers.allInnerTexts()).toEqual(before)
  await kept(place.window).press('Delete')
  await kept(place.window).waitFor({ state: 'detached' })
  await place.button('Undo').click()
  await place.window.main.getByText('Five letters.').waitFor()
})
