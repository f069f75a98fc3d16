/** So many names tell what is wrong, and so many characters of them; the rest is counted. A record keeps 500 characters of a reason. */
const MOST_NAMES = 20
const MOST_CHARACTERS = 180

/** Half of the longest name that a warehouse takes: of one that is longer it says enough. */
const LONGEST_NAME = 64

/** Control and format characters (a byte order mark, a space without width), odd blanks, halves of characters. */
const INVISIBLE = /\p{Cc}|\p{Cf}|\p{Cs}|(?! )\p{Z}/gu

/** A name between quotes, for a person: what cannot be seen is written as `\u{…}`, and what is too long is cut. */
export function spelled(name: string): string {
  const characters = Array.from(name.slice(0, 2 * LONGEST_NAME + 2))
  const shown = characters.length > LONGEST_NAME ? `${characters.slice(0, LONGEST_NAME - 1).join('')}…` : name
  return `'${shown.replace(INVISIBLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)}'`
}

/** `'a', 'b' and 14 more`: each name as `tell` tells of it, which is asked for those alone that are shown. */
export function spelledOut(names: readonly string[], tell: (name: string) => string = spelled): string {
  const shown: string[] = []
  let characters = 0
  for (const name of names.slice(0, MOST_NAMES)) {
    const told = tell(name)
    characters += told.length
    if (shown.length > 0 && characters > MOST_CHARACTERS) break
    shown.push(told)
  }
  const more = names.length - shown.length
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ')
}
