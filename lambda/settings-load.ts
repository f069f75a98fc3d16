import * as z from 'zod'
import { type When, whyRefused } from './given-sql'

/** What a target says of how a batch becomes rows, besides what COPY is told. */

const plainName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_$]{0,126}$/,
    'a column is named by letters, digits, _ and $, and begins with a letter or _',
  )

const names = (most: number) =>
  z
    .array(plainName)
    .min(1)
    .max(most)
    .refine((all) => new Set(all.map((name) => name.toLowerCase())).size === all.length, 'a column is named twice')

const columns = z.union(
  [names(1_600), z.enum(['by-name', 'exactly-by-name'])],
  "columns is a list of names such as ['id', 'amount'], or 'by-name' or 'exactly-by-name' for those that each file names",
)

const flagValue = z.union([z.string().max(256), z.number(), z.boolean()]).transform(String)

const merge = z.strictObject({
  key: names(32).optional(),
  version: plainName.optional(),
  delete: z.strictObject({ column: plainName, values: z.array(flagValue).min(1).max(32) }).optional(),
})
const modeGroup = z.strictObject({ merge })

const mode = z.union(
  [z.enum(['append', 'replace']), modeGroup],
  "mode is 'append', 'replace' or { merge: { … } }, such as { merge: { key: ['id'], version: 'updated_at' } }",
)

const lineageGroup = z.strictObject({
  batchId: plainName.optional(),
  file: plainName.optional(),
  loadedAt: plainName.optional(),
})

/** The columns in which rows tell where they came from, where the settings say no more than that they do. */
export const LINEAGE = { batchId: 'penstock_batch', file: 'penstock_file', loadedAt: 'penstock_loaded_at' } as const

const lineage = z.union(
  [z.literal(true).transform(() => LINEAGE), lineageGroup],
  "lineage is true, or names columns of the table: { batchId: '…', file: '…', loadedAt: '…' }",
)

const LONGEST_STATEMENT = 100_000
const MOST_STATEMENTS = 20

const statements = (when: When) =>
  z
    .array(
      z
        .string()
        .max(LONGEST_STATEMENT)
        .superRefine((text, { addIssue }) => {
          const why = whyRefused(text, when)
          if (why !== undefined) addIssue({ code: 'custom', message: why })
        }),
    )
    .min(1)
    .max(MOST_STATEMENTS)

export const loadOptions = {
  columns: columns.optional(),
  mode: mode.optional(),
  lineage: lineage.optional(),
  before: statements('before').optional(),
  after: statements('after').optional(),
  afterCommit: statements('afterCommit').optional(),
}

/** Every name that these groups know. */
export const LOAD_KEYS: readonly string[] = [modeGroup, merge, merge.shape.delete.unwrap(), lineageGroup].flatMap(
  ({ shape }) => Object.keys(shape),
)
