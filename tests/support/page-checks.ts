/**
 * What a picture of the window cannot say: what axe finds, and what lies on something else or is cut off. Both look at
 * the page as it is, and name what they find.
 */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** What axe finds by any of its rules, with the element. @param within a selector of what is looked at */
export async function axeFindings(page: Page, within = 'html'): Promise<string[]> {
  if (!(await page.evaluate<boolean>(`'axe' in window`))) await page.evaluate(await readFile(AXE, 'utf8'))
  return page.evaluate<string[]>(`axe
    .run(${JSON.stringify(within)}, { resultTypes: ['violations'] })
    .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 160))))`)
}

/** Names and charts are unreadable below these, in pixels of the page. */
const LEAST_NAME = 36
const LEAST_CHART = 100

/**
 * Texts and controls that lie on one another or are cut off by what does not scroll, names without room, and charts too
 * low to be read. A dialog covers what is below it, which is left out then.
 */
export function misplaced(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(MISPLACED)
}

const MISPLACED = `(() => {
  const style = (element) => getComputedStyle(element)
  const about = ({ tagName, className, textContent, ariaLabel }) =>
    tagName.toLowerCase() + '.' + className + ' "' + (ariaLabel ?? textContent.trim().slice(0, 40)) + '"'
  /** What of an element's box its ancestors let through; null where that is nothing. */
  const seen = (element) => {
    const box = element.getBoundingClientRect()
    let { left, top, right, bottom } = box
    for (let up = element.parentElement; up; up = up.parentElement) {
      if (style(up).overflow === 'visible') continue
      const clip = up.getBoundingClientRect()
      left = Math.max(left, clip.left)
      top = Math.max(top, clip.top)
      right = Math.min(right, clip.right)
      bottom = Math.min(bottom, clip.bottom)
    }
    return right - left < 2 || bottom - top < 2 ? null : { left, top, right, bottom }
  }
  const dialog = document.querySelector('[role=dialog]')
  const isText = (element) =>
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== '')
  const shown = [...(dialog ?? document.body).querySelectorAll('*')]
    .filter((element) => element.matches('a[href], button, input, select, textarea') || isText(element))
    .filter((element) => !element.closest('svg, .hidden-text') && element.checkVisibility({ visibilityProperty: true }))
    .filter((element) => style(element).pointerEvents !== 'none')
    .flatMap((element) => {
      const box = seen(element)
      return box ? [{ element, box }] : []
    })

  const over = shown.flatMap((one, index) =>
    shown.slice(index + 1).flatMap((other) => {
      if (one.element.contains(other.element) || other.element.contains(one.element)) return []
      const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left)
      const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top)
      return across > 2 && down > 2 ? ['on one another: ' + about(one.element) + ', ' + about(other.element)] : []
    }),
  )
  /** Whether the first ancestor that hides what is too wide or high hides some of it, and does not say so by dots. */
  const isCut = (element) => {
    const box = element.getBoundingClientRect()
    for (let up = element.parentElement; up; up = up.parentElement) {
      const { overflowX, overflowY, textOverflow } = style(up)
      if (/auto|scroll/.test(overflowX + overflowY) || textOverflow === 'ellipsis') return false
      const clip = up.getBoundingClientRect()
      const isBeyond = box.right > clip.right + 2 || box.bottom > clip.bottom + 2 || box.left < clip.left - 2
      if ((overflowX + overflowY).includes('hidden') && isBeyond) return true
    }
    return box.right > innerWidth + 2
  }
  const cut = shown.filter(({ element }) => isCut(element)).map(({ element }) => 'cut off: ' + about(element))
  const names = shown
    .map(({ element }) => element)
    .filter((element) => style(element).textOverflow === 'ellipsis' && element.scrollWidth > element.clientWidth + 1)
    .filter(({ clientWidth }) => clientWidth < ${String(LEAST_NAME)})
    .map((element) => 'without room: ' + about(element))
  const charts = [...document.querySelectorAll('figure')]
    .filter((figure) => figure.checkVisibility() && figure.clientHeight < ${String(LEAST_CHART)})
    .map((figure) => 'too low: ' + about(figure))
  return [...new Set([...over, ...cut, ...names, ...charts])]
})()`
