import { align } from './align'
import { commonSequence } from './common-sequence'
import { type Captures, capturesIn, fitsGlob, type Glob, parseGlob, type Report, textOfAll } from './glob'

/** A `match`, read: the folders, where `**` is any number of them, and the file's name. */
export interface Pattern {
  readonly source: string
  readonly folders: readonly Segment[]
  readonly file: Glob
  /** Names of the captures, from left to right. */
  readonly captures: readonly string[]
}

export type Segment = '**' | Glob

/** S3's limit for a key, in bytes of UTF-8. */
const MAX_KEY_BYTES = 1024

/** Reads a `match`; `undefined` if something was reported. */
export function parsePattern(source: string, report: Report): Pattern | undefined {
  let faults = 0
  const fault: Report = (message) => {
    faults += 1
    report(message)
  }
  if (source === '') fault('is empty: write a pattern such as {table}/**')
  else if (source.startsWith('/')) fault(`'${source}' starts with '/', which no key does: leave the slash out`)
  const segments = source.replace(/^\//, '').replace(/\/$/, '/**').split('/')
  if (source.includes('//')) fault(`'${source}' holds '//': an empty folder matches nothing`)
  const read = segments.flatMap((text): readonly Segment[] => {
    if (text === '**') return ['**']
    const glob = text === '' ? undefined : parseGlob(text, fault)
    return glob === undefined ? [] : [glob]
  })
  const names = read.flatMap((segment) => (segment === '**' ? [] : segment.captures.map(({ name }) => name)))
  for (const name of new Set(names.filter((name, index) => names.indexOf(name) !== index))) {
    fault(`'${source}' has the capture {${name}} twice: give them different names`)
  }
  if (leastBytes(read) > MAX_KEY_BYTES) {
    fault(`'${source.slice(0, 100)}…' is longer than any key can be: S3 allows ${MAX_KEY_BYTES} bytes`)
  }
  if (faults > 0) return undefined
  // Several `**` in a row say no more than one; at the end it stands for the file's name, too.
  const single = read.filter((segment, index) => segment !== '**' || read[index - 1] !== '**')
  const last = single.at(-1)
  const file = last === undefined || last === '**' ? ANY_NAME : last
  return { source, folders: last === '**' ? single : single.slice(0, -1), file, captures: names }
}

/** Whether a key, split at its slashes, fits. */
export function fitsPattern(pattern: Pattern, segments: readonly string[]): boolean {
  return placesOf(pattern, segments) !== undefined
}

/** What a key that fits says for each capture. */
export function capturesOf(pattern: Pattern, segments: readonly string[]): Captures {
  const places = placesOf(pattern, segments) ?? []
  const inFolders = pattern.folders.flatMap((folder, index) =>
    folder === '**' ? [] : capturesIn(folder, segments[places[index] ?? -1] ?? ''),
  )
  return Object.fromEntries([...inFolders, ...capturesIn(pattern.file, segments.at(-1) ?? '')])
}

/** A short run of folders that both patterns take, or `undefined` if they share none. */
export function foldersOfBoth(a: Pattern, b: Pattern): readonly string[] | undefined {
  // Most pairs differ in a plain word before any `**`: seen at once, thousands of routes are compared in no time.
  for (let index = 0; ; index += 1) {
    const one = a.folders[index]
    const other = b.folders[index]
    if (one === undefined || other === undefined || one === '**' || other === '**') break
    if (one.literal !== undefined && other.literal !== undefined && one.literal !== other.literal) return undefined
  }
  return commonSequence([a.folders, b.folders], {
    isRun,
    fits: fitsSegment,
    meet: (segments) => textOfAll(segments.flatMap((segment) => (segment === '**' ? [] : [segment]))),
  })
}

/** The segment that a `**` at the end implies: the file's name, whatever it is. */
const ANY_NAME: Glob = { source: '*', tokens: ['run'], captures: [], literals: 0, head: '', tail: '' }

function placesOf(pattern: Pattern, segments: readonly string[]): readonly number[] | undefined {
  if (!fitsGlob(pattern.file, segments.at(-1) ?? '')) return undefined
  return align(pattern.folders, segments.slice(0, -1), isRun, fitsSegment)
}

function isRun(segment: Segment): boolean {
  return segment === '**'
}

function fitsSegment(segment: Segment, text: string): boolean {
  return segment === '**' || fitsGlob(segment, text)
}

function leastBytes(segments: readonly Segment[]): number {
  const texts = segments.flatMap((segment) => (segment === '**' ? [] : [segment]))
  const bytes = texts.map(({ tokens }) =>
    tokens.reduce((sum, token) => sum + (token === 'run' ? 0 : token === 'one' ? 1 : Buffer.byteLength(token.char)), 0),
  )
  return bytes.reduce((sum, length) => sum + length, 0) + Math.max(0, texts.length - 1)
}
