import { RedshiftError } from './errors'
import { eachMember, type JsonSpan, textOfString } from './json-bytes'

/** The steps of a JSONPath: keys and positions. */
export type JsonPath = readonly (string | number)[]

/**
 * Reads a jsonpaths file; undefined when it has no member `jsonpaths`, which Redshift silently takes for `'auto'`.
 *
 * Source: the guide's copy-parameters-data-format, JSONPath file: no wildcards, one notation per path.
 */
export function readJsonPaths(text: string): JsonPath[] | undefined {
  let file: unknown
  try {
    file = JSON.parse(text)
  } catch (error) {
    throw new RedshiftError('XX000', 'Invalid JSONPath format: the file is not valid JSON', String(error))
  }
  const paths = typeof file === 'object' && file !== null && 'jsonpaths' in file ? file.jsonpaths : undefined
  if (paths === undefined) return undefined
  if (!Array.isArray(paths)) throw new RedshiftError('XX000', 'Invalid JSONPath format: jsonpaths is not an array')
  return paths.map((path) => readPath(String(path)))
}

const BRACKETS = /^\$(?:\[(?:'[^']*'|"[^"]*"|\d+)\])+$/
const DOTS = /^\$(?:\.[^.[\]]+(?:\[\d+\])*|\[\d+\])+$/
const STEP = /\['([^']*)'\]|\["([^"]*)"\]|\[(\d+)\]|\.([^.[\]]+)/g

function readPath(path: string): JsonPath {
  if (!BRACKETS.test(path) && !DOTS.test(path)) {
    throw new RedshiftError('XX000', `Invalid JSONPath format: ${path} is not supported`)
  }
  return [...path.matchAll(STEP)].map(([, single, double, position, key]) =>
    position === undefined ? (single ?? double ?? key ?? '') : Number(position),
  )
}

/** Follows a path from a checked value; undefined when it leads nowhere. */
export function followPath(bytes: Buffer, root: JsonSpan, path: JsonPath): JsonSpan | undefined {
  let at: JsonSpan | undefined = root
  for (const step of path) {
    if (at === undefined || (at.kind !== 'object' && at.kind !== 'array')) return undefined
    let found: JsonSpan | undefined
    eachMember(bytes, at, (key, value) => {
      const isStep = typeof key === 'number' ? key === step : textOfString(bytes, key) === step
      if (isStep) found ??= value
    })
    at = found
  }
  return at
}
