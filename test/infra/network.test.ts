import { Network, type NetworkProps } from '../../modules/network'
import { type Block, synthesized } from './one-construct'

const PROPS = {
  name: 'penstock-test',
  account: '111111111111',
  region: 'eu-west-1',
  warehouses: [{ via: 'pg', port: 5439, login: { kind: 'password', user: 'u', parameter: '/p' } }],
  iam: { rolePath: '/data/', permissionsBoundary: 'arn:aws:iam::111111111111:policy/boundary' },
  logDays: 30,
} satisfies Omit<NetworkProps, 'network'>

const EXISTING = { vpc: 'vpc-1', subnets: ['subnet-1', 'subnet-2'], endpoints: [], routeTables: [] }

function networkOf(network: NetworkProps['network'], more: Partial<NetworkProps> = {}) {
  const configs: Network['vpcConfig'][] = []
  const synth = synthesized((stack) => {
    configs.push(new Network(stack, 'network', { ...PROPS, ...more, network }).vpcConfig)
  })
  return { ...synth, vpcConfig: configs[0] }
}

const serviceOf = ({ service_name }: Block) => String(service_name).replace(/^(cn\.)?com\.amazonaws\.[^.]+\./, '')

describe('an existing VPC', () => {
  it('is left alone where it names security groups and asks for no endpoints', () => {
    const { vpcConfig, all } = networkOf({ ...EXISTING, securityGroups: ['sg-1'] })
    expect(vpcConfig).toEqual({ subnetIds: ['subnet-1', 'subnet-2'], securityGroupIds: ['sg-1'] })
    for (const type of ['aws_security_group', 'aws_vpc_endpoint', 'aws_vpc', 'aws_subnet'])
      expect(all(type)).toEqual([])
  })

  it('gets a group that lets nobody in, and out to services and to the ports of the warehouses alone', () => {
    const { all } = networkOf(EXISTING, {
      warehouses: [5439, 5433, 5439].map((port) => ({
        via: 'pg',
        port,
        login: { kind: 'password', user: 'u', parameter: '/p' },
      })),
    })
    expect(all('aws_security_group')).toEqual([
      expect.objectContaining({ name: 'penstock-test-functions', vpc_id: 'vpc-1' }),
    ])
    expect(all('aws_vpc_security_group_ingress_rule')).toEqual([])
    const out = all('aws_vpc_security_group_egress_rule')
    expect(out.map(({ ip_protocol, from_port, to_port }) => [ip_protocol, from_port, to_port])).toEqual([
      ['tcp', 443, 443],
      ['tcp', 5433, 5433],
      ['tcp', 5439, 5439],
    ])
    for (const { description } of out) expect(description).toMatch(/\w/)
  })

  it('gets the endpoints that it lacks, S3 and DynamoDB as routes and the others as addresses with the names of the services', () => {
    const { all, reference } = networkOf({ ...EXISTING, endpoints: ['s3', 'sqs'], routeTables: ['rtb-1'] })
    const group = reference('aws_security_group', 'id', { name: 'penstock-test-endpoints' })
    expect(all('aws_vpc_endpoint')).toEqual([
      expect.objectContaining({
        service_name: 'com.amazonaws.eu-west-1.s3',
        vpc_endpoint_type: 'Gateway',
        route_table_ids: ['rtb-1'],
      }),
      expect.objectContaining({
        service_name: 'com.amazonaws.eu-west-1.sqs',
        vpc_endpoint_type: 'Interface',
        subnet_ids: ['subnet-1', 'subnet-2'],
        security_group_ids: [group],
        private_dns_enabled: true,
      }),
    ])
  })

  it('keeps its other residents going: its endpoints let in every private address, and leave S3 open to all of them', () => {
    const { all, statements } = networkOf({ ...EXISTING, endpoints: ['s3', 'sqs'], routeTables: ['rtb-1'] })
    expect(all('aws_vpc_security_group_ingress_rule').map(({ cidr_ipv4 }) => cidr_ipv4)).toEqual([
      '10.0.0.0/8',
      '172.16.0.0/12',
      '192.168.0.0/16',
      '100.64.0.0/10',
    ])
    const [s3, sqs] = all('aws_vpc_endpoint')
    expect(s3).not.toHaveProperty('policy')
    expect(statements(sqs?.['policy'])).toEqual([expect.objectContaining({ actions: ['sqs:*'] })])
  })
})

describe('a new VPC', () => {
  const { all, reference, statements } = networkOf({ cidr: '10.20.0.0/16' })

  it('has private subnets in two zones, and no way out', () => {
    const subnets = all('aws_subnet')
    expect(subnets.map(({ availability_zone, cidr_block }) => [availability_zone, cidr_block])).toEqual([
      ['eu-west-1a', `\${cidrsubnet("10.20.0.0/16", 2, 0)}`],
      ['eu-west-1b', `\${cidrsubnet("10.20.0.0/16", 2, 1)}`],
    ])
    expect(all('aws_route_table_association')).toHaveLength(2)
    for (const type of ['aws_internet_gateway', 'aws_nat_gateway', 'aws_route']) expect(all(type)).toEqual([])
  })

  it('resolves the names of services to its endpoints', () => {
    expect(all('aws_vpc')).toEqual([
      expect.objectContaining({ cidr_block: '10.20.0.0/16', enable_dns_support: true, enable_dns_hostnames: true }),
    ])
  })

  it('lets nothing through its default security group', () => {
    const [group, ...others] = all('aws_default_security_group')
    expect(others).toEqual([])
    expect(group).not.toHaveProperty('ingress')
    expect(group).not.toHaveProperty('egress')
  })

  it('has every endpoint that a load needs, and none that it does not', () => {
    expect(all('aws_vpc_endpoint').map(serviceOf).sort()).toEqual(['dynamodb', 's3', 'sns', 'sqs', 'ssm'])
  })

  it('reaches the Data API, and opens no port, where a warehouse is reached so', () => {
    const reached = networkOf({ cidr: '10.20.0.0/16' }, { warehouses: [{ via: 'data-api' }] })
    expect(reached.all('aws_vpc_endpoint').map(serviceOf)).toContain('redshift-data')
    expect(reached.all('aws_vpc_security_group_egress_rule').map(({ from_port }) => from_port)).toEqual([443])
  })

  it('reaches whoever gives temporary passwords, if a warehouse is entered with them', () => {
    const entered = networkOf(
      { cidr: '10.20.0.0/16' },
      {
        warehouses: [
          { via: 'pg', port: 5439, login: { kind: 'cluster', cluster: 'c' } },
          { via: 'pg', port: 5439, login: { kind: 'workgroup', workgroup: 'w' } },
        ],
      },
    )
    expect(entered.all('aws_vpc_endpoint').map(serviceOf)).toEqual(
      expect.arrayContaining(['redshift', 'redshift-serverless']),
    )
  })

  it('lets the functions alone call its endpoints, over TLS', () => {
    expect(all('aws_vpc_security_group_ingress_rule')).toEqual([
      expect.objectContaining({
        security_group_id: reference('aws_security_group', 'id', { name: 'penstock-test-endpoints' }),
        referenced_security_group_id: reference('aws_security_group', 'id', { name: 'penstock-test-functions' }),
        from_port: 443,
        to_port: 443,
      }),
    ])
  })

  it('lets nobody of another account through an endpoint, and nobody change infrastructure', () => {
    for (const endpoint of all('aws_vpc_endpoint')) {
      const [statement, ...others] = statements(endpoint['policy'])
      expect(others).toEqual([])
      expect(statement?.['condition']).toEqual([
        { test: 'StringEquals', variable: 'aws:PrincipalAccount', values: ['111111111111'] },
      ])
      expect(JSON.stringify(statement?.['actions'])).not.toMatch(
        /:\*|:Create(Queue|Table|Bucket)|:DeleteTable|:Put.*Policy/,
      )
    }
  })

  it('remembers who spoke with whom, with a role under the path and within the boundary of the environment', () => {
    expect(all('aws_flow_log')).toEqual([expect.objectContaining({ traffic_type: 'ALL' })])
    expect(all('aws_cloudwatch_log_group')).toEqual([expect.objectContaining({ retention_in_days: 30 })])
    expect(all('aws_iam_role')).toEqual([
      expect.objectContaining({ path: '/data/', permissions_boundary: PROPS.iam.permissionsBoundary }),
    ])
  })

  it('takes two zones that every account has', () => {
    const tokyo = networkOf({ cidr: '10.20.0.0/16' }, { region: 'ap-northeast-1' })
    expect(tokyo.all('aws_subnet').map(({ availability_zone }) => availability_zone)).toEqual([
      'ap-northeast-1a',
      'ap-northeast-1c',
    ])
  })
})

it('calls services in China by the names that they have there', () => {
  const { all } = networkOf({ cidr: '10.20.0.0/16' }, { region: 'cn-north-1' })
  expect(all('aws_vpc_endpoint').map(({ service_name }) => service_name)).toEqual(
    expect.arrayContaining(['com.amazonaws.cn-north-1.s3', 'cn.com.amazonaws.cn-north-1.sqs']),
  )
})

it.each<[NetworkProps['network'], Partial<NetworkProps>, string]>([
  [{ cidr: '10.20.0.0/25' }, {}, 'the prefix of 10.20.0.0/25 is 25, and must be from 16 to 24'],
  [
    { ...EXISTING, endpoints: ['s3'] },
    {},
    "an endpoint of s3 is a route: name the subnets' route tables in routeTables",
  ],
  [
    EXISTING,
    { warehouses: [{ via: 'pg', port: 0, login: { kind: 'workgroup', workgroup: 'w' } }] },
    'the port of a warehouse is 0, and must be from 1 to 65535',
  ],
])('is refused at synth with path, value and limit: %j', (network, more, message) => {
  expect(() => networkOf(network, more)).toThrow(message)
})
