import { SsmParameter } from '@cdktf/provider-aws/lib/ssm-parameter'
import { Construct } from 'constructs'
import { PLACEHOLDER } from '../lambda/platform/placeholder'

export interface PasswordParametersProps {
  /** Where each warehouse's password lies, by the warehouse. Two warehouses may share one. */
  readonly parameters: Readonly<Record<string, string>>
  readonly keyArn: string
  /** Whether Terraform must never delete them. */
  readonly protect: boolean
}

/**
 * Parameters for passwords that a person sets. Terraform writes a placeholder without remembering it, and never looks at the
 * value again: so no password is in a plan or a state, and none is overwritten by a deploy. A placeholder `value` with
 * `ignore_changes` would not do: the next refresh copies the password into the state.
 */
export class PasswordParameters extends Construct {
  readonly arns: readonly string[]

  constructor(scope: Construct, id: string, { parameters, keyArn, protect }: PasswordParametersProps) {
    super(scope, id)
    const warehouses = new Map<string, string[]>()
    for (const [warehouse, name] of Object.entries(parameters)) {
      warehouses.set(name, [...(warehouses.get(name) ?? []), warehouse])
    }
    this.arns = [...warehouses].map(([name, users]) => {
      const parameter = new SsmParameter(this, users.join('-'), {
        name,
        type: 'SecureString',
        description: `The password with which files are loaded into ${users.join(' and ')}`,
        keyId: keyArn,
        valueWo: PLACEHOLDER,
        valueWoVersion: 1,
        lifecycle: {
          ignoreChanges: ['value_wo', 'value_wo_version', 'description', 'tier', 'key_id', 'allowed_pattern'],
          preventDestroy: protect,
        },
      })
      return parameter.arn
    })
  }
}
