import { expect, it } from 'vitest'
import { readPythonMixture } from '../../../../../src-main/data/exchange/read-python'
import { writePythonMixture } from '../../../../../src-main/data/exchange/write-python'
import { taskLabel, type MixtureEntry } from '../../../../../src-main/data/mixture.schema'
import { convertHumanEval, humanEval } from '../../../../../src-main/data/tasks/humaneval'
import { RowFault } from '../../../../../src-main/data/tasks/row-fault'

const row = {
  prompt: 'def one():\n',
  canonical_solution: '    return 1\n',
  entry_point: 'one',
  test: 'def check(candidate):\n    assert candidate() == 1\n',
}
const entry: MixtureEntry = { task: 'HumanEval', split: 'test' }

it('asks with the head of a function and answers with the whole', () => {
  // What tasks/humaneval.py of nanochat makes of the row.
  expect(convertHumanEval(row).messages).toEqual([
    { role: 'user', content: 'def one():\n' },
    { role: 'assistant', content: 'def one():\n\n    return 1\n' },
  ])
})

it('is judged by its test', () => {
  const { graded } = humanEval
  expect(graded?.by === 'program' && graded.test(row)).toEqual({ test: row.test, entryPoint: 'one' })
})

it.each(['prompt', 'canonical_solution'])('refuses a row without %s', (field) => {
  expect(() => convertHumanEval({ ...row, [field]: null })).toThrow(RowFault)
  expect(() => convertHumanEval({ ...row, [field]: null })).toThrow(field)
})

it('has a label, and a place in the Python of the reference', () => {
  expect(taskLabel(entry)).toBe('HumanEval test')
  const script = writePythonMixture({ train: [entry], val: [] }, '/base')
  expect(script).toContain('HumanEval(),')
  expect(readPythonMixture(script, '/base', 'x.py')).toEqual({ train: [entry] })
})
