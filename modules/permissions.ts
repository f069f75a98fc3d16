import type { DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document'
import { domainOf, partitionOf } from '../environments/partition'
import type { Settings } from '../lambda/settings'

/** One thing that a role may do, named by its `sid`. */
export type Permission = DataAwsIamPolicyDocumentStatement

/** Where an environment lies. */
export interface Place {
  readonly account: string
  readonly region: string
}

export function may(sid: string, actions: readonly string[], resources: readonly string[]): Permission {
  return { sid, actions: [...actions], resources: [...resources] }
}

/** Lambda names the streams, so only the group can be named. */
export function writesLog(logGroupArn: string): Permission {
  return may('WriteItsLog', ['logs:CreateLogStream', 'logs:PutLogEvents'], [`${logGroupArn}:*`])
}

export function readsQueue(queueArn: string): Permission {
  return may('ReadItsQueue', ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], [queueArn])
}

/** X-Ray knows no resources: the region is the narrowest that can be said. */
export function writesTraces(region: string): Permission {
  return {
    ...may('WriteTraces', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], ['*']),
    condition: [{ test: 'StringEquals', variable: 'aws:RequestedRegion', values: [region] }],
  }
}

/**
 * A function in a VPC has network interfaces, which Lambda makes in the role's name before it knows how they will be called: it
 * refuses a function whose role may not do so for all. The second statement takes it from the function's own code.
 */
export function joinsNetwork({ name, account, region }: Place & { readonly name: string }): readonly Permission[] {
  const actions = [
    'ec2:CreateNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:DeleteNetworkInterface',
    'ec2:AssignPrivateIpAddresses',
    'ec2:UnassignPrivateIpAddresses',
  ]
  const functionArn = `arn:${partitionOf(region)}:lambda:${region}:${account}:function:${name}`
  return [
    {
      ...may('JoinTheNetwork', actions, ['*']),
      condition: [{ test: 'StringEquals', variable: 'aws:RequestedRegion', values: [region] }],
    },
    {
      ...may('ButNotByItsCode', actions, ['*']),
      effect: 'Deny',
      condition: [{ test: 'ArnEquals', variable: 'lambda:SourceFunctionArn', values: [functionArn] }],
    },
  ]
}

/** To use a key through a service, and in no other way. */
export function usesKeyThrough(
  service: 's3' | 'sns' | 'dynamodb',
  keyArn: string,
  region: string,
  actions: readonly string[],
): Permission {
  const sid = { s3: 'ReadAndWriteEncryptedObjects', sns: 'SpeakInEncryptedTopics', dynamodb: 'UseEncryptedTables' }[
    service
  ]
  const via = `${service}.${region}.${domainOf(region)}`
  return {
    ...may(sid, actions, [keyArn]),
    condition: [{ test: 'StringEquals', variable: 'kms:ViaService', values: [via] }],
  }
}

/** Passwords, by the parameters in which they lie. The key decrypts these and no others. */
export function readsPasswords(parameterArns: readonly string[], keyArn: string): readonly Permission[] {
  if (parameterArns.length === 0) return []
  return [
    may('ReadPasswords', ['ssm:GetParameter'], parameterArns),
    {
      ...may('DecryptPasswords', ['kms:Decrypt'], [keyArn]),
      condition: [
        { test: 'StringEquals', variable: 'kms:EncryptionContext:PARAMETER_ARN', values: [...parameterArns] },
      ],
    },
  ]
}

/** Temporary credentials of the warehouses that are entered without a password. */
export function logsIn(warehouses: Settings['warehouses'], place: Place): readonly Permission[] {
  return Object.values(warehouses).flatMap(({ login, database }, index) => {
    const one = loginTo(login, database, place)
    return one === undefined ? [] : [{ ...one, sid: `LogInToWarehouse${index + 1}` }]
  })
}

function loginTo(
  login: Settings['warehouses'][string]['login'],
  database: string,
  place: Place,
): Permission | undefined {
  if (login.kind === 'password') return undefined
  if ('secretArn' in login && login.secretArn !== undefined) {
    return may('', ['secretsmanager:GetSecretValue'], [login.secretArn])
  }
  const arn = arnIn(login.region ?? place.region, place.account)
  if (login.kind === 'workgroup') {
    // A workgroup's ARN bears an id that AWS gives it, not its name.
    return may('', ['redshift-serverless:GetCredentials'], [arn('redshift-serverless', 'workgroup/*')])
  }
  const { cluster, user } = login
  const ofDatabase = arn('redshift', `dbname:${cluster}/${database}`)
  if (user === undefined) return may('', ['redshift:GetClusterCredentialsWithIAM'], [ofDatabase])
  return may('', ['redshift:GetClusterCredentials'], [arn('redshift', `dbuser:${cluster}/${user}`), ofDatabase])
}

/**
 * Statements on the warehouses that are reached through the Data API, and what becomes of them. A statement's id is no resource: its
 * own alone may be looked at, whoever else runs some in the account.
 */
export function runsStatements(warehouses: Settings['warehouses'], place: Place): readonly Permission[] {
  const logins = Object.values(warehouses).flatMap((one) => (one.via === 'data-api' ? [one.login] : []))
  if (logins.length === 0) return []
  const resources = logins.map((login) => {
    const arn = arnIn(login.region ?? place.region, place.account)
    return login.kind === 'cluster'
      ? arn('redshift', `cluster:${login.cluster}`)
      : arn('redshift-serverless', 'workgroup/*')
  })
  const follow = ['CancelStatement', 'DescribeStatement', 'GetStatementResult', 'ListStatements']
  return [
    may(
      'RunStatements',
      ['redshift-data:BatchExecuteStatement', 'redshift-data:ExecuteStatement'],
      [...new Set(resources)],
    ),
    {
      ...may(
        'FollowItsStatements',
        follow.map((one) => `redshift-data:${one}`),
        ['*'],
      ),
      condition: [
        {
          test: 'StringEquals',
          variable: 'redshift-data:statement-owner-iam-userid',
          // What Terraform writes as `${aws:userid}`: with the dollar it would look for a variable of its own.
          values: ['&{aws:userid}'],
        },
      ],
    },
  ]
}

function arnIn(region: string, account: string) {
  return (service: string, what: string) => `arn:${partitionOf(region)}:${service}:${region}:${account}:${what}`
}
