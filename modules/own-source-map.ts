/** A source map as esbuild writes it, without what is not read here. */
export interface SourceMap {
  readonly version: number
  readonly sources: readonly string[]
  readonly names: readonly string[]
  readonly mappings: string
}

/**
 * What of a source map leads to the files and lines of our own code. Node reads all of it at every cold start, and nine tenths tell of
 * columns and of packages: of a package only its name is left, `packageOf` a source, `undefined` if it is our own.
 * Source of the format: https://tc39.es/ecma426/
 */
export function ownSourceMap(
  { version, sources, mappings }: SourceMap,
  packageOf: (source: string) => string | undefined,
): SourceMap {
  const packages = sources.map(packageOf)
  const kept: string[] = []
  const numbers = new Map<string, number>()
  const numberOf = (name: string) => {
    const number = numbers.get(name) ?? kept.push(name) - 1
    numbers.set(name, number)
    return number
  }

  // All but the column in the bundle are told as differences from the last segment, those of other lines included.
  let [source, line, column] = [0, 0, 0]
  let told = { source: 0, line: 0, column: 0 }
  const lines = mappings.split(';').map((segments) => {
    let at = 0
    let toldAt = 0
    let isFirst = true
    const written: string[] = []
    for (const segment of segments === '' ? [] : segments.split(',')) {
      const [byAt = 0, bySource = 0, byLine = 0, byColumn = 0] = numbersIn(segment)
      at += byAt
      source += bySource
      line += byLine
      column += byColumn
      const ofPackage = packages[source]
      const next =
        ofPackage === undefined
          ? { source: numberOf(sources[source] ?? ''), line, column }
          : { source: numberOf(ofPackage), line: 0, column: 0 }
      if (!isFirst && next.source === told.source && next.line === told.line) continue
      isFirst = false
      const fields = [at - toldAt, next.source - told.source, next.line - told.line, next.column - told.column]
      written.push(fields.map(textOf).join(''))
      toldAt = at
      told = next
    }
    return written.join(',')
  })
  return { version, sources: kept, names: [], mappings: lines.join(';') }
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
/** Of the six bits of a digit, the highest says whether more digits follow. */
const BITS = 5
const MORE = 1 << BITS

function numbersIn(segment: string): readonly number[] {
  const numbers: number[] = []
  let value = 0
  let shift = 0
  for (const digit of segment) {
    const bits = DIGITS.indexOf(digit)
    value += (bits & (MORE - 1)) << shift
    shift += BITS
    if (bits & MORE) continue
    // The lowest bit is the sign.
    numbers.push(value & 1 ? -(value >> 1) : value >> 1)
    value = 0
    shift = 0
  }
  return numbers
}

function textOf(number: number): string {
  let rest = number < 0 ? (-number << 1) | 1 : number << 1
  let text = ''
  do {
    const bits = rest & (MORE - 1)
    rest >>>= BITS
    text += DIGITS[rest > 0 ? bits | MORE : bits]
  } while (rest > 0)
  return text
}
