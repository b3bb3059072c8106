/** Messages put together: which go on from what stands before them, and which are sentences of their own. */

/** Whether it goes on from what stands before it; a sentence of its own begins with a capital. */
export function isPhrase(text: string): boolean {
  return /^\p{Ll}/u.test(text)
}

/** With the full stop that it may lack. */
export function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
