import { type DynamoDb, startDynamoDb } from './dynamodb'
import { type EventBridge, makeEventBridge } from './event-bridge'
import { LOCAL } from './names'
import { type Queues, startQueues } from './queues'
import { type FakeRedshift, startFakeRedshift } from './redshift/start'
import { type RedshiftApi, startRedshiftApi } from './redshift-api/server'
import { type RedshiftData, startRedshiftData } from './redshift-data/server'
import { type S3Server, startS3 } from './s3/server'
import type { AwsJsonServer } from './ssm/aws-json'
import { startSsm } from './ssm/server'

/** Ports to listen on; what is absent takes a free one. */
export interface ServerPorts {
  readonly s3?: number
  readonly queues?: number
  readonly dynamodb?: number
  readonly ssm?: number
  readonly redshift?: number
  readonly redshiftApi?: number
  readonly redshiftData?: number
}

export interface Servers {
  readonly s3: S3Server
  readonly queues: Queues
  readonly bus: EventBridge
  readonly dynamodb: DynamoDb
  readonly ssm: AwsJsonServer
  readonly redshift: FakeRedshift
  /** Gives temporary credentials to it. */
  readonly redshiftApi: RedshiftApi
  /** Runs statements on it. */
  readonly redshiftData: RedshiftData
}

/** What stands in for AWS and the warehouse, each on a socket of this machine. Every one that starts is put on `stops`. */
export async function startServers(
  ports: ServerPorts,
  stops: (() => Promise<unknown> | unknown)[],
  hear: { readonly event: (body: string) => void; readonly invocation: (event: unknown) => Promise<unknown> },
): Promise<Servers> {
  const { region, account } = LOCAL
  const queues = await startQueues({ region, ...port(ports.queues) })
  stops.push(queues.stop)
  const bus = makeEventBridge(queues.send)
  const s3 = await startS3({
    region,
    ...port(ports.s3),
    deliver: async (destination, event) => {
      const body = JSON.stringify(event)
      hear.event(body)
      if (destination.kind === 'event-bridge') await bus.put(event)
      else if (destination.kind === 'queue') await queues.send(destination.arn, body)
      else if (destination.kind === 'topic') await queues.publish(destination.arn, body, 'Amazon S3 Notification')
      else await hear.invocation(event)
    },
  })
  stops.push(s3.stop)
  const stoppable = <T extends { readonly stop: () => Promise<void> }>(server: T): T => {
    stops.push(server.stop)
    return server
  }
  const [dynamodb, ssm, redshift] = await Promise.all([
    startDynamoDb(port(ports.dynamodb)).then(stoppable),
    startSsm({ region, account, ...port(ports.ssm) }).then(stoppable),
    startFakeRedshift({
      s3: { endpoint: s3.endpoint, region },
      database: LOCAL.database,
      users: { [LOCAL.user]: LOCAL.firstPassword, [LOCAL.admin]: LOCAL.adminPassword },
      ...port(ports.redshift),
    }).then(stoppable),
  ])
  const { cluster, workgroup, role } = LOCAL
  const redshiftApi = stoppable(
    await startRedshiftApi({ warehouse: redshift.temporary, cluster, workgroup, role, ...port(ports.redshiftApi) }),
  )
  const redshiftData = stoppable(
    await startRedshiftData({
      ...{ warehouse: redshift, region, account, cluster, workgroup, role, put: bus.put },
      secrets: { [LOCAL.secret]: { username: LOCAL.user, password: LOCAL.firstPassword } },
      ...port(ports.redshiftData),
    }),
  )
  return { s3, queues, bus, dynamodb, ssm, redshift, redshiftApi, redshiftData }
}

/** What a client of these servers finds in its environment: region, keys, endpoints. */
export function variablesOf({
  s3,
  queues,
  dynamodb,
  ssm,
  redshiftApi,
  redshiftData,
}: Omit<Servers, 'bus'>): Readonly<Record<string, string>> {
  return {
    AWS_REGION: LOCAL.region,
    AWS_DEFAULT_REGION: LOCAL.region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    AWS_ENDPOINT_URL_SQS: queues.endpoint,
    AWS_ENDPOINT_URL_SNS: queues.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint,
    AWS_ENDPOINT_URL_SSM: ssm.endpoint,
    AWS_ENDPOINT_URL_REDSHIFT: redshiftApi.endpoint,
    AWS_ENDPOINT_URL_REDSHIFT_SERVERLESS: redshiftApi.endpoint,
    AWS_ENDPOINT_URL_REDSHIFT_DATA: redshiftData.endpoint,
  }
}

function port(given: number | undefined): { readonly port?: number } {
  return given === undefined ? {} : { port: given }
}
