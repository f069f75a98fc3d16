import type { Token } from './sql-tokens'

/** Replaces what stands between two offsets of a statement. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** Replaces so many tokens from one on. */
export function replace(tokens: readonly Token[], at: number, count: number, text: string): Edit {
  const first = tokens[at]
  const last = tokens[Math.min(at + count, tokens.length) - 1]
  return { start: first?.start ?? 0, end: last?.end ?? 0, text }
}

/** Applies edits that do not overlap; of two that do, the first one given wins. */
export function applyEdits(sql: string, edits: readonly Edit[]): string {
  const inOrder = edits.map((edit, rank) => ({ ...edit, rank })).sort((a, b) => a.start - b.start || a.rank - b.rank)
  let out = ''
  let at = 0
  for (const { start, end, text } of inOrder) {
    if (start < at) continue
    out += sql.slice(at, start) + text
    at = end
  }
  return out + sql.slice(at)
}
