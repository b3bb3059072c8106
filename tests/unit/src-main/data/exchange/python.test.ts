import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readPythonMixture } from '../../../../../src-main/data/exchange/read-python'
import { writePythonMixture } from '../../../../../src-main/data/exchange/write-python'
import { MOST_EXAMPLES } from '../../../../../src-main/bounds.schema'
import type { MixtureConfig, MixtureEntry } from '../../../../../src-main/data/mixture.schema'
import { MidbenchError } from '../../../../../src-main/errors'

const BASE = '/home/me/nanochat'
const read = (source: string): ReturnType<typeof readPythonMixture> => readPythonMixture(source, BASE, 'x.py')

/** The issues that a source is refused with. */
function refusal(source: string): string[] {
  try {
    read(source)
  } catch (error) {
    if (error instanceof MidbenchError) return (error.issues ?? []).map((i) => `${i.path}: ${i.message}`)
  }
  throw new Error('it was not refused')
}

/** The form of the reference's script around its lists. */
const SCRIPT = `
"""
A docstring, with TaskMixture([ in it and it's "quoted"
"""
import os
from tasks.common import TaskMixture
max_seq_len = 2048
lr = 1e-3 ; x = f"{max_seq_len}" # train_dataset = TaskMixture([])
base_dir = get_base_dir()
identity = os.path.join(base_dir, "identity_conversations.jsonl")
if True:
    print0(f"tokens {max_seq_len:,}")
train_dataset = TaskMixture([
    SmolTalk(split="train"), # 460K rows
    MMLU(subset="auxiliary_train", split="train"),
    GSM8K(subset='main', split='train'),
    CustomJSON(filepath=identity), # once
    CustomJSON(filepath=identity), # twice
    SimpleSpelling(size=200_000, split="train"),
    SpellingBee(
        size=80000,
        split="train",
    ),
]) # total
val_dataset = TaskMixture([
    SmolTalk(split="test"),
    MMLU("all", split="test", stop=5200),
    GSM8K(subset="main", split="test", stop=420, start=None)
])
`

describe('readPythonMixture', () => {
  it("reads a script's lists, a task listed twice as a repeat", () => {
    expect(read(SCRIPT)).toEqual({
      train: [
        { task: 'SmolTalk', split: 'train' },
        { task: 'MMLU', subset: 'auxiliary_train', split: 'train' },
        { task: 'GSM8K', subset: 'main', split: 'train' },
        { task: 'CustomJSON', filepath: `${BASE}/identity_conversations.jsonl`, repeat: 2 },
        { task: 'SimpleSpelling', size: 200_000, split: 'train' },
        { task: 'SpellingBee', size: 80_000, split: 'train' },
      ],
      val: [
        { task: 'SmolTalk', split: 'test' },
        { task: 'MMLU', subset: 'all', split: 'test', stop: 5200 },
        { task: 'GSM8K', subset: 'main', split: 'test', stop: 420 },
      ],
    })
  })

  it('reads a list alone, with the defaults of the signatures, and strings as Python means them', () => {
    expect(read('[SpellingBee(), CustomJSON(r"C:\\data" "/a" \'\\x62\\n\')]')).toEqual({
      train: [
        { task: 'SpellingBee', size: 1000, split: 'train' },
        { task: 'CustomJSON', filepath: 'C:\\data/ab\n' },
      ],
    })
    expect(read('TaskMixture([SmolTalk("train")])')).toEqual({
      train: [{ task: 'SmolTalk', split: 'train' }],
    })
    expect(read('val_ds = TaskMixture([])')).toEqual({ val: [] })
  })

  it.each([
    ['x = [\n  1,\n]', 'line 1: there is no TaskMixture'],
    ['TaskMixture([\n  Arc(split="train"),\n])', 'line 2: Arc is no task'],
    ['TaskMixture([\n  SmolTalk(split=which),\n])', 'line 2: which is not known'],
    ['n = count()\nTaskMixture([\n  SimpleSpelling(size=n)])', 'line 3: n is not known'],
    ['TaskMixture([SmolTalk(split="dev")])', 'line 1: SmolTalk: split'],
    ['TaskMixture([SmolTalk()])', 'line 1: SmolTalk: split'],
    ['TaskMixture([SmolTalk("train", "all")])', 'line 1: SmolTalk takes 1 arguments'],
    ['TaskMixture([SmolTalk(split="train", seed=3)])', 'line 1: SmolTalk takes no seed'],
    ['TaskMixture([SmolTalk("train", split="train")])', 'line 1: split is given twice'],
    ['TaskMixture([GSM8K(subset="main", "train")])', 'line 1: an argument without a name'],
    ['TaskMixture([SpellingBee(size=1.5)])', 'line 1: 1.5 is not known'],
    ['TaskMixture([SpellingBee(size=0)])', 'line 1: SpellingBee: size'],
    ['TaskMixture([SpellingBee(size=2 * 3)])', 'line 1: ) is expected'],
    ['TaskMixture([\n*[SmolTalk("train") for _ in range(2)]])', 'line 2: a task is expected'],
    ['TaskMixture([\nSmolTalk("train")\nSmolTalk("train")])', 'line 3: , is expected between tasks'],
    ['TaskMixture([CustomJSON(f"{base_dir}/x")])', 'line 1: the string f"{base_dir}/x" is not plain'],
    ['test_dataset = TaskMixture([SmolTalk("test")])', 'line 1: test_dataset is neither'],
    ['TaskMixture([\n"SmolTalk', 'line 2: a string begins here'],
    ['TaskMixture([constructor()])', 'line 1: constructor is no task'],
    ['TaskMixture([__proto__()])', 'line 1: __proto__ is no task'],
    ['TaskMixture([SmolTalk("train", __proto__=1)])', 'line 1: SmolTalk takes no __proto__'],
    [
      'train = [SmolTalk("train")]\nval = wrap(TaskMixture([SmolTalk("test")]))',
      'line 2: the tasks here cannot be read',
    ],
    [
      'train = [SmolTalk("train")]\nval = mixture([SmolTalk("test")])',
      'line 2: the tasks here cannot be read',
    ],
    [
      'TaskMixture([SmolTalk("train"),\nSmolTalk("train"),',
      'line 2: a task is expected, and there is the end',
    ],
    ['TaskMixture([SmolTalk("train")]', 'line 1: ) is expected after the list'],
    ['TaskMixture([SmolTalk("train")] * 2)', 'line 1: ) is expected after the list of tasks, and there is *'],
    ['[SmolTalk("train")] + more', 'the end of the line is expected after the list of tasks, and there is +'],
    ['[SmolTalk("train")', 'line 1: , is expected between tasks'],
    ['TaskMixture([\ufeff])', 'line 1: a task is expected, and there is \\ufeff'],
  ])('refuses %j with its line', (source, issue) => {
    expect(refusal(source)[0]).toContain(issue)
  })

  const TRAIN = 'train_dataset = TaskMixture([\n    SmolTalk("train"),\n])\n'
  it.each([
    ['val_dataset = TaskMixtur([SmolTalk("test")])', 'line 4: the tasks here cannot be read'],
    ['val_dataset: Task = TaskMixture([SmolTalk("test")])', 'line 4: the tasks here cannot be read'],
    ['val_dataset = TaskMixture(tasks=[SmolTalk("test")])', 'line 4: the tasks here cannot be read'],
    ['val_dataset = [SmolTlk("test")]', 'line 4: the tasks here cannot be read'],
    ['val_dataset = load("val")', 'line 4: the tasks here cannot be read'],
    ['train_more = TaskMixture([SmolTalk("test")])', 'line 4: this is a second list for train'],
  ])('refuses a script of which one half is damaged: %j', (half, issue) => {
    expect(refusal(TRAIN + half)).toEqual([expect.stringContaining(issue)])
  })

  it('refuses the half whose bracket is missing, with what it would swallow', () => {
    expect(refusal(TRAIN.replace('])', '') + 'val_dataset = TaskMixture([SmolTalk("test")])')).toEqual([
      'line 4: ( is expected after val_dataset, and there is =',
    ])
  })

  it('passes over what only looks like a list, and reads what follows a semicolon', () => {
    const source = 'class TaskMixture(Task): pass\ntrain_loader = load(train_dataset); val_bpb = 3\n'
    const both = 'x = 1; val_dataset = TaskMixture([SmolTalk("test")])'
    expect(read(source + TRAIN + both)).toMatchObject({
      train: [{ split: 'train' }],
      val: [{ split: 'test' }],
    })
  })

  it('lists every fault', () => {
    const faults = refusal('TaskMixture([\nA(b=[1, 2]),\nSmolTalk("train"),\nB(),\nMMLU(x=1),\n])')
    expect(faults.map((fault) => fault.split(':')[0])).toEqual(['line 2', 'line 4', 'line 5'])
  })

  it('ends on any text, with an answer or a refusal', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'[](),="\'\\\n #aTr0_ '.split('')) }), (junk) => {
        try {
          read(`TaskMixture([${junk}`)
        } catch (error) {
          expect(error).toBeInstanceOf(MidbenchError)
        }
      }),
    )
  })
})

const slice = fc.record(
  { start: fc.nat(9), stop: fc.nat(900), step: fc.integer({ min: 1, max: 9 }) },
  { requiredKeys: [] },
)
const anyEntry: fc.Arbitrary<MixtureEntry> = fc.oneof(
  fc.record({ task: fc.constant('SmolTalk' as const), split: fc.constantFrom('train', 'test') }),
  fc.record({
    task: fc.constant('MMLU' as const),
    subset: fc.constantFrom('all', 'auxiliary_train'),
    split: fc.constantFrom('train', 'validation', 'dev', 'test'),
  }),
  fc.record({
    task: fc.constant('CustomJSON' as const),
    filepath: fc
      .string({ unit: 'binary', minLength: 1 })
      .map((text) => `/data/${text.replaceAll(/[/\0]/g, '')}`),
  }),
  fc.record({
    task: fc.constant('SpellingBee' as const),
    size: fc.integer({ min: 1, max: MOST_EXAMPLES }),
    split: fc.constantFrom('train', 'test'),
  }),
)
const anyList = fc.array(
  fc
    .tuple(anyEntry, slice, fc.integer({ min: 1, max: 4 }))
    .map(([entry, part, repeat]) => ({ ...entry, ...part, ...(repeat > 1 ? { repeat } : {}) })),
  { maxLength: 5 },
)

/** As many entries as the list has tasks, in order: what a mixture is made of. */
function unrolled(entries: readonly MixtureEntry[]): MixtureEntry[] {
  return entries.flatMap(({ repeat = 1, ...entry }) => new Array<MixtureEntry>(repeat).fill(entry))
}

describe('writePythonMixture', () => {
  it('is read back as the same tasks in the same order', () => {
    fc.assert(
      fc.property(anyList, anyList, (train, val) => {
        const mixture: MixtureConfig = { train, val }
        const back = read(writePythonMixture(mixture, BASE))
        expect(unrolled(back.train ?? [])).toEqual(unrolled(train))
        expect(unrolled(back.val ?? [])).toEqual(unrolled(val))
      }),
    )
  })

  it("writes the reference's own lines", () => {
    const lists = read(SCRIPT)
    const text = writePythonMixture({ train: lists.train ?? [], val: lists.val ?? [] }, BASE)
    const identity = '    CustomJSON(filepath=os.path.join(base_dir, "identity_conversations.jsonl")),'
    expect(text.split('\n')).toEqual([
      'train_dataset = TaskMixture([',
      '    SmolTalk(split="train"),',
      '    MMLU(subset="auxiliary_train", split="train"),',
      '    GSM8K(subset="main", split="train"),',
      identity,
      identity,
      '    SimpleSpelling(size=200000, split="train"),',
      '    SpellingBee(size=80000, split="train"),',
      '])',
      'val_dataset = TaskMixture([',
      '    SmolTalk(split="test"),',
      '    MMLU(subset="all", split="test", stop=5200),',
      '    GSM8K(subset="main", split="test", stop=420),',
      '])',
      '',
    ])
  })

  it('refuses what the script has no words for, every entry', () => {
    const train: MixtureEntry[] = [
      { task: 'SmolTalk', split: 'train', data_files: '/a.parquet' },
      { task: 'SpellingBee', split: 'train', size: 3, word_list: '/words.txt' },
      { task: 'SpellingBee', split: 'train', size: 3, word_list: `${BASE}/words_alpha.txt` },
    ]
    try {
      writePythonMixture({ train, val: [] }, BASE)
      expect.unreachable()
    } catch (error) {
      const issues = error instanceof MidbenchError ? error.issues : undefined
      expect(issues?.map(({ path }) => path)).toEqual([
        'mixture.train.0.data_files',
        'mixture.train.1.word_list',
      ])
    }
  })
})
