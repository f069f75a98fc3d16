import { CopyRole, type CopyRoleProps } from '../../modules/copy-role'
import { type Block, synthesized } from './one-construct'

const PROPS: CopyRoleProps = {
  roleName: 'penstock-test-copy-main',
  account: '111111111111',
  bucketArn: 'arn:aws:s3:::acme-landing',
  iam: { rolePath: '/data/', permissionsBoundary: 'arn:aws:iam::111111111111:policy/boundary' },
  warehouse: { name: 'main', host: 'acme.abc.eu-west-1.redshift.amazonaws.com' },
}
const roleOf = (more: Partial<CopyRoleProps> = {}) =>
  synthesized((stack) => void new CopyRole(stack, 'copy-role', { ...PROPS, ...more }))

const { all, statements, reference } = roleOf()
const [role] = all('aws_iam_role')
const permissionsOf = (synth: ReturnType<typeof roleOf>): readonly Block[] =>
  synth.all('aws_iam_role_policy').flatMap(({ policy }) => synth.statements(policy))

it('can be taken by warehouses of this account and by nobody else', () => {
  expect(statements(role?.['assume_role_policy'])).toEqual([
    {
      actions: ['sts:AssumeRole'],
      principals: [{ type: 'Service', identifiers: ['redshift.amazonaws.com', 'redshift-serverless.amazonaws.com'] }],
      condition: [{ test: 'StringEquals', variable: 'aws:SourceAccount', values: ['111111111111'] }],
    },
  ])
})

it('reads the landing bucket and nothing else', () => {
  expect(permissionsOf(roleOf())).toEqual([
    { sid: 'Files', actions: ['s3:GetObject'], resources: ['arn:aws:s3:::acme-landing/*'] },
    { sid: 'Listing', actions: ['s3:GetBucketLocation', 's3:ListBucket'], resources: ['arn:aws:s3:::acme-landing'] },
  ])
})

it('decrypts with the key of the bucket, if that has one', () => {
  const keyArn = 'arn:aws:kms:eu-west-1:111111111111:key/1'
  expect(permissionsOf(roleOf({ keyArn }))).toContainEqual({
    sid: 'Decryption',
    actions: ['kms:Decrypt'],
    resources: [keyArn],
  })
})

it('lies under the path and within the boundary that the account asks for', () => {
  expect(role).toMatchObject({ path: '/data/', permissions_boundary: PROPS.iam.permissionsBoundary })
})

it.each([
  [
    'acme.abc.eu-west-1.redshift.amazonaws.com',
    'aws redshift modify-cluster-iam-roles --cluster-identifier acme --add-iam-roles ROLE',
  ],
  [
    'warehouse.acme.example',
    'aws redshift modify-cluster-iam-roles --cluster-identifier <cluster> --add-iam-roles ROLE',
  ],
  [
    'acme.111111111111.eu-west-1.redshift-serverless.amazonaws.com',
    'aws redshift-serverless update-namespace --namespace-name <namespace of acme> --iam-roles <those it has> ROLE',
  ],
])('prints the line that attaches it to %s', (host, line) => {
  const { outputs } = roleOf({ warehouse: { name: 'main', host } })
  const arn = reference('aws_iam_role', 'arn')
  expect(outputs['attach-copy-role-of-main']).toMatchObject({ value: line.replace('ROLE', arn) })
})

it('is refused at synth with path, value and limit if its name is too long', () => {
  expect(() => roleOf({ roleName: 'x'.repeat(65) })).toThrow(
    '[test/copy-role] the length of the name is 65, and must be from 1 to 64',
  )
})
