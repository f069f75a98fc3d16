/** Replaces what stands between two offsets of a statement. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
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
