// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from 'vitest'
import { effectScope } from 'vue'
import { shortcutOf, useShortcuts } from '../../../../src-renderer/composables/use-shortcuts'

const key = (name: string, over: KeyboardEventInit = {}): KeyboardEvent =>
  new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true, ...over })

describe('shortcutOf', () => {
  it.each([
    [key('k', { ctrlKey: true }), 'mod+k'],
    [key('k', { metaKey: true }), 'mod+k'],
    [key('Z', { ctrlKey: true, shiftKey: true }), 'mod+shift+z'],
    [key(' '), 'space'],
    [key('?', { shiftKey: true }), '?'],
    [key('ArrowUp', { altKey: true }), 'alt+arrowup'],
  ])('names a key press', (event, name) => {
    expect(shortcutOf(event)).toBe(name)
  })
})

describe('useShortcuts', () => {
  const scope = effectScope()
  let pressed: string[] = []
  scope.run(() => {
    const note = (name: string) => () => {
      pressed.push(name)
    }
    const names = ['space', '?', 'escape', 'mod+k', 'mod+z']
    useShortcuts(Object.fromEntries(names.map((name) => [name, note(name)])))
  })
  afterEach(() => {
    pressed = []
    document.body.replaceChildren()
  })

  function focused(tag: string): HTMLElement {
    const element = document.createElement(tag)
    document.body.append(element)
    return element
  }

  it('hears keys of the window, and says that they are taken', () => {
    const event = key(' ')
    focused('a').dispatchEvent(event)
    expect(pressed).toEqual(['space'])
    expect(event.defaultPrevented).toBe(true)
  })
  it('leaves plain keys to fields, and Space to buttons too', () => {
    focused('input').dispatchEvent(key('?'))
    focused('input').dispatchEvent(key(' '))
    focused('button').dispatchEvent(key(' '))
    expect(pressed).toEqual([])
    focused('button').dispatchEvent(key('?'))
    expect(pressed).toEqual(['?'])
  })
  it('takes combinations in fields, but for undoing what was typed there', () => {
    focused('input').dispatchEvent(key('k', { ctrlKey: true }))
    focused('input').dispatchEvent(key('z', { ctrlKey: true }))
    expect(pressed).toEqual(['mod+k'])
  })
  it.each(['dialog', 'alertdialog', 'menu'])('leaves plain keys to a %s, combinations not', (role) => {
    const floating = focused('div')
    floating.setAttribute('role', role)
    const inside = floating.appendChild(document.createElement('div'))
    for (const element of [floating, inside]) {
      element.dispatchEvent(key('Escape'))
      element.dispatchEvent(key(' '))
    }
    expect(pressed).toEqual([])
    inside.dispatchEvent(key('k', { ctrlKey: true }))
    expect(pressed).toEqual(['mod+k'])
  })
  it('leaves alone what someone nearer has taken', () => {
    const element = focused('div')
    element.addEventListener('keydown', (event) => {
      event.preventDefault()
    })
    element.dispatchEvent(key('?'))
    expect(pressed).toEqual([])
  })
  it('hears nothing once its scope is gone', () => {
    scope.stop()
    focused('div').dispatchEvent(key('?'))
    expect(pressed).toEqual([])
  })
})
