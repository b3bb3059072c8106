/**
 * The program that HumanEval runs to judge a completion (docs/REFERENCE.md §9): the imports of the prompt, the code of the
 * completion, the test, and a call of the test on the function that was asked for.
 */

import type { ProgramTest } from '../data/tasks/task-kind'

/** @param prompt the user's message: imports, then the head of a function. */
export function programOf(prompt: string, completion: string, { test, entryPoint }: ProgramTest): string {
  return `${importsOf(prompt)}\n\n${codeOf(completion)}\n\n${test}\ncheck(${entryPoint})`
}

/** The import lines that a text begins with; blank lines and comments may stand between them. */
function importsOf(text: string): string {
  const imports: string[] = []
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line.startsWith('import ') || line.startsWith('from ')) imports.push(line)
    else if (line !== '' && !line.startsWith('#')) break
  }
  return imports.join('\n')
}

/** The first block of code between ``` in a completion, or all of it where there is none. */
function codeOf(completion: string): string {
  return (/```(?:python)?\s*\n(.*?)\n```/s.exec(completion)?.[1] ?? completion).trim()
}
