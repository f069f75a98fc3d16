import { GetClusterCredentialsCommand, GetClusterCredentialsWithIAMCommand } from '@aws-sdk/client-redshift'
import { GetCredentialsCommand } from '@aws-sdk/client-redshift-serverless'
import { codeOf, PenstockError } from '../errors'
import type { Credentials, CredentialsPort } from '../ports'
import type { Login } from '../settings'
import { AwsCallFailed, errorName, httpStatus, withContext } from './aws-call'
import type { Clients } from './clients'

/** A login by the function's role. */
export type IamLogin = Exclude<Login, { readonly kind: 'password' }> & { readonly database: string }

export interface CredentialsSource {
  readonly clients: Pick<Clients, 'redshift' | 'redshiftServerless'>
  readonly now: () => number
  /** Hears every password that was given, so that it can be kept out of logs. */
  readonly learn?: (secret: string) => void
}

/** Both services give them for 15 minutes to an hour, 15 minutes unless asked otherwise. A session outlives them. */
const LIFETIME_SECONDS = 900
/** They are not used any more so long before they end: a login takes its time, and clocks differ. */
const MARGIN_MS = 60_000

/**
 * Temporary credentials, so that there is no password to keep or to rotate. A cluster gives them to an existing user that the
 * settings name (GetClusterCredentials; none is created by it), else to the user that bears the name of the function's role
 * (GetClusterCredentialsWithIAM), and so does Redshift Serverless (GetCredentials). The name that they return is part of the
 * login as it is: `IAM:penstock`, `IAMR:penstock-dev-on-load`.
 * Source: API references of Amazon Redshift and of Amazon Redshift Serverless.
 */
export function credentialsInRedshift({ clients, now, learn = () => {} }: CredentialsSource) {
  const known = new Map<string, { readonly credentials: Credentials; readonly untilMs: number }>()

  return (login: IamLogin): CredentialsPort => {
    const key = JSON.stringify(login)
    return async ({ fresh = false } = {}) => {
      const cached = known.get(key)
      if (!fresh && cached && now() < cached.untilMs - MARGIN_MS) return cached.credentials
      const { user, password, expires } = await ask(clients, login)
      if (!user || !password) {
        throw new PenstockError('UNEXPECTED_ANSWER', `${operationOf(login)} for ${placeOf(login)} gave no credentials`)
      }
      learn(password)
      const credentials = { user, password, ifRefused: ifRefused(login, user) }
      known.set(key, { credentials, untilMs: expires?.getTime() ?? now() + LIFETIME_SECONDS * 1000 })
      return credentials
    }
  }
}

interface Given {
  readonly user?: string | undefined
  readonly password?: string | undefined
  readonly expires?: Date | undefined
}

async function ask(clients: CredentialsSource['clients'], login: IamLogin): Promise<Given> {
  try {
    return login.kind === 'cluster' ? await askCluster(clients, login) : await askWorkgroup(clients, login)
  } catch (error) {
    throw explained(login, error)
  }
}

async function askCluster(
  { redshift }: CredentialsSource['clients'],
  { cluster, user, database, region }: Extract<IamLogin, { kind: 'cluster' }>,
): Promise<Given> {
  const of = { ClusterIdentifier: cluster, DbName: database, DurationSeconds: LIFETIME_SECONDS }
  const client = redshift(region)
  const { DbUser, DbPassword, Expiration } =
    user === undefined
      ? await client.send(new GetClusterCredentialsWithIAMCommand(of))
      : await client.send(new GetClusterCredentialsCommand({ ...of, DbUser: user, AutoCreate: false }))
  return { user: DbUser, password: DbPassword, expires: Expiration }
}

async function askWorkgroup(
  { redshiftServerless }: CredentialsSource['clients'],
  { workgroup, database, region }: Extract<IamLogin, { kind: 'workgroup' }>,
): Promise<Given> {
  const { dbUser, dbPassword, expiration } = await redshiftServerless(region).send(
    new GetCredentialsCommand({ workgroupName: workgroup, dbName: database, durationSeconds: LIFETIME_SECONDS }),
  )
  return { user: dbUser, password: dbPassword, expires: expiration }
}

/** The error with what is missing: a permission, the warehouse, or the way to the service. */
function explained(login: IamLogin, error: unknown): Error {
  const operation = operationOf(login)
  const place = placeOf(login)
  const name = errorName(error)
  const denied = (message: string) => new PenstockError('CREDENTIALS_DENIED', message, { cause: error })
  if (/^(AccessDenied|UnauthorizedOperation|NotAuthorized)/.test(name)) {
    return denied(`the function's role may not log in to ${place}: it needs ${permissionOf(login)}`)
  }
  if (/^(ClusterNotFound|ResourceNotFound)/.test(name)) {
    return denied(
      `there is no ${place}: auth names its identifier, and its region where that is not the function's own`,
    )
  }
  const { message } = withContext(`${operation} ${place}`, error)
  if (httpStatus(error) !== undefined) return new AwsCallFailed(name, message, { cause: error })
  const service = login.kind === 'cluster' ? 'redshift' : 'redshift-serverless'
  const hint = `in a VPC the function reaches it through an interface endpoint for ${service} or a NAT gateway`
  return new AwsCallFailed(codeOf(error) ?? name, `${message}; ${hint}`, { cause: error })
}

function operationOf(login: IamLogin): string {
  if (login.kind === 'workgroup') return 'GetCredentials'
  return login.user === undefined ? 'GetClusterCredentialsWithIAM' : 'GetClusterCredentials'
}

function permissionOf(login: IamLogin): string {
  const { database } = login
  if (login.kind === 'workgroup') return 'redshift-serverless:GetCredentials on the workgroup'
  const { cluster, user } = login
  if (user === undefined) return `redshift:GetClusterCredentialsWithIAM on dbname:${cluster}/${database}`
  return `redshift:GetClusterCredentials on dbuser:${cluster}/${user} and dbname:${cluster}/${database}`
}

function placeOf(login: IamLogin): string {
  const at = login.region === undefined ? '' : ` in ${login.region}`
  return `${login.kind === 'cluster' ? `cluster ${login.cluster}` : `workgroup ${login.workgroup}`}${at}`
}

/** The credentials are good: so the database does not know the user. */
function ifRefused(login: IamLogin, user: string): string {
  const name = login.kind === 'cluster' && login.user !== undefined ? login.user : user
  return `the database must know the user: CREATE USER ${JSON.stringify(name)} PASSWORD DISABLE, and what it may do must be granted to it; host and auth must be of one warehouse`
}
