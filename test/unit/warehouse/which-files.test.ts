import { FORMAT_NAMES } from '../../../lambda/copy-matrix'
import type { CopyPlan } from '../../../lambda/copy-plan'
import type { S3Url } from '../../../lambda/model'
import type { Statement } from '../../../lambda/warehouse/statement'
import { withFiles } from '../../../lambda/warehouse/which-files'

const URLS: readonly S3Url[] = ['s3://landing/a', 's3://landing/b']

/** The statements that follow the refusal of a COPY whose data was at fault. */
async function statementsAfter(format: CopyPlan['format']): Promise<readonly Statement[]> {
  const run: Statement[] = []
  const fields = [{ label: 'id', width: 1 }]
  const plan = { schema: 'public', table: 't', compression: 'none', format, fields } as CopyPlan
  await withFiles(
    { sleep: async () => {}, now: () => 0 },
    async (statement) => {
      run.push(statement)
      return { rows: [] }
    },
    {
      job: { plan, urls: URLS },
      look: [{ kind: 'copy', plan, manifest: 's3://landing/_penstock/m', role: 'default', check: true }],
      untilMs: 600_000,
    },
    { kind: 'data', code: 'XX000', message: '', fileErrors: [] },
  )
  return run
}

it('looks at all files of a refused COPY where the format can be read without loading, and only there', async () => {
  const looks = await Promise.all(
    FORMAT_NAMES.map(async (format) => {
      const statements = await statementsAfter(format)
      return [format, statements.some((one) => one.kind === 'copy' && one.check === true)] as const
    }),
  )
  expect(Object.fromEntries(looks)).toEqual({
    csv: true,
    delimited: true,
    fixedwidth: true,
    json: true,
    avro: true,
    // NOLOAD and MAXERROR are refused with these, and not documented with a shapefile.
    orc: false,
    parquet: false,
    shapefile: false,
  })
})
