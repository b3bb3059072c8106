/**
 * Marks a text wherever it stands within an element, in upper or lower case, without touching the element's nodes: the
 * browser itself highlights it (`::highlight(found)`). The first place is brought into sight.
 */
import { nextTick, onScopeDispose, watch, type ShallowRef } from 'vue'

const NAME = 'found'

/** @param marked the text to mark, and what the element's content depends on */
export function useHighlight(
  element: Readonly<ShallowRef<HTMLElement | null>>,
  marked: () => [text: string, ...content: unknown[]],
): void {
  function mark(text: string): void {
    const ranges = element.value && text !== '' ? rangesOf(element.value, text.toLowerCase()) : []
    CSS.highlights.set(NAME, new Highlight(...ranges))
    ranges[0]?.startContainer.parentElement?.scrollIntoView({ block: 'nearest' })
  }

  watch(marked, async ([text]) => {
    await nextTick()
    mark(text)
  })
  onScopeDispose(() => CSS.highlights.delete(NAME))
}

function rangesOf(element: HTMLElement, text: string): Range[] {
  const ranges: Range[] = []
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const content = node.textContent?.toLowerCase() ?? ''
    for (let at = content.indexOf(text); at !== -1; at = content.indexOf(text, at + text.length)) {
      const range = new Range()
      range.setStart(node, Math.min(at, node.textContent?.length ?? 0))
      range.setEnd(node, Math.min(at + text.length, node.textContent?.length ?? 0))
      ranges.push(range)
    }
  }
  return ranges
}
