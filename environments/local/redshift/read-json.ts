import { ESCAPED, NULL } from './convert-value'
import { RedshiftError } from './errors'
import { eachMember, endOfValue, INCOMPLETE, type JsonSpan, kindOfValue, skipSpace, textOfString } from './json-bytes'
import { followPath, type JsonPath } from './json-paths'
import { LOAD_ERRORS } from './load-problem'
import { type Fields, makeFields, type RowLoader } from './load-rows'
import type { ReadRows } from './read-blocks'

/** How a record fills the columns. */
export type JsonShape =
  | { readonly kind: 'auto'; readonly ignoreCase: boolean }
  | { readonly kind: 'paths'; readonly paths: readonly JsonPath[] }
  | { readonly kind: 'noshred' }

const LF = 10
const NOT_AN_OBJECT = { code: 1216, reason: 'Invalid JSONPath format: Member is not an object.' }

/** Reads JSON records that white space separates; numbers stay as they are written, so no digit is lost. */
export function jsonReader(shape: JsonShape, loader: RowLoader): ReadRows {
  const fill = filler(shape, loader)
  const fields = makeFields(loader.columns.length)
  let line = 1

  return (bytes, end, isLast) => {
    fields.bytes = bytes
    let counted = 0
    const countTo = (at: number) => {
      for (let next = bytes.indexOf(LF, counted); next >= 0 && next < at; next = bytes.indexOf(LF, next + 1)) {
        line++
        counted = next + 1
      }
    }
    let at = skipSpace(bytes, 0, end)
    while (at < end) {
      const stop = endOfValue(bytes, at, end)
      if (stop === INCOMPLETE && !isLast) {
        countTo(at)
        return at
      }
      countTo(at)
      const kind = kindOfValue(bytes[at])
      if (stop < 0 || (kind !== 'object' && kind !== 'array')) {
        const lineEnd = bytes.indexOf(LF, at)
        const next = lineEnd < 0 || lineEnd > end ? end : lineEnd
        loader.reject(LOAD_ERRORS.badJson, line, bytes, at, next)
        at = skipSpace(bytes, next, end)
        continue
      }
      const recordLine = line
      // Now, because undoing an escape may put a line end where none was.
      countTo(stop)
      if (kind === 'array' && shape.kind === 'auto') loader.reject(NOT_AN_OBJECT, recordLine, bytes, at, stop)
      else {
        fill(fields, { kind, start: at, end: stop })
        loader.add(fields, recordLine, at, stop)
      }
      at = skipSpace(bytes, stop, end)
    }
    countTo(end)
    return end
  }
}

type Fill = (fields: Fields, record: JsonSpan) => void

function filler(shape: JsonShape, loader: RowLoader): Fill {
  const { columns } = loader
  switch (shape.kind) {
    case 'auto':
      return fillByName(shape.ignoreCase, loader)
    case 'noshred':
      if (columns.length !== 1 || columns[0]?.type !== 'super') {
        throw new RedshiftError('XX000', "JSON 'noshred' needs a table with a single SUPER column")
      }
      return (fields, record) => {
        fields.count = 1
        setField(fields, 0, record)
      }
    case 'paths':
      if (shape.paths.length !== columns.length) {
        const sizes = `JSONPath size: ${shape.paths.length}, Number of columns in table or column list: ${columns.length}`
        throw new RedshiftError('XX000', `Number of jsonpaths and the number of columns should match. ${sizes}`)
      }
      return (fields, record) => {
        fields.count = columns.length
        shape.paths.forEach((path, at) => {
          setField(fields, at, followPath(fields.bytes, record, path), columns[at]?.type)
        })
      }
  }
}

/** Names match exactly, or in any case with `auto ignorecase`; members without a column are ignored. */
function fillByName(ignoreCase: boolean, { columns }: RowLoader): Fill {
  const positions = new Map(columns.map(({ name }, at) => [name, at]))
  return (fields, record) => {
    fields.count = columns.length
    fields.flags.fill(NULL)
    eachMember(fields.bytes, record, (key, value) => {
      if (typeof key === 'number') return
      const name = textOfString(fields.bytes, key)
      const at = positions.get(ignoreCase ? name.toLowerCase() : name)
      if (at !== undefined) setField(fields, at, value, columns[at]?.type)
    })
  }
}

function setField(fields: Fields, at: number, value: JsonSpan | undefined, type = 'super'): void {
  if (value === undefined || value.kind === 'null') {
    fields.flags[at] = NULL
    return
  }
  // A SUPER keeps the JSON text, quotes and escapes included; every other type gets the text inside.
  const isInside = value.kind === 'string' && type !== 'super'
  const [start, end] = isInside ? [value.start + 1, value.end - 1] : [value.start, value.end]
  fields.starts[at] = start
  fields.ends[at] = end
  fields.flags[at] = isInside && fields.bytes.subarray(start, end).includes(0x5c) ? ESCAPED : 0
}
