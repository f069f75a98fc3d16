import { type FileError, type S3Url, splitUrl } from '../../model'

/** A row of SYS_LOAD_ERROR_DETAIL as the driver returns it; texts are blank-padded. */
export interface LoadErrorRow {
  readonly file_name: string | null
  readonly line_number: string | number | null
  readonly column_name: string | null
  readonly column_type: string | null
  readonly error_code: string | number | null
  readonly error_message: string | null
}

/** SYS_LOAD_ERROR_DETAIL keeps 256 characters of a file's name; an S3 key may have 1,024 bytes. */
const FILE_NAME_CHARACTERS = 256

/** The errors of a COPY, each matched to the file of the batch that it names. What fits no file, or several, is left out. */
export function fileErrorsOf(
  rows: readonly LoadErrorRow[],
  urls: readonly S3Url[],
): readonly (FileError & { readonly url: S3Url })[] {
  return rows.flatMap((row) => {
    const url = namedFile(row.file_name?.trim() ?? '', urls)
    return url === undefined ? [] : [{ url, ...fileErrorOf(row) }]
  })
}

/**
 * Errors of Spectrum (Parquet) have no row anywhere: their text or detail names the file, as `s3://bucket/key` or as an
 * https address of S3. The longest match wins, as one address may begin another.
 */
export function fileErrorInText(
  text: string,
  urls: readonly S3Url[],
): readonly (FileError & { readonly url: S3Url })[] {
  const named = urls.filter((url) => spellingsOf(url).some((one) => text.includes(one)))
  const [longest] = named.sort((a, b) => b.length - a.length)
  return longest === undefined ? [] : [{ url: longest, code: 'BAD_FILE', reason: text }]
}

/** How texts of Redshift and S3 write an address: as `s3://`, and as https with the key raw or encoded. */
export function spellingsOf(url: S3Url): readonly string[] {
  const { bucket, key } = splitUrl(url)
  const encoded = key.split('/').map(encodeURIComponent).join('/')
  return [url, `.amazonaws.com/${bucket}/${key}`, `.amazonaws.com/${bucket}/${encoded}`]
}

function namedFile(name: string, urls: readonly S3Url[]): S3Url | undefined {
  if (name === '') return undefined
  const exact = urls.find((url) => url === name)
  if (exact !== undefined) return exact
  if (name.length < FILE_NAME_CHARACTERS - 1) return undefined
  const matches = urls.filter((url) => url.startsWith(name))
  return matches.length === 1 ? matches[0] : undefined
}

function fileErrorOf(row: LoadErrorRow): FileError {
  const reason = row.error_message?.trim() || 'the warehouse gave no reason'
  const line = Number(row.line_number ?? 0)
  const column = row.column_name?.trim()
  // Redshift writes "Invalid digit, Value 'x', Pos 0, Type: Integer".
  const value = /Value '([\s\S]*)', (?:Pos|Type)/.exec(reason)?.[1]
  return {
    code: `LOAD_ERROR_${row.error_code ?? 'UNKNOWN'}`,
    reason,
    ...(line > 0 ? { line } : {}),
    ...(column ? { column } : {}),
    ...(value === undefined ? {} : { value }),
  }
}
