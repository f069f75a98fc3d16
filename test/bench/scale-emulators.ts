/** DynamoDB, SQS and the listing of a bucket, in a process of their own. */
import { type DynamoDb, startDynamoDb } from '../../environments/local/dynamodb'
import { type Queues, startQueues } from '../../environments/local/queues'
import type { Counted } from './counted'
import { answerCalls } from './own-process'
import { type Listing, startListing } from './scale-listing'
import { type Endpoints, QUEUES, REGION } from './scale-world'

export interface Started extends Endpoints {
  readonly wakesUrl: string
  readonly deadLetterUrls: { readonly objects: string; readonly wakes: string }
}

let running: { readonly dynamodb: DynamoDb; readonly queues: Queues; readonly listing: Listing } | undefined

function servers() {
  if (running === undefined) throw new Error('nothing was started')
  return running
}

export type Emulators = typeof emulators

const emulators = {
  async start(_: undefined): Promise<Started> {
    const [dynamodb, queues, listing] = await Promise.all([
      startDynamoDb(),
      startQueues({ region: REGION }),
      startListing(),
    ])
    running = { dynamodb, queues, listing }
    const [wakes, deadWakes, deadObjects] = [
      await queues.createQueue(QUEUES.wakes),
      await queues.createQueue(QUEUES.deadWakes),
      await queues.createQueue(QUEUES.deadObjects),
    ]
    return {
      dynamodb: dynamodb.endpoint,
      sqs: queues.endpoint,
      s3: listing.endpoint,
      wakesUrl: wakes.url,
      deadLetterUrls: { objects: deadObjects.url, wakes: deadWakes.url },
    }
  },
  async counted(_: undefined): Promise<Counted> {
    const { dynamodb, queues, listing } = servers()
    return {
      requests: {
        dynamodb: Object.fromEntries(dynamodb.requests),
        s3: Object.fromEntries(listing.requests),
        sqs: Object.fromEntries(queues.requests),
        ssm: {},
      },
      ...dynamodb.consumed(),
    }
  },
  async wakes(_: undefined): Promise<number> {
    const { ready, delayed } = await servers().queues.counts(QUEUES.wakes)
    return ready + delayed
  },
  async hold(objects: number): Promise<void> {
    servers().listing.hold(objects)
  },
  async memoryMb(_: undefined): Promise<number> {
    return process.memoryUsage().rss / 1e6
  },
}

answerCalls(emulators)
