import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group'
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule'
import { Construct } from 'constructs'
import type { Infrastructure } from '../environments/infrastructure'
import type { OverDataApiSettings, OverPgSettings } from '../lambda/settings'
import { outOfRange } from './out-of-range'
import { PrivateVpc } from './private-vpc'
import { type Service, VpcEndpoints } from './vpc-endpoints'

export interface NetworkProps {
  /** Prefix of every name, e.g. `penstock-staging`. */
  readonly name: string
  readonly account: string
  readonly region: string
  /** An existing VPC with its private subnets, or the range of a new one. */
  readonly network: NonNullable<Infrastructure['network']>
  /**
   * What has to be reached: the port of each warehouse, and the service that gives the password of one that is entered without; or
   * the Data API.
   */
  readonly warehouses: readonly ReachedWarehouse[]
  readonly iam: Infrastructure['iam']
  /** Days for which a new VPC remembers who spoke with whom. */
  readonly logDays: number
}

export type ReachedWarehouse = Pick<OverPgSettings, 'via' | 'port' | 'login'> | Pick<OverDataApiSettings, 'via'>

type Existing = Extract<NetworkProps['network'], { readonly vpc: string }>

/**
 * What a function in the VPC calls. Neither KMS nor CloudWatch Logs: S3, SNS and SSM use keys on its behalf, and Lambda carries
 * its log, both outside of the VPC.
 */
const ALWAYS_CALLED: readonly Service[] = ['s3', 'dynamodb', 'sqs', 'sns', 'ssm']

const TLS_PORT = 443

/** Where the functions live that talk to a warehouse, so that it need not be open to the world. */
export class Network extends Construct {
  /** What Lambda asks for. */
  readonly vpcConfig: { readonly subnetIds: string[]; readonly securityGroupIds: string[] }

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id)
    const { network, warehouses } = props
    this.node.addValidation({
      validate: () => portsOf(warehouses).flatMap((port) => outOfRange('the port of a warehouse', port, 1, 65_535)),
    })
    this.vpcConfig = 'vpc' in network ? inExisting(this, props, network) : inNew(this, props, network.cidr)
  }
}

function inExisting(scope: Construct, props: NetworkProps, network: Existing): Network['vpcConfig'] {
  const securityGroupIds = [...(network.securityGroups ?? [mayGoOut(scope, props, network.vpc)])]
  new VpcEndpoints(scope, 'endpoints', {
    ...props,
    vpcId: network.vpc,
    services: network.endpoints,
    subnetIds: network.subnets,
    routeTableIds: network.routeTables,
    callers: { kind: 'anybody' },
  })
  return { subnetIds: [...network.subnets], securityGroupIds }
}

function inNew(scope: Construct, props: NetworkProps, cidr: string): Network['vpcConfig'] {
  const { name, region, iam, logDays } = props
  const vpc = new PrivateVpc(scope, 'vpc', { name, region, cidr, iam, logDays })
  const securityGroupId = mayGoOut(scope, props, vpc.id)
  new VpcEndpoints(scope, 'endpoints', {
    ...props,
    vpcId: vpc.id,
    services: servicesFor(props),
    subnetIds: vpc.subnetIds,
    routeTableIds: [vpc.routeTableId],
    callers: { kind: 'functions', securityGroupId },
  })
  return { subnetIds: [...vpc.subnetIds], securityGroupIds: [securityGroupId] }
}

function servicesFor({ warehouses }: NetworkProps): readonly Service[] {
  const enteredBy = (kind: OverPgSettings['login']['kind']) =>
    warehouses.some((one) => one.via === 'pg' && one.login.kind === kind)
  return [
    ...ALWAYS_CALLED,
    ...(enteredBy('cluster') ? (['redshift'] as const) : []),
    ...(enteredBy('workgroup') ? (['redshift-serverless'] as const) : []),
    ...(warehouses.some(({ via }) => via === 'data-api') ? (['redshift-data'] as const) : []),
  ]
}

function portsOf(warehouses: NetworkProps['warehouses']): readonly number[] {
  return warehouses.flatMap((one) => (one.via === 'pg' ? [one.port] : []))
}

/** The group of the functions: nobody comes in, and they go out to services and warehouses alone. */
function mayGoOut(scope: Construct, { name, warehouses }: NetworkProps, vpcId: string): string {
  const group = new SecurityGroup(scope, 'group', {
    name: `${name}-functions`,
    description: `Functions of ${name} that talk to warehouses`,
    vpcId,
    tags: { Name: `${name}-functions` },
  })
  const ports = new Set([TLS_PORT, ...portsOf(warehouses)])
  for (const port of ports) {
    new VpcSecurityGroupEgressRule(scope, `out-${port}`, {
      securityGroupId: group.id,
      description: port === TLS_PORT ? 'Services of AWS over TLS' : 'Warehouses',
      ipProtocol: 'tcp',
      fromPort: port,
      toPort: port,
      // Where a warehouse is, its name says at run time; where packets may go at all, the route tables say.
      cidrIpv4: '0.0.0.0/0',
    })
  }
  return group.id
}
