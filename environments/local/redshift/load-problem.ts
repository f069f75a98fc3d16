/** What is wrong with a row; codes and texts are those of Redshift's load error reference. */
export interface Problem {
  readonly code: number
  readonly reason: string
  /** Offset in the field, in bytes. */
  readonly position?: number
}

/** 1201–1224: the codes that this fake gives [docs: r_Load_Error_Reference]. */
export const LOAD_ERRORS = {
  delimiterNotFound: { code: 1214, reason: 'Delimiter not found' },
  extraColumns: { code: 1202, reason: 'Extra column(s) found' },
  tooLong: { code: 1204, reason: 'String length exceeds DDL length' },
  missing: { code: 1213, reason: 'Missing data for not-null field' },
  badDate: { code: 1205, reason: 'Invalid Date Format - length must be 10 or more' },
  badTimestamp: { code: 1206, reason: 'Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS]' },
  badTime: { code: 1206, reason: 'Invalid time format or value [HH24:MI:SS]' },
  badBoolean: { code: 1210, reason: 'Unknown boolean format' },
  badFloat: { code: 1208, reason: 'Invalid floating-point value' },
  badQuote: { code: 1224, reason: 'Invalid quote formatting for CSV' },
  badJson: { code: 1216, reason: 'Invalid value.' },
  nul: { code: 1218, reason: "Invalid null byte - the embedded environment can't store NUL in a string" },
} as const satisfies Record<string, Problem>

/** A digit is missing where the type needs one, as in `Invalid digit, Value 'a', Pos 0, Type: Integer`. */
export function invalidDigit(value: string, position: number, type: string): Problem {
  return { code: 1207, reason: `Invalid digit, Value '${value}', Pos ${position}, Type: ${type}`, position }
}

/** The number does not fit into the type. */
export function overflow(value: string, type: string): Problem {
  return { code: 1204, reason: `Overflow, Value '${value}', Type: ${type}` }
}
