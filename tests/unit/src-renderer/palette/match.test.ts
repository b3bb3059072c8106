import { describe, expect, it } from 'vitest'
import { jumpOf, search, type Command } from '../../../../src-renderer/palette/match'

describe('jumpOf', () => {
  it.each([
    ['step 120', { to: 'step', number: 120 }],
    ['s120', { to: 'step', number: 120 }],
    ['conversation 48,213', { to: 'conversation', number: 48213 }],
    ['conv #7', { to: 'conversation', number: 7 }],
    ['Batch 3', { to: 'batch', number: 3 }],
  ])('%s', (text, jump) => {
    expect(jumpOf(text)).toEqual(jump)
  })
  it.each(['step', '120', 'settings', 'step x', 'step 1 2', ''])('%j is none', (text) => {
    expect(jumpOf(text)).toBeNull()
  })
})

describe('search', () => {
  const command = (title: string, group = 'place'): Command => ({
    id: title,
    title,
    group,
    run: () => undefined,
  })
  const commands = ['Mixture', 'Open a project', 'Save the project', 'Undo'].map((title) => command(title))
  const titles = (query: string): string[] => search(commands, query).map(({ title }) => title)

  it('shows all in order where nothing is typed', () => {
    expect(titles('')).toEqual(commands.map(({ title }) => title))
  })
  it('asks for every word, and puts the start of a title first', () => {
    expect(titles('project save')).toEqual(['Save the project'])
    expect(titles('o')[0]).toBe('Open a project')
    expect(titles('xyz')).toEqual([])
  })
  it('finds by further words too, after what is found by its title', () => {
    const options = [{ ...command('matrix_lr'), words: 'Rate of Muon' }, command('Muon'), command('warmup')]
    expect(search(options, 'muon').map(({ title }) => title)).toEqual(['Muon', 'matrix_lr'])
    expect(search(options, 'rate').map(({ title }) => title)).toEqual(['matrix_lr'])
  })
})
