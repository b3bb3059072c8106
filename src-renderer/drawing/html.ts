/**
 * A page as one file that opens anywhere: no script, and nothing that is fetched. It is well formed XML too, so that
 * any reader can take it apart. All functions take plain texts and give markup; only what is named markup is put in as it
 * is.
 */
import type { Drawing } from './drawing'
import { svgElement } from './svg'
import { escaped } from './xml'

/** The part of its size to which a picture may shrink. */
const LEAST_SHARE = 0.6

const STYLE = `
body { margin: 0 auto; padding: 24px; max-width: 960px; color: #14161a; background: #fcfcfb; font: 14px/1.5 system-ui, sans-serif; }
h1 { margin: 0 0 4px; font-size: 22px; }
h2 { margin: 32px 0 8px; padding-top: 12px; border-top: 1px solid #1416181c; font-size: 16px; }
p { margin: 4px 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 20px 3px 0; vertical-align: top; text-align: left; }
th { color: #5f656e; font-weight: 500; }
td.n, th.n { text-align: right; }
pre { margin: 4px 0 12px; padding: 8px 12px; background: #1416180a; font: 13px/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
svg[role="img"] { max-width: 100%; height: auto; }
.wide { overflow-x: auto; }
.dim { color: #5f656e; }
.charts { display: flex; flex-wrap: wrap; gap: 12px; }
.charts .wide { max-width: 100%; }
@media print { details { display: block; } }
`

/** The whole file. @param body markup */
export function htmlPage(title: string, body: readonly string[]): string {
  return [
    '<!DOCTYPE html>',
    '<html xmlns="http://www.w3.org/1999/xhtml" lang="en">',
    '<head>',
    '<meta charset="utf-8"/>',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>`,
    '<meta name="viewport" content="width=device-width"/>',
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    ...body,
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

/** @param markup what stands under the heading; a section without any is left out */
export function section(title: string, markup: readonly string[]): string {
  return markup.length === 0 ? '' : [`<h2>${escaped(title)}</h2>`, ...markup].join('\n')
}

export const paragraph = (text: string): string => `<p>${escaped(text)}</p>`
export const heading = (text: string): string => `<h1>${escaped(text)}</h1>`
/** A text with its line breaks. */
export const verbatim = (text: string): string => `<pre>${escaped(text)}</pre>`

/** A picture, which is scrolled where the page is so narrow that its texts would be hard to read. */
export function pictureOf(drawing: Drawing): string {
  const least = Math.round(LEAST_SHARE * drawing.width)
  return `<div class="wide" tabindex="0" role="group" aria-label="${escaped(drawing.title)}"><div style="min-width: ${least}px">${svgElement(drawing)}</div></div>`
}

/** What a person opens to see. @param markup what is then shown */
export function folded(title: string, markup: readonly string[]): string {
  return ['<details>', `<summary>${escaped(title)}</summary>`, ...markup, '</details>'].join('\n')
}

/** Columns whose first cell is a number are set to the right. */
export function tableOf(names: readonly string[], rows: readonly (readonly string[])[]): string {
  const isNumber = names.map((_, at) => /^[-+\d.,]+$/.test(rows[0]?.[at] ?? ''))
  const line = (tag: 'th' | 'td', cells: readonly string[]): string =>
    `<tr>${cells.map((cell, at) => `<${tag}${isNumber[at] ? ' class="n"' : ''}>${escaped(cell)}</${tag}>`).join('')}</tr>`
  return [`<table>`, line('th', names), ...rows.map((row) => line('td', row)), '</table>'].join('\n')
}
