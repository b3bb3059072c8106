import { expect, test } from 'vitest'

import { crashed } from '../../../../src-main/runs/run-errors'

const how = { code: 'trainer.crashed', message: 'It was ended by SIGKILL.' }

test('a crashed run says what is kept of it, and what to do', () => {
  const told = (step: number, savedStep: number | null): string => crashed(how, { step, savedStep }).message
  expect(told(0, null)).toBe('It was ended by SIGKILL. No step had been made.')
  expect(told(7, null)).toContain('No checkpoint had been saved, so no step is left of it.')
  expect(told(10, 10)).toContain('saved as of step 10.')
  expect(told(11, 10)).toContain('saved as of step 10; one step since then is made again.')
  expect(told(13, 10)).toContain('saved as of step 10; 3 steps since then are made again.')
  expect(crashed(how, null).message).toContain('No step had been made since it was resumed.')
  expect(crashed(how, { step: 13, savedStep: 10 }).remedy).toMatch(/^Resume it/)
  expect(crashed(how, null).remedy).toMatch(/^Resume it/)
  expect(crashed(how, { step: 7, savedStep: null }).remedy).toBe('Start it again.')
})
