import { setTimeout as sleep } from 'node:timers/promises'
import { type BatchResultErrorEntry, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { type UnsentWake, WakesNotSent } from '../errors'
import type { Wake, WakesPort } from '../ports'
import { AwsCallFailed, awsCall } from './aws-call'
import { inChunks, inParallel } from './in-parallel'
import { delayMs, type Waiting } from './until-all-processed'

export interface WakesQueue extends Waiting {
  readonly client: SQSClient
  readonly queueUrl: string
}

/** The longest that SQS delays a message. */
const LONGEST_DELAY_SECONDS = 900
/** What SendMessageBatch takes in one request. */
const WAKES_PER_REQUEST = 10
/** At 10 ms a request, ten thousand wakes take a second. */
const REQUESTS_AT_ONCE = 10
/** SQS may take a part of a request, and the SDK does not ask again for the rest. */
export const MAX_REQUESTS_PER_CHUNK = 4
/**
 * When so many requests have failed, each after the SDK's own tries, the next would too. Each takes seconds to fail, and whoever
 * sends thousands of wakes does it again a minute later.
 */
export const FAILURES_TO_GIVE_UP = REQUESTS_AT_ONCE

/** Wakes as messages of a standard queue; the body of each is `{"target":"warehouse/schema.table"}`. */
export function wakesInSqs(queue: WakesQueue): WakesPort {
  return {
    async send(wakes) {
      const failures: unknown[] = []
      const sendChunk = async (chunk: readonly Wake[]): Promise<readonly UnsentWake[]> => {
        if (failures.length >= FAILURES_TO_GIVE_UP) return unsentFor(failures.at(-1), chunk)
        try {
          return await refusedOf(queue, chunk)
        } catch (error) {
          failures.push(error)
          return unsentFor(error, chunk)
        }
      }
      const unsent = await inParallel(REQUESTS_AT_ONCE, inChunks(WAKES_PER_REQUEST, wakes), sendChunk)
      const [first, ...others] = unsent.flat()
      if (first !== undefined) throw new WakesNotSent([first, ...others])
    },
  }
}

/** Sends what fits into one request, and what SQS did not take of it again; those that it refuses come back. */
async function refusedOf(queue: WakesQueue, chunk: readonly Wake[]): Promise<readonly UnsentWake[]> {
  const { wait = sleep, random = Math.random } = queue
  const refused: UnsentWake[] = []
  let left = chunk
  for (let asked = 1; left.length > 0; asked += 1) {
    const failed = await ask(queue, left)
    const isOver = asked === MAX_REQUESTS_PER_CHUNK
    refused.push(...failed.filter(({ entry }) => isOver || entry.SenderFault).map((one) => unsentOf(queue, one)))
    left = isOver ? [] : failed.filter(({ entry }) => !entry.SenderFault).map(({ wake }) => wake)
    if (left.length > 0) await wait(delayMs(asked, random()))
  }
  return refused
}

interface Failed {
  readonly wake: Wake
  readonly entry: BatchResultErrorEntry
}

/** One request, and what SQS says it did not take. */
async function ask({ client, queueUrl }: WakesQueue, wakes: readonly Wake[]): Promise<readonly Failed[]> {
  const message = new SendMessageBatchCommand({
    QueueUrl: queueUrl,
    Entries: wakes.map(({ target, delaySeconds }, index) => ({
      Id: String(index),
      MessageBody: JSON.stringify({ target }),
      // Too early a wake does no harm, and SQS refuses fractions: a wake is never lost to a rounding.
      DelaySeconds: Math.min(LONGEST_DELAY_SECONDS, Math.max(0, Math.ceil(delaySeconds))),
    })),
  })
  const { Failed: entries = [] } = await awsCall(
    `SendMessageBatch to ${queueUrl} for ${named(wakes)}`,
    client.send(message),
  )
  return entries.flatMap((entry) => {
    const wake = wakes[Number(entry.Id)]
    return wake === undefined ? [] : [{ wake, entry }]
  })
}

function named([first, ...others]: readonly Wake[]): string {
  return others.length === 0 ? `${first?.target}` : `${first?.target} and ${others.length} others`
}

function unsentOf({ queueUrl }: WakesQueue, { wake: { target }, entry }: Failed): UnsentWake {
  const { Code: code = 'UnknownError', Message: message = 'no reason was given' } = entry
  const text = `SendMessageBatch to ${queueUrl} for ${target}: ${code}: ${message}`
  return { target, why: new AwsCallFailed(code, text, { cause: entry }) }
}

function unsentFor(why: unknown, wakes: readonly Wake[]): readonly UnsentWake[] {
  return wakes.map(({ target }) => ({ target, why }))
}
