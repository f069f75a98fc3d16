import { foldIdentifier } from '../route/identifier'
import { spelled } from './spelled-out'

/** What a file calls its columns, or why nobody can tell. */
export type Names = NamesFound | Unreadable

export interface NamesFound {
  readonly kind: 'names'
  /** In the file's order and spelling; no two are alike in another case. */
  readonly names: readonly string[]
  /** Whether these are all: JSON records that were not looked at may have others. */
  readonly complete: boolean
}

export interface Unreadable {
  readonly kind: 'unreadable'
  /** `COLUMNS_UNREADABLE`: the file is not what it should be. `COLUMNS_NOT_TOLD`: files that are read in this way tell no names to us. */
  readonly code: 'COLUMNS_UNREADABLE' | 'COLUMNS_NOT_TOLD'
  /** For a person: what is wrong with the file, as the rest of a sentence about it. */
  readonly reason: string
}

/** Why the names cannot be read, as a value: a bad file is expected. */
export function unreadable(reason: string, code: Unreadable['code'] = 'COLUMNS_UNREADABLE'): Unreadable {
  return { kind: 'unreadable', code, reason }
}

/** The names as they are, if each can stand for one column. `place` says where they stand: `the header`. */
export function checkedNames(names: readonly string[], complete: boolean, place: string): Names {
  if (names.length === 0) return unreadable(`there are no names in ${place}`)
  const seen = new Map<string, number>()
  for (const [index, name] of names.entries()) {
    const number = index + 1
    if (name === '') return unreadable(`name ${number} of ${place} is empty`)
    if (name.includes('\0')) {
      return unreadable(`there are NUL characters in ${place}: if the file is in UTF-16, set its encoding`)
    }
    if (name.includes('\uFFFD')) {
      return unreadable(`name ${number} of ${place}, ${spelled(name)}, is not in the encoding of the file: set another`)
    }
    const earlier = seen.get(foldIdentifier(name))
    if (earlier !== undefined) {
      return unreadable(`names ${earlier} and ${number} of ${place} are the same column, ${spelled(name)}`)
    }
    seen.set(foldIdentifier(name), number)
  }
  return { kind: 'names', names, complete }
}
