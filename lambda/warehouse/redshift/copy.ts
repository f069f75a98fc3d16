import type { CopyPlan } from '../../copy-plan'
import type { CopyRole, Statement } from '../statement'
import { address, identifier, literal } from './quote'

/** The most errors that a COPY can be told to pass over. */
const MOST_ERRORS = 100_000

/** COPY, one clause per line, always in this order, so that the diff of two loads reads like the diff of their settings. */
export function copyText(copy: Extract<Statement, { kind: 'copy' }>): string {
  const { plan } = copy
  const columns = plan.columns ? ` (${plan.columns.map(identifier).join(', ')})` : ''
  return [
    `COPY ${identifier(plan.schema)}.${identifier(plan.table)}${columns}`,
    `FROM ${address(copy.manifest)}`,
    `IAM_ROLE ${roleText(copy.role)}`,
    'MANIFEST',
    // Parquet must lie in the warehouse's own region: the clause is an error there even when it names the same one.
    ...(copy.region !== undefined && plan.format !== 'parquet' ? [`REGION AS ${literal(copy.region)}`] : []),
    ...formatClauses(plan),
    ...compressionClause(plan),
    ...(copy.check ? ['NOLOAD', `MAXERROR AS ${MOST_ERRORS}`] : []),
  ].join('\n')
}

function roleText(role: CopyRole): string {
  // A chain is one quoted string without spaces.
  return role === 'default' ? 'default' : literal(role.join(','))
}

function formatClauses(plan: CopyPlan): readonly string[] {
  switch (plan.format) {
    case 'csv':
      return [
        'FORMAT AS CSV',
        ...(plan.quote === undefined ? [] : [`QUOTE AS ${literal(plan.quote)}`]),
        ...(plan.delimiter === undefined ? [] : [`DELIMITER AS ${delimiterText(plan.delimiter)}`]),
        ...(plan.nullText === undefined ? [] : [`NULL AS ${literal(plan.nullText)}`]),
        ...(plan.headerLines === undefined || plan.headerLines === 0 ? [] : [`IGNOREHEADER AS ${plan.headerLines}`]),
        ...dateClauses(plan),
      ]
    case 'json':
      return [`FORMAT AS JSON ${jsonText(plan.paths ?? 'auto')}`, ...dateClauses(plan)]
    case 'parquet':
      return ['FORMAT AS PARQUET']
  }
}

/** Redshift's manual writes a tab as `'\t'`, and nothing else so. */
function delimiterText(delimiter: string): string {
  return delimiter === '\t' ? "'\\t'" : literal(delimiter)
}

function jsonText(paths: string): string {
  return paths.startsWith('s3://') ? address(paths) : literal(paths)
}

function dateClauses(plan: { readonly dateFormat?: string; readonly timeFormat?: string }): readonly string[] {
  return [
    ...(plan.dateFormat === undefined ? [] : [`DATEFORMAT AS ${literal(plan.dateFormat)}`]),
    ...(plan.timeFormat === undefined ? [] : [`TIMEFORMAT AS ${literal(plan.timeFormat)}`]),
  ]
}

function compressionClause(plan: CopyPlan): readonly string[] {
  // Columnar files are compressed inside; COPY takes no compression option for them.
  if (plan.format === 'parquet' || plan.compression === 'none') return []
  return [plan.compression.toUpperCase()]
}
