import * as z from 'zod'
import { messageOf, PenstockError } from '../errors'
import type { TargetId } from '../model'
import { readStatementName } from '../statement-name'

const target = z.templateLiteral([z.string(), '/', z.string(), '.', z.string()])
const wake = z.object({ target })

/** The event of a statement that has ended, however it has ended. docs: data-api-monitoring-events. */
const statementEnded = z.object({
  source: z.literal('aws.redshift-data'),
  detail: z.object({
    statementName: z
      .string()
      .transform((name) => readStatementName(name)?.target)
      .pipe(target),
  }),
})

const message = z.union([wake, statementEnded])

/** The target that a wake names, or for which a statement has ended: whoever looks at it finds out how. Throws `MALFORMED_EVENT`. */
export function readWake(body: string): TargetId {
  try {
    const read = message.parse(JSON.parse(body))
    return 'target' in read ? read.target : read.detail.statementName
  } catch (cause) {
    throw new PenstockError('MALFORMED_EVENT', `not a wake: ${body.slice(0, 200)} (${messageOf(cause)})`, { cause })
  }
}
