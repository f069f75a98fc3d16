import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document'
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group'
import { VpcEndpoint } from '@cdktf/provider-aws/lib/vpc-endpoint'
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule'
import { Construct } from 'constructs'
import type { ENDPOINTS } from '../environments/infrastructure'
import { partitionOf } from '../environments/partition'

/** A service of AWS that is reached through an endpoint. */
export type Service = (typeof ENDPOINTS)[number]

export interface VpcEndpointsProps {
  /** Prefix of every name, e.g. `penstock-staging`. */
  readonly name: string
  readonly account: string
  readonly region: string
  readonly vpcId: string
  readonly services: readonly Service[]
  /** Where the interface endpoints have their addresses. */
  readonly subnetIds: readonly string[]
  /** Where S3 and DynamoDB are reached through. */
  readonly routeTableIds: readonly string[]
  readonly callers: Callers
}

/** Who calls services from the VPC: its functions alone, or others too, of whom nothing is known. */
export type Callers = { readonly kind: 'functions'; readonly securityGroupId: string } | { readonly kind: 'anybody' }

/** S3 and DynamoDB are routes, cost nothing and have no address; all others are addresses that are paid by the hour. */
const GATEWAYS: ReadonlySet<Service> = new Set<Service>(['s3', 'dynamodb'])

/**
 * Every private address. With private DNS a new endpoint takes over the service's name for whoever lives in the VPC: one that
 * let in the functions alone would cut off all the others.
 */
const PRIVATE_RANGES = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10']

/** What functions call of each service: nothing that changes infrastructure. */
const ACTIONS: Readonly<Record<Service, readonly string[]>> = {
  s3: ['s3:Get*', 's3:List*', 's3:PutObject*', 's3:DeleteObject*', 's3:AbortMultipartUpload'],
  dynamodb: [
    'dynamodb:BatchGetItem',
    'dynamodb:BatchWriteItem',
    'dynamodb:ConditionCheckItem',
    'dynamodb:DeleteItem',
    'dynamodb:DescribeTable',
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'dynamodb:Scan',
    'dynamodb:UpdateItem',
  ],
  sqs: [
    'sqs:ChangeMessageVisibility',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    'sqs:GetQueueUrl',
    'sqs:ReceiveMessage',
    'sqs:SendMessage',
  ],
  sns: ['sns:Publish'],
  ssm: ['ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParametersByPath'],
  kms: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext'],
  logs: ['logs:CreateLogStream', 'logs:DescribeLogGroups', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
  redshift: ['redshift:DescribeClusters', 'redshift:GetClusterCredentials', 'redshift:GetClusterCredentialsWithIAM'],
  'redshift-serverless': [
    'redshift-serverless:GetCredentials',
    'redshift-serverless:GetNamespace',
    'redshift-serverless:GetWorkgroup',
  ],
  'redshift-data': [
    'redshift-data:BatchExecuteStatement',
    'redshift-data:CancelStatement',
    'redshift-data:DescribeStatement',
    'redshift-data:ExecuteStatement',
    'redshift-data:GetStatementResult',
    'redshift-data:ListStatements',
  ],
}

/** The ways from private subnets to services of AWS. */
export class VpcEndpoints extends Construct {
  constructor(scope: Construct, id: string, props: VpcEndpointsProps) {
    super(scope, id)
    const { routeTableIds } = props
    // A service that is named twice has one endpoint.
    const services = [...new Set(props.services)]
    this.node.addValidation({
      validate: () => [
        ...(routeTableIds.length === 0 ? services.filter((one) => GATEWAYS.has(one)) : []).map(
          (one) => `an endpoint of ${one} is a route: name the subnets' route tables in routeTables`,
        ),
      ],
    })
    for (const service of services.filter((one) => GATEWAYS.has(one))) {
      new VpcEndpoint(this, service, {
        ...common(this, service, props),
        vpcEndpointType: 'Gateway',
        routeTableIds: [...routeTableIds],
      })
    }
    const interfaces = services.filter((one) => !GATEWAYS.has(one))
    if (interfaces.length === 0) return
    const securityGroupId = letsIn(this, props)
    for (const service of interfaces) {
      new VpcEndpoint(this, service, {
        ...common(this, service, props),
        vpcEndpointType: 'Interface',
        subnetIds: [...props.subnetIds],
        securityGroupIds: [securityGroupId],
        // The functions use the names that they use everywhere.
        privateDnsEnabled: true,
      })
    }
  }
}

function common(scope: Construct, service: Service, props: VpcEndpointsProps) {
  const { name, region, vpcId } = props
  const statement = callsOf(service, props)
  return {
    vpcId,
    serviceName: `${partitionOf(region) === 'aws-cn' && !GATEWAYS.has(service) ? 'cn.' : ''}com.amazonaws.${region}.${service}`,
    ...(statement === undefined
      ? {}
      : { policy: new DataAwsIamPolicyDocument(scope, `${service}-policy`, { statement: [statement] }).json }),
    tags: { Name: `${name}-${service}` },
  }
}

/**
 * Keeps data from leaving through the endpoint with somebody else's credentials. Where others live, their calls are not ours to
 * choose, and a route to S3 is left open: images of containers and packages are fetched over it with credentials of AWS or none.
 */
function callsOf(
  service: Service,
  { account, callers }: VpcEndpointsProps,
): DataAwsIamPolicyDocumentStatement | undefined {
  if (callers.kind === 'anybody' && GATEWAYS.has(service)) return undefined
  return {
    sid: 'OnlyThisAccount',
    actions: callers.kind === 'anybody' ? [`${service}:*`] : [...ACTIONS[service]],
    resources: ['*'],
    principals: [{ type: '*', identifiers: ['*'] }],
    condition: [{ test: 'StringEquals', variable: 'aws:PrincipalAccount', values: [account] }],
  }
}

/** Endpoints only answer: they go out to nobody. */
function letsIn(scope: Construct, { name, vpcId, callers }: VpcEndpointsProps): string {
  const { id } = new SecurityGroup(scope, 'group', {
    name: `${name}-endpoints`,
    description: `Endpoints of services that ${name} calls`,
    vpcId,
    tags: { Name: `${name}-endpoints` },
  })
  const sources =
    callers.kind === 'functions'
      ? [{ referencedSecurityGroupId: callers.securityGroupId }]
      : PRIVATE_RANGES.map((cidrIpv4) => ({ cidrIpv4 }))
  for (const [at, source] of sources.entries()) {
    new VpcSecurityGroupIngressRule(scope, `lets-in-${at}`, {
      securityGroupId: id,
      description: 'Calls of services over TLS',
      ipProtocol: 'tcp',
      fromPort: TLS_PORT,
      toPort: TLS_PORT,
      ...source,
    })
  }
  return id
}

const TLS_PORT = 443
