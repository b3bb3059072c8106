/** Every kind of task, in the order in which they are offered. A new one is a file beside this one and a line here. */
import { arc } from './arc'
import { conversations } from './conversations'
import { customJson } from './custom-json'
import { gsm8k } from './gsm8k'
import { humanEval } from './humaneval'
import { mmlu } from './mmlu'
import { smolTalk } from './smoltalk'
import { simpleSpelling, spellingBee } from './spelling'

export const TASKS = [
  smolTalk,
  mmlu,
  arc,
  gsm8k,
  humanEval,
  simpleSpelling,
  spellingBee,
  customJson,
  conversations,
] as const
