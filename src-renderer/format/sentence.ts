/** Tells messages that continue the text before them from those that are sentences of their own. */

/** Whether the text continues what stands before it; a sentence of its own begins with a capital. */
export function isPhrase(text: string): boolean {
  return /^\p{Ll}/u.test(text)
}

/** The text with a full stop, added where it lacks one. */
export function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
