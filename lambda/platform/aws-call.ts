import { codeOf, messageOf, PenstockError } from '../errors'

/** A call to AWS that failed, with what it was about; `code` is the service's own name for the error. */
export class AwsCallFailed extends Error {
  override readonly name = 'AwsCallFailed'
  constructor(
    readonly code: string,
    message: string,
    options: { readonly cause: unknown },
  ) {
    super(message, options)
  }
}

/** Passes a call's answer on, and its error with context: `what` names the operation and the table, bucket or key. */
export async function awsCall<Answer>(what: string, call: Promise<Answer>): Promise<Answer> {
  try {
    return await call
  } catch (error) {
    throw withContext(what, error)
  }
}

/**
 * What to throw instead of an SDK's error, which says `Requested resource not found` and not which one.
 * What was thrown with context already needs no more of it.
 */
export function withContext(what: string, error: unknown): Error {
  if (error instanceof AwsCallFailed || error instanceof PenstockError) return error
  const code = serviceCode(error)
  const status = httpStatus(error)
  const reason = status === undefined ? code : `${code} (HTTP ${status})`
  return new AwsCallFailed(code, `${what}: ${reason}: ${messageOf(error)}`, { cause: error })
}

/** What never reached a service has no name there, but Node's code: `ECONNREFUSED` says more than `Error`. */
function serviceCode(error: unknown): string {
  const name = errorName(error)
  return name === 'Error' ? (codeOf(error) ?? name) : name
}

/** The name under which an AWS service documents the error, e.g. `ConditionalCheckFailedException`. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : 'UnknownError'
}

/** The status of the service's answer, which is all that there is to go by where the answer has no body: HEAD, 304. */
export function httpStatus(error: unknown): number | undefined {
  const metadata = error instanceof Error && '$metadata' in error ? error.$metadata : undefined
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined
}

/** How often the SDK has asked before it gave up; `undefined` if it did not say. */
export function attemptsOf(error: unknown): number | undefined {
  const metadata = error instanceof Error && '$metadata' in error ? error.$metadata : undefined
  if (typeof metadata !== 'object' || metadata === null || !('attempts' in metadata)) return undefined
  return typeof metadata.attempts === 'number' ? metadata.attempts : undefined
}
