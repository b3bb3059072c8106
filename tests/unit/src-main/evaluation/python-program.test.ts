import { expect, it } from 'vitest'

import { programOf } from '../../../../src-main/evaluation/python-program'

const test = { test: 'def check(candidate):\n    assert candidate(1) == 2', entryPoint: 'inc' }
const prompt =
  '# of numbers\nimport math\n\nfrom typing import List\n\n\ndef inc(x):\n    """import this"""\n'
const tail = `\n\n${test.test}\ncheck(inc)`

it('puts the prompt’s imports before a completion, and the test and its call behind it', () => {
  expect(programOf(prompt, ' def inc(x):\n    return x + 1\n', test)).toBe(
    `import math\nfrom typing import List\n\ndef inc(x):\n    return x + 1${tail}`,
  )
})

it.each([
  [
    'Here it is:\n```python\ndef inc(x):\n    return x + 1\n```\nand\n```\nno\n```',
    'def inc(x):\n    return x + 1',
  ],
  ['```\nx = 1\n```', 'x = 1'],
  ['``` python\nx', '``` python\nx'],
])('takes the first whole block of code from %j', (completion, code) => {
  expect(programOf('', completion, test)).toBe(`\n\n${code}${tail}`)
})
