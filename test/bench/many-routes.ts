import type { EnvironmentInput } from '../../environments/environment'

type RouteInput = NonNullable<EnvironmentInput['routes']>[number]

/** Routes as an environment of many sources has them: of five kinds, each into a target of its own. */
export function manyRoutes(count: number): RouteInput[] {
  return Array.from({ length: count }, (_, index) => {
    const kind = KINDS[index % KINDS.length] ?? tables
    return kind(`source_${index}`)
  })
}

const tables = (source: string): RouteInput => ({
  match: `${source}/{table}/**`,
  into: { warehouse: 'main', schema: source },
})

const KINDS: readonly ((source: string) => RouteInput)[] = [
  tables,
  (source) => ({
    match: `exports/${source}/dt=*/**`,
    into: { warehouse: 'main', table: `exports.${source}`, format: 'parquet' },
  }),
  (source) => ({
    match: `crm/${source}/**`,
    filename: '*.jsonl.gz',
    into: { warehouse: 'main', table: `crm.${source}`, duplicates: 'skip' },
  }),
  (source) => ({
    match: `ledger/*/${source}/**`,
    filename: { regex: '^\\d{8}[.]csv$' },
    into: [
      { warehouse: 'main', table: `ledger.${source}`, csv: { headerLines: 1 } },
      { warehouse: 'finance', table: `public.${source}`, csv: { headerLines: 1 } },
    ],
  }),
  (source) => ({
    match: `partners/${source}/**/daily/*.csv`,
    into: { warehouse: 'finance', table: `partners.${source}`, batch: { files: 500, seconds: 300 } },
  }),
]
