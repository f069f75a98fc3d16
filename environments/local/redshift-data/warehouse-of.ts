import { z } from 'zod'
import type { TemporaryLogins } from '../redshift/temporary-logins'
import { AwsJsonError } from '../ssm/aws-json'

/** The fields with which a request says where it runs, and as whom. */
export const WHERE = z.object({
  ClusterIdentifier: z.string().optional(),
  WorkgroupName: z.string().optional(),
  Database: z.string().min(1).optional(),
  DbUser: z.string().min(1).optional(),
  SecretArn: z.string().min(1).optional(),
})

/** Where a statement runs, and as whom. */
export interface Warehouse {
  /** These fields as answers repeat them. */
  readonly shown: Readonly<z.infer<typeof WHERE>>
  readonly arn: string
  readonly database: string
  /** Asked for when the session is opened, as late as the service does. */
  readonly credentials: () => Credentials
}

export interface Credentials {
  readonly user: string
  readonly password: string
}

/** A secret's value, as Secrets Manager keeps those of Redshift. */
export interface Secret {
  readonly username: string
  readonly password: string
}

/** What is there to run on, and who may. */
export interface Known {
  readonly region: string
  readonly account: string
  readonly cluster: string
  readonly workgroup: string
  /** Who asks, whatever the signature says: the name of an IAM role. */
  readonly role: string
  readonly temporary: Pick<TemporaryLogins, 'give'>
  readonly isPaused: () => boolean
  /** By ARN or name. */
  readonly secrets: ReadonlyMap<string, Secret>
}

// The shortest that the service gives [API reference: GetClusterCredentials].
const LIFETIME_MS = 900_000

/**
 * Where a request runs and as whom: a secret's user, a database user of a cluster, or the IAM identity that asks
 * [API reference: ExecuteStatement].
 *
 * @throws AwsJsonError ValidationException
 */
export function warehouseOf(given: z.infer<typeof WHERE>, known: Known): Warehouse {
  const { ClusterIdentifier: cluster, WorkgroupName: workgroup, Database: database, DbUser: user, SecretArn } = given
  if ((cluster === undefined) === (workgroup === undefined)) {
    throw invalid('Exactly one of ClusterIdentifier and WorkgroupName is required')
  }
  if (database === undefined) throw invalid('Database is required')
  // A workgroup's user is always derived from the IAM identity or the secret.
  if (user !== undefined && workgroup !== undefined) throw invalid('DbUser is for clusters only')
  if (user !== undefined && SecretArn !== undefined) throw invalid('DbUser and SecretArn exclude each other')
  if ((cluster ?? known.cluster) !== known.cluster || (workgroup ?? known.workgroup) !== known.workgroup) {
    // [aws/aws-cdk#30536]
    throw invalid("Redshift endpoint doesn't exist in this region.")
  }
  // No public source quotes what is said of a paused one: the words are ours.
  if (known.isPaused()) throw invalid(`Redshift ${cluster === undefined ? 'workgroup' : 'cluster'} is paused.`)
  const secret = SecretArn === undefined ? undefined : secretOf(SecretArn, known)
  const identity = `IAMR:${known.role}`
  const login = user === undefined ? identity : `IAM:${user}`
  return {
    arn: arnOf(given, known),
    database,
    shown: SecretArn === undefined ? { ...given, DbUser: user ?? identity } : given,
    credentials: () =>
      secret
        ? { user: secret.username, password: secret.password }
        : {
            user: login,
            password: known.temporary.give({ login, user: user ?? identity, untilMs: Date.now() + LIFETIME_MS }),
          },
  }
}

function secretOf(arn: string, { secrets }: Known): Secret {
  const secret = secrets.get(arn)
  if (secret === undefined) throw invalid("Secrets Manager can't find the specified secret.")
  // [boto/boto3#2899]
  if (secret.username === '' || secret.password === '') {
    throw invalid('username and password in secret cannot be empty')
  }
  return secret
}

function arnOf({ ClusterIdentifier, WorkgroupName }: z.infer<typeof WHERE>, { region, account }: Known): string {
  return ClusterIdentifier === undefined
    ? `arn:aws:redshift-serverless:${region}:${account}:workgroup/${WorkgroupName}`
    : `arn:aws:redshift:${region}:${account}:cluster:${ClusterIdentifier}`
}

function invalid(message: string): AwsJsonError {
  return new AwsJsonError('ValidationException', message)
}
