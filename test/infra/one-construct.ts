import { rmSync } from 'node:fs'
import { AwsProvider } from '@cdktf/provider-aws/lib/provider'
import { TerraformStack, Testing } from 'cdktf'

export type Block = Readonly<Record<string, unknown>>
type Blocks = Readonly<Record<string, Readonly<Record<string, Block>>>>

/** What Terraform is given for constructs, by type. */
export interface Synthesized {
  all(type: string): readonly Block[]
  /** How others refer to the only resource of its type that has these attributes. */
  reference(type: string, attribute: string, having?: Block): string
  /** The statements of the policy document that an attribute refers to. */
  statements(policy: unknown): readonly Block[]
  readonly outputs: Readonly<Record<string, Block>>
}

/** Synthesizes whatever is put into a stack; throws what its validations say. */
export function synthesized(fill: (stack: TerraformStack) => void): Synthesized {
  const app = Testing.app()
  try {
    const stack = new TerraformStack(app, 'test')
    new AwsProvider(stack, 'aws', {})
    fill(stack)
    const json = JSON.parse(Testing.synth(stack, true)) as {
      readonly resource?: Blocks
      readonly data?: Blocks
      readonly output?: Readonly<Record<string, Block>>
    }
    return {
      all: (type) => Object.values(json.resource?.[type] ?? {}),
      reference(type, attribute, having = {}) {
        const found = Object.entries(json.resource?.[type] ?? {}).filter(([, block]) =>
          Object.entries(having).every(([name, value]) => block[name] === value),
        )
        expect(found).toHaveLength(1)
        return `\${${type}.${found[0]?.[0]}.${attribute}}`
      },
      statements(policy) {
        const id = /^\$\{data\.aws_iam_policy_document\.(.+)\.json\}$/.exec(String(policy))?.[1] ?? ''
        return (json.data?.['aws_iam_policy_document']?.[id]?.['statement'] ?? []) as readonly Block[]
      },
      outputs: json.output ?? {},
    }
  } finally {
    rmSync(app.outdir, { recursive: true, force: true })
  }
}
