import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group'
import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document'
import { IamRole } from '@cdktf/provider-aws/lib/iam-role'
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy'
import { LambdaEventSourceMapping } from '@cdktf/provider-aws/lib/lambda-event-source-mapping'
import { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function'
import { AssetType, Fn, TerraformAsset } from 'cdktf'
import { Construct } from 'constructs'
import { outOfRange } from './out-of-range'
import { joinsNetwork, readsQueue, writesLog, writesTraces } from './permissions'
import type { QueueWithDeadLetters } from './queue-with-dead-letters'

export interface LoaderFunctionProps {
  /** Name of the function, of its role and, after `/aws/lambda/`, of its log group: at most 64 characters. */
  readonly name: string
  readonly description: string
  readonly account: string
  readonly region: string
  /** Archive of its code: `index.js`, which exports `handler`. */
  readonly bundle: string
  /** 1–900. */
  readonly timeoutSeconds: number
  /** 128–10,240; the share of a processor grows with it. */
  readonly memoryMb: number
  /** What it finds in its environment. */
  readonly variables: Readonly<Record<string, string>>
  /** What it may do, besides what every function has to: write its log, read its queue, join its network. */
  readonly permissions: readonly DataAwsIamPolicyDocumentStatement[]
  readonly log: { readonly days: number; readonly keyArn: string }
  readonly tracing: boolean
  readonly role: { readonly path: string; readonly permissionsBoundary?: string | undefined }
  /** @default outside of any VPC: only functions that talk to a warehouse have to be in one */
  readonly network?: { readonly subnetIds: string[]; readonly securityGroupIds: string[] } | undefined
  /** So many run at once and no more, whatever else runs in the account. @default as many as are asked for */
  readonly reservedConcurrency?: number | undefined
  /** The queue that it reads. @default it is invoked */
  readonly reads?: QueueReading
}

/** How a function reads a queue. Of the messages of one invocation, only the unfinished ones go back. */
export interface QueueReading {
  readonly queue: QueueWithDeadLetters
  /** Messages per invocation, 1–100. */
  readonly batchSize: number
  /** How long SQS waits for more of them, 0–300; more than ten at once need a second at least. */
  readonly windowSeconds: number
  /** Invocations at once, 2–1,000. */
  readonly atOnce: number
}

/** A function, its role with nothing but what it needs, and its log. */
export class LoaderFunction extends Construct {
  readonly functionName: string
  readonly arn: string

  constructor(scope: Construct, id: string, props: LoaderFunctionProps) {
    super(scope, id)
    this.node.addValidation({ validate: () => problemsOf(props) })
    const { name, reads, network } = props
    const log = new CloudwatchLogGroup(this, 'log', {
      name: `/aws/lambda/${name}`,
      retentionInDays: props.log.days,
      kmsKeyId: props.log.keyArn,
    })
    const role = new IamRole(this, 'role', {
      name,
      path: props.role.path,
      ...(props.role.permissionsBoundary === undefined ? {} : { permissionsBoundary: props.role.permissionsBoundary }),
      description: props.description,
      assumeRolePolicy: new DataAwsIamPolicyDocument(this, 'trust', {
        statement: [
          { actions: ['sts:AssumeRole'], principals: [{ type: 'Service', identifiers: ['lambda.amazonaws.com'] }] },
        ],
      }).json,
    })
    const policy = new IamRolePolicy(this, 'role-policy', {
      name: 'what-it-does',
      role: role.name,
      policy: new DataAwsIamPolicyDocument(this, 'permissions', {
        statement: [
          ...props.permissions,
          writesLog(log.arn),
          ...(reads === undefined ? [] : [readsQueue(reads.queue.arn)]),
          ...(props.tracing ? [writesTraces(props.region)] : []),
          ...(network === undefined ? [] : joinsNetwork(props)),
        ],
      }).json,
    })
    const code = new TerraformAsset(this, 'code', { path: props.bundle, type: AssetType.FILE })
    const lambda = new LambdaFunction(this, 'function', {
      functionName: name,
      description: props.description,
      role: role.arn,
      runtime: 'nodejs22.x',
      architectures: ['arm64'],
      handler: 'index.handler',
      filename: code.path,
      sourceCodeHash: Fn.filebase64sha256(code.path),
      timeout: props.timeoutSeconds,
      memorySize: props.memoryMb,
      environment: { variables: { NODE_OPTIONS: '--enable-source-maps', ...props.variables } },
      loggingConfig: { logFormat: 'Text', logGroup: log.name },
      tracingConfig: { mode: props.tracing ? 'Active' : 'PassThrough' },
      ...(network === undefined ? {} : { vpcConfig: network }),
      ...(props.reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: props.reservedConcurrency }),
      // Lambda looks at what the role may do when the function is made.
      dependsOn: [policy],
    })
    this.functionName = lambda.functionName
    this.arn = lambda.arn
    if (reads !== undefined) read(this, lambda, reads)
  }
}

function read(scope: Construct, lambda: LambdaFunction, { queue, batchSize, windowSeconds, atOnce }: QueueReading) {
  new LambdaEventSourceMapping(scope, 'reading', {
    eventSourceArn: queue.arn,
    functionName: lambda.arn,
    batchSize,
    maximumBatchingWindowInSeconds: windowSeconds,
    functionResponseTypes: ['ReportBatchItemFailures'],
    scalingConfig: { maximumConcurrency: atOnce },
  })
}

/** AWS's own limits. */
function problemsOf({ name, timeoutSeconds, memoryMb, variables, reads }: LoaderFunctionProps): string[] {
  const size = Object.entries(variables).reduce((sum, [key, value]) => sum + key.length + value.length, 0)
  return [
    ...outOfRange('the length of the name', name.length, 1, 64),
    ...outOfRange('timeoutSeconds', timeoutSeconds, 1, 900),
    ...outOfRange('memoryMb', memoryMb, 128, 10_240),
    ...outOfRange('the length of all variables', size, 0, 4_000),
    ...(reads === undefined
      ? []
      : [
          ...outOfRange('batchSize', reads.batchSize, 1, 100),
          ...outOfRange('windowSeconds', reads.windowSeconds, reads.batchSize > 10 ? 1 : 0, 300),
          ...outOfRange('atOnce', reads.atOnce, 2, 1_000),
        ]),
  ]
}
