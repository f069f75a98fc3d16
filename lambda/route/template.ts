import { CAPTURE_NAME, type Captures, type Report } from './glob'
import { foldIdentifier, isPlainIdentifier, isReserved, MAX_IDENTIFIER_BYTES, PLAIN_IDENTIFIER } from './identifier'

/** The name of a schema or table, in which `{name}` stands for what a key says. */
export interface Template {
  readonly kind: 'schema' | 'table'
  /** As it was written. */
  readonly source: string
  readonly parts: readonly (string | { readonly capture: string })[]
}

/** A name that a key filled in, or why it cannot be one. */
export type Filled =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'refused'; readonly why: 'NOT_AN_IDENTIFIER' | 'RESERVED_NAME'; readonly message: string }

/**
 * Reads a template and checks that some key can make a plain identifier of it; `undefined` if something was reported.
 * A name without captures obeys the same rule, although its author could be trusted with quotes: one rule to know.
 */
export function parseTemplate(
  kind: Template['kind'],
  source: string,
  captures: readonly string[],
  report: Report,
): Template | undefined {
  const parts = (source.match(/\{[^{}]*\}|[{}]|[^{}]+/g) ?? []).map((part) =>
    part.startsWith('{') && part.endsWith('}') ? { capture: part.slice(1, -1) } : part,
  )
  const named = parts.flatMap((part) => (typeof part === 'string' ? [] : [part.capture]))
  const faults = [...faultsOfText(source, parts), ...named.flatMap((name) => faultsOfCapture(source, name, captures))]
  // The shortest and plainest thing that a key could say.
  const example = parts.map((part) => (typeof part === 'string' ? part : 'x')).join('')
  if (faults.length === 0 && !isPlainIdentifier(example)) {
    const never = named.length > 0 ? 'can never be a plain identifier' : 'is not a plain identifier'
    faults.push(`'${source.slice(0, 2 * MAX_IDENTIFIER_BYTES)}' ${never} (${PLAIN_IDENTIFIER})`)
  }
  if (faults.length === 0 && named.length > 0 && foldIdentifier(example).startsWith('pg_')) {
    faults.push(`'${source}' starts with 'pg_', and such names are refused when a key is part of them`)
  }
  faults.forEach(report)
  return faults.length === 0 ? { kind, source, parts } : undefined
}

/** Whether the name depends on the key. */
export function isOpen(template: Template): boolean {
  return template.parts.some((part) => typeof part !== 'string')
}

/** Fills the captures in. Whatever a key says, only a plain identifier comes out. */
export function fill(template: Template, captures: Captures): Filled {
  const text = template.parts.map((part) => (typeof part === 'string' ? part : (captures[part.capture] ?? ''))).join('')
  if (!isPlainIdentifier(text)) {
    const made = isOpen(template) ? ` out of '${template.source}'` : ''
    const message = `makes the ${template.kind} ${shown(text)}${made}, which is not a plain identifier (${PLAIN_IDENTIFIER})`
    return { kind: 'refused', why: 'NOT_AN_IDENTIFIER', message }
  }
  const name = foldIdentifier(text)
  if (isOpen(template) && isReserved(template.kind, name)) {
    const message = `makes the ${template.kind} '${name}' out of '${template.source}', a name that no key may choose`
    return { kind: 'refused', why: 'RESERVED_NAME', message }
  }
  return { kind: 'name', name }
}

/** A text from outside for a message: control characters escaped, and not too long. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text)
}

function faultsOfText(source: string, parts: Template['parts']): string[] {
  if (source === '') return ['is empty']
  return parts.includes('{') || parts.includes('}') ? [`'${source}' has an unbalanced brace`] : []
}

function faultsOfCapture(source: string, name: string, captures: readonly string[]): string[] {
  if (!CAPTURE_NAME.test(name)) return [`'${source}': '{${name}}' is no name of a capture`]
  if (captures.includes(name)) return []
  const has = captures.length > 0 ? `only has ${captures.map((other) => `{${other}}`).join(', ')}` : 'has no captures'
  return [`'${source}' names {${name}}, but match ${has}: capture it there, or write the name out`]
}
