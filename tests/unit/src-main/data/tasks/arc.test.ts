import { expect, it } from 'vitest'
import { readPythonMixture } from '../../../../../src-main/data/exchange/read-python'
import { writePythonMixture } from '../../../../../src-main/data/exchange/write-python'
import { taskLabel, type MixtureEntry } from '../../../../../src-main/data/mixture.schema'
import { arc, convertArc } from '../../../../../src-main/data/tasks/arc'
import { RowFault } from '../../../../../src-main/data/tasks/row-fault'

const choices = { text: ['dry palms', 'wet palms', 'warm palms'], label: ['A', 'B', 'C'] }
const row = { question: 'Which skin surface?', choices, answerKey: 'A' }
const entry: MixtureEntry = { task: 'ARC', subset: 'ARC-Challenge', split: 'validation', stop: 100 }

it('asks for a label and answers with it', () => {
  // What tasks/arc.py of nanochat makes of the row, by its render_mc.
  expect(convertArc(row).messages).toEqual([
    {
      role: 'user',
      content:
        'Multiple Choice question: Which skin surface?\n- dry palms=A\n- wet palms=B\n- warm palms=C\n\n' +
        'Respond only with the letter of the correct answer.',
    },
    { role: 'assistant', content: 'A' },
  ])
})

it('takes labels as they are: digits, and five of them', () => {
  const label = ['1', '2', '3', '4', '5']
  const text = ['v', 'w', 'x', 'y', 'z']
  const [asked, answered] = convertArc({ ...row, choices: { text, label }, answerKey: '5' }).messages
  expect(asked?.content).toContain('\n- v=1\n- w=2\n- x=3\n- y=4\n- z=5\n\n')
  expect(answered?.content).toBe('5')
})

it.each([
  ['an answer that is no label', { answerKey: '1' }, 'answerKey'],
  ['fewer labels than texts', { choices: { ...choices, label: ['A', 'B'] } }, 'choices'],
  ['no labels', { choices: { text: choices.text } }, 'choices.label'],
  ['no question', { question: null }, 'question'],
])('refuses %s', (_, change, field) => {
  expect(() => convertArc({ ...row, ...change })).toThrow(RowFault)
  expect(() => convertArc({ ...row, ...change })).toThrow(field)
})

it('is read from its folder on the hub, whatever the subset', () => {
  expect(arc.source({ task: 'ARC', subset: 'ARC-Easy', split: 'train' })).toMatchObject({
    dataset: { repo: 'allenai/ai2_arc', folder: 'ARC-Easy', split: 'train' },
  })
})

it('has a label, and a place in the Python of the reference', () => {
  expect(taskLabel(entry)).toBe('ARC ARC-Challenge validation')
  const script = writePythonMixture({ train: [entry], val: [] }, '/base')
  expect(script).toContain('ARC(subset="ARC-Challenge", split="validation", stop=100),')
  expect(readPythonMixture(script, '/base', 'x.py')).toEqual({ train: [entry] })
})
