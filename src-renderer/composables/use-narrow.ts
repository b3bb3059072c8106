/**
 * Whether the window is narrow, as where its text is large: then places show one pane at a time, or one above the other.
 * The width is that of `max-width: 860px` in the styles, in pixels of the page, so that it follows the size of text.
 */
import { createSharedComposable, useMediaQuery } from '@vueuse/core'

export const useNarrow = createSharedComposable(() => useMediaQuery('(max-width: 860px)'))
