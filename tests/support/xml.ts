/** Files of XML, and pages that are well formed, read by a parser that takes nothing but that. */
import { DOMParser, type Document, type Element, onErrorStopParsing } from '@xmldom/xmldom'

/** @throws ParseError for what is not well formed */
export function readXml(text: string): Document {
  return new DOMParser({ onError: onErrorStopParsing }).parseFromString(text, 'text/xml')
}

/** Every element of a name, in the order of the document. */
export function elementsOf(document: Document, name: string): Element[] {
  return [...document.getElementsByTagName(name)]
}

/** Addresses by which a document would fetch something: none, where it stands for itself. */
export function fetchedBy(document: Document): string[] {
  const found: string[] = []
  for (const element of elementsOf(document, '*')) {
    for (const { name, value } of [...element.attributes]) {
      if (/^(src|srcset|href|xlink:href|data|action|poster)$/i.test(name)) found.push(value)
      if (/url\(|@import/i.test(value)) found.push(value)
    }
    if (element.tagName === 'style' && /url\(|@import/i.test(element.textContent ?? '')) found.push('style')
    if (/^(script|link|iframe|object|embed)$/i.test(element.tagName)) found.push(element.tagName)
  }
  return found
}
