import { TerraformOutput } from 'cdktf'
import type { Construct } from 'constructs'
import type { Environment } from '../environments/environment'
import type { Login } from '../lambda/settings'

export interface OutputsProps {
  readonly environment: Environment
  readonly bucketName: string
  readonly queueUrl: string
  readonly deadLettersArns: readonly string[]
  readonly tableNames: readonly string[]
  /** How the key is named on a command line. */
  readonly keyName: string
}

/** What a deploy prints: the names of what was made, and what a person does next, to be pasted. */
export function outputsOf(scope: Construct, props: OutputsProps): void {
  const { environment, bucketName, queueUrl, deadLettersArns, tableNames, keyName } = props
  const { region, logins, bucket, topics } = environment
  const print = (id: string, value: string | readonly string[] | Readonly<Record<string, string>>) => {
    if (Object.keys(value).length > 0) new TerraformOutput(scope, id, { value })
  }
  print('bucket', bucketName)
  print('queue', queueUrl)
  print('dead-letters', deadLettersArns)
  print('tables', tableNames)
  print('topics', [topics.failureArn, topics.successArn])
  print(
    'set-password',
    byWarehouse(logins, ({ login }) => setPassword(login, keyName, region)),
  )
  if (bucket.existing) {
    print(
      'switch-on-events',
      `in the S3 console, properties of ${bucket.name}, Amazon EventBridge: on. It leaves other notifications alone; the command line replaces them`,
    )
  }
  print('copy-first-file', `aws s3 cp new_file.csv s3://${bucketName}/<table>/`)
}

type Logins = Environment['logins']

function byWarehouse(logins: Logins, line: (one: Logins[string]) => string | undefined): Record<string, string> {
  const lines = Object.entries(logins).map(([id, one]) => [id, line(one)] as const)
  return Object.fromEntries(lines.flatMap(([id, text]) => (text === undefined ? [] : [[id, text]])))
}

/** With the key, which SSM would else replace by its own. */
function setPassword(login: Login, keyName: string, region: string): string | undefined {
  if (login.kind !== 'password') return undefined
  return `aws ssm put-parameter --region ${region} --overwrite --type SecureString --key-id ${keyName} --name ${login.parameter} --value file://password.txt`
}
