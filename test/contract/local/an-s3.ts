import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import type { DeliveryProblem } from '../../../environments/local/s3/deliveries'
import type { Destination } from '../../../environments/local/s3/notification-rules'
import { type S3Server, startS3 } from '../../../environments/local/s3/server'

/** What any client of the embedded environment signs with; nobody checks it. */
export const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }

export interface Delivered {
  readonly to: Destination
  readonly event: unknown
}

/** A running S3 with one bucket, `lake`, and a real client. */
export interface AnS3 {
  readonly server: S3Server
  readonly client: S3Client
  readonly delivered: Delivered[]
  readonly problems: DeliveryProblem[]
  /** Deliveries that are to fail, counted down by each attempt. */
  failingDeliveries: number
  readonly stop: () => Promise<void>
}

export async function anS3({ region = 'eu-west-1' } = {}): Promise<AnS3> {
  const delivered: Delivered[] = []
  const problems: DeliveryProblem[] = []
  const server = await startS3({
    region,
    deliver: async (to, event) => {
      if (world.failingDeliveries > 0) {
        world.failingDeliveries -= 1
        throw new Error('unreachable')
      }
      delivered.push({ to, event })
    },
    onProblem: (problem) => problems.push(problem),
  })
  const client = new S3Client({
    endpoint: server.endpoint,
    region,
    credentials,
    forcePathStyle: true,
    maxAttempts: 1,
  })
  const world: AnS3 = {
    server,
    client,
    delivered,
    problems,
    failingDeliveries: 0,
    stop: async () => {
      client.destroy()
      await server.stop()
    },
  }
  await client.send(new CreateBucketCommand({ Bucket: 'lake' }))
  return world
}

/** The name and HTTP status of the error that a promise rejects with. */
export async function refusalOf(sent: Promise<unknown>): Promise<string> {
  try {
    await sent
    return 'accepted'
  } catch (error) {
    const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } }
    return `${$metadata?.httpStatusCode ?? '-'} ${name}`
  }
}
