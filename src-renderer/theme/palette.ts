/**
 * The canvas's colours, read from the page's own custom properties, so that it follows the theme like everything else.
 */
import { TASK_COLOURS } from './colours'
import { CLASSES, PAD_CLASS, type Colouring } from '../packing/classes'

export type Rgb = readonly [red: number, green: number, blue: number]

export interface Palette {
  ground: string
  ink: string
  dim: string
  line: string
  accent: string
  /** For rows to be warned of. */
  warning: string
  /** Colour of each token class, for the texture. */
  texture: readonly Rgb[]
  /** Background of a token's cell, pale enough to read text on, and the full colour under it. */
  cells: readonly { tint: string; full: string }[]
}

/** Mixes a share of one colour into another. */
export function mix(colour: Rgb, into: Rgb, share: number): Rgb {
  const channel = (index: 0 | 1 | 2): number => Math.round(colour[index] * share + into[index] * (1 - share))
  return [channel(0), channel(1), channel(2)]
}

export const css = ([red, green, blue]: Rgb): string => `rgb(${red} ${green} ${blue})`

/** Reads "rgb(1, 2, 3)" or "rgba(...)" as a computed style has it. */
export function parseRgb(text: string): Rgb {
  const [red = 0, green = 0, blue = 0] = (text.match(/[\d.]+/g) ?? []).map(Number)
  return [red, green, blue]
}

/** Resolves custom properties to colours, light-dark() included, through the style of a probe element. */
export function colourReader(element: HTMLElement): (property: string) => string {
  const probe = document.createElement('span')
  element.append(probe)
  const read = (property: string): string => {
    probe.style.color = `var(${property})`
    return getComputedStyle(probe).color
  }
  queueMicrotask(() => probe.remove())
  return read
}

/**
 * Reads colours of the light theme, whichever the window has: a page that leaves it is read on paper too.
 *
 * @param read gets an element in that theme, for now only
 */
export function inLight<T>(read: (element: HTMLElement) => T): T {
  const element = document.createElement('div')
  element.style.colorScheme = 'light'
  document.body.append(element)
  try {
    return read(element)
  } finally {
    element.remove()
  }
}

const ROLES = ['structure', 'user', 'assistant', 'python', 'output']

/** Shares of the full colour in a strip: what is trained on is brightest. */
const TRAINED = 0.92
const UNTRAINED = 0.5

/** Shares of ink for the least and the greatest loss: the hardest tokens stand out. */
const EASIEST = 0.07
const HARDEST = 0.95

function classColours(colouring: Colouring, read: (property: string) => Rgb, ground: Rgb): Rgb[] {
  const colours = Array.from({ length: CLASSES }, (): Rgb => ground)
  if (colouring === 'task') {
    for (let task = 0; task < TASK_COLOURS; task++) {
      const full = read(`--task-${task}`)
      colours[2 * task] = mix(full, ground, UNTRAINED)
      colours[2 * task + 1] = mix(full, ground, TRAINED)
    }
  } else if (colouring === 'role') ROLES.forEach((role, code) => (colours[code] = read(`--role-${role}`)))
  else if (colouring === 'loss') {
    const ink = read('--ink')
    for (let step = 0; step < PAD_CLASS; step++) {
      colours[step] = mix(ink, ground, EASIEST + ((HARDEST - EASIEST) * step) / (PAD_CLASS - 1))
    }
  } else {
    colours[0] = read('--mask-off')
    colours[1] = read('--mask-on')
  }
  colours[PAD_CLASS] = mix(read('--pad'), ground, 0.5)
  return colours
}

export function readPalette(element: HTMLElement, colouring: Colouring): Palette {
  const read = colourReader(element)
  const ground = parseRgb(read('--ground'))
  const texture = classColours(colouring, (property) => parseRgb(read(property)), ground)
  const tint = colouring === 'loss' ? 0.42 : 0.24 // shades of one colour have to be told apart
  return {
    ground: css(ground),
    ink: read('--ink'),
    dim: read('--ink-3'),
    line: read('--line-strong'),
    accent: read('--accent'),
    warning: read('--amber'),
    texture,
    cells: texture.map((colour) => ({ tint: css(mix(colour, ground, tint)), full: css(colour) })),
  }
}
