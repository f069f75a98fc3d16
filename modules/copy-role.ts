import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document'
import { IamRole } from '@cdktf/provider-aws/lib/iam-role'
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy'
import { TerraformOutput } from 'cdktf'
import { Construct } from 'constructs'
import type { Infrastructure } from '../environments/infrastructure'
import { outOfRange } from './out-of-range'

export interface CopyRoleProps {
  /** Name of the role, e.g. `penstock-staging-copy-main`. */
  readonly roleName: string
  /** The account of the warehouse, which alone may take the role. */
  readonly account: string
  /** The landing bucket: files and manifests. */
  readonly bucketArn: string
  /** The key that new files are encrypted with. @default S3's own, which needs no permission */
  readonly keyArn?: string | undefined
  readonly iam: Infrastructure['iam']
  /** The warehouse's name in the environment, and which cluster or workgroup it is, or the host that tells it. */
  readonly warehouse: { readonly name: string } & Whereabouts
}

export type Whereabouts = { readonly host: string } | { readonly cluster: string } | { readonly workgroup: string }

/**
 * The role with which a warehouse reads what it is told to COPY: the landing bucket, and nothing else. A warehouse uses only
 * roles that are attached to it, and a cluster is not Penstock's to change: the deploy prints the line that attaches it.
 */
export class CopyRole extends Construct {
  readonly roleArn: string
  /** What a person types once to attach the role. */
  readonly attachWith: string

  constructor(scope: Construct, id: string, props: CopyRoleProps) {
    super(scope, id)
    const { roleName, account, iam, warehouse } = props
    this.node.addValidation({ validate: () => [...outOfRange('the length of the name', roleName.length, 1, 64)] })
    const role = new IamRole(this, 'role', {
      name: roleName,
      path: iam.rolePath,
      description: `Reads the files that ${warehouse.name} is told to COPY`,
      ...(iam.permissionsBoundary === undefined ? {} : { permissionsBoundary: iam.permissionsBoundary }),
      assumeRolePolicy: new DataAwsIamPolicyDocument(this, 'trust', { statement: [warehousesOf(account)] }).json,
    })
    new IamRolePolicy(this, 'permissions', {
      name: 'read-files',
      role: role.name,
      policy: new DataAwsIamPolicyDocument(this, 'permissions-document', { statement: reads(props) }).json,
    })
    this.roleArn = role.arn
    this.attachWith = attach(warehouse, role.arn)
    new TerraformOutput(this, 'attach', {
      description: `Attaches the role with which ${warehouse.name} reads files; once is enough`,
      value: this.attachWith,
    }).overrideLogicalId(`attach-copy-role-of-${warehouse.name}`)
  }
}

/** Both names are Redshift's: a cluster comes as the first, a workgroup as either. */
function warehousesOf(account: string): DataAwsIamPolicyDocumentStatement {
  return {
    actions: ['sts:AssumeRole'],
    principals: [{ type: 'Service', identifiers: ['redshift.amazonaws.com', 'redshift-serverless.amazonaws.com'] }],
    // Otherwise another customer's warehouse could be told to take the role, whoever knows its ARN.
    condition: [{ test: 'StringEquals', variable: 'aws:SourceAccount', values: [account] }],
  }
}

function reads({ bucketArn, keyArn }: CopyRoleProps): DataAwsIamPolicyDocumentStatement[] {
  return [
    { sid: 'Files', actions: ['s3:GetObject'], resources: [`${bucketArn}/*`] },
    { sid: 'Listing', actions: ['s3:GetBucketLocation', 's3:ListBucket'], resources: [bucketArn] },
    ...(keyArn === undefined ? [] : [{ sid: 'Decryption', actions: ['kms:Decrypt'], resources: [keyArn] }]),
  ]
}

function attach(warehouse: Whereabouts, roleArn: string): string {
  const found = 'host' in warehouse ? inHost(warehouse.host) : warehouse
  if ('workgroup' in found) {
    // This call names all roles of the namespace, and takes away those that it leaves out.
    return `aws redshift-serverless update-namespace --namespace-name <namespace of ${found.workgroup}> --iam-roles <those it has> ${roleArn}`
  }
  return `aws redshift modify-cluster-iam-roles --cluster-identifier ${found.cluster} --add-iam-roles ${roleArn}`
}

/** `workgroup.account.region.redshift-serverless.…`, `cluster.hash.region.redshift.…`, or a name of one's own. */
function inHost(host: string): Exclude<Whereabouts, { readonly host: string }> {
  const [first = ''] = host.split('.')
  if (/\.redshift-serverless\./.test(host)) return { workgroup: first }
  return { cluster: /\.redshift\./.test(host) ? first : '<cluster>' }
}
