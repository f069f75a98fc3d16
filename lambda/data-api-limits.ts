/** What the Data API takes in a batch of statements. docs: Amazon Redshift quotas, BatchExecuteStatement. */
export const MOST_STATEMENTS = 40
/** 200 KB. Whether each statement may have them or all together is not told, nor which kilobyte is meant: the least counts. */
export const MOST_BYTES = 200_000

/** How long the service is asked to wait with its answer for a statement that is wanted soon; it would wait 30. */
export const LONGEST_WAIT_SECONDS = 10

/** Files that have a COPY of their own, because their rows tell which they came from: the settings promise no more than this. */
const MOST_MARKED_FILES = 10

/**
 * The most files of a batch, where each takes up to three statements, its COPY and what says whose rows they are, and all go into one
 * batch of statements with what else the transaction does. `undefined` where files share a COPY.
 */
export function mostFiles({ mode = 'append', lineage, before = [], after = [] }: OfFiles): number | undefined {
  if (lineage?.file === undefined) return undefined
  // Two temporary tables, the count and the receipt.
  const others = 4 + before.length + after.length + statementsOf(mode)
  return Math.max(1, Math.min(MOST_MARKED_FILES, Math.floor((MOST_STATEMENTS - others) / 3)))
}

/** What a target says of how a batch becomes rows, as far as it makes statements. */
interface OfFiles {
  readonly mode?: WrittenMode | undefined
  readonly lineage?: { readonly file?: string | undefined } | undefined
  readonly before?: readonly string[] | undefined
  readonly after?: readonly string[] | undefined
}

type WrittenMode = 'append' | 'replace' | { readonly merge: { readonly delete?: unknown } }

/** From the temporary table to where the rows belong. */
function statementsOf(mode: WrittenMode): number {
  if (mode === 'append') return 1
  if (mode === 'replace') return 2
  return mode.merge.delete === undefined ? 3 : 5
}
