import { z } from 'zod'
import { AwsJsonError } from '../ssm/aws-json'
import { read } from '../ssm/read-input'
import { ID } from './describe'
import type { Column, Statements } from './statements'

const GET = z.object({
  Id: ID,
  NextToken: z.string().regex(/^\d+$/).optional(),
  WaitTimeSeconds: z.number().int().min(1).max(30).optional(),
})

/** Rows in a page. How many the service gives is not told. */
const PAGE_ROWS = 1_000

/** GetStatementResult. */
export async function getStatementResult(statements: Statements, given: unknown): Promise<object> {
  const { Id, NextToken, WaitTimeSeconds } = read(GET, given)
  const { submission, part } = statements.find(Id)
  if (part === undefined) {
    // [apache/airflow#40427]
    const text = 'BatchExecuteStatement result can only be retrieved with sub-statement id.'
    throw new AwsJsonError('ValidationException', text)
  }
  if (WaitTimeSeconds !== undefined) await statements.waitFor(submission, WaitTimeSeconds * 1_000)
  if (part.status !== 'FINISHED' || part.result === undefined) {
    const text = 'Query does not have result. Please check query status with DescribeStatement.'
    throw new AwsJsonError('ResourceNotFoundException', text, 400, { ResourceId: Id })
  }
  const { columns, rows } = part.result
  const start = Number(NextToken ?? 0)
  const end = start + PAGE_ROWS
  return {
    ColumnMetadata: columns.map(metadataOf),
    Records: rows.slice(start, end).map((row) => row.map((value, at) => fieldOf(value, columns[at]?.typeId ?? 0))),
    TotalNumRows: rows.length,
    ...(end < rows.length ? { NextToken: String(end) } : {}),
  }
}

interface Type {
  readonly name: string
  readonly field: 'booleanValue' | 'longValue' | 'doubleValue' | 'stringValue'
  readonly precision?: number
}

/** Types by their object id, under the names that Redshift gives them. Decimals are strings, so that no digit is lost. */
const TYPES: Readonly<Record<number, Type>> = {
  16: { name: 'bool', field: 'booleanValue', precision: 1 },
  20: { name: 'int8', field: 'longValue', precision: 19 },
  21: { name: 'int2', field: 'longValue', precision: 5 },
  23: { name: 'int4', field: 'longValue', precision: 10 },
  26: { name: 'oid', field: 'longValue', precision: 10 },
  114: { name: 'super', field: 'stringValue' },
  700: { name: 'float4', field: 'doubleValue', precision: 8 },
  701: { name: 'float8', field: 'doubleValue', precision: 17 },
  1042: { name: 'bpchar', field: 'stringValue' },
  1082: { name: 'date', field: 'stringValue' },
  1083: { name: 'time', field: 'stringValue' },
  1114: { name: 'timestamp', field: 'stringValue' },
  1184: { name: 'timestamptz', field: 'stringValue' },
  1266: { name: 'timetz', field: 'stringValue' },
  1700: { name: 'numeric', field: 'stringValue' },
  3802: { name: 'super', field: 'stringValue' },
}
const TEXT: Type = { name: 'varchar', field: 'stringValue' }
const NUMERIC = 1_700
const CHARACTERS = [1_042, 1_043]

/** A value in the field for its type [API reference: Field]. */
function fieldOf(value: string | null, typeId: number): object {
  if (value === null) return { isNull: true }
  const { field } = TYPES[typeId] ?? TEXT
  if (field === 'stringValue') return { stringValue: value }
  if (field === 'booleanValue') return { booleanValue: value === 't' }
  const number = Number(value)
  // JSON has no NaN and no infinity: AWS writes their names.
  return { [field]: Number.isFinite(number) ? number : value }
}

function metadataOf({ name, typeId, modifier }: Column): object {
  const type = TYPES[typeId] ?? TEXT
  // Postgres counts the four bytes of its own header in.
  const size = modifier >= 4 ? modifier - 4 : 0
  const isNumeric = typeId === NUMERIC
  return {
    name,
    label: name,
    typeName: type.name,
    precision: isNumeric ? size >> 16 : CHARACTERS.includes(typeId) ? size : (type.precision ?? 0),
    scale: isNumeric ? size & 0xffff : 0,
    length: 0,
    nullable: 1,
    isCaseSensitive: type.field === 'stringValue' && !isNumeric,
    isCurrency: false,
    isSigned: type.field === 'longValue' || type.field === 'doubleValue' || isNumeric,
    schemaName: '',
    tableName: '',
  }
}
