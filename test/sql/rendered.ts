import { appendFileSync } from 'node:fs'
import { render as renderPlainly } from '../../lambda/warehouse/redshift/render'
import type { Statement } from '../../lambda/warehouse/statement'

/** The file to which every statement of the exact-text tests is written, a JSON text on each line; unset, to none. */
export const RENDERED_TO = 'PENSTOCK_RENDERED_TO'

/** As the product renders it; `npm run test:sql` hands what came out to a parser of others. */
export function render(statement: Statement): string {
  const text = renderPlainly(statement)
  const file = process.env[RENDERED_TO]
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(text)}\n`)
  return text
}
