import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group'
import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document'
import { DefaultSecurityGroup } from '@cdktf/provider-aws/lib/default-security-group'
import { FlowLog } from '@cdktf/provider-aws/lib/flow-log'
import { IamRole } from '@cdktf/provider-aws/lib/iam-role'
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy'
import { RouteTable } from '@cdktf/provider-aws/lib/route-table'
import { RouteTableAssociation } from '@cdktf/provider-aws/lib/route-table-association'
import { Subnet } from '@cdktf/provider-aws/lib/subnet'
import { Vpc } from '@cdktf/provider-aws/lib/vpc'
import { Fn } from 'cdktf'
import { Construct } from 'constructs'
import type { Infrastructure } from '../environments/infrastructure'
import { outOfRange } from './out-of-range'

export interface PrivateVpcProps {
  /** Prefix of every name, e.g. `penstock-staging`. */
  readonly name: string
  readonly region: string
  /** `10.20.0.0/16`, /16 to /24. Its quarters are the subnets: two are taken, two are left for the warehouse. */
  readonly cidr: string
  readonly iam: Infrastructure['iam']
  /** Days for which it is remembered who spoke with whom. */
  readonly logDays: number
}

/** Two zones, so that one may fail. Not every region has its first two in every account. */
const ZONES: Readonly<Record<string, readonly [string, string]>> = { 'ap-northeast-1': ['a', 'c'] }
const FIRST_TWO = ['a', 'b'] as const

/** A VPC without a way out: nothing in it reaches the internet, and the internet reaches nothing in it. */
export class PrivateVpc extends Construct {
  readonly id: string
  readonly subnetIds: readonly string[]
  readonly routeTableId: string

  constructor(scope: Construct, id: string, props: PrivateVpcProps) {
    super(scope, id)
    const { name, region, cidr } = props
    this.node.addValidation({
      validate: () => [...outOfRange(`the prefix of ${cidr}`, Number(cidr.split('/')[1]), 16, 24)],
    })
    const vpc = new Vpc(this, 'vpc', {
      cidrBlock: cidr,
      // Endpoints answer to the names of their services only with both.
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: { Name: name },
    })
    this.id = vpc.id
    // The group that is given to whatever names none: without rules it lets nothing in or out.
    new DefaultSecurityGroup(this, 'nobody', { vpcId: vpc.id, tags: { Name: `${name}-nobody` } })
    const routes = new RouteTable(this, 'routes', { vpcId: vpc.id, tags: { Name: `${name}-private` } })
    this.routeTableId = routes.id
    this.subnetIds = (ZONES[region] ?? FIRST_TWO).map((zone, at) => {
      const subnet = new Subnet(this, `subnet-${zone}`, {
        vpcId: vpc.id,
        availabilityZone: `${region}${zone}`,
        cidrBlock: Fn.cidrsubnet(cidr, 2, at),
        tags: { Name: `${name}-private-${zone}` },
      })
      new RouteTableAssociation(this, `subnet-${zone}-routes`, { subnetId: subnet.id, routeTableId: routes.id })
      return subnet.id
    })
    rememberFlows(this, props, vpc.id)
  }
}

/** What was refused and by whom it was sent: the first thing to look at when a warehouse cannot be reached. */
function rememberFlows(scope: Construct, { name, iam, logDays }: PrivateVpcProps, vpcId: string): void {
  const group = new CloudwatchLogGroup(scope, 'flows', { name: `/aws/vpc/${name}`, retentionInDays: logDays })
  const role = new IamRole(scope, 'flows-role', {
    name: `${name}-flows`,
    path: iam.rolePath,
    description: `Writes the flow log of the VPC of ${name}`,
    ...(iam.permissionsBoundary === undefined ? {} : { permissionsBoundary: iam.permissionsBoundary }),
    assumeRolePolicy: new DataAwsIamPolicyDocument(scope, 'flows-trust', {
      statement: [
        {
          actions: ['sts:AssumeRole'],
          principals: [{ type: 'Service', identifiers: ['vpc-flow-logs.amazonaws.com'] }],
        },
      ],
    }).json,
  })
  new IamRolePolicy(scope, 'flows-permissions', {
    name: 'write',
    role: role.name,
    policy: new DataAwsIamPolicyDocument(scope, 'flows-write', {
      statement: [
        {
          actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
          resources: [group.arn, `${group.arn}:*`],
        },
      ],
    }).json,
  })
  new FlowLog(scope, 'flow-log', {
    vpcId,
    trafficType: 'ALL',
    logDestinationType: 'cloud-watch-logs',
    logDestination: group.arn,
    iamRoleArn: role.arn,
    tags: { Name: name },
  })
}
