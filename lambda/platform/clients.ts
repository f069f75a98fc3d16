import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { RedshiftClient } from '@aws-sdk/client-redshift'
import { RedshiftDataClient } from '@aws-sdk/client-redshift-data'
import { RedshiftServerlessClient } from '@aws-sdk/client-redshift-serverless'
import { S3Client } from '@aws-sdk/client-s3'
import { SNSClient } from '@aws-sdk/client-sns'
import { SQSClient } from '@aws-sdk/client-sqs'
import { SSMClient } from '@aws-sdk/client-ssm'
import { LONGEST_WAIT_SECONDS } from '../data-api-limits'

/** One client per service, for the life of the process: connections are kept and used again by later invocations. */
export interface StateClients {
  readonly dynamodb: DynamoDBClient
  readonly s3: S3Client
  readonly sns: SNSClient
  readonly sqs: SQSClient
  /** Closes every connection. Only tests and the embedded environment need it. */
  close(): void
}

/** What it takes to log in to a warehouse: its password, or temporary credentials. */
export interface LoginClients {
  readonly ssm: SSMClient
  /** Made when first asked for: most warehouses have a password. @param region the function's own unless it is given */
  readonly redshift: (region?: string) => RedshiftClient
  readonly redshiftServerless: (region?: string) => RedshiftServerlessClient
  /** The Redshift Data API, through which a warehouse is asked without a connection. */
  readonly redshiftData: (region?: string) => RedshiftDataClient
  /** Closes every connection. Only tests and the embedded environment need it. */
  close(): void
}

export type Clients = StateClients & LoginClients

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Makes the clients by environment variables: `AWS_REGION`, `AWS_ENDPOINT_URL_<SERVICE>` or `AWS_ENDPOINT_URL`, and
 * credentials wherever the SDK finds them.
 */
export function makeClients(env: Environment = process.env): Clients {
  const state = makeStateClients(env)
  const login = makeLoginClients(env)
  const close = () => {
    state.close()
    login.close()
  }
  return { ...state, ...login, close }
}

/** Those that every function needs. */
export function makeStateClients(env: Environment): StateClients {
  const s3Endpoint = endpointOf('S3', env)
  const dynamodb = new DynamoDBClient({ ...identityOf(env), ...patience(3_000, 5), ...endpointOf('DYNAMODB', env) })
  const s3 = new S3Client({
    ...identityOf(env),
    ...patience(30_000, 4), // a manifest of some MB takes seconds on a slow path, so it is given more time
    ...s3Endpoint,
    // An emulator has one host name; the virtual-hosted style would ask for `bucket.127.0.0.1`.
    forcePathStyle: s3Endpoint.endpoint !== undefined,
  })
  const sns = new SNSClient({ ...identityOf(env), ...patience(5_000, 4), ...endpointOf('SNS', env) })
  const sqs = new SQSClient({
    ...identityOf(env),
    ...patience(5_000, 4),
    ...endpointOf('SQS', env),
    // An endpoint that the SDK finds by itself loses against the host in the queue's URL, and a message meant for an
    // emulator goes to AWS. Setting both leaves no doubt.
    useQueueUrlAsEndpoint: false,
  })
  // Nobody listens to the SDK's own log, and for it each request and each answer is copied: a tenth of what a loader computes.
  for (const { middlewareStack } of [dynamodb, s3, sns, sqs]) middlewareStack.remove('loggerMiddleware')
  return {
    dynamodb,
    s3,
    sns,
    sqs,
    close: () => {
      for (const client of [dynamodb, s3, sns, sqs]) client.destroy()
    },
  }
}

/** Those of a function that loads. Apart from the others, so that no other function's bundle holds them. */
export function makeLoginClients(env: Environment): LoginClients {
  const ssm = new SSMClient({ ...identityOf(env), ...patience(5_000, 4), ...endpointOf('SSM', env) })
  const ofWarehouse = (service: string, region: string | undefined, timeoutMs = 5_000) => ({
    ...identityOf(env),
    ...patience(timeoutMs, 4),
    ...endpointOf(service, env),
    ...(region === undefined ? {} : { region }),
  })
  const redshift = onePerRegion((region) => new RedshiftClient(ofWarehouse('REDSHIFT', region)))
  const redshiftServerless = onePerRegion(
    (region) => new RedshiftServerlessClient(ofWarehouse('REDSHIFT_SERVERLESS', region)),
  )
  // It answers a request to wait for a statement only when the statement has ended, or the time is over.
  const redshiftData = onePerRegion(
    (region) => new RedshiftDataClient(ofWarehouse('REDSHIFT_DATA', region, (LONGEST_WAIT_SECONDS + 10) * 1_000)),
  )
  return {
    ssm,
    redshift: redshift.of,
    redshiftServerless: redshiftServerless.of,
    redshiftData: redshiftData.of,
    close: () => {
      const made = [...redshift.made(), ...redshiftServerless.made(), ...redshiftData.made()]
      for (const client of [ssm, ...made]) client.destroy()
    },
  }
}

/** A warehouse may lie in another region than the function, and a client speaks to one. */
function onePerRegion<Client>(make: (region: string | undefined) => Client): {
  readonly of: (region?: string) => Client
  readonly made: () => Iterable<Client>
} {
  const clients = new Map<string | undefined, Client>()
  return {
    of(region) {
      const client = clients.get(region) ?? make(region)
      clients.set(region, client)
      return client
    },
    made: () => clients.values(),
  }
}

/**
 * How long one attempt may take and how many there are. The SDK waits between them, longer and longer, with jitter.
 * Its own default has no time limit at all: a connection that died in silence would eat the function's whole life.
 */
function patience(requestTimeout: number, maxAttempts: number) {
  return {
    maxAttempts,
    requestHandler: {
      // Counts from the request on, so it includes the wait for one of the sockets.
      connectionTimeout: 3_000,
      requestTimeout,
      // Without this the handler only warns in the log when the time is over, and waits on.
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: 50 },
      httpsAgent: { keepAlive: true, maxSockets: 50 },
    },
  }
}

/** The SDK reads these from the process's environment; here they come from `env`, which need not be that. */
function endpointOf(service: string, env: Environment): { readonly endpoint?: string } {
  const endpoint = env[`AWS_ENDPOINT_URL_${service}`] ?? env['AWS_ENDPOINT_URL']
  return endpoint === undefined || endpoint === '' ? {} : { endpoint }
}

/** Region and credentials as far as `env` names them. The process's own are the SDK's affair, which knows more sources. */
function identityOf(env: Environment) {
  if (env === process.env) return {}
  const { AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env
  return {
    ...(region !== undefined && { region }),
    ...(accessKeyId !== undefined &&
      secretAccessKey !== undefined && { credentials: { accessKeyId, secretAccessKey } }),
  }
}
