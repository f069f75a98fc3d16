import type { z } from 'zod'
import { didYouMean } from './route/did-you-mean'
import type { Problem } from './route/route'

/** How a schema is asked, so that {@link problemsOf} can say what was expected: give it to every `safeParse`. */
export const TOLD = { reportInput: true, error: sentenceOf } as const

/** Problems as a person can mend them: each where it stands, in a sentence that says what was expected. */
export function problemsOf(issue: z.core.$ZodIssue, knownKeys: readonly string[]): readonly Problem[] {
  return problemsUnder([], issue, knownKeys)
}

function problemsUnder(
  before: readonly PropertyKey[],
  issue: z.core.$ZodIssue,
  knownKeys: readonly string[],
): readonly Problem[] {
  const place = [...before, ...issue.path]
  const path = pathText(place)
  if (issue.code === 'unrecognized_keys') {
    // One per key, so that each is named where it stands.
    return issue.keys.map((key) => ({
      path: pathText([...place, key]),
      message: `there is no setting ${JSON.stringify(key)}${didYouMean(key, knownKeys)}`,
    }))
  }
  if (issue.code === 'invalid_key') return [{ path, message: issue.issues[0]?.message ?? issue.message }]
  if (issue.code !== 'invalid_union') return [{ path, message: issue.message }]

  const meant = issue.errors.filter((branch) => !branch.some(isOfAnotherKind))
  const [only = [], ...others] = meant
  if (only.length > 0 && others.length === 0 && !isText(issue.input)) {
    return only.flatMap((inner) => problemsUnder(place, inner, knownKeys))
  }
  return [{ path, message: `${issue.message}${nearestValue(issue)}` }]
}

/** The branch of a union that was not meant: it wants another kind of value altogether. */
function isOfAnotherKind(issue: z.core.$ZodIssue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value')
}

/** The value among those that a union names that may have been meant. */
function nearestValue({ input, errors }: z.core.$ZodIssueInvalidUnion): string {
  if (!isText(input)) return ''
  const values = errors.flatMap((branch) =>
    branch.flatMap((inner) => (inner.code === 'invalid_value' ? inner.values : [])),
  )
  return didYouMean(input, values.filter(isText))
}

/** What zod is to say of what a schema has no sentence of its own for. */
function sentenceOf(issue: z.core.$ZodRawIssue): string | undefined {
  const { input } = issue
  switch (issue.code) {
    case 'invalid_type': {
      const expected = KINDS[issue.expected] ?? issue.expected
      return input === undefined
        ? `is missing: ${expected} is expected`
        : `${expected} is expected, not ${shown(input)}`
    }
    case 'invalid_value': {
      const values = issue.values.map((value) => shown(value))
      const near = isText(input) ? didYouMean(input, issue.values.filter(isText)) : ''
      const expected =
        values.length === 1 ? `only ${values.join()} is known` : `one of ${values.join(', ')} is expected`
      return input === undefined ? `is missing: ${expected}` : `${expected}, not ${shown(input)}${near}`
    }
    case 'too_small':
      if (issue.origin === 'string') return 'is empty: a text is expected'
      if (issue.origin === 'array') return 'is empty: name at least one'
      return `is ${shown(input)}, and must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`
    case 'too_big':
      if (issue.origin === 'string') return `is longer than ${issue.maximum} characters`
      if (issue.origin === 'array') return `names more than ${issue.maximum}`
      return `is ${shown(input)}, and must be at most ${issue.maximum}`
    case 'invalid_format':
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
    case 'not_multiple_of':
    case 'unrecognized_keys':
    case 'custom':
      // Each of these has a sentence in the schema, or is told by what is inside it.
      return undefined
  }
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a group of settings, { … },',
  record: 'a group of settings, { … },',
  array: 'a list, [ … ],',
}

/** A value as it was written, not too long; of a group or list only what it is. */
function shown(value: unknown): string {
  if (isText(value)) return value.length > 60 ? `'${value.slice(0, 60)}…'` : `'${value}'`
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'a group of settings'
  return String(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

/** `routes[1].into.csv.delimiter`. */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? String(part) : `.${String(part)}`))
    .join('')
}
