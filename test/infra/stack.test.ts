import { rmSync } from 'node:fs'
import { Testing } from 'cdktf'
import dev from '../../environments/dev'
import prod from '../../environments/prod'
import staging from '../../environments/staging'
import { PenstockStack } from '../../modules/penstock-stack'

interface Synthesized {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Record<string, unknown>>>>>
  readonly provider: { readonly aws: readonly { readonly allowed_account_ids: readonly string[] }[] }
}

describe.each([dev, staging, prod])('the stack of $name', (environment) => {
  const app = Testing.app()
  afterAll(() => rmSync(app.outdir, { recursive: true, force: true }))
  const stack = new PenstockStack(app, environment)
  const { resource, provider } = JSON.parse(Testing.synth(stack)) as Synthesized
  const all = (type: string) => Object.values(resource[type] ?? {})

  it('touches no other account', () => {
    expect(provider.aws.map(({ allowed_account_ids }) => allowed_account_ids)).toEqual([[environment.account]])
  })

  it('keeps the bucket private', () => {
    expect(all('aws_s3_bucket_public_access_block')).toEqual([
      expect.objectContaining({
        block_public_acls: true,
        block_public_policy: true,
        ignore_public_acls: true,
        restrict_public_buckets: true,
      }),
    ])
  })

  it('has the four state tables, on demand and recoverable', () => {
    const tables = all('aws_dynamodb_table')
    expect(tables.map(({ name }) => name).sort()).toEqual(
      ['arrivals', 'batches', 'files', 'targets'].map((table) => `penstock-${environment.name}-${table}`),
    )
    for (const table of tables)
      expect(table).toMatchObject({ billing_mode: 'PAY_PER_REQUEST', point_in_time_recovery: { enabled: true } })
  })
})
