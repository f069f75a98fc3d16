import { z } from 'zod'
import type { TemporaryLogins } from '../redshift/temporary-logins'
import { tag, wrap, xml } from '../s3/xml'
import { AwsJsonError, type AwsJsonServer, type JsonOperations, type QueryActions, startAwsJson } from '../ssm/aws-json'

export interface RedshiftApiOptions {
  /** The warehouse whose logins are given: as a cluster, and as a workgroup. */
  readonly warehouse: Pick<TemporaryLogins, 'give'>
  readonly cluster: string
  readonly workgroup: string
  /** Who asks, whatever the signature says: the name of an IAM role. */
  readonly role: string
  /** @default a free one */
  readonly port?: number
}

export interface RedshiftApi extends AwsJsonServer {
  /** From now on credentials live so long, whatever is asked for: a test need not wait for 15 minutes. */
  readonly setLifetime: (ms: number) => void
  /** Every password that was given, so that a test can look where none may stand. */
  readonly passwords: readonly string[]
}

/**
 * The parts of Redshift's and Redshift Serverless' APIs that give temporary credentials, on a socket of this machine.
 * Names of users, limits and errors are those of the API references.
 */
export async function startRedshiftApi({ port, ...options }: RedshiftApiOptions): Promise<RedshiftApi> {
  const passwords: string[] = []
  let lifetimeMs: number | undefined
  const give = (login: string, user: string, seconds: number): Given => {
    const untilMs = Date.now() + (lifetimeMs ?? seconds * 1000)
    const password = options.warehouse.give({ login, user, untilMs })
    passwords.push(password)
    return { login, password, untilMs }
  }
  const server = await startAwsJson({
    services: { RedshiftServerless: serverlessOperations(options, give) },
    actions: clusterActions(options, give),
    ...(port === undefined ? {} : { port }),
  })
  return {
    ...server,
    passwords,
    setLifetime: (ms) => {
      lifetimeMs = ms
    },
  }
}

interface Given {
  readonly login: string
  readonly password: string
  readonly untilMs: number
}
type Give = (login: string, user: string, seconds: number) => Given
type Warehouse = Omit<RedshiftApiOptions, 'port'>

const NAMESPACE = 'http://redshift.amazonaws.com/doc/2012-12-01/'
const SHORTEST_SECONDS = 900
const LONGEST_SECONDS = 3_600

/** The query protocol: form fields in, XML out. */
function clusterActions({ cluster, role }: Warehouse, give: Give): QueryActions {
  const lifetimeOf = (parameters: URLSearchParams) => {
    const identifier = parameters.get('ClusterIdentifier') ?? ''
    if (identifier !== cluster) throw new AwsJsonError('ClusterNotFound', `Cluster ${identifier} not found.`, 404)
    return lifetime(Number(parameters.get('DurationSeconds') ?? SHORTEST_SECONDS), 'InvalidParameterValue')
  }
  return {
    GetClusterCredentials: (parameters) => {
      const seconds = lifetimeOf(parameters)
      const user = parameters.get('DbUser')
      if (!user) throw new AwsJsonError('InvalidParameterValue', 'DbUser is required')
      if (parameters.get('AutoCreate') === 'true') {
        throw new AwsJsonError('UnsupportedOperation', "the embedded environment can't create users at their login")
      }
      return answer('GetClusterCredentials', give(`IAM:${user}`, user, seconds))
    },
    GetClusterCredentialsWithIAM: (parameters) => {
      const user = `IAMR:${role}`
      return answer('GetClusterCredentialsWithIAM', give(user, user, lifetimeOf(parameters)))
    },
  }
}

function answer(action: string, { login, password, untilMs }: Given): string {
  const fields = [tag('DbUser', login), tag('DbPassword', password), tag('Expiration', new Date(untilMs).toISOString())]
  const metadata = wrap('ResponseMetadata', tag('RequestId', 'local'))
  return xml(`${action}Response`, wrap(`${action}Result`, fields.join('')) + metadata, NAMESPACE)
}

const GET_CREDENTIALS = z.object({
  workgroupName: z.string(),
  dbName: z.string().optional(),
  durationSeconds: z.number().default(SHORTEST_SECONDS),
})

/** AWS-JSON 1.1. */
function serverlessOperations({ workgroup, role }: Warehouse, give: Give): JsonOperations {
  return {
    GetCredentials: (input) => {
      const given = GET_CREDENTIALS.safeParse(input)
      if (!given.success) throw new AwsJsonError('ValidationException', given.error.message)
      const { workgroupName, durationSeconds } = given.data
      if (workgroupName !== workgroup) {
        throw new AwsJsonError('ResourceNotFoundException', `Workgroup ${workgroupName} not found.`)
      }
      const user = `IAMR:${role}`
      const { login, password, untilMs } = give(user, user, lifetime(durationSeconds, 'ValidationException'))
      return { dbUser: login, dbPassword: password, expiration: untilMs / 1000 }
    },
  }
}

function lifetime(seconds: number, code: string): number {
  if (seconds >= SHORTEST_SECONDS && seconds <= LONGEST_SECONDS) return seconds
  throw new AwsJsonError(code, `The duration must be between ${SHORTEST_SECONDS} and ${LONGEST_SECONDS} seconds.`)
}
