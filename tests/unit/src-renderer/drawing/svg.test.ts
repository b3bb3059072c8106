/** Drawings as SVG, read back by a strict parser of XML. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Drawing, Shape } from '../../../../src-renderer/drawing/drawing'
import { svgFile } from '../../../../src-renderer/drawing/svg'
import { elementsOf, fetchedBy, readXml } from '../../../support/xml'

const drawing = (shapes: readonly Shape[], title = 'Loss'): Drawing => ({
  width: 100,
  height: 50,
  title,
  ground: '#fff',
  shapes,
})

describe('svgFile', () => {
  it('holds every shape where it is, as vectors', () => {
    const shapes: Shape[] = [
      { kind: 'text', x: 1, y: 2.345, text: 'a', colour: 'rgb(1, 2, 3)', size: 11, align: 'end' },
      { kind: 'box', x: 0, y: 1, width: 2, height: 3, colour: '#123', title: 'Chats' },
      { kind: 'path', d: 'M0 0L1 1', colour: '#456', width: 1.5, dash: [6, 3] },
      { kind: 'dot', x: 5, y: 6, radius: 2, colour: '#789' },
    ]
    const document = readXml(svgFile(drawing(shapes)))
    const [text] = elementsOf(document, 'text')
    expect(text?.textContent).toBe('a')
    expect(text?.getAttribute('y')).toBe('2.35')
    expect(text?.getAttribute('text-anchor')).toBe('end')
    expect(elementsOf(document, 'path')[0]?.getAttribute('stroke-dasharray')).toBe('6 3')
    expect(elementsOf(document, 'rect')[1]?.textContent).toBe('Chats')
    expect(elementsOf(document, 'circle')[0]?.getAttribute('cx')).toBe('5')
    expect(elementsOf(document, 'image')).toEqual([])
    expect(fetchedBy(document)).toEqual([])
  })

  it('says apart from a colour how much shines through, as older readers want it', () => {
    const faded: Shape = { kind: 'path', d: 'M0 0h1', colour: 'rgba(1, 2, 3, 0.28)', width: 1 }
    const unseen: Shape = { kind: 'box', x: 0, y: 0, width: 1, height: 1, colour: 'transparent' }
    const document = readXml(svgFile(drawing([faded, unseen])))
    const [path] = elementsOf(document, 'path')
    expect(path?.getAttribute('stroke')).toBe('rgb(1, 2, 3)')
    expect(path?.getAttribute('stroke-opacity')).toBe('0.28')
    expect(elementsOf(document, 'rect')[1]?.getAttribute('fill-opacity')).toBe('0')
  })

  it('shows nothing of clipped shapes beyond their box', () => {
    const within = { x: 10, y: 20, width: 30, height: 5 }
    const inner: Shape = { kind: 'path', d: 'M0 0L100 100', colour: '#000', width: 1 }
    const document = readXml(svgFile(drawing([{ kind: 'clip', within, shapes: [inner] }])))
    const [, clip] = elementsOf(document, 'svg')
    expect(clip?.getAttribute('viewBox')).toBe('10 20 30 5')
    expect(clip?.getAttribute('overflow')).toBe('hidden')
    expect(elementsOf(document, 'path')[0]?.parentNode).toBe(clip)
  })

  it('can be read whatever its texts are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shape: Shape = { kind: 'text', x: 0, y: 0, text, colour: '#000', size: 10 }
        const file = new TextDecoder().decode(new TextEncoder().encode(svgFile(drawing([shape], text))))
        expect(elementsOf(readXml(file), 'text')).toHaveLength(1)
      }),
      { numRuns: 40 },
    )
  })
})
