import * as z from 'zod'
import { messageOf, PenstockError } from '../errors'
import type { TargetId } from '../model'

const wake = z.object({ target: z.templateLiteral([z.string(), '/', z.string(), '.', z.string()]) })

/** The target that a wake names. Throws `MALFORMED_EVENT`. */
export function readWake(body: string): TargetId {
  try {
    return wake.parse(JSON.parse(body)).target
  } catch (cause) {
    throw new PenstockError('MALFORMED_EVENT', `not a wake: ${body.slice(0, 200)} (${messageOf(cause)})`, { cause })
  }
}
